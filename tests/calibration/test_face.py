"""Every public function refuses what is not what its parameters say, by one line that names it."""

import inspect

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from anim import calibration
from anim.calibration.face import FREE, PREDICTIONS, RULES
from tests.support.predictions import softmax

N = 60
RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(N, 3)).astype(np.float32)
PROBS = softmax(LOGITS.astype(np.float64))
LABELS = np.append([0, 1, 2], RNG.integers(0, 3, N - 3))
SCORES, HITS = PROBS.max(1), PROBS.argmax(1) == LABELS
WEIGHTS = RNG.uniform(0, 3, N)
COUNTS, HITS_OF_BINS = np.array([10, 0, 5]), np.array([4, 0, 5])
ACCURACY = np.array([0.4, np.nan, 1.0])
SUMS = calibration.BinSums(COUNTS, HITS_OF_BINS, np.array([0.1, 0, 0.2]))
EDGES = calibration.width_edges(3)
KNOTS = (np.array([0.1, 0.9]), np.array([0.0, 1.0]))

GOOD = {
    "probs": PROBS,
    "logits": LOGITS,
    "labels": LABELS,
    "predicted": LABELS,
    "scores": SCORES,
    "hits": HITS,
    "weights": WEIGHTS,
    "counts": COUNTS,
    "accuracy": ACCURACY,
    "confidence": ACCURACY,
    "ideal": ACCURACY,
    "sums": SUMS,
    "cells": SUMS,
    "edges": EDGES,
    "view": calibration.CONFIDENCE,
    "bins": 3,
    "points": 5,
    "q": 0.5,
    "n": COUNTS,
    "p": np.array([0.3, np.nan, 1.0]),
    "binning": "mass",
}
# Where a name means something else.
GOOD_OF = {
    "wilson_interval": {"hits": HITS_OF_BINS},
    "apply_vector_scale": {"scale": calibration.VectorScale(np.ones(3), np.zeros(3))},
    "apply_isotonic": {"scale": calibration.IsotonicScale((KNOTS,) * 3)},
}


def changed(values, index, value):
    values = np.array(values, np.result_type(values, type(value)))
    values[index] = value
    return values


TEXTS = np.array(["a"] * N)
HOSTILE = {
    "probs": {
        "ten times": 10 * PROBS - 5,
        "logits": LOGITS,
        "log-probabilities": np.log(PROBS),
        "percentages": 100 * PROBS,
        "halves": PROBS / 2,
        "a row": changed(PROBS, (41, 1), 0.999),
        "nan": changed(PROBS, (5, 1), np.nan),
        "inf": changed(PROBS, (5, 1), np.inf),
        "transposed": PROBS.T,
        "one class": PROBS[None, None, :, :1],
        "empty": PROBS[:0],
        "no class": PROBS[:, :0],
        "scalar": 0.5,
        "texts": PROBS.astype(str),
        "complex": PROBS.astype(complex),
        "none": None,
        "on the device": jnp.asarray(10 * PROBS - 5),
        "nan on the device": jnp.asarray(changed(PROBS, (5, 1), np.nan)),
        "rows on the device": jnp.asarray(PROBS * 0.98),
        "rows in bfloat16": (PROBS * 0.9).astype(ml_dtypes.bfloat16),
    },
    "logits": {
        "nan": changed(LOGITS, (5, 1), np.nan),
        "inf": changed(LOGITS, (5, 1), np.inf),
        "nan on the device": jnp.asarray(changed(LOGITS, (5, 1), np.nan)),
        "beyond float32": changed(LOGITS.astype(float), (5, 1), 1e300),
        "empty": LOGITS[:0],
        "scalar": 0.5,
        "texts": LOGITS.astype(str),
        "none": None,
    },
    "labels": {
        "plus one": LABELS + 1,
        "ignored": np.full(N, -100),
        "one negative": changed(LABELS, 7, -1),
        "halves": changed(LABELS, 7, 0.5),
        "nan": changed(LABELS, 7, np.nan),
        "not one-hot": PROBS,
        "one-hot of four": np.eye(4)[LABELS],
        "short": LABELS[:-1],
        "one": LABELS[:1],
        "transposed": LABELS[None, :, None],
        "empty": LABELS[:0],
        "texts": TEXTS,
        "none": None,
        "plus one on the device": jnp.asarray(LABELS + 1),
        "halves on the device": jnp.asarray(changed(LABELS, 7, 0.5)),
        "texts of numbers": LABELS.astype(str),
    },
    "scores": {
        "logits": 10 * SCORES - 5,
        "logits on the device": jnp.asarray(10 * SCORES - 5),
        "percentages": 100 * SCORES,
        "nan": changed(SCORES, 3, np.nan),
        "nan on the device": jnp.asarray(changed(SCORES, 3, np.nan)),
        "scalar": 0.5,
        "texts": TEXTS,
        "none": None,
    },
    "hits": {
        "labels": LABELS,
        "labels on the device": jnp.asarray(LABELS),
        "minus one": np.where(HITS, 1, -1),
        "halves": np.full(N, 0.5),
        "nan": np.full(N, np.nan),
        "short": HITS[:-1],
        "column": HITS[:, None],
        "texts": TEXTS,
        "none": None,
    },
    "counts": {
        "negative": [10, -1, 5],
        "nan": [10, np.nan, 5],
        "infinite": [10, np.inf, 5],
        "empty": [],
        "scalar": 3,
        "texts": ["a"] * 3,
    },
    "effective": {
        "less than one": [0.5, 0, 2],
        "nan": [10, np.nan, 5],
        "short": [10, 5],
        "texts": ["a"] * 3,
    },
    "shares": {
        "percentages": [40, np.nan, 100],
        "negative": [-0.4, np.nan, 1],
        "nan where examples are": [np.nan, np.nan, 1],
        "short": [0.4, 1],
        "texts": ["a"] * 3,
    },
    "sums": {
        "counts": COUNTS,
        "more hits than examples": SUMS._replace(hits=np.array([11, 0, 5])),
        "negative": SUMS._replace(counts=np.array([10, -1, 5])),
    },
    "edges": {
        "falling": EDGES[::-1],
        "nan": changed(EDGES, 1, np.nan),
        "one": EDGES[:1],
        "texts": ["a"] * 4,
        "none": None,
    },
    "view": {"a name": "confidence", "a class too far": calibration.ClassView(3), "none": None},
    "scale": {"another": (1, 2), "none": None},
    "level": {"percent": 95, "zero": 0.0, "one": 1.0, "text": "a", "nan": np.nan},
    "number": {"zero": 0, "negative": -3, "half": 2.5, "text": "a", "none": None},
    "seed": {"negative": -3, "half": 2.5, "text": "a"},
    "binning": {"another": "masses", "none": None},
    "share": {"percent": 95, "negative": -0.1, "text": "a"},
    "trials": {"negative": -3, "text": "a"},
    "weights": {
        "negative": np.append(-1, np.ones(N - 1)),
        "nan": np.append(np.nan, np.ones(N - 1)),
        "infinite": np.append(np.inf, np.ones(N - 1)),
        "short": np.ones(N - 1),
        "of snapshots": np.ones((2, N)),
        "only 0": np.zeros(N),
        "one": 1.0,
        "too large": 1e150 * WEIGHTS,
        "texts": TEXTS,
        "negative on the device": jnp.asarray(changed(WEIGHTS, 7, -1)),
        "nan on the device": jnp.asarray(changed(WEIGHTS, 7, np.nan)),
        "short on the device": jnp.asarray(WEIGHTS[:-1]),
    },
}
# Those of a part of the examples may all be 0.
OF_PARTS = {name: one for name, one in HOSTILE["weights"].items() if name != "only 0"}
LIKE = {
    "accuracy": "shares",
    "confidence": "shares",
    "ideal": "shares",
    "cells": "sums",
    "bins": "number",
    "points": "number",
    "q": "share",
    "p": "share",
    "n": "trials",
}
HOSTILE_OF = {
    **{name: {"weights": OF_PARTS} for name in ("width_sums", "edge_sums", "lifts")},
    # Of any number of examples.
    "effective_number": {
        "weights": {"negative": changed(WEIGHTS, 7, -1), "scalar": 2.0, "zeros": np.zeros(3)}
    },
    "wilson_interval": {"hits": {"more than examples": [11, 0, 5], "nan": [np.nan, 0, 5]}},
}

FUNCTIONS = {
    name: function
    for name, function in vars(calibration).items()
    if callable(function) and not isinstance(function, type) and not name.startswith("_")
}
# These are of names of views and of numbers of bins, not of arrays.
OTHERS = {"view_of", "default_view", "views_offered"}
PARAMETERS = {
    name: list(inspect.signature(function).parameters)
    for name, function in FUNCTIONS.items()
    if name not in OTHERS
}


def good(name):
    known = GOOD | GOOD_OF.get(name, {})
    required = [
        one.name
        for one in inspect.signature(FUNCTIONS[name]).parameters.values()
        if one.default is inspect.Parameter.empty
    ]
    return {one: known[one] for one in required}


def hostile_cases():
    for name, parameters in PARAMETERS.items():
        for parameter in parameters:
            of_this = HOSTILE_OF.get(name, {}).get(parameter)
            table = of_this or HOSTILE.get(LIKE.get(parameter, parameter), {})
            for case, value in table.items():
                yield pytest.param(name, parameter, value, id=f"{name}-{parameter}-{case}")


def test_every_parameter_of_a_public_function_has_a_check_and_hostile_values():
    found = {one for parameters in PARAMETERS.values() for one in parameters}
    assert found <= {*PREDICTIONS, *RULES, *FREE}
    assert found - {*FREE} <= {*HOSTILE, *LIKE}


@pytest.mark.slow
@pytest.mark.parametrize("name", PARAMETERS)
def test_what_the_parameters_say_is_accepted(name):
    FUNCTIONS[name](**good(name))


@pytest.mark.parametrize(("name", "parameter", "value"), list(hostile_cases()))
def test_what_is_not_what_a_parameter_says_is_refused_by_its_name(name, parameter, value):
    # The labels of transposed predictions are too many or too few.
    with pytest.raises(ValueError, match=rf"^({parameter}|labels|hits|counts): ") as error:
        FUNCTIONS[name](**good(name) | {parameter: value})
    assert "\n" not in str(error.value)

"""Runs to recalibrate, and the plain definition of their temperature."""

import numpy as np
import scipy.optimize
import scipy.special

import anim
from tests.support.predictions import model, softmax

EXAMPLES = 800


def parts(examples=EXAMPLES, held_out=0.5, seed=0):
    """Return the indices of the examples to fit on, and of those to show."""
    order = np.random.default_rng(seed).permutation(examples)
    fitting = round(held_out * examples)
    return np.sort(order[:fitting]), np.sort(order[fitting:])


def likelihood(logits, labels) -> float:
    """Return the mean negative logarithm of the label's probability, in float64."""
    log_probs = scipy.special.log_softmax(np.asarray(logits, np.float64), axis=1)
    return -log_probs[np.arange(len(labels)), labels].mean()


def best_temperature(logits, labels) -> float:
    logits = np.asarray(logits, np.float64)
    return (
        1
        / scipy.optimize.minimize_scalar(
            lambda inverse: likelihood(logits * inverse, labels),
            bounds=(1e-4, 1e3),
            method="bounded",
            options={"xatol": 1e-12},
        ).x
    )


def some_logits(classes=3, sharpness=3.0, examples=EXAMPLES, seed=0):
    """Return three snapshots [3, N, K] float32, each more over-confident, and labels."""
    logits, labels = model(examples, classes, sharpness, seed)
    return np.stack([logits / 2, logits, 2 * logits]).astype(np.float32), labels


def a_run(classes=3, kind="logits", **options):
    logits, labels = some_logits(classes, **options)
    values = logits if kind == "logits" else softmax(logits)
    return anim.from_arrays([0, 10, 20], labels, **{kind: values})


def a_run_with_two_that_have_none(classes=2):
    """Return snapshots at 0 (constant), 10 (good) and 20 (separates the classes)."""
    logits, labels = some_logits(classes)
    logits[0] = 0
    logits[2] = 5 * np.eye(classes)[labels]
    return anim.from_arrays([0, 10, 20], labels, logits=logits)


def recorded(path, keep, kind="logits", classes=3, sharpness=3.0):
    logits, labels = some_logits(classes, sharpness)
    with anim.Recorder(path, labels=labels, keep=keep) as recorder:
        for step, values in zip([0, 10, 20], logits, strict=True):
            recorder.snapshot(step, **{kind: values if kind == "logits" else softmax(values)})
    return recorder.run() if path is None else anim.open(path)

"""The predictions of one snapshot: their shapes and values, and how much of them is kept."""

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

import anim
import anim.calibration
from anim.checks.predictions import Scores, checked_scores
from anim.errors import NotFiniteError
from anim.run.checking import checked_snapshot
from tests.support.predictions import softmax

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 500).astype(np.int32)
LOGITS = (RNG.normal(size=(500, 4)) * 3).astype(np.float32)
PROBS = softmax(LOGITS.astype(np.float64))


def checked(keep="float32", **given):
    return checked_snapshot(given, LABELS, keep)


def test_bfloat16_of_jax_is_widened():
    half = jnp.asarray(LOGITS, jnp.bfloat16)
    np.testing.assert_array_equal(checked(logits=half)["logits"], np.asarray(half, np.float32))


def test_one_output_is_the_logit_or_the_probability_of_class_1():
    logit, prob = LOGITS[:, 0], PROBS[:, 0].astype(np.float32)
    for shape in ((500,), (500, 1)):
        logits = checked(logits=logit.reshape(shape))["logits"]
        np.testing.assert_array_equal(logits, np.stack([0 * logit, logit], axis=1))
        probs = checked(probs=prob.reshape(shape))["probs"]
        np.testing.assert_array_equal(probs, np.stack([1 - prob, prob], axis=1))


def test_float16_rounds_to_half_precision():
    half = checked(keep="float16", logits=LOGITS)["logits"]
    assert half.dtype == np.float16
    np.testing.assert_allclose(half, LOGITS, rtol=2**-11)


def test_float16_refuses_numbers_beyond_its_range():
    large = LOGITS.copy()
    large[7, 2] = 1e5
    problem = r"logits: expected numbers that float16 can represent, got 100000.0 at index \[7, 2\]"
    with pytest.raises(ValueError, match=problem):
        checked(keep="float16", logits=large)


@pytest.mark.parametrize("given", [{"logits": LOGITS}, {"probs": PROBS}], ids=["logits", "probs"])
def test_top_keeps_the_largest_probability_and_whether_it_is_right(given):
    kept = checked(keep="top", **given)
    assert kept.keys() == {"confidence", "correct", "nll", "brier"}
    np.testing.assert_allclose(kept["confidence"], PROBS.max(1), atol=1e-6)
    np.testing.assert_array_equal(kept["correct"], PROBS.argmax(1) == LABELS)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "got none of them"),
        ({"confidence": np.full(500, 0.5)}, "got confidence"),
        ({"logits": LOGITS, "probs": LOGITS}, "got logits and probs"),
        (
            {"confidence": np.full(500, 1.5), "correct": np.ones(500)},
            r"confidence: expected numbers in \[0, 1\], got 1.5 at index 0",
        ),
        (
            {"confidence": np.full(500, 0.5), "correct": np.full(500, 2)},
            "correct: expected true or false, got 2 at index 0",
        ),
        (
            {"confidence": np.full(9, 0.5), "correct": np.ones(9)},
            r"confidence: expected shape \[500\], got \[9\]",
        ),
        (
            {"confidence": np.full(500, 0.5), "correct": np.ones((500, 1))},
            r"correct: expected shape \[500\], got \[500, 1\]",
        ),
        (
            {"logits": LOGITS[:9]},
            r"logits: expected shape \[500, K\] with K >= 2, got \[9, 4\]",
        ),
        ({"logits": np.full((500, 4), "x")}, "logits: expected numbers, got"),
        ({"probs": LOGITS}, r"probs: expected numbers in \[0, 1\] \(did you pass logits\?\), got"),
        ({"probs": PROBS / 2}, "probs: expected rows that sum to 1"),
    ],
)
def test_the_error_for_wrong_predictions_says_what_is_wrong(given, problem):
    with pytest.raises(ValueError, match=problem):
        checked(**given)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_predictions_that_are_not_finite_have_an_error_of_their_own(value):
    wrong = LOGITS.copy()
    wrong[41, 1] = value
    with pytest.raises(NotFiniteError, match=rf"got {value} at index \[41, 1\]"):
        checked(logits=wrong)
    given = {"confidence": np.full(500, value), "correct": np.ones(500)}
    with pytest.raises(NotFiniteError, match=rf"got {value} at index 0"):
        checked(**given)


def saturated(classes=3, examples=400):
    """Return probabilities in float64 whose largest one float32 cannot tell from another."""
    rng = np.random.default_rng(7)
    probs = np.full((examples, classes), 1e-9)
    one, other = rng.permuted(np.tile(np.arange(classes), (examples, 1)), axis=1)[:, :2].T
    rows = np.arange(examples)
    probs[rows, one], probs[rows, other] = 0.5 + 4e-11, 0.5 - 4e-11
    assert (probs.astype(np.float32).argmax(1) != probs.argmax(1)).mean() > 0.3
    return probs


@pytest.mark.parametrize("keep", ["float32", "float16", "top"])
@pytest.mark.parametrize("kind", ["probs", "logits"])
def test_the_predicted_class_of_float64_scores_is_kept(kind, keep):
    probs = saturated()
    labels = probs.argmax(1).astype(np.int32)
    given = probs if kind == "probs" else 30 * probs
    with anim.Recorder(labels=labels, keep=keep) as recorder:
        recorder.snapshot(1, **{kind: given})
    run = recorder.run()
    if keep != "top" and kind == "logits":
        np.testing.assert_array_equal(run.logits(0).argmax(1), labels)
    if keep != "top":
        np.testing.assert_array_equal(run.probs(0).argmax(1), labels)
    assert run.metrics()["accuracy"][0] == 1


def near_ties(classes):
    """Return float32 logits whose largest one a softmax cannot tell from an earlier one."""
    logits = np.full((400, classes), -1, np.float32)
    logits[:, -2], logits[:, -1] = 1e-9, 2e-9
    assert (softmax(logits)[:, -2:] == softmax(logits)[:, -1:]).all()
    return logits


@pytest.mark.parametrize("keep", ["float32", "top"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, ml_dtypes.bfloat16])
@pytest.mark.parametrize("classes", [2, 5])
def test_the_predicted_class_is_that_of_the_logits_and_not_of_their_softmax(classes, dtype, keep):
    logits = near_ties(classes).astype(dtype)
    with anim.Recorder(labels=np.full(400, classes - 1), keep=keep) as recorder:
        recorder.snapshot(0, logits=logits)
        with recorder.collecting(1) as part:
            part.add(logits=logits[:300])
            part.add(logits=logits[300:])
    run = recorder.run()
    np.testing.assert_array_equal(run.metrics()["accuracy"], 1)
    if keep != "top":
        assert (run.probs(0).argmax(1) == classes - 1).all()


@pytest.mark.parametrize("keep", ["float32", "float16", "top"])
@pytest.mark.parametrize("kind", ["probs", "logits"])
def test_of_equal_scores_the_first_class_is_predicted(kind, keep):
    scores = np.array([[0.2, 0.4, 0.4], [0.4, 0.2, 0.4]] * 50, np.float32)
    with anim.Recorder(labels=[1, 0] * 50, keep=keep) as recorder:
        recorder.snapshot(0, **{kind: scores if kind == "probs" else 8 * scores})
    assert recorder.run().metrics()["accuracy"][0] == 1


def test_a_recalibrated_run_predicts_the_classes_of_the_logits():
    rng = np.random.default_rng(5)
    logits = rng.normal(size=(2000, 3)).astype(np.float32)
    labels = np.where(rng.random(2000) < 0.6, logits.argmax(1), rng.integers(0, 3, 2000))
    logits[:1000] = near_ties(3)[0]
    labels[:1000] = 2
    raw, recalibrated = anim.calibrate(anim.from_arrays([0], labels, logits=logits[None]))
    accuracy = raw.metrics()["accuracy"][0]
    assert accuracy > 0.8
    assert recalibrated.metrics()["accuracy"][0] == accuracy


def test_rows_that_are_divided_by_their_sums_keep_their_class():
    rng = np.random.default_rng(0)
    probs = np.empty((4000, 2), np.float32)
    probs[:, 0] = rng.uniform(0.49, 0.5, 4000)
    probs[:, 1] = np.nextafter(probs[:, 0], np.float32(1))
    probs = np.c_[probs, 1.0009 - probs.sum(1)].astype(np.float32)
    assert (checked_scores(Scores("probs", probs, 4000)).argmax(1) == probs.argmax(1)).all()


@pytest.mark.parametrize(("name", "score"), [("probs", 0.5 + 1e-12), ("logits", 1e-60)])
def test_class_1_of_a_float64_output_is_kept(name, score):
    given = np.array([score, 1 - score if name == "probs" else -score])
    snapshot = checked_snapshot({name: given}, np.array([1, 0], np.int32), "float32")
    np.testing.assert_array_equal(snapshot[name].argmax(1), [1, 0])
    run = anim.from_arrays([0], [1, 0], **{name: given[None]})
    assert run.metrics()["accuracy"][0] == 1


def test_a_calibration_error_is_that_of_the_class_that_float64_predicts():
    probs = saturated()
    error = anim.calibration.expected_calibration_error(probs, probs.argmax(1))
    assert error == pytest.approx(0.5, abs=1e-6)

"""Predictions and outcomes in the forms that people have give the same numbers."""

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from anim import calibration
from anim.calibration.inputs import checked_predictions
from anim.errors import NotFiniteError
from tests.support.predictions import (
    CASES,
    confidence_and_hits,
    model,
    reference,
    softmax,
    textbook_error,
)

NAMED = {
    "expected_calibration_error": "l1",
    "root_mean_square_calibration_error": "l2",
    "maximum_calibration_error": "max",
    "average_calibration_error": "average",
}
PROBS, LABELS = CASES["under-confident"]
TWO, OF_TWO = CASES["two classes"]


@pytest.mark.parametrize("bins", [10, 15])
@pytest.mark.parametrize("name", NAMED)
def test_the_obvious_names_take_probabilities_and_labels(name, bins):
    with jax.enable_x64(True):
        found = getattr(calibration, name)(PROBS, LABELS, bins)
    edges = np.linspace(0, 1, bins + 1)
    expected = textbook_error(*confidence_and_hits(PROBS, LABELS), edges, NAMED[name])
    assert float(found) == pytest.approx(expected, abs=1e-12)


def test_the_debiased_error_takes_probabilities_and_labels():
    package = reference("calibration")
    options = {"p": 2, "debias": True, "num_bins": 15}
    expected = package.lower_bound_scaling_top_ce(PROBS, LABELS, **options)
    with jax.enable_x64(True):
        found = calibration.debiased_calibration_error(PROBS, LABELS, binning="mass")
    assert float(found) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_one_output_is_the_probability_of_class_1(name, shape):
    p = TWO[:, 1]
    confidence, correct = np.maximum(p, 1 - p), (p > 0.5) == OF_TWO
    expected = textbook_error(confidence, correct, np.linspace(0, 1, 16), NAMED[name])
    with jax.enable_x64(True):
        found = getattr(calibration, name)(p.reshape(shape), OF_TWO)
    assert float(found) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "labels",
    [
        np.eye(3)[LABELS],
        np.eye(3, dtype=bool)[LABELS],
        LABELS[:, None],
        LABELS.astype(float),
        LABELS.astype(np.uint8),
        LABELS.tolist(),
        jnp.asarray(LABELS),
        jnp.asarray(np.eye(3)[LABELS]),
    ],
    ids=["one-hot", "bool", "column", "floats", "uint8", "list", "device", "one-hot on device"],
)
def test_labels_may_have_the_forms_that_a_recorder_takes(labels):
    expected = np.mean(PROBS.max(1) - (PROBS.argmax(1) == LABELS))
    assert float(calibration.signed_gap(PROBS, labels)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("place", [np.asarray, jnp.asarray], ids=["host", "device"])
@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, np.float16, np.float32])
def test_rows_of_a_narrow_dtype_are_divided_by_their_sums(dtype, place):
    narrow = PROBS.astype(dtype)
    exact = narrow.astype(np.float64)
    exact /= exact.sum(1, keepdims=True)
    expected = np.mean((exact - np.eye(3)[LABELS]) ** 2) * 3
    assert float(calibration.brier_score(place(narrow), LABELS)) == pytest.approx(
        expected, rel=1e-6
    )


@pytest.mark.parametrize("transform", [lambda f: f, jax.jit], ids=["called", "jit"])
@pytest.mark.parametrize("dtype", [jnp.bfloat16, np.float16, np.int32])
def test_scores_of_a_narrow_dtype_are_counted_as_wide_ones(dtype, transform):
    scores = jnp.linspace(0, 1, 1001).astype(dtype)
    hits = np.ones(1001, bool)
    sums = transform(lambda scores: calibration.binned(scores, hits, 15, "width")[1])(scores)
    wide = np.asarray(scores).astype(np.float32)
    np.testing.assert_array_equal(sums.counts, np.histogram(wide, 15, (0, 1))[0])
    assert float(sums.offsets.max()) < 15


@pytest.mark.parametrize("place", [np.asarray, jnp.asarray], ids=["host", "device"])
def test_scores_that_rounding_moved_beyond_0_or_1_are_moved_back(place):
    scores = place(np.float32([1.0000001, -1e-7, 0.4]))
    found = calibration.smooth_calibration_error(scores, np.array([1, 0, 1]))
    at_ends = calibration.smooth_calibration_error(np.float32([1, 0, 0.4]), np.array([1, 0, 1]))
    assert float(found.error) == float(at_ends.error)
    probs = place(np.float32([[1.0000001, -1e-7], [0.4, 0.6]]))
    assert float(calibration.brier_score(probs, [0, 1])) == pytest.approx(0.08, abs=1e-7)


def test_one_output_out_of_range_is_named_as_it_was_given():
    with pytest.raises(ValueError, match=r"^probs: .* got 1\.3 at index 2$"):
        calibration.expected_calibration_error([0.5, 0.2, 1.3], [0, 1, 1])


def test_given_arrays_stay_as_they_are():
    probs = np.array([[1.0000001, -1e-7], [0.3999, 0.6]])
    before = probs.copy()
    calibration.brier_score(probs, [0, 1])
    np.testing.assert_array_equal(probs, before)


def test_tensors_of_pytorch_are_read():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    logits, labels = model(200, classes=3)
    probs = torch.tensor(softmax(logits), requires_grad=True)
    expected = np.mean((softmax(logits) - np.eye(3)[labels]) ** 2) * 3
    for given in (probs, probs.float()):
        found = calibration.brier_score(given, torch.tensor(labels))
        assert float(found) == pytest.approx(expected, rel=1e-5)
    with pytest.raises(ValueError, match=r"^probs: expected numbers in \[0, 1\]"):
        calibration.brier_score(torch.tensor(logits), torch.tensor(labels))


def test_values_are_not_checked_under_transformations():
    """Under jit, vmap and grad only shapes are known; here values far from probabilities."""
    odd, labels = jnp.asarray(10 * PROBS[:50] - 5), jnp.asarray(LABELS[:50])
    outer = (odd - np.eye(3)[LABELS[:50]]) ** 2
    expected = float(outer.sum(1).mean())
    assert float(jax.jit(calibration.brier_score)(odd, labels)) == pytest.approx(expected, rel=1e-5)
    both = jax.vmap(calibration.brier_score, (0, None))(jnp.stack([odd, odd]), labels)
    np.testing.assert_allclose(both, expected, rtol=1e-5)
    slope = jax.grad(calibration.brier_score)(odd, labels)
    np.testing.assert_allclose(slope, 2 * (odd - np.eye(3)[LABELS[:50]]) / 50, rtol=1e-4)
    with pytest.raises(ValueError, match=r"^labels: expected shape \[50\]"):
        jax.jit(calibration.brier_score)(odd, labels[:7])


def test_the_docs_of_a_function_say_what_is_checked():
    assert "their values are not checked" in calibration.expected_calibration_error.__doc__


def test_labels_may_be_integers_in_an_array_of_objects():
    found = calibration.brier_score(PROBS, LABELS.astype(object))
    assert float(found) == float(calibration.brier_score(PROBS, LABELS))


@pytest.mark.parametrize("other", [10**30, None, "a", 0.5])
def test_other_objects_are_no_labels(other):
    labels = LABELS.astype(object)
    labels[3] = other
    with pytest.raises(ValueError, match=r"labels: expected integers in \[0, 3\)"):
        calibration.brier_score(PROBS, labels)


@pytest.mark.parametrize("name", ["logits", "probs", "scores"])
def test_nan_among_many_numbers_of_a_device_is_found(name):
    """The largest of them is another one on some CPUs."""
    values = np.full((200, 100), 0.01, np.float32)
    values[150, 7] = np.nan
    values = jnp.asarray(values if name != "scores" else values.ravel())
    with pytest.raises(NotFiniteError, match="got nan at index"):
        checked_predictions(name, values, takes_many=False)

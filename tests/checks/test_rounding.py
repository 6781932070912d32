"""Softmax in each dtype of each library stays within the tolerance of its dtype."""

import warnings

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from anim.checks.arrays import as_array
from anim.checks.predictions import Scores, checked_scores, rows_are_probs
from anim.checks.rounding import coarsest, score_tolerance, sum_tolerance, sums_within
from tests.support.amounts import slow

DTYPES = ("bfloat16", "float16", "float32", "float64")
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def logits(classes: int) -> np.ndarray:
    """Logits [N, K] from flat ones to sharp ones."""
    rng = np.random.default_rng(classes)
    scale = np.geomspace(0.01, 10, 24)[:, None]
    return rng.normal(size=(24, classes)) * scale


def softmax_of_numpy(values, dtype):
    values = values.astype(dtype)
    grown = np.exp(values - values.max(1, keepdims=True))
    return grown / grown.sum(1, keepdims=True)


def softmax_of_jax(values, dtype):
    with jax.enable_x64(True):
        return jax.nn.softmax(jnp.asarray(values, dtype), axis=1)


def logarithms_of_jax(values, dtype):
    with jax.enable_x64(True):
        return jnp.exp(jax.nn.log_softmax(jnp.asarray(values, dtype), axis=1))


def softmax_of_torch(values, dtype):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    return torch.softmax(torch.tensor(values).to(getattr(torch, dtype)), 1)


def logarithms_of_torch(values, dtype):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    return torch.log_softmax(torch.tensor(values).to(getattr(torch, dtype)), 1).exp()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("classes", [2, 1000, *slow(10, 50_000)])
@pytest.mark.parametrize(
    "softmax",
    [softmax_of_jax, logarithms_of_jax, softmax_of_torch, logarithms_of_torch, softmax_of_numpy],
)
def test_rows_of_a_softmax_are_probabilities_in_any_dtype(softmax, classes, dtype):
    if softmax is softmax_of_numpy and dtype == "bfloat16":
        # NumPy adds these one by one in bfloat16 itself, and loses most of many.
        classes = min(classes, 30)
        dtype = BFLOAT16
    given = softmax(logits(classes), dtype)
    exact = as_array("probs", given).astype(np.float64)
    assert as_array("probs", given).dtype == np.dtype(dtype)
    assert rows_are_probs(as_array("probs", given))
    found = checked_scores(Scores("probs", given, 24))
    np.testing.assert_allclose(found.sum(1, dtype=np.float64), 1, atol=1.1e-5)
    np.testing.assert_allclose(found, exact / exact.sum(1, keepdims=True), rtol=1.1e-5)


@pytest.mark.parametrize("classes", [2, 10, 1000, 50_000])
def test_the_tolerance_of_a_coarser_dtype_is_larger(classes):
    limits = [sum_tolerance(np.dtype(dtype), classes) for dtype in (*DTYPES, np.int64)]
    assert limits == sorted(limits, reverse=True)
    assert limits[0] <= 0.1
    assert limits[-1] == 1e-3


def test_the_tolerance_is_the_bound_of_a_sum_term_by_term():
    # Unit roundoff 2^-8; two classes, and one rounding of the quotients.
    assert sum_tolerance(BFLOAT16, 2) == pytest.approx(3 * 2**-8)
    assert sum_tolerance(BFLOAT16, 10) == pytest.approx(11 * 2**-8)
    assert sum_tolerance(np.dtype(np.float16), 10) == pytest.approx(11 * 2**-11, rel=1e-4)
    assert score_tolerance(np.dtype(np.float64)) == 1e-6


@pytest.mark.parametrize("narrow", [BFLOAT16, np.dtype(np.float16), np.dtype(np.float32)])
@pytest.mark.parametrize("wide", [np.float32, np.float64])
def test_values_that_were_widened_have_the_precision_they_were_computed_in(narrow, wide):
    if narrow.itemsize >= np.dtype(wide).itemsize:
        return
    values = softmax_of_numpy(logits(10), np.float64).astype(narrow)
    assert coarsest(values.astype(wide)) == narrow


@pytest.mark.parametrize("dtype", DTYPES[1:])
def test_values_that_no_narrower_dtype_holds_keep_their_dtype(dtype):
    assert coarsest(softmax_of_numpy(logits(10), dtype)) == dtype


@pytest.mark.parametrize("wide", [np.float32, np.float64])
def test_a_bfloat16_softmax_that_was_widened_by_hand_is_read(wide):
    given = np.asarray(softmax_of_jax(logits(10), "bfloat16")).astype(wide)
    assert np.abs(given.sum(1) - 1).max() > 1e-3
    assert rows_are_probs(given)
    np.testing.assert_allclose(checked_scores(Scores("probs", given, 24)).sum(1), 1, atol=1e-6)


@pytest.mark.slow
def test_tensors_of_tensorflow_are_read_as_bfloat16():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
        given = tf.nn.softmax(tf.cast(logits(10), tf.bfloat16))
    assert as_array("probs", given).dtype == BFLOAT16
    np.testing.assert_allclose(checked_scores(Scores("probs", given, 24)).sum(1), 1, atol=1e-6)


@pytest.mark.parametrize("decimals", [2, 3, 4])
@pytest.mark.parametrize("classes", [2, 5, 8])
def test_sums_of_rows_rounded_to_decimals_are_within_what_is_allowed_of_rounded_ones(
    decimals, classes
):
    exact = np.random.default_rng(decimals).dirichlet(np.ones(classes), 500)
    rounded = np.round(exact, decimals)
    allowed = sums_within(rounded, are_rounded=True)
    assert np.abs(rounded.sum(1) - 1).max() <= allowed <= 1e-3 + classes * 0.5 * 10.0**-decimals
    # Without that word, only the dtype excuses a sum.
    assert sums_within(rounded) == sums_within(exact, are_rounded=True) == 1e-3


def test_rounding_to_decimals_excuses_no_sigmoids_of_many_classes():
    sigmoids = np.round(np.random.default_rng(0).random((50, 200)), 2)
    assert sums_within(sigmoids, are_rounded=True) == 0.1

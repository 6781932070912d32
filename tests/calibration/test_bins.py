"""What holds for the bins of any scores: counts, sums over chunks, order of examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from anim import calibration

quick = settings(max_examples=40, deadline=None, derandomize=True)
# A few sizes only: each is compiled once.
sizes = st.sampled_from([1, 7, 64])


few_numbers = st.sampled_from([1, 2, 3, 7, 10, 15, 40, 119])


@st.composite
def scores_near_edges(draw, numbers, size=64):
    """A number of bins, and float32 scores on their edges or next to them."""
    bins = draw(numbers)
    edges = np.linspace(0, 1, bins + 1, dtype=np.float32)
    index = draw(hnp.arrays(np.int64, size, elements=st.integers(0, bins)))
    towards = draw(hnp.arrays(np.float32, size, elements=st.sampled_from([0.0, 0.5, 1.0])))
    near = np.where(towards == 0.5, edges[index], np.nextafter(edges[index], towards))
    return bins, near.astype(np.float32)


@st.composite
def predictions(draw, classes=3):
    """Probabilities [N, K] float32 and labels [N]."""
    size = draw(sizes)
    seed = draw(st.integers(0, 1000))
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(size, classes)) * draw(st.sampled_from([0.1, 1, 30]))
    probs = np.exp(logits - logits.max(1, keepdims=True))
    probs /= probs.sum(1, keepdims=True)
    return probs.astype(np.float32), rng.integers(0, classes, size)


def check_counts(bins, scores):
    _, sums = calibration.binned(scores, scores > 0.5, bins, "width")
    np.testing.assert_array_equal(sums.counts, np.histogram(scores, bins, (0, 1))[0])
    np.testing.assert_array_equal(sums.hits, np.histogram(scores[scores > 0.5], bins, (0, 1))[0])
    # In host memory NumPy adds up weights.
    _, weighted = calibration.binned(
        scores, scores > 0.5, bins, "width", weights=np.ones(len(scores))
    )
    np.testing.assert_array_equal(weighted.counts, sums.counts)
    np.testing.assert_array_equal(weighted.hits, sums.hits)


@quick
@given(scores_near_edges(few_numbers))
def test_counts_equal_numpy_histogram_next_to_every_edge(case):
    check_counts(*case)


@pytest.mark.slow
@quick
@given(scores_near_edges(st.integers(1, 120)))
def test_counts_of_any_number_of_bins_equal_numpy_histogram_next_to_every_edge(case):
    check_counts(*case)


@quick
@given(predictions(), st.sampled_from([1, 15, 50]), st.sampled_from([0, 1, 32, 64]))
def test_sums_of_chunks_add_up_to_the_sums_of_all(case, bins, cut):
    probs, labels = case
    scores, hits = probs.max(1), probs.argmax(1) == labels
    edges = calibration.width_edges(bins)
    whole = calibration.width_sums(scores, hits, edges)
    parts = [
        calibration.width_sums(scores[part], hits[part], edges)
        for part in (slice(None, cut), slice(cut, None))
    ]
    added = parts[0] + parts[1]
    np.testing.assert_array_equal(added.counts, whole.counts)
    np.testing.assert_array_equal(added.hits, whole.hits)
    np.testing.assert_allclose(added.offsets, whole.offsets, rtol=1e-5, atol=1e-6)


@quick
@given(predictions(), st.integers(0, 100))
@pytest.mark.parametrize(
    "error",
    [
        calibration.calibration_error,
        lambda *pair: calibration.calibration_error(*pair, norm="max"),
        lambda *pair: calibration.calibration_error(*pair, binning="mass"),
        calibration.negative_log_likelihood,
        calibration.brier_score,
        calibration.signed_gap,
    ],
    ids=["ece", "mce", "ece of equal mass", "nll", "brier", "gap"],
)
def test_errors_do_not_depend_on_the_order_of_examples(error, case, seed):
    probs, labels = case
    order = np.random.default_rng(seed).permutation(len(labels))
    here, there = error(probs, labels), error(probs[order], labels[order])
    np.testing.assert_allclose(here, there, rtol=1e-5, atol=1e-6)


@quick
@given(predictions())
def test_every_example_is_in_one_bin_and_none_is_in_an_empty_one(case):
    probs, labels = case
    scores, hits = probs.max(1), probs.argmax(1) == labels
    for binning in ("width", "mass"):
        edges, sums = calibration.binned(scores, hits, 15, binning)
        accuracy, confidence = calibration.shares(sums, edges)
        assert np.sum(sums.counts) == len(labels)
        assert (np.isnan(accuracy) == (np.asarray(sums.counts) == 0)).all()
        assert np.nansum(accuracy * sums.counts) == pytest.approx(hits.sum())
        assert np.nansum(confidence * sums.counts) == pytest.approx(scores.sum(), rel=1e-5)

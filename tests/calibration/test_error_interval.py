"""The interval of the ECE: its ends, where they are known, and its form."""

import numpy as np
import pytest
import scipy.stats

from anim import calibration


def bins_of(examples, gap, bins=8, seed=1):
    """Return counts, accuracy and confidence of scores that are ``gap`` too high."""
    rng = np.random.default_rng(seed)
    counts = np.full(bins, examples // bins)
    scores = np.linspace(0.6, 0.95, bins)
    return counts, rng.binomial(counts, scores - gap) / counts, scores


@pytest.mark.parametrize(("right", "examples"), [(600, 1000), (80, 100), (940, 1000)])
def test_a_large_error_of_one_bin_has_the_interval_of_its_share(right, examples):
    share = scipy.stats.binomtest(right, examples).proportion_ci(0.95)
    one = np.array([examples]), np.array([right / examples]), np.array([0.4])
    low, high = calibration.error_interval(*one)
    assert low == pytest.approx(share.low - 0.4, abs=0.008)
    assert high == pytest.approx(share.high - 0.4, abs=0.008)


def test_errors_in_one_direction_have_the_interval_of_the_gap():
    """Far from 0, the ECE is the mean gap, which is normal."""
    counts, accuracy, scores = bins_of(8000, 0.2)
    low, high = calibration.error_interval(counts, accuracy, scores)
    gap = (scores - accuracy).mean()
    spread = np.sqrt((accuracy * (1 - accuracy) / counts).sum()) / 8
    assert (low, high) == pytest.approx((gap - 1.96 * spread, gap + 1.96 * spread), abs=0.002)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("gap", [0.0, 0.03])
def test_0_is_inside_where_the_test_does_not_reject_and_nowhere_else(gap, seed):
    bins = bins_of(800, gap, seed=seed)
    is_inside = calibration.error_interval(*bins).low == 0
    assert is_inside == (calibration.error_p_value(*bins) > 0.05)


def test_the_lower_end_leaves_0_without_a_jump():
    """As an error grows by one example at a time; the bootstrap jumped from 0 to half of it."""
    counts, scores = np.full(4, 500), np.array([0.6, 0.7, 0.8, 0.9])
    off = np.arange(0, 60)
    hits = counts * scores - off[:, None] * [1, 0.5, 0.25, 0.25]
    shape = np.broadcast_to(counts, hits.shape), hits / counts, np.broadcast_to(scores, hits.shape)
    low, high = calibration.error_interval(*shape)
    assert low[0] == 0 < low[-1]
    assert np.abs(np.diff(low)).max() < 0.004
    assert np.abs(np.diff(high)).max() < 0.008


def test_an_error_of_few_examples_may_lie_above_its_interval():
    """Twenty bins of ten examples each: chance alone makes an ECE of 0.1."""
    found = []
    for seed in range(30):
        counts, accuracy, scores = bins_of(200, 0.0, bins=20, seed=seed)
        error = calibration.expected_error_of_bins(counts, accuracy, scores)
        found.append(calibration.error_interval(counts, accuracy, scores).high < error)
    assert 0 < np.mean(found) < 1


def test_a_higher_level_has_a_wider_interval():
    given = bins_of(800, 0.1)
    narrow, wide = (calibration.error_interval(*given, level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_the_same_seed_gives_the_same_interval():
    given = bins_of(800, 0.1)
    first, again, other = (calibration.error_interval(*given, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert first == pytest.approx(other, abs=0.01)


def test_snapshots_have_the_interval_they_have_alone():
    """Also beside those with other empty bins, and those that could not be read."""
    parts = [bins_of(800, gap, seed=seed) for seed, gap in enumerate((0, 0.05, 0.2))]
    counts, accuracy, scores = (np.stack(part) for part in zip(*parts, strict=True))
    counts[0, 3] = counts[2] = 0
    accuracy[0, 3] = accuracy[2] = np.nan
    found = calibration.error_interval(counts, accuracy, scores)
    alone = [calibration.error_interval(*one) for one in zip(counts, accuracy, scores, strict=True)]
    np.testing.assert_array_equal(np.transpose(found), alone)
    assert np.isnan(found.low).tolist() == [False, False, True]


@pytest.mark.parametrize(("count", "score", "right", "limits"), [
    # Five right of five: shares down to 0.025 ** (1 / 5) = 0.48 are not unlikely.
    (5, 1.0, 1.0, (0, 0.52)),
    # None of five: shares up to 0.52, or 0.45 with all of 5 % on this side.
    (5, 0.7, 0.0, (0.2, 0.7)),
    # One example is no evidence; it leaves all errors possible that its score has.
    (1, 0.7, 1.0, (0, 0.7)),
    (1, 0.7, 0.0, (0, 0.7)),
])  # fmt: skip
def test_very_few_examples_leave_most_errors_possible(count, score, right, limits):
    one = np.array([count]), np.array([right]), np.array([score])
    # Binomial quantiles are approximate: of five examples, to within half of one.
    assert calibration.error_interval(*one) == pytest.approx(limits, abs=0.11)

"""The ECE of calibrated models, and the test of one, against SciPy and simulation."""

import numpy as np
import pytest
import scipy.stats

from anim import calibration


@pytest.mark.parametrize(
    "scores",
    [
        np.linspace(0.52, 0.98, 6),
        np.array([0.0, 0.01, 0.5, 0.5, 0.99, 1.0]),
    ],
)
def test_the_expected_error_is_that_of_simulated_calibrated_models(scores):
    counts = np.array([3, 1, 0, 40, 700, 12])
    draws = np.random.default_rng(0).binomial(counts, scores, (100_000, 6))
    errors = np.abs(draws - counts * scores).sum(1) / counts.sum()
    found = calibration.expected_error_if_calibrated(counts, scores)
    assert found == pytest.approx(errors.mean(), abs=4 * errors.std() / np.sqrt(100_000))


def test_the_expected_error_has_a_closed_form_for_even_odds():
    """E|X - n/2| of 2 m draws of a coin is m C(2m, m) / 4^m."""
    found = calibration.expected_error_if_calibrated(np.array([10]), np.array([0.5]))
    assert found == pytest.approx(5 * 252 / 4**5 / 10, rel=1e-12)


def test_the_expected_error_of_many_falls_with_their_root():
    """Like the mean absolute deviation of a normal variable: sqrt(2 p (1 - p) / (pi n))."""
    found = calibration.expected_error_if_calibrated(np.array([10**8]), np.array([0.2]))
    assert found == pytest.approx(np.sqrt(2 * 0.16 / (np.pi * 10**8)), rel=1e-6)


def test_many_snapshots_have_an_expected_error_each():
    counts, scores = np.array([[5, 5], [1, 9], [0, 0]]), np.array([[0.5, 0.9], [0.2, 0.7], [0, 0]])
    found = calibration.expected_error_if_calibrated(counts, scores)
    alone = [
        np.abs(np.arange(n + 1) - n * p) @ scipy.stats.binom.pmf(np.arange(n + 1), n, p)
        for n, p in zip(counts.ravel(), scores.ravel(), strict=True)
    ]
    expected = np.reshape(alone, (3, 2)).sum(1)[:2] / 10
    np.testing.assert_allclose(found[:2], expected, rtol=1e-12)
    assert np.isnan(found[2])


@pytest.mark.parametrize(("hits", "count"), [(5, 10), (8, 10), (1, 10), (60, 100), (700, 1000)])
def test_the_p_value_of_one_bin_is_that_of_the_exact_test(hits, count):
    """Of one bin, the ECE is |share - score|, and a fair coin is as far off on both sides."""
    found = calibration.error_p_value(np.array([count]), np.array([hits / count]), np.array([0.5]))
    expected = scipy.stats.binomtest(hits, count, 0.5).pvalue
    # Three standard deviations of 999 draws, and one draw.
    assert found == pytest.approx(expected, abs=3 * np.sqrt(expected / 999) + 0.001)


def test_an_error_that_chance_never_makes_has_the_smallest_p_value():
    certain = np.array([1.0, 1.0]), np.array([0.5, 1.0])
    assert calibration.error_p_value(np.array([4, 9]), *certain) > 0.001
    impossible = np.array([0.75, 1.0]), np.array([1.0, 1.0])
    assert calibration.error_p_value(np.array([4, 9]), *impossible) == 0.001


def test_no_error_at_all_has_the_largest_p_value():
    share = np.array([0.5, 1.0, 0.0])
    assert calibration.error_p_value(np.array([4, 9, 5]), share, share) == 1


def test_snapshots_have_the_p_value_they_have_alone():
    counts = np.array([[5, 5], [1, 9], [0, 0]])
    accuracy = np.array([[0.2, 0.8], [1.0, 4 / 9], [np.nan, np.nan]])
    scores = np.array([[0.5, 0.9], [0.2, 0.7], [np.nan, np.nan]])
    found = calibration.error_p_value(counts, accuracy, scores)
    alone = [calibration.error_p_value(*one) for one in zip(counts, accuracy, scores, strict=True)]
    np.testing.assert_array_equal(found, alone)
    assert np.isnan(found).tolist() == [False, False, True]


def test_there_is_neither_error_nor_p_value_without_examples():
    nothing = np.zeros(2), np.full(2, np.nan), np.full(2, np.nan)
    assert np.isnan(calibration.expected_error_if_calibrated(*nothing[:2]))
    assert np.isnan(calibration.error_p_value(*nothing))

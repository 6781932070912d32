"""Spiegelhalter's test and cumulative differences: definitions, distributions, and properties."""

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from anim import calibration
from anim.calibration.score_tests import beyond_maximum, beyond_range
from tests.support.amounts import slow
from tests.support.predictions import CASES, model, softmax
from tests.support.weighted import weighted_outcomes

# What the code that goes with the paper prints, ecevecce (MIT): 1 - kuiper(x), and 1 -
# kolmogorov_smirnov(x).
PRINTED = {
    0.001: (1.0, 1.0),
    0.5: (0.9999999122222775, 0.9908430097102392),
    1.2533141373155001: (0.7448854387452553, 0.41984290667569324),
    1.4999: (0.5130303049905935, 0.26726700611352183),
    1.5001: (0.5128512106580403, 0.267163430397762),
    2.2585549672545224: (0.09559417556257466, 0.04782216342747447),
    4.5: (2.7181384997838652e-05, 1.3590692498732793e-05),
}


def of_class_1(case):
    probs, labels = CASES[case]
    return probs[:, 1], labels == 1


@pytest.mark.parametrize("case", CASES)
def test_spiegelhalters_z_is_that_of_the_brier_score(case):
    """By how many standard deviations it is off what a calibrated model has."""
    p, y = of_class_1(case)
    expected = (p * (1 - p)).mean()
    deviation = np.sqrt(((1 - 2 * p) ** 2 * p * (1 - p)).sum()) / len(p)
    z, p_value = calibration.spiegelhalter_test(p, y)
    assert z == pytest.approx((((p - y) ** 2).mean() - expected) / deviation, rel=1e-9)
    assert p_value == pytest.approx(2 * scipy.stats.norm.sf(abs(z)), rel=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_cumulative_differences_are_those_of_the_paper(case):
    scores, hits = of_class_1(case)
    if "edges" in case or case == "ties":
        # Of equal scores only the sum counts, as of one example with their weight.
        of = np.unique(scores, return_inverse=True)[1]
        steps = np.bincount(of, hits - scores)
    else:
        steps = (hits - scores)[np.argsort(scores)]
    walk = np.insert(np.cumsum(steps), 0, 0) / len(scores)
    deviation = np.sqrt((scores * (1 - scores)).sum()) / len(scores)
    found = calibration.cumulative_differences(scores, hits)
    assert found.kuiper == pytest.approx(walk.max() - walk.min(), rel=1e-9)
    assert found.kolmogorov_smirnov == pytest.approx(np.abs(walk).max(), rel=1e-9)
    assert found.kuiper_p == pytest.approx(beyond_range(found.kuiper / deviation), rel=1e-9)
    expected = beyond_maximum(found.kolmogorov_smirnov / deviation)
    assert found.kolmogorov_smirnov_p == pytest.approx(expected, rel=1e-9)


def test_kuiper_is_the_largest_miscalibration_of_an_interval_of_scores():
    scores, hits = of_class_1("over-confident")
    scores, hits = scores[:60], hits[:60]
    different = np.unique(scores)
    off = [
        abs((hits - scores)[(scores >= low) & (scores <= high)].sum()) / 60
        for low in different
        for high in different[different >= low]
    ]
    assert calibration.cumulative_differences(scores, hits).kuiper == pytest.approx(max(off))


@pytest.mark.parametrize("x", PRINTED)
def test_the_distributions_are_those_of_the_code_of_the_paper(x):
    found = beyond_range(x), beyond_maximum(x)
    np.testing.assert_allclose(found, PRINTED[x], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(
    ("beyond", "mean"),
    [(beyond_range, 2 * np.sqrt(2 / np.pi)), (beyond_maximum, np.sqrt(np.pi / 2))],
)
def test_the_distributions_have_their_means(beyond, mean):
    pieces = [scipy.integrate.quad(beyond, *ends)[0] for ends in ((0, 1.5), (1.5, 12))]
    assert sum(pieces) == pytest.approx(mean, rel=1e-8)
    assert beyond(0.0) == beyond(0.01) == 1
    # Far out it keeps its digits.
    assert 0 < beyond(30.0) < 1e-190
    assert beyond(np.inf) == 0


@pytest.mark.parametrize("hits", [[True, False], [True, True], [False, False]])
def test_scores_that_are_sure_have_no_variance(hits):
    found = calibration.spiegelhalter_test([1.0, 0.0], hits)
    walk = calibration.cumulative_differences([1.0, 0.0], hits)
    is_right = hits == [True, False]
    assert found == ((0, 1) if is_right else (np.inf, 0))
    assert (walk.kuiper, walk.kuiper_p) == ((0, 1) if is_right else (0.5, 0))


def test_scores_of_one_half_have_the_brier_score_that_they_promise():
    found = calibration.spiegelhalter_test(np.full(9, 0.5, np.float32), np.arange(9) < 7)
    assert found == (0, 1)
    assert calibration.cumulative_differences([0.5] * 9, [True] * 9).kuiper_p < 0.05


@pytest.mark.parametrize("shift", [0, *slow(0.5)])
def test_sums_of_float32_keep_their_digits(shift):
    """Of a million scores, whose cumulative differences are small beside their sums."""
    rng = np.random.default_rng(0)
    scores = (shift + (1 - shift) * rng.random(1_000_000)).astype(np.float32)
    hits = rng.random(len(scores)) < scores
    walk = np.cumsum((hits - scores.astype(np.longdouble))[np.argsort(scores)]) / len(scores)
    found = calibration.cumulative_differences(scores, hits)
    assert found.kuiper == pytest.approx(float(np.ptp(walk)), abs=1e-7)
    assert found.kuiper_p > 0.05


def test_snapshots_are_tested_each():
    probs, labels = CASES["two classes"]
    scores = np.stack([probs[:, 1], probs[:, 1] ** 2])
    for test in (calibration.spiegelhalter_test, calibration.cumulative_differences):
        found = test(scores, labels)
        for i, one in enumerate(scores):
            np.testing.assert_array_equal([part[i] for part in found], test(one, labels))
        assert found[-1][1] < 1e-6


@weighted_outcomes
def test_weights_of_integers_are_repetitions_and_the_order_means_nothing(one):
    cumulative = calibration.cumulative_differences
    expected = cumulative(one.repeated_scores, one.repeated_hits)
    for found in (one.weighted(cumulative), one.shuffled(cumulative)):
        assert found.kuiper == pytest.approx(expected.kuiper, abs=1e-12)
        assert found.kolmogorov_smirnov == pytest.approx(expected.kolmogorov_smirnov, abs=1e-12)
    for test in (cumulative, calibration.spiegelhalter_test):
        np.testing.assert_allclose(one.shuffled(test), one.weighted(test), rtol=1e-9, atol=1e-12)


@weighted_outcomes
def test_the_unit_of_weights_means_nothing(one):
    scores, hits = one.kept
    for test in (calibration.cumulative_differences, calibration.spiegelhalter_test):
        expected = test(scores, hits)
        np.testing.assert_allclose(
            test(scores, hits, weights=np.full(len(scores), 0.37)), expected, rtol=1e-9, atol=1e-9
        )
        found = test(scores, hits, weights=7 * one.kept_weights)
        np.testing.assert_allclose(one.weighted(test), found, rtol=1e-9, atol=1e-9)


def test_weighted_examples_are_as_many_as_their_effective_number():
    """Weights that have nothing to do with the scores widen the distribution as Kish says."""
    rng = np.random.default_rng(0)
    scores = rng.random(4000)
    weights = rng.integers(1, 10, (300, 4000))
    found = [
        calibration.spiegelhalter_test(scores, rng.random(4000) < scores, weights=one).z
        for one in weights
    ]
    assert np.std(found) == pytest.approx(1, abs=0.12)
    kept = rng.random(4000) < 0.5
    some = calibration.cumulative_differences(scores[kept], kept[kept])
    every = calibration.cumulative_differences(scores, np.ones(4000, bool), weights=kept)
    np.testing.assert_allclose(some, every, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("examples", [50, 5000])
def test_calibrated_models_are_called_miscalibrated_as_often_as_said(examples):
    rng = np.random.default_rng(0)
    p_values = []
    for seed in range(1000):
        logits, _ = model(examples=examples, classes=3, seed=seed)
        scores = softmax(logits).max(1)
        hits = rng.random(examples) < scores
        walk = calibration.cumulative_differences(scores, hits)
        p_values.append(
            [
                calibration.spiegelhalter_test(scores, hits).p,
                walk.kuiper_p,
                walk.kolmogorov_smirnov_p,
            ]
        )
    often = (np.array(p_values) <= 0.05).mean(0)
    assert (often <= 0.062).all()
    assert (often >= (0.03 if examples == 5000 else 0.01)).all()

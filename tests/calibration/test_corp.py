"""The CORP decomposition: published numbers, scikit-learn's regression, and its properties."""

from functools import partial

import numpy as np
import pytest
import sklearn.isotonic
import sklearn.metrics

from anim import calibration
from anim.calibration import CONFIDENCE, scores_and_hits
from tests.support.predictions import CASES, confidence_and_hits
from tests.support.weighted import weighted_outcomes

# Of 52 members of an ensemble, how many forecast rain at Niamey on each day from July to September
# 2016, and on which days it rained: modified products of ECMWF (CC BY 4.0), summarized by Vogel et
# al. 2021 (doi 10.1029/2020GL091022).
MEMBERS = """
44 38 21 42 49 50 20 41 33 42 52 52 48 40 31 25 46 52 52 52 52 40 51 52 52 49 23 49 51 24 50
48 39 52 52 36 46 48 52 52 51 52 48 38 41 52 52 52 52 49 10 35 17 46 52 52 47 52 52 52 42 42
 9 27 31 49 51 36 36 47 50 49 52 19 33 52 51 11 31 20 46 44 36 43 47  8 34 47 48  7  6 10
"""
RAINED = """
 0  1  1  0  1  1  0  0  1  0  1  0  1  0  0  1  1  1  1  1  1  0  1  1  0  1  0  1  0  1  1
 0  0  1  0  0  1  0  1  1  1  0  1  1  1  1  1  1  1  1  0  0  0  1  1  0  1  1  1  1  0  1
 1  1  1  0  1  1  0  1  0  1  1  0  1  0  0  0  0  0  0  1  0  1  1  0  1  1  0  0  0  0
"""
MEMBERS, RAINED = (np.array([*map(int, lines.split())]) for lines in (MEMBERS, RAINED))


def by_scikit_learn(scores, hits, score, weights=None):
    """The parts by their definition: mean scores of predictions, fitted ones, and the base rate."""
    fitted = sklearn.isotonic.IsotonicRegression().fit(scores, hits, weights).predict(scores)
    base = np.full(len(hits), np.average(hits, weights=weights))

    def mean(p):
        of_label = np.where(hits, p, 1 - p)
        each = (1 - of_label) ** 2 if score == "brier" else -np.log(of_label)
        return np.average(each, weights=weights)

    plain, best, worst = mean(scores), mean(fitted), mean(base)
    return plain - best, worst - best, worst


def test_the_numbers_are_those_that_reliabilitydiag_publishes():
    """Figure 1b of Dimitriadis, Gneiting and Jordan 2021."""
    found = calibration.corp_decomposition(MEMBERS / 52, RAINED)
    assert [f"{part:.3f}" for part in found] == ["0.066", "0.044", "0.244"]


@pytest.mark.parametrize("score", ["brier", "log"])
@pytest.mark.parametrize("case", CASES)
def test_the_parts_are_those_of_the_regression_of_scikit_learn(case, score):
    probs, labels = CASES[case]
    pairs = [confidence_and_hits(probs, labels)]
    pairs += [(probs[:, 1], labels == 1)] if probs.shape[1] == 2 else []
    for scores, hits in pairs:
        # It takes scores for equal that differ by what rounding leaves.
        scores = scores.clip(1e-9, 1 - 1e-9).round(12)
        found = calibration.corp_decomposition(scores, hits, score=score)
        np.testing.assert_allclose(found, by_scikit_learn(scores, hits, score), atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_the_parts_make_the_mean_score(case):
    probs, labels = CASES[case]
    for dtype in (np.float64, np.float32):
        scores, hits = scores_and_hits(probs.astype(dtype), labels, CONFIDENCE)
        scores, hits = np.asarray(scores), np.asarray(hits)
        mcb, dsc, unc = calibration.corp_decomposition(scores, hits)
        whole = np.square(scores.astype(np.float64) - hits).mean()
        assert mcb - dsc + unc == pytest.approx(whole, abs=1e-12)
        mcb, dsc, unc = calibration.corp_decomposition(scores, hits, score="log")
        of_label = np.where(hits, scores.astype(np.float64), 1 - scores.astype(np.float64))
        whole = -np.log(np.maximum(of_label, np.finfo(scores.dtype).tiny)).mean()
        assert mcb - dsc + unc == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_the_parts_of_classes_make_the_brier_score(case):
    probs, labels = CASES[case]
    each = [calibration.corp_decomposition(probs[:, k], labels == k) for k in range(probs.shape[1])]
    found = calibration.classwise_corp_decomposition(probs, labels)
    np.testing.assert_allclose(found, np.mean(each, axis=0), atol=1e-12)
    mcb, dsc, unc = found
    unit = 1 if probs.shape[1] == 2 else probs.shape[1]
    brier = sklearn.metrics.brier_score_loss(labels, probs, labels=range(probs.shape[1]))
    assert unit * (mcb - dsc + unc) == pytest.approx(brier, abs=1e-12)
    log = calibration.classwise_corp_decomposition(probs[:500], labels[:500], score="log")
    each = [
        calibration.corp_decomposition(probs[:500, k], labels[:500] == k, score="log")
        for k in range(probs.shape[1])
    ]
    np.testing.assert_allclose(log, np.mean(each, axis=0), rtol=1e-12)


def test_a_sure_and_wrong_score_costs_much_but_not_infinitely_much():
    scores = np.array([1.0, 0.9, 0.2], np.float32)
    mcb, dsc, unc = calibration.corp_decomposition(scores, [False, True, False], score="log")
    least = -np.log(np.finfo(np.float32).tiny)
    expected = (least - np.log([0.9, 0.8]).sum()) / 3
    assert mcb - dsc + unc == pytest.approx(expected, rel=1e-6)


def test_recalibrated_scores_have_no_miscalibration():
    scores = sklearn.isotonic.IsotonicRegression().fit_transform(MEMBERS, RAINED)
    mcb, dsc, _ = calibration.corp_decomposition(scores, RAINED)
    assert mcb == pytest.approx(0, abs=1e-15)
    assert dsc == pytest.approx(0.044115, abs=1e-6)


@pytest.mark.parametrize("score", ["brier", "log"])
def test_degenerate_outcomes_have_parts(score):
    for scores, hits in (([0.7], [True]), ([0.7] * 3, [False] * 3), ([0.0, 1.0], [False, True])):
        mcb, dsc, unc = calibration.corp_decomposition(scores, hits, score=score)
        assert mcb >= 0
        assert dsc == pytest.approx(unc)


def test_snapshots_have_parts_each():
    probs, labels = CASES["two classes"]
    scores = np.stack([probs[:, 1], probs[:, 1] ** 2, probs[::-1, 1]])
    found = calibration.corp_decomposition(scores, labels)
    for i, one in enumerate(scores):
        expected = calibration.corp_decomposition(one, labels)
        np.testing.assert_array_equal([part[i] for part in found], expected)


def test_an_unknown_score_is_refused():
    with pytest.raises(ValueError, match=r"^score: "):
        calibration.corp_decomposition([0.5], [True], score="spherical")


@weighted_outcomes
def test_weights_of_integers_are_repetitions_and_the_order_means_nothing(one):
    for score in ("brier", "log"):
        decompose = partial(calibration.corp_decomposition, score=score)
        expected = decompose(one.repeated_scores, one.repeated_hits)
        np.testing.assert_allclose(one.weighted(decompose), expected, atol=1e-12, rtol=1e-12)
        np.testing.assert_allclose(one.shuffled(decompose), expected, atol=1e-12, rtol=1e-12)
    scores, hits = one.kept
    fitted = by_scikit_learn(scores.astype(np.float64), hits, "brier", one.kept_weights)
    found = one.weighted(calibration.corp_decomposition)
    np.testing.assert_allclose(found, np.maximum(fitted, 0), atol=1e-9)

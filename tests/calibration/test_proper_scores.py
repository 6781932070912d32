"""Proper scores, against other packages and their plain definitions."""

import numpy as np
import pytest
import scipy.special
import sklearn.metrics

from anim import calibration
from tests.support.predictions import CASES, DEGENERATE, model, textbook_bins

pytestmark = pytest.mark.usefixtures("doubles")


@pytest.mark.parametrize("case", CASES)
def test_proper_scores_equal_those_of_scikit_learn(case):
    probs, labels = CASES[case]
    classes = range(probs.shape[1])
    brier = sklearn.metrics.brier_score_loss(labels, probs, labels=classes)
    assert float(calibration.brier_score(probs, labels)) == pytest.approx(brier, abs=1e-12)
    nll = sklearn.metrics.log_loss(labels, probs, labels=classes)
    assert float(calibration.negative_log_likelihood(probs, labels)) == pytest.approx(nll, abs=1e-9)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_likelihood_of_logits_equals_that_of_scipy(classes):
    logits, labels = model(classes=classes, sharpness=50)
    expected = -scipy.special.log_softmax(logits, axis=1)[np.arange(len(labels)), labels].mean()
    found = calibration.negative_log_likelihood_of_logits(logits, labels)
    assert float(found) == pytest.approx(expected, rel=1e-12)


def test_a_probability_of_0_costs_much_but_not_infinitely_much():
    probs = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    found = float(calibration.negative_log_likelihood(probs, np.array([1, 1])))
    assert found == pytest.approx(-np.log(np.finfo(np.float32).tiny) / 2, rel=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_parts_of_the_brier_score_equal_their_definitions(case):
    probs, labels = CASES[case]
    expected = np.zeros(3)
    for k in range(probs.shape[1]):
        hits = labels == k
        counts, share, score = textbook_bins(probs[:, k], hits, np.linspace(0, 1, 11))
        base = hits.mean()
        expected += (
            np.average((share - score) ** 2, weights=counts),
            np.average((share - base) ** 2, weights=counts),
            base * (1 - base),
        )
    unit = 0.5 if probs.shape[1] == 2 else 1
    parts = calibration.brier_decomposition(probs, labels, bins=10)
    if "edges" in case:
        # The two classes' scores on an edge lie in bins that do not mirror each other.
        np.testing.assert_allclose(parts[1:3], expected[1:] * unit, atol=0.02)
    else:
        np.testing.assert_allclose(parts[:3], expected * unit, atol=1e-12)
    whole = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    brier = sklearn.metrics.brier_score_loss(labels, probs, labels=range(probs.shape[1]))
    assert float(whole) == pytest.approx(brier, abs=1e-12)


def test_the_component_within_bins_is_0_for_equal_scores():
    """If all scores of a bin are equal, both components within the bin are 0."""
    parts = calibration.brier_decomposition(*CASES["ties"], bins=15)
    assert float(parts.within) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("case", DEGENERATE)
def test_degenerate_predictions_have_scores(case):
    probs, labels, *_, brier, nll = DEGENERATE[case]
    probs, labels = np.array(probs), np.array(labels)
    assert float(calibration.brier_score(probs, labels)) == pytest.approx(brier, abs=1e-12)
    found = calibration.negative_log_likelihood(probs, labels)
    assert float(found) == pytest.approx(nll, abs=1e-12)

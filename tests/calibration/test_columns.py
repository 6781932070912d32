"""What each example contributes, against NumPy in float64 and the functions of single metrics."""

import numpy as np
import pytest
import scipy.special

from anim import calibration
from anim.calibration import tiles
from anim.calibration.columns import columns_of
from anim.calibration.views import CONFIDENCE, ClassView
from tests.support.reductions import case, exactly

RNG = np.random.default_rng(0)


def some(classes, dtype=np.float32):
    logits = RNG.normal(scale=3, size=(70, classes)).astype(dtype)
    # Ties, of which the first one is predicted.
    logits[:20] = np.round(logits[:20])
    return logits, RNG.integers(0, classes, 70)


@pytest.mark.parametrize("of_logits", [True, False])
@pytest.mark.parametrize("classes", [2, 5, 40])
def test_columns_are_those_of_the_definitions(classes, of_logits, monkeypatch):
    monkeypatch.setattr(tiles, "_TILE", 30 * classes)
    logits, labels = some(classes)
    values = logits if of_logits else np.asarray(calibration.probabilities(logits))
    view = ClassView(1)
    found = columns_of(values, labels, views=(CONFIDENCE, view), of_logits=of_logits)
    probs = scipy.special.softmax(logits.astype(float), axis=1)
    of_label = np.eye(classes)[labels]
    np.testing.assert_allclose(found.nll, -np.log((probs * of_label).sum(1)), rtol=1e-5, atol=1e-6)
    unit = 0.5 if classes == 2 else 1
    brier = unit * ((probs - of_label) ** 2).sum(1)
    np.testing.assert_allclose(found.brier, brier, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found.hits[0], values.argmax(1) == labels)
    np.testing.assert_array_equal(found.hits[1], labels == 1)
    np.testing.assert_allclose(found.scores[0], probs.max(1), rtol=1e-6)


@pytest.mark.parametrize("classes", [2, 5, 40])
def test_scores_are_those_of_the_probabilities_to_the_last_digit(classes, monkeypatch):
    """`anim.Run.probs` returns the very numbers that are binned."""
    monkeypatch.setattr(tiles, "_TILE", 31 * classes)
    logits, labels = some(classes)
    found = columns_of(logits, labels, views=(CONFIDENCE, ClassView(0)), of_logits=True)
    probs = np.asarray(calibration.probabilities(logits))
    np.testing.assert_array_equal(found.scores[0], probs.max(1))
    np.testing.assert_array_equal(found.scores[1], probs[:, 0])


def test_predicted_classes_may_be_given():
    logits, labels = some(3)
    found = columns_of(logits, labels, labels, views=(CONFIDENCE,), of_logits=True)
    assert np.asarray(found.hits[0]).all()


@pytest.mark.parametrize("classes", [2, 5, 40])
def test_no_digit_of_the_losses_of_logits_is_lost_near_0(classes, monkeypatch):
    monkeypatch.setattr(tiles, "_TILE", 31 * classes)
    logits, labels = case(classes, 30)
    found = columns_of(logits, labels, views=(), of_logits=True)
    nll, brier = exactly(logits, labels)
    assert (nll < 1e-9).any()
    np.testing.assert_allclose(found.nll, nll, rtol=2e-5, atol=1e-37)
    np.testing.assert_allclose(found.brier, brier, rtol=2e-5, atol=1e-37)

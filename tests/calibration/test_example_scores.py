"""Proper scores of each example, against their definitions and the means."""

import jax
import numpy as np
import pytest

from anim import calibration
from tests.support.amounts import slow
from tests.support.predictions import CASES, model, softmax
from tests.support.reductions import case as sure
from tests.support.reductions import exactly

SCORES = {
    "brier": (
        calibration.brier_score,
        calibration.brier_score_by_example,
        calibration.brier_score_of_logits_by_example,
    ),
    "nll": (
        calibration.negative_log_likelihood,
        calibration.negative_log_likelihood_by_example,
        calibration.negative_log_likelihood_of_logits_by_example,
    ),
}


def by_definition(probs, labels):
    of_label = np.eye(probs.shape[1])[labels]
    unit = 0.5 if probs.shape[1] == 2 else 1
    squares = unit * ((probs - of_label) ** 2).sum(1)
    return {"brier": squares, "nll": -np.log((probs * of_label).sum(1))}


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("classes", [2, 3, *slow(10)])
def test_scores_of_examples_are_those_of_the_definition(score, classes):
    logits, labels = model(classes=classes)
    expected = by_definition(softmax(logits), labels)[score]
    mean, of_probs, of_logits = SCORES[score]
    for found in (of_probs(softmax(logits), labels), of_logits(logits, labels)):
        np.testing.assert_allclose(found, expected, rtol=1e-9)
        assert float(mean(softmax(logits), labels)) == pytest.approx(float(found.mean()), rel=1e-12)


@pytest.mark.parametrize("classes", [2, 5, *slow(40)])
def test_no_digit_of_the_scores_of_logits_is_lost_near_0(classes):
    logits, labels = sure(classes, 30)
    for score, expected in zip(("nll", "brier"), exactly(logits, labels), strict=True):
        found = SCORES[score][2](logits, labels)
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-37)


@pytest.mark.parametrize("score", ["nll", *slow("brier")])
def test_snapshots_have_scores_each_and_derivatives(score):
    probs, labels = CASES["under-confident"]
    _, of_probs, of_logits = SCORES[score]
    logits = np.log(probs).astype(np.float32)
    several = np.stack([logits, logits[:, ::-1]])
    found = of_logits(several, labels)
    assert found.shape == several.shape[:2]
    np.testing.assert_allclose(found[0], of_probs(probs, labels), rtol=1e-4, atol=1e-6)
    slope = jax.grad(lambda one: of_logits(one, labels).sum())(logits)
    if score == "nll":
        np.testing.assert_allclose(slope, probs - np.eye(3)[labels], atol=1e-5)
    assert np.isfinite(slope).all()

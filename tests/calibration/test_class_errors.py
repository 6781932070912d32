"""Errors by predicted class, and of pooled scores, against their definitions."""

import jax
import numpy as np
import pytest

from anim import calibration
from tests.support.amounts import slow
from tests.support.predictions import CASES, confidence_and_hits, textbook_error
from tests.support.weighted import weighted_outcomes

EDGES = np.linspace(0, 1, 16)


def by_definition(probs, labels):
    confidence, hits = confidence_and_hits(probs, labels)
    predicted = probs.argmax(1)
    of_classes = [
        textbook_error(confidence[predicted == k], hits[predicted == k], EDGES)
        if (predicted == k).any()
        else np.nan
        for k in range(probs.shape[1])
    ]
    shares = np.bincount(predicted, minlength=probs.shape[1]) / len(labels)
    return np.nansum(shares * of_classes), of_classes, shares


@pytest.mark.parametrize("case", CASES)
def test_errors_by_predicted_class_are_those_of_its_examples(case):
    probs, labels = CASES[case]
    found = calibration.top_label_calibration_error(probs, labels)
    for part, expected in zip(found, by_definition(probs, labels), strict=True):
        np.testing.assert_allclose(part, expected, atol=1e-12)
    confidence, hits = confidence_and_hits(probs, labels)
    assert found.error >= textbook_error(confidence, hits, EDGES) - 1e-12


def test_errors_of_classes_do_not_cancel():
    """Of 0.8, one class is always right and the other one in 60 % of the cases."""
    probs = np.array([[0.8, 0.2], [0.2, 0.8]])[np.repeat([0, 1], 100)]
    labels = np.repeat([0, 1, 0], [100, 60, 40])
    assert float(calibration.expected_calibration_error(probs, labels)) == pytest.approx(0)
    found = calibration.top_label_calibration_error(probs, labels)
    assert found.error == pytest.approx(0.2)
    np.testing.assert_allclose(found.of_classes, [0.2, 0.2])
    np.testing.assert_allclose(found.shares, [0.5, 0.5])


def test_a_class_that_is_never_predicted_has_no_error():
    found = calibration.top_label_calibration_error([[0.7, 0.2, 0.1]] * 4, [0, 1, 2, 0])
    assert found.error == pytest.approx(0.2)
    assert np.isnan(found.of_classes).tolist() == [False, True, True]
    assert found.shares.tolist() == [1, 0, 0]


# Those of more classes are other programs.
QUICK = [case for case, (probs, _) in CASES.items() if probs.shape[1] == 2]


@pytest.mark.parametrize("case", [*QUICK, *slow(*(case for case in CASES if case not in QUICK))])
def test_pooled_scores_have_the_error_of_all_of_them(case):
    probs, labels = CASES[case]
    hits = np.eye(probs.shape[1], dtype=bool)[labels]
    with jax.enable_x64(True):
        found = float(calibration.pooled_calibration_error(probs, labels))
        fewer = float(calibration.pooled_calibration_error(probs, labels, 7))
    assert found == pytest.approx(textbook_error(probs.ravel(), hits.ravel(), EDGES), abs=1e-9)
    edges = np.linspace(0, 1, 8)
    assert fewer == pytest.approx(textbook_error(probs.ravel(), hits.ravel(), edges), abs=1e-9)
    narrow = calibration.pooled_calibration_error(probs.astype(np.float32), labels)
    if "edges" not in case:
        assert float(narrow) == pytest.approx(found, abs=1e-5)


def test_snapshots_have_errors_each():
    probs, labels = CASES["under-confident"]
    several = np.stack([probs, probs[:, ::-1], probs[::-1]])
    found = calibration.top_label_calibration_error(several, labels)
    pooled = calibration.pooled_calibration_error(several, labels)
    assert found.of_classes.shape == (3, 3)
    for i, one in enumerate(several):
        expected = calibration.top_label_calibration_error(one, labels)
        for part, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(part[i], other)
        expected = calibration.pooled_calibration_error(one, labels)
        assert float(pooled[i]) == pytest.approx(float(expected), abs=1e-7)


@weighted_outcomes
def test_weights_of_integers_are_repetitions_and_the_order_means_nothing(one):
    def error(scores, hits, weights=None):
        probs = np.stack([1 - scores, scores], axis=1)
        found = calibration.top_label_calibration_error(probs, hits.astype(int), weights=weights)
        return np.append(found.of_classes, [found.error, *found.shares])

    expected = error(one.repeated_scores, one.repeated_hits)
    np.testing.assert_allclose(one.weighted(error), expected, atol=1e-12)
    np.testing.assert_allclose(one.shuffled(error), expected, atol=1e-12)

"""Errors of bins and of predictions, against other packages and their plain definitions."""

import jax
import numpy as np
import pytest
import sklearn.calibration

from anim import calibration
from tests.support.predictions import (
    CASES,
    DEGENERATE,
    NO_TIES,
    OFF_EDGES,
    confidence_and_hits,
    model,
    reference,
    softmax,
    textbook_error,
)

pytestmark = pytest.mark.usefixtures("doubles")
NORMS = ("l1", "l2", "max", "average")


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("case", CASES)
def test_errors_of_equal_bins_equal_their_definitions(case, norm):
    probs, labels = CASES[case]
    bins = 10 if case == "edges of 10 bins" else 15
    edges = np.linspace(0, 1, bins + 1)
    expected = textbook_error(*confidence_and_hits(probs, labels), edges, norm)
    found = calibration.calibration_error(probs, labels, norm=norm, bins=bins)
    assert float(found) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("case", CASES)
def test_errors_of_quantile_bins_equal_their_definitions(case, norm):
    probs, labels = CASES[case]
    confidence, correct = confidence_and_hits(probs, labels)
    edges = np.quantile(confidence, np.linspace(0, 1, 11), method="higher")
    found = calibration.calibration_error(probs, labels, norm=norm, bins=10, binning="mass")
    expected = textbook_error(confidence, correct, edges, norm)
    assert float(found) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("norm", ["l1", "max"])
@pytest.mark.parametrize("case", CASES)
def test_float32_loses_little(case, norm):
    probs, labels = CASES[case]
    probs = probs.astype(np.float32)
    edges = np.linspace(0, 1, 16, dtype=np.float32)
    expected = textbook_error(*confidence_and_hits(probs, labels), edges, norm)
    found = calibration.calibration_error(probs, labels, norm=norm)
    assert found.dtype == np.float32
    assert float(found) == pytest.approx(expected, abs=1e-5)


# netcal interpolates quantiles, and splits ties on them differently.
@pytest.mark.parametrize(
    ("case", "binning"),
    [*((case, "width") for case in CASES), *((case, "mass") for case in NO_TIES)],
)
@pytest.mark.parametrize(("norm", "name"), [("l1", "ECE"), ("max", "MCE"), ("average", "ACE")])
def test_errors_equal_those_of_netcal(norm, name, case, binning):
    probs, labels = CASES[case]
    confidence, correct = confidence_and_hits(probs, labels)
    metric = getattr(reference("netcal.metrics"), name)(15, equal_intervals=binning == "width")
    expected = metric.measure(confidence, correct.astype(int))
    found = calibration.calibration_error(probs, labels, norm=norm, binning=binning)
    assert float(found) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
@pytest.mark.parametrize("case", OFF_EDGES)
def test_errors_equal_those_of_torchmetrics(case, norm):
    error = reference("torchmetrics.functional.classification").multiclass_calibration_error
    torch = reference("torch")
    probs, labels = CASES[case]
    # torchmetrics rounds to float32, and has an extra bin for a confidence of 1.
    kept = probs.max(1) < 1 - 1e-6
    probs, labels = probs[kept], labels[kept]
    given = torch.from_numpy(probs), torch.from_numpy(labels)
    expected = error(*given, num_classes=probs.shape[1], n_bins=15, norm=norm).item()
    found = calibration.calibration_error(probs, labels, norm=norm)
    # torchmetrics sums in float32 one by one, and rounding of ties does not cancel.
    assert float(found) == pytest.approx(expected, abs=1e-5 if case == "ties" else 1e-6)


def test_a_confidence_of_1_is_in_the_last_bin():
    """torchmetrics has an extra bin for it, in which gaps of both signs do not cancel."""
    probs = np.array([[0.0, 1.0], [0.05, 0.95], [0.05, 0.95]])
    labels = np.array([0, 1, 1])
    found = calibration.calibration_error(probs, labels, bins=10)
    assert float(found) == pytest.approx(abs(2 / 3 - 2.9 / 3), abs=1e-12)


@pytest.mark.parametrize("case", NO_TIES)
def test_the_debiased_error_equals_that_of_uncertainty_calibration(case):
    """With its own bins: 3000 examples in 15 bins of 200."""
    package = reference("calibration")
    probs, labels = CASES[case]
    found = calibration.calibration_error(probs, labels, norm="l2", binning="mass", debias=True)
    expected = package.lower_bound_scaling_top_ce(probs, labels, p=2, debias=True, num_bins=15)
    assert float(found) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("binning", ["width", "mass"])
@pytest.mark.parametrize("case", CASES)
def test_the_debiased_error_equals_that_of_uncertainty_calibration_in_our_bins(case, binning):
    package = reference("calibration")
    probs, labels = CASES[case]
    edges = np.linspace(0, 1, 16)
    if binning == "mass":
        edges = np.quantile(probs.max(1), edges, method="higher")
    # Its bins include their upper ends.
    ends = sorted({*np.nextafter(edges[1:-1], 0), 1.0})
    expected = package.lower_bound_scaling_top_ce(
        probs, labels, p=2, debias=True, num_bins=15, binning_scheme=lambda _, num_bins: ends
    )
    found = calibration.calibration_error(probs, labels, norm="l2", binning=binning, debias=True)
    assert float(found) == pytest.approx(expected, abs=1e-6)


def test_debiasing_subtracts_what_chance_adds():
    """The plain L2 error of a calibrated model is near sqrt(sum of variances), at least 0.02."""
    sets = [model(1500, seed=seed) for seed in range(20)]
    both = [
        [
            float(calibration.calibration_error(softmax(logits), labels, norm="l2", debias=debias))
            for debias in (False, True)
        ]
        for logits, labels in sets
    ]
    plain, debiased = np.square(both).mean(0)
    assert plain > 4e-4
    assert debiased < plain / 2


@pytest.mark.parametrize("case", ["under-confident", "over-confident", "edges of 15 bins"])
def test_the_class_wise_error_is_the_mean_of_its_classes(case):
    probs, labels = CASES[case]
    edges = np.linspace(0, 1, 16)
    errors = [textbook_error(probs[:, k], labels == k, edges) for k in range(probs.shape[1])]
    found = calibration.calibration_error(probs, labels, classwise=True)
    assert float(found) == pytest.approx(np.mean(errors), abs=1e-12)


def test_the_class_wise_error_equals_that_of_netcal():
    probs, labels = CASES["under-confident"]
    metric = reference("netcal.metrics").ECE(15)
    errors = [metric.measure(probs[:, k], (labels == k).astype(int)) for k in range(3)]
    found = calibration.calibration_error(probs, labels, classwise=True)
    assert float(found) == pytest.approx(np.mean(errors), abs=1e-6)


@pytest.mark.parametrize("case", OFF_EDGES)
def test_bins_equal_the_calibration_curve_of_scikit_learn(case):
    scores, hits = confidence_and_hits(*CASES[case])
    edges, sums = calibration.binned(scores, hits, 15, "width")
    accuracy, confidence = calibration.shares(sums, edges)
    expected = sklearn.calibration.calibration_curve(hits, scores, n_bins=15)
    filled = np.asarray(sums.counts) > 0
    np.testing.assert_allclose([accuracy[filled], confidence[filled]], expected, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_the_signed_gap_is_confidence_minus_accuracy(case):
    confidence, correct = confidence_and_hits(*CASES[case])
    found = float(calibration.signed_gap(*CASES[case]))
    assert found == pytest.approx(confidence.mean() - correct.mean(), abs=1e-12)


def test_the_signed_gap_distinguishes_over_from_under_confidence():
    assert calibration.signed_gap(*CASES["over-confident"]) > 0.1
    assert calibration.signed_gap(*CASES["under-confident"]) < -0.1


@pytest.mark.parametrize("place", [np.asarray, jax.numpy.asarray], ids=["host", "device"])
@pytest.mark.parametrize("binning", ["width", "mass"])
def test_each_snapshot_may_have_its_own_labels(binning, place):
    pairs = [model(500, classes=3, seed=seed) for seed in range(4)]
    probs, labels = np.stack([softmax(z) for z, _ in pairs]), np.stack([y for _, y in pairs])
    found = calibration.calibration_error(place(probs), place(labels), binning=binning)
    alone = [
        float(calibration.calibration_error(*pair, binning=binning))
        for pair in zip(probs, labels, strict=True)
    ]
    np.testing.assert_allclose(found, alone, rtol=1e-12)


def test_no_snapshot_has_no_errors():
    for binning in ("width", "mass"):
        found = calibration.calibration_error(
            np.zeros((0, 5, 2)), np.zeros(5, int), binning=binning
        )
        assert found.shape == (0,)


@pytest.mark.parametrize("binning", ["width", "mass"])
@pytest.mark.parametrize("case", DEGENERATE)
def test_degenerate_predictions_have_errors(case, binning):
    probs, labels, ece, mce, l2, *_ = DEGENERATE[case]
    probs, labels = np.array(probs), np.array(labels)
    for norm, expected in (("l1", ece), ("max", mce), ("average", mce), ("l2", l2)):
        found = calibration.calibration_error(probs, labels, norm=norm, binning=binning)
        assert float(found) == pytest.approx(expected, abs=1e-12)


def test_a_class_may_be_absent_from_the_labels():
    probs, labels = softmax(model(400, classes=3)[0]), np.arange(400) % 2
    expected = np.mean(
        [textbook_error(probs[:, k], labels == k, np.linspace(0, 1, 16)) for k in range(3)]
    )
    found = calibration.calibration_error(probs, labels, classwise=True)
    assert float(found) == pytest.approx(expected, abs=1e-12)


def test_bins_without_examples_have_no_error():
    nothing = np.zeros(5), np.full(5, np.nan), np.full(5, np.nan)
    for error in (
        calibration.expected_error_of_bins,
        calibration.root_mean_square_error_of_bins,
        calibration.maximum_error_of_bins,
        calibration.average_error_of_bins,
        calibration.debiased_error_of_bins,
    ):
        assert np.isnan(error(*nothing))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"norm": "l3"}, "norm: expected one of l1, l2, max, average, got 'l3'"),
        ({"binning": "mas"}, "did you mean 'mass'"),
        ({"bins": 0}, "bins: expected a whole number of at least 1, got 0"),
        ({"debias": True}, "debias: expected norm 'l2', got 'l1'"),
    ],
)
def test_wrong_options_are_named(options, problem):
    with pytest.raises(ValueError, match=problem):
        calibration.calibration_error(*CASES["two classes"], **options)

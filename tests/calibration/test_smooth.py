"""Errors and curves without bins, against relplot, scikit-learn and direct sums."""

import warnings

import jax
import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from anim import calibration
from anim.calibration.neighbours import neighbours
from tests.support.amounts import slow
from tests.support.curves import isotonic_distance, kernel_distance, smooth_error
from tests.support.predictions import CASES, confidence_and_hits, reference, textbook_error

# Where the number of examples does not matter, it is that of other tests: a shape is compiled once.
FEW, MANY = 200, 3000
PLACES = 401
SHAPES = {
    "calibrated": lambda s: s,
    "over-confident": lambda s: 0.5 + (s - 0.5) * 0.5,
    "under-confident": lambda s: np.clip(0.5 + (s - 0.5) * 1.8, 0, 1),
    "crossing": lambda s: s + 0.15 * np.sin(4 * np.pi * s),
    "always right": np.ones_like,
}


def a_set(shape, examples, seed=0):
    """Return scores [N], most of them near 0 and 1, and hits [N] whose share depends on them."""
    rng = np.random.default_rng(seed)
    scores = 0.01 + 0.98 * rng.beta(0.7, 0.5, examples)
    return scores, rng.random(examples) < SHAPES[shape](scores)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_smooth_error_equals_its_definition(shape):
    scores, hits = a_set(shape, FEW)
    expected = smooth_error(scores, hits)
    found = calibration.smooth_calibration_error(scores, hits)
    assert float(found.error) == pytest.approx(expected, abs=1e-4)
    assert float(found.bandwidth) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("seed", [0, *slow(1, 2)])
@pytest.mark.parametrize("examples", [200, 5000, 50_000])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_smooth_error_equals_that_of_relplot(shape, examples, seed):
    scores, hits = a_set(shape, examples, seed)
    expected, bandwidth = reference("relplot").smECE(scores, hits, return_width=True)
    found = calibration.smooth_calibration_error(scores, hits)
    assert float(found.error) == pytest.approx(expected, abs=1e-3)
    assert float(found.bandwidth) == pytest.approx(bandwidth, abs=2e-3)


def test_float64_has_the_smooth_error_of_float32():
    scores, hits = a_set("crossing", MANY)
    expected = reference("relplot").smECE(scores, hits)
    with jax.enable_x64(True):
        found = calibration.smooth_calibration_error(scores, hits)
    assert found.error.dtype == np.float64
    assert float(found.error) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("case", CASES)
def test_the_smooth_error_of_confidences_equals_that_of_relplot(case, monkeypatch):
    """Equal once relplot reflects scores in its outermost cells too.

    It omits half of their weight, which moves the error of an over-confident model, with many
    scores near 1, by 0.01.
    """
    kernel = reference("relplot.kernels").ReflectedGaussianKernel
    convolve = kernel.convolve

    def whole(self, values, points):
        values = values.copy()
        values[[0, -1]] *= 2
        return convolve(self, values, points)

    monkeypatch.setattr(kernel, "convolve", whole)
    scores, hits = confidence_and_hits(*CASES[case])
    expected = reference("relplot").smECE(scores, hits)
    found = calibration.smooth_calibration_error(scores, hits)
    assert float(found.error) == pytest.approx(expected, abs=1e-3)


def test_the_smooth_error_of_one_gap_is_the_gap():
    """For any bandwidth: a kernel moves mass without losing any."""
    found = calibration.smooth_calibration_error(np.full(FEW, 0.7), np.arange(FEW) < 0.4 * FEW)
    assert float(found.error) == pytest.approx(0.3, abs=1e-5)
    assert float(found.bandwidth) == pytest.approx(0.3, abs=1e-3)


def test_the_smooth_error_hardly_moves_where_scores_cross_an_edge():
    """Equally many hits and misses, slightly apart around 0.5: the binned error is 0 or 0.5."""
    hits = np.arange(FEW) % 2 == 0
    for apart, of_bins in ((-1e-4, 0.5), (0, 0), (1e-4, 0.5)):
        scores = np.where(hits, 0.5 + apart, 0.5 - apart)
        assert textbook_error(scores, hits, np.linspace(0, 1, 11)) == pytest.approx(
            of_bins, abs=1e-3
        )
        found = calibration.smooth_calibration_error(scores, hits)
        assert float(found.error) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(("score", "hit"), [(0.0, True), (1.0, True), (1.0, False), (0.3, True)])
def test_one_example_has_a_smooth_error(score, hit):
    found = calibration.smooth_calibration_error(np.array([score]), np.array([hit]))
    assert float(found.error) == pytest.approx(abs(hit - score), abs=1e-3)


@pytest.mark.parametrize("place", [np.asarray, jax.numpy.asarray], ids=["host", "device"])
def test_snapshots_together_are_snapshots_one_at_a_time(place):
    sets = [a_set(shape, FEW) for shape in SHAPES]
    scores, hits = (np.stack(part) for part in zip(*sets, strict=True))
    scores = scores.astype(np.float32)
    together = calibration.smooth_calibration_error(place(scores), place(hits))
    alone = [calibration.smooth_calibration_error(*pair) for pair in zip(scores, hits, strict=True)]
    np.testing.assert_allclose(np.transpose(together), np.array(alone), rtol=1e-5)


def nadaraya_watson(scores, hits, places, bandwidth):
    """Return means under a Gaussian reflected at 0 and 1, and their effective numbers of examples.

    These are the sum of the weights over their mean, which is 1 / sqrt(2).
    """
    images = np.concatenate([scores, -scores, 2 - scores])
    weights = np.exp(-0.5 * ((places[:, None] - images) / bandwidth) ** 2)
    return weights @ np.tile(hits, 3) / weights.sum(1), weights.sum(1) * np.sqrt(2)


@pytest.mark.parametrize("examples", [FEW, MANY])
@pytest.mark.parametrize("shape", ["calibrated", "over-confident", "crossing"])
def test_the_kernel_curve_is_the_regression_of_nadaraya_and_watson(shape, examples):
    scores, hits = a_set(shape, examples)
    bandwidth = float(calibration.smooth_calibration_error(scores, hits).bandwidth)
    curve = calibration.kernel_curve(scores, hits, PLACES)
    share, support = nadaraya_watson(scores, hits, np.linspace(0, 1, PLACES), bandwidth)
    is_supported = support > 2
    assert is_supported.mean() > 0.9
    np.testing.assert_allclose(curve.share[is_supported], share[is_supported], atol=2e-3)
    np.testing.assert_allclose(curve.support[is_supported], support[is_supported], rtol=0.01)


@pytest.mark.parametrize("shape", ["calibrated", "over-confident", "crossing"])
def test_the_kernel_curve_equals_that_of_relplot(shape):
    relplot = reference("relplot")
    scores, hits = a_set(shape, 20_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        diagram = relplot.prepare_rel_diagram(
            scores, hits, plot_confidence_band=False, report_CE_std=False
        )
    curve = calibration.kernel_curve(scores, hits, len(diagram["mesh"]))
    is_supported = np.asarray(curve.support) > 50
    assert is_supported.mean() > 0.9
    np.testing.assert_allclose(curve.share[is_supported], diagram["mu"][is_supported], atol=0.01)


def test_the_kernel_curve_is_nan_where_no_score_is_near():
    scores, places = np.linspace(0.8, 0.9, FEW), np.linspace(0, 1, PLACES)
    curve = calibration.kernel_curve(scores, np.arange(FEW) < 0.85 * FEW, PLACES)
    assert np.isnan(curve.share[places <= 0.5]).all()
    assert np.isfinite(curve.share[(places >= 0.8) & (places <= 0.9)]).all()


def test_the_kernel_curve_stays_a_share():
    for hit in (0, 1):
        curve = calibration.kernel_curve(np.linspace(0, 1, FEW), np.full(FEW, hit == 1), PLACES)
        np.testing.assert_allclose(curve.share, hit, atol=1e-5)
        assert (curve.share >= 0).all()
        assert (curve.share <= 1).all()


@pytest.mark.parametrize("case", CASES)
def test_the_isotonic_curve_equals_that_of_scikit_learn(case):
    scores, hits = confidence_and_hits(*CASES[case])
    # scikit-learn merges scores that differ by rounding.
    scores = scores.round(12)
    places = np.linspace(0, 1, 201)
    fitted = IsotonicRegression(out_of_bounds="clip").fit(scores, hits)
    curve = calibration.isotonic_curve(scores, hits, 201)
    # A place stands for scores up to halfway to the next one.
    is_supported = (places >= scores.min() - 0.0025) & (places <= scores.max() + 0.0025)
    np.testing.assert_allclose(
        curve.share[is_supported], fitted.predict(places[is_supported]), atol=1e-9
    )
    assert np.isnan(curve.share[~is_supported]).all()
    assert (curve.support[~is_supported] == 0).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_isotonic_steps_are_the_fit_of_scikit_learn(shape):
    scores, hits = a_set(shape, 2000)
    ends, values, counts = calibration.isotonic_steps(scores, hits)
    fitted = IsotonicRegression().fit_transform(scores, hits)
    block = np.searchsorted(ends[0], scores, side="right") - 1
    np.testing.assert_allclose(values[block], fitted, atol=1e-9)
    assert (scores <= ends[1][block]).all()
    np.testing.assert_array_equal(counts, np.bincount(block))
    assert (np.diff(values) > 0).all()


@pytest.mark.parametrize(
    ("scores", "hits", "share"),
    [
        ([0.5], [True], 1),
        ([0.5] * 4, [True, False, False, False], 0.25),
        ([0.2, 0.5, 0.8], [True, True, True], 1),
        # Falling outcomes: one block, their mean.
        ([0.2, 0.5, 0.8], [True, False, False], 1 / 3),
    ],
)
def test_an_isotonic_curve_may_be_one_step(scores, hits, share):
    curve = calibration.isotonic_curve(np.array(scores), np.array(hits), 11)
    assert curve.share[5] == pytest.approx(share)
    assert curve.support[5] == len(scores)


@pytest.mark.parametrize("examples", [1, MANY, *slow(40, 200_000)])
@pytest.mark.parametrize("shape", ["calibrated", "over-confident", "always right"])
def test_the_distance_of_a_kernel_curve_is_its_mean_over_all_examples(shape, examples):
    scores, hits = a_set(shape, examples)
    with jax.enable_x64(True):
        bandwidth = float(calibration.smooth_calibration_error(scores, hits).bandwidth)
        found = float(calibration.kernel_curve(scores, hits, PLACES).distance)
    assert found == pytest.approx(kernel_distance(scores, hits, bandwidth), abs=1e-6)
    scores = scores.astype(np.float32)
    bandwidth = float(calibration.smooth_calibration_error(scores, hits).bandwidth)
    found = float(calibration.kernel_curve(scores, hits, PLACES).distance)
    assert found == pytest.approx(kernel_distance(scores, hits, bandwidth), abs=2e-6)
    if 2 < examples < 5000:
        curve, _ = nadaraya_watson(scores, hits, scores, bandwidth)
        assert found == pytest.approx(np.abs(curve - scores).mean(), abs=1e-4)


@pytest.mark.parametrize("examples", [1, 40, 3000, 200_000])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_distance_of_an_isotonic_curve_is_its_mean_over_all_examples(shape, examples):
    scores, hits = a_set(shape, examples)
    # Rounded, many are equal.
    for one in (scores, scores.round(2)):
        found = calibration.isotonic_curve(one, hits, 401).distance
        assert found == pytest.approx(isotonic_distance(one, hits), abs=1e-6)


def test_the_support_of_an_isotonic_curve_is_the_number_of_examples_that_bound_it():
    scores = np.repeat(np.linspace(0, 1, 21)[[2, 6, 8, 10, 14, 18]], [2, 40, 2, 2, 20, 3])
    hits = np.zeros(69, bool)
    hits[[*range(2, 12), 42, 44, *range(46, 61), 66, 67, 68]] = True
    _, values, counts = calibration.isotonic_steps(scores, hits)
    assert values.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert counts.tolist() == [2, 40, 4, 20, 3]
    found = calibration.isotonic_curve(scores, hits, 21).support
    places = {0: 0, 0.1: 2, 0.2: 2, 0.3: 40, 0.35: 20, 0.45: 20, 0.6: 20, 0.7: 20, 0.8: 3, 1: 0}
    np.testing.assert_array_equal(found[[round(20 * one) for one in places]], [*places.values()])


@pytest.mark.parametrize("points", [2, 11, 401])
def test_neighbours_are_examples_around_a_place_at_most_10_points_apart(points):
    rng = np.random.default_rng(0)
    scores = np.concatenate([0.3 + 0.1 * rng.random(50), [0.8, 0.81, 1.0]]).astype(np.float32)
    at = np.sort(np.round(scores * (points - 1)).astype(int))
    far, most = max(round(0.1 * (points - 1)), 1), np.zeros(points)
    for first in range(len(at)):
        for last in range(first, len(at)):
            if at[last] - at[first] <= far:
                around = slice(at[first], at[last] + 1)
                most[around] = np.maximum(most[around], last - first + 1)
    np.testing.assert_array_equal(neighbours(scores, points), most)

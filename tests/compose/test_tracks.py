"""Tracks of runs: bands, intervals and spreads against scipy and simulation."""

import numpy as np
import pytest
import scipy.stats

import anim
from anim.compose.tracks import track_of
from anim.metrics import CHANCE
from anim.settings import Picture
from tests.support.predictions import binary
from tests.support.scenes import a_run


def track(run, view="confidence", **picture):
    return track_of(run, view, Picture(**picture))


def bins_of(scores, hits, bins):
    """Return counts, hits and mean scores [B] of bins of equal width; NaN in empty bins."""
    edges = np.linspace(0, 1, bins + 1, dtype=np.float32)
    index = np.clip(np.searchsorted(edges, scores, side="right") - 1, 0, bins - 1)
    counts, right, sums = (np.bincount(index, w, bins) for w in (None, hits, scores))
    return counts, right, np.divide(sums, counts, out=np.full(bins, np.nan), where=counts > 0)


def score_and_hits(run, i, view):
    probs = run.probs(i).astype(float)
    if view.startswith("class"):
        return probs[:, 1], run.labels == 1
    right = probs.argmax(1) == run.labels
    return (probs[:, 1] if view == "score" else probs.max(1)), right


@pytest.mark.parametrize(
    ("classes", "view", "bins"), [(2, "score", 50), (2, "class:1", 15), (4, "confidence", 15)]
)
@pytest.mark.parametrize(("band", "held"), [("simultaneous", "all"), ("pointwise", "each")])
def test_the_band_of_bars_lies_between_binomial_quantiles_of_the_ideal(
    classes, view, bins, band, held
):
    run = a_run(classes)
    shown = track(run, view, band=band)
    assert shown.band_name == f"ideal ± chance (95 %, {held})"
    for i in range(3):
        counts, _, scores = bins_of(*score_and_hits(run, i, view), bins)
        ideal = np.maximum(scores, 1 - scores) if view == "score" else scores
        bars = (counts > 0).sum() if band == "simultaneous" else 1
        outside = (1 - 0.95 ** (1 / bars)) / 2
        for end, tail in zip(shown.band[i], (outside, 1 - outside), strict=True):
            expected = scipy.stats.binom.ppf(tail, counts, ideal) / np.where(counts, counts, 1)
            np.testing.assert_allclose(end, np.where(counts, expected, np.nan), atol=1e-12)
    assert np.isnan(shown.band).any()


@pytest.mark.parametrize(("classes", "view", "bins"), [(2, "score", 50), (4, "confidence", 15)])
def test_intervals_of_bars_are_wilson_intervals(classes, view, bins):
    run = a_run(classes)
    shown = track(run, view, intervals=True)
    counts, hits, _ = bins_of(*score_and_hits(run, 2, view), bins)
    for k in range(bins):
        found = shown.intervals[2, :, k]
        if 0 < hits[k] <= 3 or 0 < counts[k] - hits[k] <= 3:
            # Limits of their own: see tests/calibration/test_noise.py.
            continue
        if counts[k]:
            test = scipy.stats.binomtest(int(hits[k]), int(counts[k]))
            np.testing.assert_allclose(found, test.proportion_ci(method="wilson"), atol=1e-12)
        else:
            assert np.isnan(found).all()


def test_the_error_by_chance_is_that_of_simulated_calibrated_models():
    run = a_run(4, examples=300)
    found = track(run).series[CHANCE][2]
    counts, _, scores = bins_of(*score_and_hits(run, 2, "confidence"), 15)
    drawn_hits = np.random.default_rng(0).binomial(counts, np.nan_to_num(scores), (20_000, 15))
    errors = np.abs(drawn_hits - counts * np.nan_to_num(scores)).sum(1) / counts.sum()
    assert found == pytest.approx(errors.mean(), rel=0.02)


def test_the_spread_of_the_error_is_its_interval():
    run = a_run(examples=500)
    spread = track(run, intervals=True).spreads["ece"]
    np.testing.assert_array_equal(spread, np.stack(run.error_interval(), axis=1))
    assert not track(run).spreads


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["smooth", "isotonic"])
def test_the_curve_of_a_calibrated_model_lies_in_its_pointwise_band(kind):
    inside = {"score": [], "class:1": []}
    for seed in range(20):
        scores = np.random.default_rng(seed).beta(0.8, 0.8, 400)
        run = anim.from_arrays([0], binary(scores, seed + 100)[1], probs=[scores])
        for view, found in inside.items():
            shown = track(run, view, curve=kind, band="pointwise")
            is_known = np.isfinite(shown.curve[0])
            curve, (low, high) = shown.curve[0, is_known], shown.band[0][:, is_known]
            found.append(((low <= curve) & (curve <= high)).mean())
    for view, found in inside.items():
        assert 0.85 < np.mean(found) < 0.995, view


def test_replicas_with_a_curve_have_the_spread_of_their_curves():
    labels = a_run().labels
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(5, 2, len(labels), 2)) + 2 * np.eye(2)[labels]
    runs = [anim.from_arrays([0, 1], labels, logits=one) for one in logits]
    shown = track(anim.Replicas(runs), curve="isotonic")
    curves = np.stack([run.curve("confidence", "isotonic") for run in runs])
    is_known = np.isfinite(curves[:, -1]).all(0)
    assert is_known.sum() > 100
    # Of five, all: 90 % are more than four.
    expected = curves[:, -1][:, is_known].min(0), curves[:, -1][:, is_known].max(0)
    np.testing.assert_allclose(shown.band[-1][:, is_known], expected)
    assert shown.intervals is None
    assert shown.band_name == "90 % of 5 replicas"

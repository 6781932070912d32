"""Tracks of runs: bands, intervals and spreads against scipy and simulation."""

import numpy as np
import pytest
import scipy.stats

import anim
from anim.compose.tracks import prepare, track_of
from anim.errors import RecordingError
from anim.metrics import CHANCE
from anim.panels.layout import cell_width
from anim.settings import Picture
from tests.support.amounts import slow
from tests.support.curves import isotonic_distance, kernel_distance
from tests.support.predictions import binary
from tests.support.runs import a_run


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
    ("classes", "view", "bins"), [(2, "score", 40), (2, "class:1", 20), (4, "confidence", 20)]
)
@pytest.mark.parametrize("band", ["simultaneous", "pointwise"])
def test_the_band_of_bars_lies_between_binomial_quantiles_of_the_ideal(classes, view, bins, band):
    run = a_run(classes)
    shown = track(run, view, band=band)
    for i in range(3):
        counts, _, scores = bins_of(*score_and_hits(run, i, view), bins)
        ideal = np.maximum(scores, 1 - scores) if view == "score" else scores
        bars = (counts > 0).sum() if band == "simultaneous" else 1
        outside = (1 - 0.95 ** (1 / bars)) / 2
        for end, tail in zip(shown.band[i], (outside, 1 - outside), strict=True):
            expected = scipy.stats.binom.ppf(tail, counts, ideal) / np.where(counts, counts, 1)
            np.testing.assert_allclose(end, np.where(counts, expected, np.nan), atol=1e-12)
    assert np.isnan(shown.band).any()


@pytest.mark.parametrize(("classes", "view", "bins"), [(2, "score", 40), (4, "confidence", 20)])
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
    run = a_run(4)
    found = track(run).series[CHANCE][2]
    counts, _, scores = bins_of(*score_and_hits(run, 2, "confidence"), 15)
    drawn_hits = np.random.default_rng(0).binomial(counts, np.nan_to_num(scores), (20_000, 15))
    errors = np.abs(drawn_hits - counts * np.nan_to_num(scores)).sum(1) / counts.sum()
    assert found == pytest.approx(errors.mean(), rel=0.02)


def test_the_spread_of_the_error_is_its_interval():
    run = a_run()
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
    np.testing.assert_allclose(shown.spread[-1][:, is_known], expected)
    assert shown.intervals is None
    assert shown.spread_name == "90 % of 5 replicas, around their median"
    bands = np.stack([run.curve_band("confidence", "isotonic")[-1] for run in runs])
    is_known = np.isfinite(bands).all((0, 1))
    np.testing.assert_allclose(shown.band[-1][:, is_known], np.median(bands, 0)[:, is_known])
    assert track(anim.Replicas(runs), curve="isotonic", band=None).band is None


@pytest.mark.parametrize(
    ("classes", "view", "examples"),
    [(2, "score", 1000), (4, "confidence", 60), (4, "class:1", 1000), (2, "confidence", 1000)],
)
def test_what_a_track_says_equals_numpy(classes, view, examples):
    run = a_run(classes, examples)
    shown = track(run, view)
    for i in range(3):
        scores, hits = score_and_hits(run, i, view)
        says = np.maximum(scores, 1 - scores) if view == "score" else scores
        assert shown.says[i] == pytest.approx(says.mean(), abs=1e-6)
        assert shown.right[i] == pytest.approx(hits.mean(), abs=1e-12)
        counts, right, means = bins_of(scores, hits, shown.counts.shape[1])
        ideals = np.maximum(means, 1 - means) if view == "score" else means
        misses = np.nansum(np.abs(right - counts * ideals)) / examples
        assert shown.misses[i] == pytest.approx(misses, abs=1e-6)
        assert shown.dots.shape == (3, min(examples, 100))
        if view.startswith("class"):
            assert shown.wrong is None
        else:
            assert shown.wrong[i].sum() == np.floor(min(examples, 100) * (~hits).mean() + 0.5)
        if examples > 100:
            middles = (np.arange(100) + 0.5) / 100
            expected = np.quantile(scores, middles, method="inverted_cdf")
            np.testing.assert_array_equal(shown.dots[i], expected)
        else:
            np.testing.assert_array_equal(shown.dots[i], np.sort(scores))
    assert {str(values.dtype) for values in (shown.says, shown.right, shown.misses)} == {"float64"}


def test_a_run_of_confidences_alone_has_dots():
    run = a_run(4)
    probs, labels = [run.probs(i) for i in range(3)], run.labels
    recorder = anim.Recorder(labels=labels)
    for step, one in zip(run.steps, probs, strict=True):
        recorder.snapshot(int(step), confidence=one.max(1), correct=one.argmax(1) == labels)
    shown, expected = track(recorder.run()), track(run)
    for name in ("dots", "wrong", "says", "right", "misses"):
        np.testing.assert_array_equal(getattr(shown, name), getattr(expected, name))


def test_all_equal_confidences_have_the_mean_that_they_are():
    """A sum of equal numbers in float32 is off by more the longer it gets."""
    probs = np.full((1, 60_000), np.float32(14 / 15 + 0.0601))
    run = anim.from_arrays([0], np.ones(60_000, int), probs=probs)
    for view in ("score", "confidence", "class:1"):
        assert track(run, view).says[0] == pytest.approx(float(probs[0, 0]), abs=1e-7)


def test_a_snapshot_without_a_recalibration_has_no_dots():
    labels = np.arange(400) % 2
    logits = np.random.default_rng(0).normal(size=(2, 400, 2)) + np.eye(2)[labels]
    logits[0] = 9 * np.eye(2)[labels]
    with pytest.warns(UserWarning, match="1 of 2 snapshots"):
        _, recalibrated = anim.calibrate(anim.from_arrays([0, 5], labels, logits=logits))
    shown = track(recalibrated, "score")
    assert shown.steps.tolist() == [0, 5]
    assert not len(shown.lost)
    assert np.isnan(shown.dots[0]).all()
    assert not shown.wrong[0].any()
    assert np.isnan([shown.says[0], shown.right[0], shown.misses[0]]).all()
    assert np.isfinite(shown.dots[1]).all()


class Damaged:
    """Snapshots of which one cannot be read."""

    def __init__(self, snapshots, damaged):
        self.snapshots, self.damaged = snapshots, damaged

    def __len__(self):
        return len(self.snapshots)

    def __getitem__(self, i, /):
        if i == self.damaged:
            raise RecordingError(f"snapshot {i} is damaged")
        return self.snapshots[i]


def a_damaged_run(damaged=1):
    run = a_run()
    return anim.Run(
        run.steps,
        run.labels,
        Damaged(run.snapshots, damaged),
        kind=run.kind,
        classes=run.classes,
    )


@pytest.mark.filterwarnings("ignore:snapshot . is damaged")
def test_a_snapshot_that_cannot_be_read_is_lost():
    shown = track(a_damaged_run(), "score")
    assert shown.steps.tolist() == [0, 100]
    assert shown.lost.tolist() == [40]
    assert shown.is_broken(0, 1)
    assert not len(track(a_run(), "score").lost)


@pytest.mark.filterwarnings("ignore:snapshot . is damaged")
def test_a_step_is_lost_if_any_replica_cannot_be_read_there():
    shown = track(anim.Replicas([a_run(), a_damaged_run(), a_run().only([0, 1, 2])]), "score")
    assert shown.steps.tolist() == [0, 100]
    assert shown.lost.tolist() == [40]
    # At this step one of them recorded nothing.
    shown = track(anim.Replicas([a_run().only([0, 2]), a_damaged_run()]), "score")
    assert not len(shown.lost)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("examples", "view", "bins"),
    [
        (60, "score", 6),
        (275, "score", 10),
        (1000, "score", 40),
        (60, "confidence", 5),
        (275, "class:1", 11),
        (1000, "confidence", 20),
    ],
)
def test_bins_follow_the_number_of_examples(examples, view, bins):
    run = a_run(examples=examples)
    assert track(run, view).counts.shape == (3, bins)
    assert track(run, view, binning="mass").counts.shape == (3, bins)
    assert track(run, view, bins=50).counts.shape == (3, 50)
    assert run.reliability(view).counts.shape == (3, bins)


def test_no_bar_is_narrower_than_eight_pixels():
    run = a_run()
    for size, runs in (((768, 600), 1), ((768, 600), 4), ((768, 600), 6), ((320, 240), 1)):
        picture = Picture(size=size)
        bins = track_of(run, "score", picture, runs=runs).counts.shape[1]
        columns = {1: 1, 4: 2, 6: 3}[runs]
        assert bins % 2 == 0
        assert 8 * bins <= size[0] / columns
        assert bins == min(40, int(cell_width(picture, runs) / 8) // 2 * 2)
    assert track_of(run, "score", Picture(size=(320, 240)), runs=6).counts.shape[1] >= 6
    assert track_of(run, "score", Picture(bins=50, size=(320, 240))).counts.shape[1] == 50


def test_runs_of_one_picture_have_bins_of_their_own():
    runs = [a_run(), anim.Replicas([a_run(examples=150)] * 2)]
    tracks = [track_of(run, "score", Picture(), runs=2) for run in runs]
    assert [one.counts.shape[1] for one in tracks] == [40, 6]


def test_each_snapshot_is_read_once_for_what_a_track_shows():
    reads = []

    class Counted(Damaged):
        def __getitem__(self, i, /):
            reads.append(i)
            return self.snapshots[i]

    run, views = a_run(), ["score", "confidence", "class:1"]
    run = anim.Run([0, 1, 2], run.labels, Counted(run.snapshots, 0), kind="logits", classes="ab")
    picture = Picture(size=(320, 240))
    prepare(run, views[:2], picture, runs=2)
    for view in views[:2]:
        track_of(run, view, picture, runs=2)
    assert reads == [0, 1, 2]


def test_the_mean_confidence_over_time_is_accuracy_plus_gap():
    run = a_run(4)
    found = track(run).series["confidence"]
    expected = [run.probs(i).astype(float).max(1).mean() for i in range(3)]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_array_equal(found, run.errors()["confidence"])


def test_dots_of_replicas_are_medians_and_wrong_ones_those_of_the_mean():
    labels = a_run().labels
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(5, 2, len(labels), 2)) + 2 * np.eye(2)[labels]
    runs = [anim.from_arrays([0, 1], labels, logits=one) for one in logits]
    alone = [track(run, "score") for run in runs]
    shown = track(anim.Replicas(runs), "score")
    for name in ("dots", "says", "right", "misses", "band"):
        expected = np.nanmedian([getattr(one, name) for one in alone], axis=0)
        is_known = np.isfinite(expected)
        np.testing.assert_allclose(getattr(shown, name)[is_known], expected[is_known], rtol=1e-6)
    wrong = np.mean([one.wrong.sum(1) for one in alone], axis=0)
    assert shown.wrong.sum(1).tolist() == np.floor(wrong + 0.5).tolist()
    assert track(anim.Replicas(runs), "class:1").wrong is None


@pytest.mark.parametrize("curve", ["smooth", "isotonic"])
@pytest.mark.parametrize("view", ["score", *slow("class:1"), "confidence"])
def test_a_curve_is_off_by_its_mean_distance_at_all_examples(curve, view):
    run = a_run()
    shown = track(run, view, curve=curve)
    for i in range(len(run)):
        scores, hits = score_and_hits(run, i, "class:1" if view == "score" else view)
        if curve == "isotonic":
            expected = isotonic_distance(scores, hits)
        else:
            bandwidth = anim.calibration.smooth_calibration_error(scores, hits).bandwidth
            expected = kernel_distance(scores, hits, float(bandwidth))
        assert shown.misses[i] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("curve", ["smooth", "isotonic"])
def test_a_curve_is_where_five_examples_are_near(curve):
    """There are two crowds, and a few examples between and beyond them."""
    rng = np.random.default_rng(0)
    crowds = 0.2 + 0.2 * rng.random(660), 0.8 + 0.04 * rng.random(334)
    few = np.array([0.02, 0.54, 0.56, 0.6, 0.61, 1.0])
    scores = np.concatenate([*crowds, few])
    hits = rng.random(len(scores)) < scores
    run = anim.from_arrays([0], hits.astype(int), probs=[np.stack([1 - scores, scores], 1)])
    places = np.linspace(0, 1, 401)
    there = places[np.isfinite(track(run, "class:1", curve=curve).curve[0])]
    pieces = np.split(there, np.flatnonzero(np.diff(there) > 0.01) + 1)
    ends = [(one[0], one[-1]) for one in pieces]
    np.testing.assert_allclose(ends, [(0.2, 0.4), (0.8, 0.84)], atol=0.03)
    assert there[0] > 0.197
    assert there[-1] < 1

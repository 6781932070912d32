"""Chance, intervals and curves in the picture: their numbers, and where their pixels are."""

from functools import cache

import numpy as np
import pytest
import scipy.stats
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.legend import Legend
from PIL import Image
from sklearn.isotonic import IsotonicRegression

import anim
from anim.errors import SettingError
from anim.scene.marks import _pieces as _outlines
from anim.settings import Picture
from anim.settings.themes import THEMES
from tests.calibration.test_curves import smooth_error
from tests.support.predictions import binary, model, textbook_error
from tests.support.seeing import check_texts, compose, texts_of

CHANCE = "ece_if_calibrated"


@cache
def a_run(classes=2, examples=1000, sharpness=3):
    """Three snapshots, the last over-confident."""
    logits, labels = model(examples, classes, sharpness)
    return anim.from_arrays([0, 40, 100], labels, logits=np.stack([logits / 9, logits / 3, logits]))


def of(runs, **picture):
    return compose(runs if isinstance(runs, list) else [runs], Picture(hold=0, **picture))


def track_of(run, **picture):
    reel, _ = of(run, **picture)
    return reel.tracks[0]


def bins_of(scores, hits, bins):
    """Counts, hits and mean scores [B] of equal widths; NaN where empty."""
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
def test_the_band_of_bars_is_of_binomial_quantiles_round_the_ideal(classes, view, bins):
    run = a_run(classes)
    track = track_of(run, view=view)
    for i in range(3):
        counts, _, scores = bins_of(*score_and_hits(run, i, view), bins)
        ideal = np.maximum(scores, 1 - scores) if view == "score" else scores
        for end, tail in zip(track.band[i], (0.025, 0.975), strict=True):
            expected = scipy.stats.binom.ppf(tail, counts, ideal) / np.where(counts, counts, 1)
            np.testing.assert_allclose(end, np.where(counts, expected, np.nan), atol=1e-12)
    assert np.isnan(track.band).any()


@pytest.mark.parametrize(("classes", "view", "bins"), [(2, "score", 50), (4, "confidence", 15)])
def test_the_intervals_of_bars_are_those_of_wilson(classes, view, bins):
    run = a_run(classes)
    track = track_of(run, view=view, intervals=True)
    counts, hits, _ = bins_of(*score_and_hits(run, 2, view), bins)
    for k in range(bins):
        found = track.intervals[2, :, k]
        if counts[k]:
            test = scipy.stats.binomtest(int(hits[k]), int(counts[k]))
            np.testing.assert_allclose(found, test.proportion_ci(method="wilson"), atol=1e-12)
        else:
            assert np.isnan(found).all()


def test_the_line_of_chance_is_the_error_of_simulated_calibrated_models():
    run = a_run(4, examples=300)
    found = track_of(run).series[CHANCE][2]
    counts, _, scores = bins_of(*score_and_hits(run, 2, "confidence"), 15)
    drawn_hits = np.random.default_rng(0).binomial(counts, np.nan_to_num(scores), (20_000, 15))
    errors = np.abs(drawn_hits - counts * np.nan_to_num(scores)).sum(1) / counts.sum()
    assert found == pytest.approx(errors.mean(), rel=0.02)


def test_the_spread_of_the_error_is_that_of_its_bootstrap():
    run = a_run(examples=500)
    track = track_of(run, intervals=True, panels=("reliability", "ece"))
    np.testing.assert_array_equal(track.spreads["ece"], np.stack(run.error_interval(), axis=1))
    scores, hits = score_and_hits(run, 2, "confidence")
    edges, rng = np.linspace(0, 1, 16), np.random.default_rng(1)
    again = [rng.integers(0, 500, 500) for _ in range(400)]
    errors = [textbook_error(scores[one], hits[one], edges) for one in again]
    least, most = np.quantile(errors, [0.025, 0.975])
    here = textbook_error(scores, hits, edges)
    expected = [max(2 * here - most, 0), 2 * here - least]
    np.testing.assert_allclose(track.spreads["ece"][2], expected, atol=0.5 * np.std(errors))
    assert not track_of(run).spreads


def colour_of(theme, name, share=1.0):
    """As [3] uint8, mixed with the background where it is not whole."""
    start, end = (np.array(to_rgb(getattr(THEMES[theme], one))) for one in ("background", name))
    return np.round((start + share * (end - start)) * 255)


def is_near(pixels, colour):
    return (np.abs(pixels.astype(float) - colour) <= 1).all(-1)


class Column:
    """The pixels of one column of an axes, by their height on its scale from 0 to 1."""

    def __init__(self, scene, shot, x, axes=0, theme="light"):
        box, theme_ = scene.figure.axes[axes].bbox, theme
        pixels = scene.draw(shot)[..., :3]
        bottom, top = round(pixels.shape[0] - box.y0), round(pixels.shape[0] - box.y1)
        self.pixels = pixels[top:bottom, int(box.x0 + x * box.width)][::-1].copy()
        self.theme = theme_

    def of(self, name, share=1.0):
        """Heights of the pixels in a colour."""
        found = np.flatnonzero(is_near(self.pixels, colour_of(self.theme, name, share)))
        return (found + 0.5) / len(self.pixels)


VEIL = {"name": "ideal", "share": 2 / 15}


def a_run_of_one_bin(score=0.75, right=300, examples=400):
    labels = (np.arange(examples) < right).astype(int)
    return anim.from_arrays([0, 1], labels, probs=np.full((2, examples), score))


@pytest.mark.parametrize("theme", THEMES)
def test_the_veil_is_as_tall_as_the_band(theme):
    """Score 0.75 and right in half of 400: the bar and its gap end at 0.75, the veil above."""
    picture = {
        "bins": 4,
        "panels": ("reliability",),
        "scale": 2,
        "theme": theme,
        "size": (768, 600),
    }
    reel, scene = of(a_run_of_one_bin(right=200), **picture)
    low, high = scipy.stats.binom.ppf([0.025, 0.975], 400, 0.75) / 400
    column = Column(scene, reel.at(None), 0.92, theme=theme)
    veil, ends = column.of(**VEIL), column.of("ideal")
    assert veil.max() == pytest.approx(high, abs=0.006)
    assert veil.min() == pytest.approx(0.75, abs=0.006)
    for end in (low, high):
        assert np.abs(ends - end).min() < 0.006
    # But for the ideal line itself, nothing else is in its colour.
    assert ((np.abs(ends - low) < 0.006) | (np.abs(ends - high) < 0.006) | (ends > 0.9)).all()
    assert column.of("accuracy").max() == pytest.approx(0.5, abs=0.006)
    empty = Column(scene, reel.at(None), 0.2, theme=theme)
    assert not empty.of(**VEIL).size


@pytest.mark.parametrize("theme", THEMES)
def test_a_whisker_is_as_long_as_the_interval(theme):
    picture = {
        "bins": 4,
        "panels": ("reliability",),
        "scale": 2,
        "theme": theme,
        "size": (768, 600),
    }
    reel, scene = of(a_run_of_one_bin(right=200), intervals=True, band=False, **picture)
    low, high = scipy.stats.binomtest(200, 400).proportion_ci(method="wilson")
    middle = Column(scene, reel.at(None), 0.875, theme=theme).of("text")
    whisker = middle[middle < 0.8]
    assert whisker.min() == pytest.approx(low, abs=0.006)
    assert whisker.max() == pytest.approx(high, abs=0.006)
    assert np.diff(whisker).max() < 0.003
    beside = Column(scene, reel.at(None), 0.84, theme=theme).of("text")
    assert not beside[beside < 0.8].size


def test_without_the_band_nothing_of_chance_is_on_the_picture():
    picture = {"panels": ("reliability", "ece"), "bins": 10}
    with_it, without = (of(a_run(), band=band, **picture) for band in (True, False))
    shown = []
    for reel, scene in (with_it, without):
        pixels = scene.draw(reel.at(None))
        veil = is_near(pixels[..., :3], colour_of("light", "ideal", 2 / 15)).sum()
        said = [text.get_text() for text in texts_of(scene, reel.at(None))]
        chance = [text for text in said if "chance" in text]
        shown.append((veil > 100, len(chance), len(scene.figure.axes[-1].get_lines())))
    assert shown == [(True, 2, 2), (False, 0, 1)]
    track = without[0].tracks[0]
    assert track.band is None
    assert CHANCE not in track.series


def kernel_shares(scores, hits, places):
    """Shares of hits around places, under the kernel that the smooth error is measured with."""
    images = np.concatenate([2 * k + side * scores for k in (-1, 0, 1) for side in (-1, 1)])
    weights = scipy.stats.norm.pdf(places[:, None] - images, scale=smooth_error(scores, hits))
    return weights @ np.tile(hits, 6) / weights.sum(1)


def isotonic_shares(scores, hits, places):
    return IsotonicRegression().fit(scores, hits).predict(places)


SHARES = {"smooth": kernel_shares, "isotonic": isotonic_shares}


@pytest.mark.parametrize(
    ("view", "kind"),
    [
        pytest.param("score", "smooth", marks=pytest.mark.slow),
        ("score", "isotonic"),
        ("class:1", "isotonic"),
    ],
)
def test_a_curve_is_as_tall_as_its_regression(view, kind):
    """Scores that promise much more than comes of them."""
    rng = np.random.default_rng(0)
    scores = rng.uniform(0.02, 0.98, 1000).astype(np.float32)
    labels = (rng.random(1000) < 0.5 + 0.4 * (scores - 0.5)).astype(int)
    run = anim.from_arrays([0], labels, probs=[scores])
    picture = {"panels": ("reliability",), "scale": 2, "band": False, "bins": 10}
    reel, scene = of(run, view=view, curve=kind, **picture)
    places = np.array([0.1, 0.2, 0.35, 0.7, 0.8, 0.9])
    expected = SHARES[kind](scores.astype(float), labels == 1, places)
    expected = np.where((places < 0.5) & (view == "score"), 1 - expected, expected)
    found = reel.tracks[0].curve[0, np.round(places * 400).astype(int)]
    np.testing.assert_allclose(found, expected, atol=2e-3)
    for x, share in zip(places, expected, strict=True):
        column = Column(scene, reel.at(None), x)
        top = np.append(column.of("accuracy"), column.of("under")).max()
        assert top == pytest.approx(share, abs=0.008)


def test_bins_stay_in_the_histogram_under_a_curve():
    run = a_run()
    reel, scene = of(run, curve="smooth", panels=("reliability",), bins=10, scale=2)
    counts = np.histogram(run.probs(2)[:, 1], 10, (0, 1))[0]
    np.testing.assert_array_equal(reel.tracks[0].counts[2], counts)
    depth = []
    for k in range(10):
        column = Column(scene, reel.at(None), k / 10 + 0.05, axes=1)
        depth.append(column.of("points").size + column.of("over").size)
    expected = np.sqrt(counts / counts.max())
    np.testing.assert_allclose(np.array(depth) / max(depth), expected, atol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SHARES)
def test_the_curve_of_a_calibrated_model_lies_in_its_band(kind):
    inside = {"score": [], "class:1": []}
    for seed in range(20):
        scores = np.random.default_rng(seed).beta(0.8, 0.8, 400)
        run = anim.from_arrays([0], binary(scores, seed + 100)[1], probs=[scores])
        for view, found in inside.items():
            track = track_of(run, view=view, curve=kind)
            told = np.isfinite(track.curve[0])
            low, high = track.band[0][:, told]
            found.append(((low <= track.curve[0, told]) & (track.curve[0, told] <= high)).mean())
    for view, found in inside.items():
        assert 0.85 < np.mean(found) < 0.995, view


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "picture", [{"intervals": True}, {"curve": "smooth"}, {"curve": "isotonic"}], ids=str
)
def test_the_fast_way_draws_what_matplotlib_draws(theme, picture):
    panels = ("reliability", "ece")
    reel, scene = of(a_run(), theme=theme, panels=panels, size=(768, 700), **picture)
    fast = scene.draw(reel.at(70)).copy()
    for artist in (*scene.artists, *scene.figure.texts):
        artist.set_animated(False)
    canvas = FigureCanvasAgg(scene.figure)
    canvas.draw()
    apart = np.abs(fast.astype(int) - np.asarray(canvas.buffer_rgba())).max(2)
    assert (apart > 24).mean() < 0.001


@cache
def a_recalibrated_run():
    return anim.calibrate(a_run())[1]


SIZES = [(320, 240), (480, 360), (768, 600), (1280, 720), (400, 800)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("runs", "picture"),
    [
        (1, {"panels": ("reliability", "ece")}),
        (1, {"panels": ("ece", "temperature")}),
        (2, {"panels": ("reliability", "ece")}),
    ],
    ids=str,
)
def test_no_text_is_clipped_or_over_another(size, runs, picture):
    try:
        reel, scene = of([a_recalibrated_run()] * runs, size=size, intervals=True, **picture)
    except SettingError as error:
        assert "larger picture" in str(error)
        assert len(picture["panels"]) > 1 and size[1] < 600
        return
    check_texts(scene, reel.at(None))


def test_the_key_of_several_runs_is_not_clipped_where_it_is_long():
    reel, scene = of([a_run(), a_run()], size=(320, 600), intervals=True, panels=("reliability",))
    check_texts(scene, reel.at(None))


def legend_of(scene):
    """Its entries, row by row from the top."""
    legends = scene.figure.axes[0].findobj(Legend)
    assert all(legend.get_window_extent().x1 <= scene.figure.bbox.x1 for legend in legends)
    rows = sorted(legends, key=lambda legend: -legend.get_window_extent().y1)
    return [[text.get_text() for text in row.get_texts()] for row in rows]


def test_a_legend_without_room_has_another_row_and_where_there_is_none_drops_its_last_entries():
    panels = ("reliability", "ece")
    tiny, small, large = (
        legend_of(of(a_run(), size=size, intervals=True, panels=panels)[1])
        for size in ((320, 250), (320, 300), (1280, 720))
    )
    assert [len(tiny), len(small), len(large)] == [1, 2, 1]
    (entries,) = large
    assert entries[-2:] == ["ideal ± chance (95 %)", "95 % interval"]
    assert [*small[0], *small[1]] == entries
    assert tiny[0] == entries[: len(tiny[0])]
    assert 1 <= len(tiny[0]) < len(entries)


@pytest.mark.parametrize("theme", THEMES)
def test_a_gif_holds_the_colours_of_areas_exactly(tmp_path, theme):
    options = {"seconds": 1, "hold": 0, "fps": 10, "theme": theme, "size": (480, 400)}
    anim.animate(a_run(), tmp_path / "a.gif", intervals=True, **options)
    reel, scene = compose([a_run()], Picture(intervals=True, **options))
    veil, flat = colour_of(theme, "ideal", 2 / 15), scene.flat_colours()
    with Image.open(tmp_path / "a.gif") as image:
        for k, shot in enumerate(reel):
            image.seek(k)
            frame = scene.draw(shot)[..., :3]
            exact = (np.asarray(image.convert("RGB")) == frame).all(2)
            of_veil = (frame == veil).all(2)
            assert of_veil.sum() > 50
            assert exact[of_veil].all()
            packed = frame.astype(int) @ [1 << 16, 1 << 8, 1]
            assert exact[np.isin(packed, flat.astype(int) @ [1 << 16, 1 << 8, 1])].all()
            assert exact.mean() > 0.97


def test_what_lies_around_a_line_is_broken_where_the_line_is():
    ends = np.array([[0, 1], [1, 2], [np.nan, np.nan], [3, 4], [np.nan, 5], [5, 6]], float)
    found = _outlines(np.arange(6.0), ends)
    expected = [[[0, 0], [1, 1], [1, 2], [0, 1]], [[3, 3], [3, 4]], [[5, 5], [5, 6]]]
    assert [outline.tolist() for outline in found] == expected


def test_replicas_along_a_curve_have_the_spread_of_their_curves():
    labels = a_run().labels
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(5, 2, len(labels), 2)) + 2 * np.eye(2)[labels]
    runs = [anim.from_arrays([0, 1], labels, logits=one) for one in logits]
    track = track_of(anim.Replicas(runs), curve="isotonic", view="confidence")
    curves = np.stack([run.curve("confidence", "isotonic") for run in runs])
    told = np.isfinite(curves[:, -1]).all(0)
    assert told.sum() > 100
    expected = np.quantile(curves[:, -1][:, told], [0.05, 0.95], axis=0)
    np.testing.assert_allclose(track.band[-1][:, told], expected)
    assert track.intervals is None
    assert track.band_name == "90 % of 5 replicas"

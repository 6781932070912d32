"""Marks of the reliability diagram, measured in pixels."""

import numpy as np
import pytest
import scipy.stats
from matplotlib.colors import to_rgb
from sklearn.isotonic import IsotonicRegression

import anim
from anim.settings.themes import THEMES
from tests.support.curves import smooth_error
from tests.support.pixels import VEIL, Column
from tests.support.runs import a_run
from tests.support.scenes import scene_of


def a_run_of_one_bin(score=0.75, right=300, examples=400):
    labels = (np.arange(examples) < right).astype(int)
    return anim.from_arrays([0, 1], labels, probs=np.full((2, examples), score))


def test_a_bar_is_as_tall_as_its_accuracy():
    labels = np.repeat([1, 1, 1, 0], 500)
    run = anim.from_arrays([0, 1], labels, probs=np.full((2, 2000), 0.75), classes=["a", "b"])
    reel, scene = scene_of(run, bins=4, panels=("reliability",), scale=2, band=False)
    column = Column(scene, reel.at(None), 0.8)
    assert column.of("accuracy").max() == pytest.approx(0.75, abs=0.006)


def test_a_gap_has_the_colour_of_its_direction():
    """Score 0.9, right half of the time: over-confident. Score 0.6, always right: under."""
    probs = np.repeat([0.9, 0.6], 1000)
    labels = np.concatenate([np.arange(1000) % 2, np.ones(1000)]).astype(int)
    run = anim.from_arrays([0, 1], labels, probs=np.stack([probs, probs]))
    reel, scene = scene_of(run, bins=10, panels=("reliability",))
    pixels = scene.draw(reel.at(None))[..., :3]
    axes = scene.figure.axes[0].bbox

    def colour_at(x, y):
        row = pixels.shape[0] - round(axes.y0 + y * axes.height)
        return pixels[row, round(axes.x0 + x * axes.width)].tolist()

    def colour_named(name):
        return np.round(np.array(to_rgb(getattr(THEMES["light"], name))) * 255).tolist()

    assert colour_at(0.95, 0.25) == colour_named("accuracy")
    assert colour_at(0.95, 0.7) == colour_named("over")
    assert colour_at(0.65, 0.5) == colour_named("accuracy")
    assert colour_at(0.65, 0.8) == colour_named("under")
    assert colour_at(0.25, 0.1) == colour_named("background")


@pytest.mark.parametrize("theme", THEMES)
def test_the_veil_is_as_tall_as_the_band(theme):
    """Score 0.75, right in half of 400: the gap ends at 0.75, the veil above."""
    picture = {
        "bins": 4,
        "panels": ("reliability",),
        "scale": 2,
        "theme": theme,
        "size": (768, 600),
    }
    reel, scene = scene_of(a_run_of_one_bin(right=200), **picture)
    low, high = scipy.stats.binom.ppf([0.025, 0.975], 400, 0.75) / 400
    column = Column(scene, reel.at(None), 0.92, theme=theme)
    veil, ends = column.of(**VEIL), column.of("ideal")
    assert veil.max() == pytest.approx(high, abs=0.006)
    assert veil.min() == pytest.approx(0.75, abs=0.006)
    for end in (low, high):
        assert np.abs(ends - end).min() < 0.006
    # Nothing but the ideal line and the ends of the veil has that colour.
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
    reel, scene = scene_of(a_run_of_one_bin(right=200), intervals=True, band=False, **picture)
    low, high = scipy.stats.binomtest(200, 400).proportion_ci(method="wilson")
    middle = Column(scene, reel.at(None), 0.875, theme=theme).of("text")
    whisker = middle[middle < 0.8]
    assert whisker.min() == pytest.approx(low, abs=0.006)
    assert whisker.max() == pytest.approx(high, abs=0.006)
    assert np.diff(whisker).max() < 0.003
    beside = Column(scene, reel.at(None), 0.84, theme=theme).of("text")
    assert not beside[beside < 0.8].size


def kernel_shares(scores, hits, places):
    """Return the shares of hits near places, with the kernel of the smooth error."""
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
    rng = np.random.default_rng(0)
    scores = rng.uniform(0.02, 0.98, 1000).astype(np.float32)
    labels = (rng.random(1000) < 0.5 + 0.4 * (scores - 0.5)).astype(int)
    run = anim.from_arrays([0], labels, probs=[scores])
    picture = {"panels": ("reliability",), "scale": 2, "band": False, "bins": 10}
    reel, scene = scene_of(run, view=view, curve=kind, **picture)
    places = np.array([0.1, 0.2, 0.35, 0.7, 0.8, 0.9])
    expected = SHARES[kind](scores.astype(float), labels == 1, places)
    expected = np.where((places < 0.5) & (view == "score"), 1 - expected, expected)
    found = reel.tracks[0].curve[0, np.round(places * 400).astype(int)]
    np.testing.assert_allclose(found, expected, atol=2e-3)
    for x, share in zip(places, expected, strict=True):
        column = Column(scene, reel.at(None), x)
        top = np.append(column.of("accuracy"), column.of("under")).max()
        assert top == pytest.approx(share, abs=0.008)


def test_the_histogram_below_a_curve_shows_the_bins():
    run = a_run()
    reel, scene = scene_of(run, curve="smooth", panels=("reliability",), bins=10, scale=2)
    counts = np.histogram(run.probs(2)[:, 1], 10, (0, 1))[0]
    np.testing.assert_array_equal(reel.tracks[0].counts[2], counts)
    depth = []
    for k in range(10):
        column = Column(scene, reel.at(None), k / 10 + 0.05, axes=1)
        depth.append(column.of("points").size + column.of("over").size)
    expected = np.sqrt(counts / counts.max())
    np.testing.assert_allclose(np.array(depth) / max(depth), expected, atol=0.05)


def test_a_bar_that_fades_is_gone_at_the_next_snapshot():
    probs = np.array([[0.25] * 200, [0.75] * 200])
    run = anim.from_arrays([0, 10], [1] * 200, probs=probs)
    reel, scene = scene_of(run, bins=2, panels=("reliability",))
    names = ("accuracy", "under", "over")
    before, after = (
        sum(Column(scene, reel.at(step), 0.3).of(name).size for name in names) for step in (0, 10)
    )
    assert before > 50
    assert after == 0

"""Marks of the reliability diagram, measured in pixels."""

import numpy as np
import pytest
import scipy.stats
from matplotlib.colors import to_rgb
from scipy.ndimage import label
from sklearn.isotonic import IsotonicRegression

import anim
from anim.settings.themes import THEMES
from tests.support.curves import smooth_error
from tests.support.pixels import Column, colour_of, is_near
from tests.support.runs import a_run
from tests.support.scenes import scene_of

# Of a picture of four bins: the middle of the last one, and a place beside it in the same bar.
MIDDLE, BESIDE = 0.875, 0.84


def a_run_of_one_bin(right=300, examples=400):
    """Return a run whose scores are all in the middle of the last of four bins."""
    labels = (np.arange(examples) < right).astype(int)
    return anim.from_arrays([0, 1], labels, probs=np.full((2, examples), MIDDLE))


def four_bins(run, theme="light", **picture):
    # Thin lines of the theme for print cover whole pixels at this scale only.
    scale = 4 if theme == "paper" else 2
    size = {"panels": ("reliability",), "scale": scale, "size": (768, 600)}
    return scene_of(run, bins=4, theme=theme, **size, **picture)


@pytest.mark.parametrize("theme", THEMES)
def test_a_bar_is_as_tall_as_its_share_and_its_gap_ends_at_the_line(theme):
    reel, scene = four_bins(a_run_of_one_bin(), theme, band=False)
    column = Column(scene, reel.at(None), MIDDLE, theme=theme)
    assert column.of("cap").mean() == pytest.approx(0.75, abs=0.006)
    assert column.of("bar").min() < 0.01
    assert column.of("bar").max() == pytest.approx(0.75, abs=0.012)
    assert column.of("over").min() == pytest.approx(0.75, abs=0.012)
    assert column.of("over").max() == pytest.approx(MIDDLE, abs=0.012)
    empty = Column(scene, reel.at(None), 0.2, theme=theme)
    assert not any(empty.of(name).size for name in ("bar", "cap", "under", "over"))


def test_a_gap_has_the_colour_of_its_direction():
    """Score 0.95, right half of the time: over-confident. Score 0.65, always right: under."""
    probs = np.repeat([0.95, 0.65], 1000)
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

    assert colour_at(0.95, 0.25) == colour_named("bar")
    assert colour_at(0.95, 0.7) == colour_named("over")
    assert colour_at(0.65, 0.55) == colour_named("bar")
    assert colour_at(0.65, 0.8) == colour_named("under")
    assert colour_at(0.25, 0.1) == colour_named("background")


@pytest.mark.parametrize("theme", THEMES)
def test_a_gap_is_pale_as_far_as_chance_reaches(theme):
    """Score 0.875, right in half of 400: pale next to the line, full beyond the band."""
    reel, scene = four_bins(a_run_of_one_bin(right=200), theme)
    low = scipy.stats.binom.ppf(0.025, 400, MIDDLE) / 400
    column = Column(scene, reel.at(None), MIDDLE, theme=theme)
    assert column.of("over_pale").max() == pytest.approx(MIDDLE, abs=0.012)
    assert column.of("over_pale").min() == pytest.approx(low, abs=0.006)
    assert column.of("over").max() == pytest.approx(low, abs=0.006)
    assert column.of("over").min() == pytest.approx(0.5, abs=0.012)


@pytest.mark.parametrize("theme", THEMES)
def test_a_whisker_is_as_long_as_the_interval(theme):
    reel, scene = four_bins(a_run_of_one_bin(right=200), theme, intervals=True, band=False)
    low, high = scipy.stats.binomtest(200, 400).proportion_ci(method="wilson")
    middle = Column(scene, reel.at(None), MIDDLE, theme=theme).of("text")
    whisker = middle[middle < 0.8]
    assert whisker.min() == pytest.approx(low, abs=0.006)
    assert whisker.max() == pytest.approx(high, abs=0.006)
    assert np.diff(whisker).max() < 0.003
    beside = Column(scene, reel.at(None), BESIDE, theme=theme).of("text")
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
        # Where a regression jumps, the line is upright.
        assert np.abs(column.of("cap") - share).min() < 0.008
        line = max(x, 1 - x) if view == "score" else x
        gap = column.of("under" if share > line else "over")
        assert gap.size == 0 or abs((gap.min() + gap.max()) / 2 - (share + line) / 2) < 0.012


def test_a_hundred_dots_stand_for_all_examples_and_as_many_are_wrong_as_in_a_hundred():
    run = a_run()
    reel, scene = scene_of(run, panels=("reliability",), scale=2)
    pixels = scene.draw(reel.at(None))[..., :3]
    box = scene.figure.axes[1].bbox
    edge = 4
    rows = slice(round(len(pixels) - box.y1) - edge, round(len(pixels) - box.y0) + edge)
    inside = pixels[rows, round(box.x0) - edge : round(box.x1) + edge]
    counts = [label(is_near(inside, colour_of("light", name)))[1] for name in ("dot", "wrong")]
    assert sum(counts) == 100
    assert counts[1] == round(100 * (1 - run.metrics()["accuracy"][2]))


def test_a_bar_that_fades_is_gone_at_the_next_snapshot():
    probs = np.array([[0.25] * 200, [0.75] * 200])
    run = anim.from_arrays([0, 10], [1] * 200, probs=probs)
    reel, scene = scene_of(run, bins=2, panels=("reliability",))
    names = ("bar", "cap", "under", "over")
    before, after = (
        sum(Column(scene, reel.at(step), 0.3).of(name).size for name in names) for step in (0, 10)
    )
    assert before > 50
    assert after == 0


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("view", ["confidence", "class:1"])
def test_columns_have_the_colour_of_the_wrong_only_where_something_is_wrong(theme, view):
    """The ideal line, titles and numbers are as black: only the inside of the columns counts."""
    picture = {"panels": ("counts",), "scale": 4 if theme == "paper" else 2, "bins": 4}
    reel, scene = scene_of(a_run(), view=view, theme=theme, **picture)
    pixels, box = scene.draw(reel.at(None))[..., :3], scene.figure.axes[0].bbox
    inside = pixels[round(len(pixels) - box.y1) : round(len(pixels) - box.y0)]
    inside = inside[:, round(box.x0) : round(box.x1)]
    found = {
        name: is_near(inside, colour_of(theme, name)).mean() for name in ("wrong", "ghost", "dot")
    }
    assert found["dot"] > 0.01
    assert (found["wrong"] > 0.01, found["ghost"] > 0.01) == (
        view == "confidence",
        view != "confidence",
    )

"""The picture: its colours, its texts and its bars, read back from the pixels."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

import anim
from anim.errors import SettingError
from anim.settings import Picture
from anim.settings.themes import THEMES
from tests.support.seeing import (
    check_texts,
    compose,
    contrast,
    difference_in_grey,
    distance,
    texts_of,
)

# What meets what: a gap stands on its bar, the wrong ones on the others, all on the background.
NEIGHBOURS = [
    ("accuracy", "under"), ("accuracy", "over"), ("under", "over"), ("points", "over"),
    *((name, "background") for name in ("accuracy", "under", "over", "points")),
]  # fmt: skip


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("name", ["text", "muted"])
def test_text_has_contrast_enough_to_read(theme, name):
    assert contrast(getattr(theme, name), theme.background) >= 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("pair", NEIGHBOURS, ids="-".join)
def test_colours_stay_apart_for_every_eye_and_in_grey(theme, pair):
    one, other = (getattr(theme, name) for name in pair)
    assert distance(one, other) >= 15
    assert difference_in_grey(one, other) >= 9


def a_run(classes=("no", "yes"), examples=3000):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, len(classes), examples)
    logits = rng.normal(size=(3, examples, len(classes))) * 2
    logits[np.arange(3)[:, None], np.arange(examples), labels] += [[0], [1], [2]]
    return anim.from_arrays([0, 400, 1000], labels, logits=logits, classes=classes)


def a_scene(run=None, **picture):
    picture = Picture(**{"hold": 0, **picture})
    reel, scene = compose([a_run() if run is None else run], picture)
    return scene, list(reel)


SIZES = [(320, 240), (480, 360), (768, 600), (1280, 720), (400, 800)]
LONG = "A headline that goes on and on, well past any width that a picture could ever have: " * 2


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("title", [None, LONG], ids=["default", "long"])
@pytest.mark.parametrize(
    ("panels", "view"),
    [
        (("reliability", "accuracy"), None),
        (("counts", "accuracy", "loss"), "class:" + LONG),
        (("reliability",), "class:" + LONG),
        (("reliability", "accuracy", "ece", "loss"), "confidence"),
    ],
)
def test_no_text_is_clipped_or_over_another(size, title, panels, view):
    run = a_run(("other", LONG, "third") if view else ("no", "yes"))
    try:
        scene, frames = a_scene(run, size=size, title=title, panels=panels, view=view)
    except SettingError as error:
        assert len(panels) > 2 and size[1] < 600
        assert "larger picture" in str(error)
        return
    check_texts(scene, frames[-1])


def test_the_header_never_moves():
    """Between the first frame and the last only the digits of the readouts change."""
    scene, frames = a_scene()
    first, last = scene.draw(frames[0]).copy(), scene.draw(frames[-1]).copy()
    changed = (first != last).any(2)[:80]
    columns = np.flatnonzero(changed.any(0))
    assert columns.min() > 480
    assert changed.mean() < 0.03


def test_a_bar_is_as_tall_as_its_accuracy():
    labels = np.repeat([1, 1, 1, 0], 500)
    run = anim.from_arrays([0, 1], labels, probs=np.full((2, 2000), 0.75), classes=["a", "b"])
    scene, frames = a_scene(run, bins=4, panels=("reliability",), scale=2, band=False)
    pixels = scene.draw(frames[-1])[..., :3]
    axes = scene.figure.axes[0].bbox
    column = pixels[:, int(axes.x0 + 0.8 * axes.width)]
    colour = np.round(np.array(to_rgb(THEMES["light"].accuracy)) * 255)
    rows = np.flatnonzero((np.abs(column - colour) <= 1).all(1))
    bottom = pixels.shape[0] - axes.y0
    inside = rows[rows < bottom]
    assert (bottom - inside.min()) / axes.height == pytest.approx(0.75, abs=0.006)


def test_the_gap_says_which_way_the_model_is_wrong():
    """Score 0.9 and right half of the time: over-confident; score 0.6 and always right: under."""
    probs = np.repeat([0.9, 0.6], 1000)
    labels = np.concatenate([np.arange(1000) % 2, np.ones(1000)]).astype(int)
    run = anim.from_arrays([0, 1], labels, probs=np.stack([probs, probs]))
    scene, frames = a_scene(run, bins=10, panels=("reliability",))
    pixels = scene.draw(frames[-1])[..., :3]
    axes = scene.figure.axes[0].bbox

    def colour_at(x, y):
        row = pixels.shape[0] - round(axes.y0 + y * axes.height)
        return pixels[row, round(axes.x0 + x * axes.width)].tolist()

    def of(name):
        return np.round(np.array(to_rgb(getattr(THEMES["light"], name))) * 255).tolist()

    assert colour_at(0.95, 0.25) == of("accuracy")
    assert colour_at(0.95, 0.7) == of("over")
    assert colour_at(0.65, 0.5) == of("accuracy")
    assert colour_at(0.65, 0.8) == of("under")
    assert colour_at(0.25, 0.1) == of("background")


@pytest.mark.parametrize("theme", THEMES)
def test_the_fast_way_draws_what_matplotlib_draws(theme):
    scene, frames = a_scene(
        theme=theme, panels=("reliability", "counts", "accuracy"), size=(768, 800)
    )
    fast = scene.draw(frames[100]).copy()
    for artist in scene.artists:
        artist.set_animated(False)
    for text in scene.figure.texts:
        text.set_animated(False)
    canvas = FigureCanvasAgg(scene.figure)
    canvas.draw()
    apart = np.abs(fast.astype(int) - np.asarray(canvas.buffer_rgba())).max(2)
    # Digits are painted side by side: their edges may fall on other parts of a pixel.
    assert (apart > 24).mean() < 0.001


def test_fading_ends_in_nothing():
    """The frame of a snapshot shows none of the bars of the one before."""
    probs = np.array([[0.25] * 50, [0.75] * 50])
    run = anim.from_arrays([0, 10], [1] * 50, probs=probs)
    scene, frames = a_scene(run, bins=2, panels=("reliability",))
    last = scene.draw(frames[-1])[..., :3]
    axes = scene.figure.axes[0].bbox
    left = last[:, int(axes.x0 + 0.3 * axes.width)][
        int(600 - axes.y1) + 12 : int(600 - axes.y0) - 3
    ]
    background = np.round(np.array(to_rgb(THEMES["light"].background)) * 255)
    grid_and_line = (left != background).any(1).mean()
    assert grid_and_line < 0.06


def test_characters_without_a_font_are_named_once():
    with pytest.warns(UserWarning, match="no installed font has \U000f1234 ") as caught:
        a_scene(title="private \U000f1234 \U000f1234 use")
    assert len(caught) == 1


def test_a_headline_is_one_line_and_no_mathematics():
    scene, frames = a_scene(title="costs $5\nand $x^2$")
    assert "costs $5 and $x^2$" in [text.get_text() for text in texts_of(scene, frames[0])]


@pytest.mark.parametrize(
    ("values", "label"),
    [([3e-4, 1e-4, 2e-4], "rate ×10⁻⁴"), ([0, 1e7, 2e7], "rate ×10⁷"), ([0.5, -3, 1], "rate")],
)
def test_a_recorded_scalar_of_any_size_is_read_off_its_axis(values, label):
    with anim.Recorder(labels=[0, 1]) as recorder:
        for step, value in enumerate(values):
            recorder.snapshot(step, probs=[0.2, 0.7], metrics={"rate": value})
    scene, frames = a_scene(recorder.run(), panels=("reliability", "metric:rate"))
    shown = [text.get_text() for text in texts_of(scene, frames[-1])]
    assert label in shown
    check_texts(scene, frames[-1])
    low, high = scene.figure.axes[-1].get_ylim()
    assert low <= min(values) < max(values) <= high <= 1.2 * max(np.abs(values))

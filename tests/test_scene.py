"""The picture: its colours, its texts and its bars, read back from the pixels."""

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text

import anim
from anim.render import make_scene
from anim.scene.theme import THEMES
from anim.settings import Picture, SettingError

# Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB.
PROTANOPIA = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
              [-0.003882, -0.048116, 1.051998]]  # fmt: skip
DEUTERANOPIA = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881]]  # fmt: skip
# What meets what: a gap stands on its bar, the wrong ones on the others, all on the background.
NEIGHBOURS = [
    ("accuracy", "under"), ("accuracy", "over"), ("under", "over"), ("points", "over"),
    *((name, "background") for name in ("accuracy", "under", "over", "points")),
]  # fmt: skip


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def lab(rgb):
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.array(to_xyz) @ rgb / [0.9505, 1, 1.089]
    fx, fy, fz = (np.cbrt(v) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("name", ["text", "muted"])
def test_text_has_contrast_enough_to_read(theme, name):
    low, high = sorted(luminance(getattr(theme, part)) for part in (name, "background"))
    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("pair", NEIGHBOURS, ids="-".join)
def test_colours_stay_apart_for_every_eye_and_in_grey(theme, pair):
    one, other = (linear(getattr(theme, name)) for name in pair)
    for seen in (np.eye(3), np.array(PROTANOPIA), np.array(DEUTERANOPIA)):
        apart = np.linalg.norm(lab(np.clip(seen @ one, 0, 1)) - lab(np.clip(seen @ other, 0, 1)))
        assert apart >= 15
    greys = [lab(np.full(3, luminance(getattr(theme, name))))[0] for name in pair]
    assert abs(greys[0] - greys[1]) >= 9


def a_run(classes=("no", "yes"), examples=3000):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, len(classes), examples)
    logits = rng.normal(size=(3, examples, len(classes))) * 2
    logits[np.arange(3)[:, None], np.arange(examples), labels] += [[0], [1], [2]]
    return anim.from_arrays([0, 400, 1000], labels, logits=logits, classes=classes)


def a_scene(run=None, **picture):
    picture = Picture(**{"hold": 0, **picture})
    timeline, track, scene = make_scene(a_run() if run is None else run, picture)
    return scene, [track.at(moment) for moment in timeline]


SIZES = [(320, 240), (480, 360), (768, 600), (1280, 720), (400, 800)]
LONG = "A headline that goes on and on, well past any width that a picture could ever have: " * 2


def texts_of(scene, frame):
    scene.update(frame)
    scene.figure.draw(FigureCanvasAgg(scene.figure).get_renderer())
    found = [text for text in scene.figure.findobj(Text) if text.get_visible()]
    # Ticks outside the axes belong to no picture: matplotlib never draws them.
    outside = [
        label
        for axes in scene.figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) - 1e-9 <= tick.get_loc()
        <= max(axis.get_view_interval()) + 1e-9
        for label in (tick.label1, tick.label2)
    ]  # fmt: skip
    return [text for text in found if text.get_text().strip() and text not in outside]


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
        assert "taller picture" in str(error)
        return
    width, height = scene.figure.bbox.size
    boxes = {}
    for text in texts_of(scene, frames[-1]):
        box = text.get_window_extent()
        boxes[text] = box
        assert box.x0 >= -0.5, text
        assert box.y0 >= -0.5, text
        assert box.x1 <= width + 0.5, text
        assert box.y1 <= height + 0.5, text
    for (one, box), (other, its) in itertools.combinations(boxes.items(), 2):
        gap = max(box.x0 - its.x1, its.x0 - box.x1, box.y0 - its.y1, its.y0 - box.y1)
        assert gap > -1, (one, other)


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
    scene, frames = a_scene(run, bins=4, panels=("reliability",), scale=2)
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

"""Several runs and unusual sizes in pictures: nothing is cut, overlaps, or has a wrong colour."""

from functools import cache

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import anim
from anim.errors import SettingError
from anim.scene.texts import shorten, wrapped
from anim.settings import Picture
from anim.settings.themes import THEMES, run_colours, sweep_colours
from tests.support.amounts import slow
from tests.support.predictions import model
from tests.support.scenes import scene_of
from tests.support.seeing import check_texts, texts_of

LONG = "a class with a name that goes on and on"
OTHER = "another one with as long a name as that"
NAMES = ("a long name of a run that goes on", "b" * 60, "c", "d", "e", "the last run")


@cache
def a_run(classes=("0", "1"), sharpness=1.0):
    logits, labels = model(300, len(classes), 3)
    steps = np.stack([logits / 3, sharpness * logits])
    return anim.from_arrays([0, 1000], labels, logits=steps, classes=classes)


CASES = {
    "two": (2, {}),
    "four": (4, {}),
    "six": (6, {"label": NAMES}),
    "overlay": (6, {"overlay": True, "label": NAMES}),
    "recalibrated": (1, {"calibrate": "temperature"}),
    "three recalibrated": (3, {"calibrate": "temperature"}),
    "panels": (1, {"panels": "reliability,accuracy,ece"}),
}
SIZES = [None, *slow((320, 240), (768, 600), (1200, 400), (1920, 1080))]


@pytest.mark.parametrize("theme", ["light", *slow("paper")])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("case", CASES)
def test_no_text_of_several_runs_is_clipped_or_overlaps(case, size, theme):
    count, options = CASES[case]
    runs = [a_run((LONG, OTHER), 1 + rank / 4) for rank in range(count)]
    try:
        reel, scene = scene_of(runs, size=size, theme=theme, **options)
    except SettingError as error:
        assert size is not None
        assert "larger picture" in str(error)
        return
    check_texts(scene, reel.at(None))


@pytest.mark.parametrize("words", ["plain", "field"])
@pytest.mark.parametrize("theme", ["light", "paper"])
def test_no_text_of_a_class_with_a_long_name_is_clipped_or_overlaps(theme, words):
    run = a_run(("x", LONG, "y"))
    reel, scene = scene_of(run, view=f"class:{LONG}", theme=theme, words=words)
    check_texts(scene, reel.at(None))


def test_a_single_snapshot_is_drawn_without_a_strip():
    logits, labels = model(300, 2, 3)
    run = anim.from_arrays([7], labels, logits=logits[None])
    reel, scene = scene_of(run)
    # The diagram and its dots.
    assert len(scene.figure.axes) == 2
    check_texts(scene, reel.at(None))


@pytest.mark.parametrize(
    ("names", "is_sweep"), [(("hidden=2", "hidden=4", "hidden=8"), True), (("a", "b", "c"), False)]
)
def test_runs_of_a_sweep_have_a_ramp_of_colours(names, is_sweep):
    reel, scene = scene_of([a_run()] * 3, label=names)
    theme = THEMES["light"]
    colours = sweep_colours(theme, 3) if is_sweep else theme.runs[:3]
    found = {
        text.get_color() for text in texts_of(scene, reel.at(None)) if text.get_text() in names
    }
    assert found == set(colours)
    flat = {tuple(colour) for colour in scene.flat_colours().tolist()}
    assert {tuple(round(255 * part) for part in to_rgb(one)) for one in colours} <= flat


def test_lines_of_an_overlay_are_drawn_in_the_colours_of_their_runs():
    runs = [a_run(sharpness=1 + rank) for rank in range(3)]
    reel, scene = scene_of(runs, overlay=True)
    pixels = scene.draw(reel.at(None))[..., :3]
    diagram = pixels[100:350, 62:590]
    for colour in run_colours(THEMES["light"], 3):
        is_there = (diagram == [round(255 * part) for part in to_rgb(colour)]).all(-1)
        assert is_there.sum() > 100, colour
    # No bars, no areas of gaps.
    for colour in (THEMES["light"].bar, THEMES["light"].under, THEMES["light"].over):
        assert not (diagram == [round(255 * part) for part in to_rgb(colour)]).all(-1).any()


@pytest.mark.parametrize("runs", [2, 6])
def test_an_overlay_says_two_numbers_of_each_run(runs):
    reel, scene = scene_of([a_run()] * runs, overlay=True)
    said = [text.get_text() for text in texts_of(scene, reel.at(None))]
    assert said.count("says") == runs
    assert said.count("run 1") == 2  # In the list and in the strip.


def a_text(said, **style):
    return Figure(figsize=(8, 6), dpi=100).text(0, 0, said, **style)


def width_of(text):
    return text.get_window_extent().width


def test_a_title_is_broken_into_lines_of_about_the_same_length():
    text = a_text("one two three four five six seven eight")
    whole = width_of(text)
    assert wrapped(text, 0.95 * whole) == 2
    assert text.get_text() == "one two three four\nfive six seven eight"
    assert text.get_fontsize() == 10


def test_a_longer_title_shrinks_and_then_loses_its_end():
    said = "word " * 30
    text = a_text(said.strip())
    whole = width_of(text)
    assert wrapped(text, 0.45 * whole) == 2
    assert 7.5 <= text.get_fontsize() < 10
    assert "…" not in text.get_text()
    text = a_text(said.strip())
    assert wrapped(text, 0.2 * whole) == 2
    assert text.get_fontsize() == 7.5
    assert text.get_text().endswith("…")
    assert width_of(text) <= 0.2 * whole


@pytest.mark.parametrize("said", ["e" * 80, "x " + "y" * 90])
def test_a_title_without_spaces_is_broken_within_a_word(said):
    text = a_text(said)
    whole = width_of(text)
    assert wrapped(text, 0.6 * whole) == 2
    assert text.get_text().replace("\n", "").replace(" ", "") == said.replace(" ", "")
    assert width_of(text) <= 0.6 * whole


def test_what_follows_a_name_is_kept():
    text = a_text("says “a very long name of a class”  →")
    shorten(text, 0.6 * width_of(text))
    assert text.get_text().startswith("says “a very")
    assert text.get_text().endswith("…”  →")


def test_the_default_size_is_that_of_the_figure():
    reel, scene = scene_of([a_run()] * 4)
    height, width, _ = scene.draw(reel.at(None)).shape
    assert (width, height) == Picture().for_runs(4).pixels
    assert height > Picture().pixels[1]


def test_a_run_with_a_single_bin_in_an_overlay_is_a_dot():
    """All scores of the second run lie in one bin: its line has no length."""
    labels = np.arange(300) % 4 > 0
    sure = anim.from_arrays([0, 1000], labels.astype(int), probs=np.full((2, 300), 0.97))
    reel, scene = scene_of([a_run(), sure], overlay=True, scale=2)
    pixels = scene.draw(reel.at(None))[..., :3]
    colour = [round(255 * part) for part in to_rgb(THEMES["light"].runs[1])]
    box = scene.figure.axes[0].bbox
    middle = round(len(pixels) - box.y0 - 0.75 * box.height), round(box.x0 + 0.97 * box.width)
    around = pixels[middle[0] - 3 : middle[0] + 3, middle[1] - 3 : middle[1] + 3]
    assert (around == colour).all()


@pytest.mark.parametrize("order", [[0, 50, 100], [100, 50, 0], [50, 0, 100, 50]])
def test_a_run_is_a_dot_only_where_it_has_a_single_bin_whatever_was_drawn_before(order):
    """The scores of the first and the last snapshot lie in one bin, those between in many."""
    labels = (np.arange(2000) % 4 > 0).astype(int)
    sure, many = np.full(2000, 0.97), np.random.default_rng(0).uniform(0, 1, 2000)
    run = anim.from_arrays([0, 50, 100], labels, probs=np.stack([sure, many, sure]))
    reel, scene = scene_of([run, run], overlay=True)
    found = [scene.draw(reel.at(step)).copy() for step in order]
    for step, pixels in zip(order, found, strict=True):
        _, fresh = scene_of([run, run], overlay=True)
        assert (pixels == fresh.draw(reel.at(step))).all(), step

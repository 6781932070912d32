"""The headline, and the numbers beside it."""

import itertools

import numpy as np
import pytest
from matplotlib.textpath import text_to_path

import anim
from anim.compose import compose_views
from anim.scene import Scene
from anim.settings import Picture
from tests.support.seeing import compose, texts_of


def a_run(classes=("no", "yes"), examples=3000):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, len(classes), examples)
    logits = rng.normal(size=(3, examples, len(classes))) * 2
    logits[np.arange(3)[:, None], np.arange(examples), labels] += [[0], [1], [2]]
    return anim.from_arrays([0, 400, 1000], labels, logits=logits, classes=classes)


def a_scene(run=None, **picture):
    """Return a scene and its shots."""
    picture = Picture(**{"hold": 0, **picture})
    reel, scene = compose([a_run() if run is None else run], picture)
    return scene, list(reel)


def test_only_numbers_and_the_verdict_of_the_header_change():
    scene, frames = a_scene()
    first, last = scene.draw(frames[0]).copy(), scene.draw(frames[-1]).copy()
    changed = (first != last).any(2)
    top = round(600 - scene.figure.axes[0].bbox.y1) - 8
    said = {text: text.get_text() for text in texts_of(scene, frames[-1])}
    for text in texts_of(scene, frames[0]):
        if text.get_text() == said.get(text):
            box = text.get_window_extent()
            rows = slice(int(600 - box.y1), int(600 - box.y0))
            kept = changed[rows, int(box.x0) + 1 : int(box.x1)][: max(top - rows.start, 0)]
            assert not kept.any(), text
    assert changed[:top].any()


@pytest.mark.parametrize("position", [0, 0.31, 0.7, 1])
def test_the_header_says_the_numbers_of_the_last_snapshot(position):
    run = a_run()
    reel, scene = compose([run], Picture(hold=0, pace="step"))
    said = [text.get_text() for text in texts_of(scene, reel.at_position(position))]
    row = int(np.searchsorted(run.steps, 1000 * position, side="right")) - 1
    accuracy, confidence = run.metrics()["accuracy"][row], run.probs(row).max(1).mean()
    assert str(run.steps[row]) in said
    assert {f"{100 * accuracy:.0f}\u00a0%", f"{100 * confidence:.0f}\u00a0%"} <= set(said)


def test_characters_without_a_font_are_named_in_one_warning():
    with pytest.warns(UserWarning, match="no installed font has \U000f1234 ") as caught:
        a_scene(title="private \U000f1234 \U000f1234 use")
    assert len(caught) == 1


def test_a_headline_is_one_line_of_plain_text():
    scene, frames = a_scene(title="costs $5\nand $x^2$")
    assert "costs $5 and $x^2$" in [text.get_text() for text in texts_of(scene, frames[0])]


@pytest.mark.parametrize("size", [(768, 600), (600, 600), (480, 480)])
@pytest.mark.parametrize("runs", [1, 2])
def test_without_a_headline_nothing_stands_on_the_clock(size, runs):
    picture = Picture(title="", size=size, hold=0)
    reel, scene = compose([a_run() for _ in range(runs)], picture)
    texts = [text for text in texts_of(scene, reel.at(None)) if text.get_text()]
    boxes = {text.get_text(): text.get_window_extent() for text in texts}
    above = {name: box for name, box in boxes.items() if box.y0 > 0.88 * scene.figure.bbox.height}
    assert {"step", "1000"} <= above.keys()
    for name, box in above.items():
        for other in ("step", "1000"):
            assert name == other or not box.overlaps(boxes[other]), (name, other)


@pytest.mark.parametrize("size", [(768, 600), (600, 600), (480, 480)])
@pytest.mark.parametrize("title", ["", None])
def test_the_sentence_leaves_room_for_the_verdict(title, size):
    picture = Picture(title=title, size=size, hold=0, curve="smooth")
    reel, scene = compose([a_run()], picture)
    (verdict,) = [
        text.get_text() for text in texts_of(scene, reel.at(None)) if "confident" in text.get_text()
    ]
    assert verdict.startswith("over-confident")


def _edges(text, frame):
    """Return where a text begins and ends in a vector drawing, in pixels of 1/96 inch."""
    width = text_to_path.get_text_width_height_descent(
        text.get_text(), text.get_fontproperties(), ismath=False
    )[0]
    # Lengths are those of a drawing of 72 dots an inch.
    width *= 96 / 72
    x = text.get_position()[0] * frame
    return (x - width, x) if text.get_horizontalalignment() == "right" else (x, x + width)


@pytest.mark.parametrize("is_vector", [True, False])
def test_the_words_of_a_vector_drawing_stand_as_close_as_its_letters_let_them(is_vector):
    run, picture = a_run(), Picture(hold=0)
    ((reel, subject),) = compose_views([run], picture, ["score"])
    scene = Scene(subject, reel, picture, is_vector=is_vector)
    sentence = [text for text in texts_of(scene, reel.at(None)) if "On average" in text.get_text()]
    y = sentence[0].get_position()[1]
    line = [text for text in texts_of(scene, reel.at(None)) if text.get_position()[1] == y][:6]
    edges = [_edges(text, 768) for text in line]
    gaps = [after[0] - before[1] for before, after in itertools.pairwise(edges)]
    # A space is 4 pixels wide, and beside a dot there are two.
    assert np.allclose(gaps, np.round(np.divide(gaps, 4)) * 4, atol=0.1) == is_vector, gaps

"""The headline, and the numbers beside it."""

import numpy as np
import pytest

import anim
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


def test_only_the_digits_of_the_header_change():
    scene, frames = a_scene()
    first, last = scene.draw(frames[0]).copy(), scene.draw(frames[-1]).copy()
    changed = (first != last).any(2)[:80]
    columns = np.flatnonzero(changed.any(0))
    assert columns.min() > 480
    assert changed.mean() < 0.03


def test_characters_without_a_font_are_named_in_one_warning():
    with pytest.warns(UserWarning, match="no installed font has \U000f1234 ") as caught:
        a_scene(title="private \U000f1234 \U000f1234 use")
    assert len(caught) == 1


def test_a_headline_is_one_line_of_plain_text():
    scene, frames = a_scene(title="costs $5\nand $x^2$")
    assert "costs $5 and $x^2$" in [text.get_text() for text in texts_of(scene, frames[0])]

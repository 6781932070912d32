"""Replicas as they are drawn."""

import numpy as np
import pytest

import anim
from anim.panels.notes import NO_RECALIBRATION
from anim.settings import Picture
from tests.support.pixels import colour_of, is_near
from tests.support.runs import noisy
from tests.support.seeing import check_texts, compose, texts_of

RUNS = [noisy(seed) for seed in range(7)]


def of(runs, **picture):
    return compose(runs, Picture(**{"seconds": 1, "hold": 0, **picture}))


def test_a_bin_that_is_empty_in_most_replicas_has_no_bar():
    """One of three has its scores at 0.31; all have some at 0.91."""
    scores = np.full((3, 20), 0.91)
    scores[0, :10] = 0.31
    labels = np.ones(20, int)
    runs = [anim.from_arrays([0, 1], labels, probs=[row, row]) for row in scores]
    reel, scene = of([anim.Replicas(runs)], bins=10, panels=("reliability",))
    np.testing.assert_array_equal(reel.tracks[0].filled[-1], np.arange(10) == 9)
    pixels = scene.draw(reel.at(None))[..., :3]
    box = scene.figure.axes[0].bbox
    top, bottom = round(600 - box.y1) + 3, round(600 - box.y0) - 3

    def colours(x):
        column = pixels[top:bottom, int(box.x0 + x * box.width)]
        return is_near(column, colour_of("light", "bar"))

    assert not colours(0.34).any()
    assert colours(0.94).mean() > 0.8


def test_replicas_without_a_common_bin_do_not_count_as_without_a_recalibration():
    scores = [[0.11, 0.91], [0.21, 0.81], [0.31, 0.71]]
    runs = [anim.from_arrays([0, 1], [0, 1], probs=[row, row]) for row in scores]
    reel, scene = of([anim.Replicas(runs)], bins=10)
    shown = [text.get_text() for text in texts_of(scene, reel.at(None))]
    assert NO_RECALIBRATION not in shown


@pytest.mark.parametrize("curve", ["bars", "smooth", "isotonic"])
def test_the_picture_says_that_it_shows_replicas(curve):
    reel, scene = of([anim.Replicas(RUNS)], curve=curve, size=(1000, 600))
    shown = [text.get_text() for text in texts_of(scene, reel.at(None))]
    assert "90 % of 7 replicas, around their median" in shown
    assert any(text.casefold().startswith("medians") for text in shown)
    check_texts(scene, reel.at(None))


@pytest.mark.parametrize("panels", ["reliability,accuracy,ece", "reliability,accuracy,ece,loss"])
def test_dots_keep_their_caption_above_strips(panels):
    reel, scene = of([anim.Replicas(RUNS)], panels=panels)
    shown = [text.get_text() for text in texts_of(scene, reel.at(None)) if text.get_visible()]
    assert any(text.startswith(("of ", "all ")) for text in shown)
    check_texts(scene, reel.at(None))


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        ([RUNS[0], anim.Replicas(RUNS[:3])], "95 % interval or 90 % of 3 replicas, around"),
        ([anim.Replicas(RUNS[:3]), anim.Replicas(RUNS[3:])], "90 % of the replicas, around"),
        ([anim.Replicas(RUNS[:3]), anim.Replicas(RUNS[3:6])], "90 % of 3 replicas, around"),
    ],
)
@pytest.mark.parametrize("theme", ["light", "paper"])
def test_the_key_says_what_is_drawn_around_all_runs(runs, says, theme):
    reel, scene = of(runs, intervals=True, theme=theme)
    shown = [text.get_text() for text in texts_of(scene, reel.at(None))]
    assert any(text.startswith(says) for text in shown)
    check_texts(scene, reel.at(None))

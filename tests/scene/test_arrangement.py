"""Room for panels and texts: nothing is clipped or overlaps, at any size."""

import re
from functools import cache

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.settings import MAX_RUNS
from tests.support.amounts import slow
from tests.support.predictions import model
from tests.support.runs import a_run
from tests.support.scenes import scene_of
from tests.support.seeing import check_texts, texts_of


@cache
def a_run_with_names(classes):
    logits, labels = model(500, len(classes), 3)
    return anim.from_arrays(
        [0, 1000], labels, logits=np.stack([logits / 3, logits]), classes=classes
    )


@cache
def a_recalibrated_run():
    return anim.calibrate(a_run())[1]


SIZES = [(320, 240), (768, 600), *slow((480, 360), (1280, 720), (400, 800))]


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
def test_no_text_of_a_run_is_clipped_or_overlaps(size, title, panels, view):
    run = a_run_with_names(("other", LONG, "third") if view else ("no", "yes"))
    try:
        reel, scene = scene_of(run, size=size, title=title, panels=panels, view=view)
    except SettingError as error:
        assert len(panels) > 2 and size[1] < 600
        assert "larger picture" in str(error)
        return
    check_texts(scene, reel.at(None))


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
def test_no_text_with_intervals_is_clipped_or_overlaps(size, runs, picture):
    try:
        reel, scene = scene_of([a_recalibrated_run()] * runs, size=size, intervals=True, **picture)
    except SettingError as error:
        assert "larger picture" in str(error)
        assert len(picture["panels"]) > 1 and size[1] < 600
        return
    check_texts(scene, reel.at(None))


@pytest.mark.parametrize("count", [2, *slow(*range(3, MAX_RUNS)), MAX_RUNS])
@pytest.mark.parametrize("size", [(768, 600), *slow((1280, 720), (600, 900))], ids=str)
@pytest.mark.parametrize("panels", [("reliability", "accuracy"), ("counts",), ("ece", "loss")])
def test_no_text_of_a_grid_is_clipped_or_overlaps(count, size, panels):
    long = "a name that goes on and on, well past any cell " * 2
    reel, scene = scene_of([a_run()] * count, size=size, panels=panels, label=(long,) * count)
    check_texts(scene, reel.at(None))


def test_a_long_key_of_several_runs_is_not_clipped():
    reel, scene = scene_of(
        [a_run(), a_run()], size=(320, 600), intervals=True, panels=("reliability",)
    )
    check_texts(scene, reel.at(None))


def rows_of_key(size, **picture):
    """Return the entries of the key that are drawn, row by row from the top."""
    options = {"intervals": True, "panels": ("reliability", "counts"), "size": size, **picture}
    reel, scene = scene_of(a_run(), **options)
    texts = texts_of(scene, reel.at(None))
    first = next(text for text in texts if text.get_text() == "right more often than it says")
    size, left = first.get_fontsize(), scene.figure.axes[0].bbox.x0
    below = scene.figure.axes[0].bbox.y1
    rows = {}
    for text in texts:
        box = text.get_window_extent()
        is_of_header = text.get_fontsize() == size and text.axes is None
        if (
            is_of_header
            and below < box.y1 <= first.get_window_extent().y1 + 1
            and box.x0 > left - 1
        ):
            rows.setdefault(round(text.get_position()[1], 4), []).append(text.get_text())
    return [rows[y] for y in sorted(rows, reverse=True)]


def test_a_key_without_room_gets_another_row_and_loses_no_entry():
    small, large = rows_of_key((500, 500)), rows_of_key((1280, 720))
    entries = [
        "as often as it says",
        "faint part: may be chance",
        "95 % interval",
        "right",
        "wrong",
    ]
    assert large == [["right more often than it says", "less often", *entries]]
    assert len(small) > 1
    assert [entry for row in small for entry in row] == large[0]


@pytest.mark.parametrize(
    "picture", [{"panels": ("reliability", "ece", "loss")}, {"panels": ("counts", "ece")}], ids=str
)
def test_the_error_without_room_names_a_size_that_has_room(picture):
    runs = [a_run()] * 4
    with pytest.raises(SettingError) as caught:
        scene_of(runs, size=(320, 240), **picture)
    named = re.search(r"; (\d+)x(\d+) has room", str(caught.value))
    reel, scene = scene_of(runs, size=(int(named[1]), int(named[2])), **picture)
    check_texts(scene, reel.at(None))

"""Panels of classes in pictures: their places, their texts, and the strip of the whole run."""

from functools import cache

import numpy as np
import pytest

import anim
from anim.compose import compose_views
from anim.errors import SettingError
from anim.panels import layout
from anim.scene import Scene
from anim.settings import Picture
from tests.support.amounts import slow
from tests.support.predictions import model
from tests.support.seeing import check_texts, texts_of


@cache
def a_run(classes):
    logits, labels = model(300, classes, 3)
    names = [f"a class with a long name {k}" for k in range(classes)]
    return anim.from_arrays([0, 1000], labels, logits=np.stack([logits / 3, logits]), classes=names)


def shown(classes, **options):
    picture = Picture(view="classes", **{"bins": 8, **options})
    ((reel, subject),) = compose_views([a_run(classes)], picture, ["classes"])
    return reel, subject, picture


@cache
def of_twelve():
    """What is shown of 12 classes, and its scene."""
    reel, subject, picture = shown(12)
    return reel, Scene(subject, reel, picture)


COLUMNS = {3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 3, 10: 4, 11: 4, 12: 4}


@pytest.mark.parametrize("classes", COLUMNS)
def test_panels_stand_in_rows_that_are_filled_evenly_over_a_strip(classes):
    *places, strip = layout.places(Picture(view="classes"), classes)
    assert len(places) == classes
    assert len({place.left for place in places}) == COLUMNS[classes]
    assert len({(place.width, place.height) for place in places}) == 1
    assert places[0].width >= 140
    assert 100 <= places[0].height <= 130
    # As wide as that of a run.
    assert strip.left + strip.width == max(place.left + place.width for place in places[:4])
    assert strip.height > 60


def test_the_strip_is_that_of_the_run_and_panels_have_no_dots():
    found = of_twelve()[1].contents
    assert all(cell.dots is None for cell in found.cells)
    ((_, panel),) = found.strips
    assert [(line.rank, line.name) for line in panel.lines] == [(0, "accuracy"), (0, "confidence")]
    assert panel.is_filled


@pytest.mark.parametrize("words", ["plain", *slow("field")])
@pytest.mark.parametrize("theme", ["light", *slow("paper")])
@pytest.mark.parametrize(
    "size", [None, *slow((320, 240), (400, 600), (768, 600), (1400, 700))], ids=str
)
@pytest.mark.parametrize("classes", [12, *slow(3, 10)])
def test_no_text_is_clipped_or_overlaps(classes, size, theme, words):
    try:
        reel, subject, picture = shown(classes, size=size, theme=theme, words=words)
        scene = Scene(subject, reel, picture)
    except SettingError as error:
        assert size is not None
        assert "larger picture" in str(error)
        return
    check_texts(scene, reel.at(None))


def test_the_picture_says_how_many_of_the_classes_it_shows():
    reel, scene = of_twelve()
    texts = [one.get_text() for one in texts_of(scene, reel.at(None))]
    assert "12 classes, the worst first, by the ECE of each in the last snapshot" in texts
    assert texts.count("how likely it says  →") == 4
    assert texts.count("how often it is") == 3
    narrow, subject, picture = shown(12, theme="paper")
    texts = [one.get_text() for one in texts_of(Scene(subject, narrow, picture), narrow.at(None))]
    assert "12 classes, the worst first" in texts


def test_the_names_of_classes_have_the_colour_of_the_run():
    reel, scene = of_twelve()
    ((_, panel),) = scene.contents.strips
    assert len(panel.lines) == 2
    of_names = {
        one.get_color() for one in texts_of(scene, reel.at(None)) if "a class" in one.get_text()
    }
    assert of_names == {scene._theme.cap}


@pytest.mark.parametrize("panels", slow("counts", "reliability,counts,accuracy,ece"))
def test_other_panels_have_room_for_classes(panels):
    reel, subject, picture = shown(12, panels=panels)
    check_texts(Scene(subject, reel, picture), reel.at(None))

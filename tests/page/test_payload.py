"""The data of a page state what `anim.panels` says: the player knows no view or strip by name."""

from dataclasses import asdict

import pytest

from anim.compose import compose_views, views_to_choose
from anim.page import page, page_data
from anim.panels.contents import key_of, words_for
from anim.panels.notes import notes_of
from anim.panels.strips import strip_panel
from anim.settings import PANELS, Picture
from anim.settings.panels import LOG2, UNIT, ZERO_BASED, Panel, Strip
from tests.support.players import STILL, a_run, data_of, ready

STRIPS = {name: panel.strip for name, panel in PANELS.items() if panel.strip is not None}


@pytest.mark.parametrize("classes", [("no", "yes"), ("a", "b", "c")])
def test_a_view_states_its_ideal_its_words_and_its_key(classes):
    picture = Picture()
    views = views_to_choose([a_run(classes)], picture)
    shown = compose_views([a_run(classes)], picture, views)
    data = page_data(shown, picture)
    assert len(data["views"]) > 1
    for entry, (reel, subject) in zip(data["views"], shown, strict=True):
        words = words_for(reel, subject, picture)
        assert (entry["isFolded"], entry["low"]) == (subject.is_folded, subject.floor)
        assert entry["words"] == {
            "sentence": words.sentence,
            "short": words.short,
            "share": words.share,
            "scores": [asdict(name) for name in words.scores],
            "dots": words.dots,
            "wrong": words.wrong,
            "notes": asdict(notes_of(is_curve=False, is_overlaid=False)),
        }
        assert entry["key"] == [asdict(one) for one in key_of(reel, words, picture)]


@pytest.mark.parametrize("name", [name for name in STRIPS if name != "temperature"])
def test_a_strip_states_what_its_panel_says(name):
    picture = Picture(panels=("reliability", name))
    ((reel, subject),) = compose_views([a_run()], picture, ["score"])
    (entry,) = page_data([(reel, subject)], picture)["strips"]
    words = words_for(reel, subject, picture)
    panel = strip_panel(STRIPS[name], reel, subject, words, numbers=3, times=99)
    assert (entry["title"], entry["isFilled"]) == (panel.title, panel.is_filled)
    assert entry["key"] == [asdict(one) for one in panel.key]
    assert [text for _, text in entry["values"]] == [text for _, text in panel.axis.ticks]


def test_what_follows_a_step_has_the_whole_clock_and_later_bins():
    picture = Picture()
    shown = compose_views([a_run()], picture, ["score"])
    whole, later = page_data(shown, picture), page_data(shown, picture, since=30)
    different = {name for name in whole if whole[name] != later[name]}
    assert different == {"arrays", "packed"}
    shapes = {name: shape for name, shape, _ in later["arrays"]}
    assert shapes["views/0/0/counts"][0] == 2
    assert shapes["strips/0/0/y"] == [6]


def test_charts_are_named_in_the_order_of_the_panels():
    data = data_of(a_run(), panels=("counts", "ece", "reliability"))
    assert data["charts"] == ["counts", "reliability"]


def test_a_page_without_strips_has_that_of_accuracy():
    (strip,) = data_of(a_run(), panels=("reliability",))["strips"]
    assert strip["key"][0]["text"] == "how often it is right"


def test_a_single_snapshot_has_no_strip_unless_asked_as_in_a_picture():
    for panels in (None, ("reliability",)):
        assert data_of(a_run(snapshots=1), panels=panels)["strips"] == []
    assert len(data_of(a_run(snapshots=1), panels=("reliability", "ece"))["strips"]) == 1


def test_an_overlay_has_the_key_and_the_bins_of_its_picture():
    picture, runs = Picture(overlay=True), [a_run(), a_run(seed=1)]
    ((reel, subject),) = compose_views(runs, picture, ["score"])
    data = page_data([(reel, subject)], picture)
    assert data["isOverlaid"]
    (view,) = data["views"]
    words = words_for(reel, subject, picture)
    assert view["key"] == [asdict(one) for one in key_of(reel, words, picture)]
    assert [one["mark"] for one in view["key"]] == ["ideal"]
    assert view["facts"]["hint"] == "Point at a line to read it."
    assert not page_data(compose_views(runs[:1], picture, ["score"]), picture)["isOverlaid"]


def test_a_page_says_what_to_point_at():
    hints = {
        curve: data_of(a_run(), curve=curve)["views"][0]["facts"]["hint"]
        for curve in ("bars", "smooth")
    }
    assert hints == {
        "bars": "Point at a bar to read it.",
        "smooth": "Point at a curve to read it.",
    }


def test_columns_of_a_class_have_nothing_in_the_colour_of_what_is_wrong():
    def marks(view):
        data = data_of(a_run(("a", "b", "c")), panels=("counts",), view=view)
        return [entry["mark"] for entry in data["views"][0]["countsKey"]]

    assert marks("confidence") == ["hit", "miss"]
    assert marks("class:b") == ["hit", "others"]


@pytest.mark.parametrize("scale", [UNIT, ZERO_BASED, LOG2])
def test_the_player_draws_a_new_strip(visit, monkeypatch, scale):
    strip = Strip(series={"brier": "measured"}, title="Brier score", scale=scale)
    monkeypatch.setitem(PANELS, "brier", Panel(name="brier", shows="brier", strip=strip))
    data = data_of(a_run(), panels=("reliability", "brier"))
    shown = ready(visit(page(data), **STILL))
    assert "Brier score" in shown.locator(".strips").text_content()
    assert "NaN" not in shown.locator(".strips path.line").first.get_attribute("d")
    assert shown.locator(".strips path.unity").count() == (scale == LOG2)


@pytest.mark.parametrize("transparent", [True, False])
def test_a_transparent_page_has_nothing_behind_its_charts(transparent):
    themes = data_of(a_run(), transparent=transparent)["themes"]
    for colours in themes.values():
        assert (colours["page"] == "transparent") == transparent
        assert (colours["panel"] == "transparent") == transparent

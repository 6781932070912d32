"""The data of a page state facts of views and strips: the player knows none by its name."""

from dataclasses import dataclass, replace

import pytest

from anim.calibration import View, view_of, views
from anim.compose import compose_views
from anim.page import page, page_data
from anim.settings import CURVES, PANELS, Picture
from anim.settings.panels import LOG2, UNIT, ZERO_BASED, Panel, Strip
from anim.settings.views import HitWords
from tests.support.players import STILL, a_run, data_of, ready

STRIPS = {name: panel.strip for name, panel in PANELS.items() if panel.strip is not None}


@pytest.mark.parametrize("classes", [("no", "yes"), ("a", "b", "c")])
def test_a_view_states_its_ideal_its_shares_and_its_words(classes):
    shown = data_of(a_run(classes))["views"]
    assert len(shown) > 1
    for entry in shown:
        view = view_of(entry["view"], classes)
        assert (entry["isFolded"], entry["countsLabels"]) == (view.is_folded, view.counts_labels)
        assert entry["words"] == view.words._asdict()


@pytest.mark.parametrize("name", STRIPS)
def test_a_strip_states_how_it_is_drawn(name):
    strip = STRIPS[name]
    (entry,) = data_of(a_run(), panels=("reliability", name))["strips"]
    assert entry == {
        "title": strip.title,
        "series": list(strip.series.items()),
        "scale": strip.scale,
        "needsRecalibration": strip.needs_recalibration,
    }


def test_charts_are_named_in_the_order_of_the_panels():
    data = data_of(a_run(), panels=("counts", "ece", "reliability"))
    assert data["charts"] == ["counts", "reliability"]


def test_a_page_without_strips_has_that_of_accuracy():
    (strip,) = data_of(a_run(), panels=("reliability",))["strips"]
    assert strip["title"] == "accuracy"


def test_the_player_names_the_shares_of_a_new_curve(visit, monkeypatch):
    monkeypatch.setitem(CURVES, "smooth", replace(CURVES["smooth"], axis="(new)"))
    data = data_of(a_run(), panels=("reliability",), curve="smooth")
    shown = ready(visit(page(data), **STILL))
    assert "accuracy (new)" in shown.locator(".charts svg").first.text_content()


@dataclass(frozen=True)
class NewView(View):
    """A view as a contributor would add it."""

    pattern = "new"

    def scores(self, probs):
        return probs[:, 1]

    def label(self, classes):
        return "a new score"


class Folded(NewView):
    is_folded = True


class OfLabels(NewView):
    counts_labels = True
    words = HitWords("new", "old", share="share of new ones", axis="new ones")


@pytest.mark.parametrize(
    ("view", "share", "axis", "corners"),
    [(Folded, "accuracy", "accuracy", 3), (OfLabels, "share of new ones", "new ones", 2)],
)
def test_the_player_draws_a_new_view(visit, monkeypatch, view, share, axis, corners):
    monkeypatch.setattr(views, "VIEWS", (*views.VIEWS, view))
    picture = Picture(panels=("reliability",))
    data = page_data(compose_views([a_run()], picture, ["new"]), picture)
    shown = ready(visit(page(data), **STILL))
    assert shown.locator(".legend li").first.inner_text() == share
    assert f"{axis} in bin" in shown.locator(".charts svg").first.text_content()
    ideal = shown.locator("path.ideal").get_attribute("d")
    assert ideal.count("M") + ideal.count("L") == corners


@pytest.mark.parametrize("scale", [UNIT, ZERO_BASED, LOG2])
def test_the_player_draws_a_new_strip(visit, monkeypatch, scale):
    strip = Strip(series={"brier": "measured"}, title="Brier score", scale=scale)
    monkeypatch.setitem(PANELS, "brier", Panel(name="brier", shows="brier", strip=strip))
    data = data_of(a_run(), panels=("reliability", "brier"))
    shown = ready(visit(page(data), **STILL))
    assert "Brier score" in shown.locator(".strips").text_content()
    assert "NaN" not in shown.locator(".strips path.line").get_attribute("d")
    assert shown.locator(".strips line.one").count() == (scale == LOG2)

"""Panels of the classes of one run on a page: its data, and in a real browser."""

import pytest

from anim.page.height import WIDTH, page_height
from anim.settings.themes import THEMES
from tests.support.players import PLAYER, STILL, a_run, data_of, page_of, ready

FIVE = ("ant", "bee", "cow", "dog", "elk")
# As many as other pages have.
TEN = tuple("abcdefghij")


def a_page(classes=FIVE):
    return a_run(classes, snapshots=3, examples=600)


def test_its_data_say_which_classes_there_are_and_have_one_strip_of_the_run():
    data = data_of(a_page(TEN), view="classes")
    first = "10 classes, the worst first"
    assert data["classes"] == (f"{first}, by the ECE of each in the last snapshot", first)
    assert {run["name"] for run in data["runs"]} == set(TEN)
    assert data["themes"]["dark"]["runs"] == (THEMES["dark"].cap,) * 10
    assert (data["design"]["mostColumns"], data["design"]["lowest"]) == (4, 110)
    (strip,) = data["strips"]
    assert [line["rank"] for line in strip["lines"]] == [0, 0]
    assert strip["isFilled"]
    assert data["views"][0]["words"]["short"] == ("says ", 0, ", is ", 1)
    assert data_of(a_page(TEN))["classes"] == ()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "columns"), [(WIDTH, 3), (400, 2), (320, 1)])
def test_panels_stand_side_by_side_below_what_they_are(visit, width, columns):
    run = a_page()
    options = {"viewport": {"width": width, "height": 900}, **STILL}
    shown = ready(visit(page_of(run, view="classes", bins=8), **options))
    charts = shown.locator(".charts > div")
    boxes = [charts.nth(rank).bounding_box() for rank in range(5)]
    assert len({box["x"] for box in boxes}) == columns
    assert all(box["x"] + box["width"] <= width for box in boxes)
    assert shown.locator(".says").inner_text().startswith("5 classes, the worst first")
    assert shown.locator("path.dot, .run-name").count() == 0
    assert shown.locator(".strip").count() == 1
    # Each says its own numbers at the end, and those of its bins where it is pointed at.
    for rank in range(5):
        name, said = charts.nth(rank).locator(".head").inner_text().split("\n")
        assert name in FIVE
        says = shown.evaluate(f"{PLAYER}.bins[{rank}].reduce((a, b) => a + b.count, 0)")
        assert says == 600
        assert said.startswith("says ")
    charts.nth(1).locator(".bins").hover(position={"x": 70, "y": 60})
    name = charts.nth(1).locator(".head .name").inner_text()
    assert shown.locator(".facts").inner_text().startswith(f"{name}: ")


@pytest.mark.slow
@pytest.mark.parametrize("classes", [3, 8])
def test_a_frame_knows_how_high_it_is(visit, classes):
    run = a_run(tuple(f"kind {k}" for k in range(classes)), snapshots=3, examples=600)
    options = {"viewport": {"width": WIDTH, "height": 400}, **STILL}
    shown = ready(visit(page_of(run, view="classes", bins=8), **options))
    tall = shown.evaluate("document.documentElement.scrollHeight")
    assert tall <= page_height(data_of(run, view="classes", bins=8)) <= tall + 60

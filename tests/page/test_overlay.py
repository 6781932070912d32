"""Several runs in one diagram of a page, in a real browser."""

import io
import itertools
import re

import numpy as np
import pytest
from PIL import Image

import anim
from anim.panels.notes import notes_of
from anim.panels.page_layout import DESIGN
from anim.settings.themes import THEMES
from tests.support.players import PLAYER, STILL, a_run, page_of, ready

RUNS = {"first": a_run(), "<i>second</i>": a_run(seed=1)}


def overlaid(visit, runs=RUNS, view="score", scheme="light", width=960, **options):
    text = page_of(list(runs.values()), label=tuple(runs), overlay=True, view=view, **options)
    size = {"width": width, "height": 800}
    return ready(visit(text, viewport=size, color_scheme=scheme, **STILL))


def line_of(shown, rank):
    """The line of a run at the snapshot that is shown; another fades in while it plays."""
    return shown.locator(f"path.overlaid.run-{rank}").first


def points_of(line):
    """The places [P, 2] of a line, in pixels of its chart."""
    return np.array(re.findall(r"[ML]([\d.-]+) ([\d.-]+)", line.get_attribute("d")), float)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_run_is_a_line_in_its_colour_beside_its_name_and_numbers(visit, scheme):
    shown = overlaid(visit, scheme=scheme)
    assert shown.locator(".charts path.gap, .overlay path.body").count() == 0
    entries = shown.locator(".entry")
    for rank, (name, run) in enumerate(RUNS.items()):
        colour = "rgb({}, {}, {})".format(*bytes.fromhex(THEMES[scheme].runs[rank][1:]))
        line, entry = line_of(shown, rank), entries.nth(rank)
        for each, what in ((line, "stroke"), (entry.locator(".name"), "color")):
            assert each.evaluate(f"one => getComputedStyle(one).{what}") == colour
        said, accuracy = entry.inner_text(), run.metrics()["accuracy"][-1]
        assert said.startswith(name)
        assert said.endswith(f"right {100 * accuracy:.0f}\u00a0%")


def test_a_pointer_reads_the_nearest_line(visit):
    shown = overlaid(visit, bins=20)
    field, facts = shown.locator(".bins"), shown.locator(".facts")
    lines = [line_of(shown, rank) for rank in range(2)]
    ends = [points_of(line) for line in lines]
    apart = np.abs(ends[0][:, 1] - ends[1][:, 1])
    at = int(apart.argmax())
    for rank, name in enumerate(RUNS):
        x, y = ends[rank][at]
        field.hover(position={"x": x, "y": y})
        assert facts.inner_text().startswith(f"{name}: says ")
        looked = [line.get_attribute("class").endswith("looked") for line in lines]
        assert looked == [one == rank for one in range(2)]
    shown.mouse.move(0, 0)
    assert facts.inner_text() == "Point at a line to read it."
    assert shown.locator("path.looked").count() == 0


def test_keys_walk_from_run_to_run_and_through_bins(visit):
    shown = overlaid(visit)
    shown.keyboard.press("Tab")
    for name in RUNS:
        here = shown.locator(".entry:focus")
        assert here.get_attribute("aria-label") == f"Bins of {name}"
        shown.keyboard.press("Home")
        assert here.get_attribute("aria-valuenow") == "0"
        said = here.get_attribute("aria-valuetext")
        assert shown.locator(".facts").inner_text() == f"{name}: {said}"
        shown.keyboard.press("Tab")
    assert shown.locator(".scrubber").evaluate("one => one.matches(':focus')")


@pytest.mark.parametrize("width", [320, 390, 479, 480, 960])
def test_nothing_sticks_out_and_names_do_not_lie_on_the_chart(visit, width):
    runs = {f"a run with quite a long name, {rank}": a_run(seed=rank) for rank in range(6)}
    shown = overlaid(visit, runs, width=width)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    chart = shown.locator(".overlay rect.panel").bounding_box()
    for entry in shown.locator(".entry").all():
        box = entry.bounding_box()
        assert box["x"] + box["width"] <= width
        assert box["x"] > chart["x"] + chart["width"] or box["y"] > chart["y"] + chart["height"]
    names = [entry.bounding_box() for entry in shown.locator(".entry").all()]
    tops = sorted((round(box["x"]), box["y"], box["height"]) for box in names)
    for (x, y, height), (other_x, other_y, _) in itertools.pairwise(tops):
        assert x != other_x or y + height <= other_y + 0.5


def test_a_line_is_broken_where_a_curve_has_no_support(visit):
    shown = overlaid(visit, curve="isotonic", view="confidence")
    for rank in range(2):
        path = line_of(shown, rank).get_attribute("d")
        assert path.startswith("M")
        assert "NaN" not in path


def test_a_notebook_plays_it_too(visit):
    html = anim.animate(RUNS, overlay=True)._repr_mimebundle_()["text/html"]
    shown = ready(visit(f"<!doctype html><meta charset=utf-8>{html}", **STILL))
    assert shown.locator(".entry").count() == 2
    assert all(len(points_of(line_of(shown, rank))) > 5 for rank in range(2))


def test_while_it_plays_lines_fade_and_numbers_are_those_of_a_snapshot(visit):
    shown = overlaid(visit, seconds=4)
    shown.evaluate(f"{PLAYER}.play()")
    line, seen = line_of(shown, 0), set()
    for _ in range(8):
        shown.wait_for_timeout(100)
        seen.add((line.get_attribute("d"), line.get_attribute("opacity")))
    assert len(seen) > 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_overlay(visit, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not there")
    shown = overlaid(visit, scheme=scheme)
    shown.locator(".bins").hover()
    found = axe.Axe().run(shown)
    assert found.violations_count == 0, found.generate_report()


def test_a_run_with_a_single_bin_is_a_dot(visit):
    labels = (np.arange(3000) % 4 > 0).astype(int)
    sure = anim.from_arrays([0, 50], labels, probs=np.full((2, 3000), 0.97), classes=("no", "yes"))
    shown = overlaid(visit, {"many": a_run(), "one": sure})
    line = line_of(shown, 1)
    assert "point" in line.get_attribute("class")
    assert len({tuple(point) for point in points_of(line).tolist()}) == 1
    assert "point" not in line_of(shown, 0).get_attribute("class")


def test_what_is_known_of_a_bin_hides_no_name_of_an_axis(visit):
    """Names of dots reach below their rows."""
    runs = [a_run(seed=seed) for seed in range(4)]
    size = {"width": 960, "height": 1100}
    shown = ready(visit(page_of(runs), viewport=size, **STILL))
    name = shown.locator("text.wrong-name").last
    box, hint = name.bounding_box(), shown.screenshot()
    shown.locator(".bins").first.hover()
    assert shown.locator(".facts").bounding_box()["y"] < box["y"] + box["height"] + 20
    clip = {"x": 0, "y": box["y"] - 40, "width": DESIGN.left - 10, "height": box["height"] + 60}
    with Image.open(io.BytesIO(hint)) as before:
        left, top = 0, round(clip["y"])
        part = (left, top, left + round(clip["width"]), top + round(clip["height"]))
        expected = np.asarray(before.convert("RGB").crop(part))
    with Image.open(io.BytesIO(shown.screenshot())) as after:
        found = np.asarray(after.convert("RGB").crop(part))
    assert np.array_equal(found, expected)


def test_a_run_without_a_line_says_why(visit):
    few = a_run(examples=4)
    note = notes_of(is_curve=False, is_overlaid=True).few.split("\n")
    shown = overlaid(visit, {"many": a_run(), "few": few})
    assert [line for line in shown.locator("text.name").all_text_contents() if line in note] == note
    shown = overlaid(visit)
    assert not set(note) & set(shown.locator("text.name").all_text_contents())

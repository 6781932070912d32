"""The player, in a real browser."""

import re

import numpy as np
import pytest

from anim.page import page
from anim.panels.page_layout import DESIGN
from tests.support.players import INSIDE, PLAYER, STILL, a_run, bins_at, data_of, page_of, ready


@pytest.mark.parametrize(
    ("classes", "view", "binning"),
    [
        (("no", "yes"), "score", "width"),
        (("no", "yes"), "confidence", "mass"),
        (("a", "b", "c"), "confidence", "width"),
        (("a", "b", "c"), "class:b", "width"),
    ],
)
def test_its_numbers_are_those_of_the_run(visit, classes, view, binning):
    run = a_run(classes)
    shown = ready(visit(page_of(run, binning=binning, bins=12), **STILL))
    shown.evaluate(f"{PLAYER}.view = {view!r}")
    bins = run.reliability(view=view, bins=12, binning=binning)
    for i, step in enumerate(run.steps):
        found = np.array(bins_at(shown, int(step)), float)
        edges = bins.edges if bins.edges.ndim == 1 else bins.edges[i]
        np.testing.assert_allclose(found[:, 0], edges[:-1], atol=1e-6)
        np.testing.assert_allclose(found[:, 1], edges[1:], atol=1e-6)
        np.testing.assert_array_equal(found[:, 2], bins.counts[i])
        np.testing.assert_allclose(found[:, 3], bins.accuracy[i], atol=1e-6)
        np.testing.assert_allclose(found[:, 4], bins.confidence[i], atol=1e-6)


@pytest.mark.parametrize("pace", ["step", "log"])
@pytest.mark.parametrize("seconds", [7, 10])
@pytest.mark.parametrize("tween", [True, False])
def test_a_snapshot_is_shown_as_it_is_however_it_is_reached(visit, pace, seconds, tween):
    run = a_run(snapshots=60, examples=300)
    shown = ready(visit(page_of(run, bins=8, seconds=seconds, pace=pace, tween=tween), **STILL))
    counts = run.reliability(bins=8).counts
    for i, step in enumerate(run.steps):
        found = bins_at(shown, int(step))
        assert [row[2] for row in found] == counts[i].tolist()
        assert [row[3] is None for row in found] == (counts[i] == 0).tolist()
    for i in reversed(range(len(run) - 1)):
        shown.keyboard.press("ArrowLeft")
        assert shown.evaluate(f"{PLAYER}.bins[0].map(b => b.count)") == counts[i].tolist()


def test_at_rest_only_snapshots_are_shown(visit):
    shown = ready(visit(page_of(a_run()), **STILL))
    shown.evaluate(f"{PLAYER}.step = 29")
    assert shown.evaluate(f"{PLAYER}.step") == 20
    assert shown.locator("p.now").inner_text() == "step 20"


def test_while_it_plays_its_numbers_are_those_of_a_snapshot(visit):
    run = a_run()
    data = data_of(run, seconds=4)
    said = {
        tuple(data["views"][0]["numbers"][0]["texts"][at] for at in row)
        for row in data["views"][0]["numbers"][0]["rows"]
    }
    shown = ready(visit(page(data)))
    for _ in range(6):
        shown.wait_for_timeout(250)
        assert not shown.evaluate(f"{PLAYER}.paused")
        assert tuple(shown.locator(".says b").all_inner_texts()) in said


def in_bin(box, score):
    """Where a score is, in a chart as wide as the page."""
    return DESIGN.left + score * (box["width"] - DESIGN.left - DESIGN.right)


def test_a_finger_reads_a_bin(visit):
    shown = ready(visit(page_of(a_run(), bins=50), has_touch=True, **STILL))
    box = shown.locator(".bins").bounding_box()
    shown.touchscreen.tap(box["x"] + in_bin(box, 0.31), box["y"] + 90)
    assert shown.locator(".facts").inner_text().startswith("says no, 69\u00a0% sure; right ")


def test_pointing_at_a_bin_or_walking_to_it_tells_its_numbers(visit):
    run = a_run()
    shown = ready(visit(page_of(run, bins=50), **STILL))
    bins = run.reliability(bins=50)
    field, facts = shown.locator(".bins"), shown.locator(".facts")
    hint, place = facts.inner_text(), facts.bounding_box()
    field.hover(position={"x": in_bin(field.bounding_box(), 0.31), "y": 100})
    text = facts.inner_text()
    count, accuracy = int(bins.counts[-1, 15]), bins.accuracy[-1, 15]
    assert f"; right {100 * accuracy:.0f}\u00a0% of {count}" in text
    assert facts.bounding_box() == place
    shown.mouse.move(0, 0)
    assert facts.inner_text() == hint
    field.focus()
    field.press("Home")
    field.press("ArrowRight")
    said = field.get_attribute("aria-valuetext")
    assert said == facts.inner_text()
    assert f"; right {100 * bins.accuracy[-1, 1]:.0f}\u00a0% of " in said
    field.press("Escape")
    assert facts.inner_text() == hint


def test_the_table_holds_every_bin(visit):
    run = a_run(("a", "b", "c"))
    shown = ready(visit(page_of(run, bins=15), **STILL))
    shown.locator("summary").click()
    shown.wait_for_selector("tbody tr")
    rows = [re.split(r"\t", line) for line in shown.locator("tbody").inner_text().splitlines()]
    bins = run.reliability(bins=15)
    assert [int(row[3].replace("\u2009", "")) for row in rows] == bins.counts[-1].tolist()
    expected = [
        f"{100 * share:.0f}\u00a0%" if np.isfinite(share) else "–" for share in bins.accuracy[-1]
    ]
    assert [row[2] for row in rows] == expected


def test_it_plays_pauses_and_starts_again(visit):
    shown = ready(visit(page_of(a_run())))
    assert not shown.evaluate(f"{PLAYER}.paused")
    shown.wait_for_function(f"{PLAYER}.currentTime > 0.3")
    shown.get_by_role("button", name="Pause").click()
    assert shown.evaluate(f"{PLAYER}.paused")
    stopped = shown.evaluate(f"{PLAYER}.currentTime")
    shown.wait_for_timeout(150)
    assert shown.evaluate(f"{PLAYER}.currentTime") == stopped
    shown.get_by_label("Speed").select_option("4×")
    shown.get_by_role("button", name="Play").click()
    shown.wait_for_function(f"{PLAYER}.currentTime >= 2")
    shown.wait_for_function(f"{PLAYER}.currentTime < 1")


def test_keys_seek_to_snapshots_and_toggle(visit):
    shown = ready(visit(page_of(a_run()), **STILL))

    def step_after(*keys):
        for key in keys:
            shown.keyboard.press(key)
        return shown.evaluate(f"{PLAYER}.step")

    assert step_after() == 50
    assert step_after("Home") == 0
    assert step_after("ArrowLeft") == 0
    assert step_after("ArrowRight", "ArrowRight") == 20
    shown.evaluate(f"{PLAYER}.step = 24")
    assert step_after("ArrowRight") == 30
    assert step_after("ArrowLeft", "ArrowLeft") == 10
    assert step_after("Shift+ArrowRight") == 50
    assert step_after("End") == 50
    shown.keyboard.press(" ")
    assert not shown.evaluate(f"{PLAYER}.paused")
    shown.keyboard.press(" ")
    assert shown.evaluate(f"{PLAYER}.paused")


def test_the_strip_is_a_scrubber(visit):
    shown = ready(visit(page_of(a_run())))
    scrubber = shown.get_by_role("slider", name="Time")
    box = scrubber.bounding_box()
    scrubber.click(position={"x": box["width"] * 0.45, "y": 40})
    assert shown.evaluate(f"{PLAYER}.paused")
    assert shown.evaluate(f"{PLAYER}.step") == 20
    assert scrubber.get_attribute("aria-valuetext").startswith("step 20, On average it says ")
    shown.mouse.move(box["x"] + 10, box["y"] + 20)
    shown.mouse.down()
    shown.mouse.move(box["x"] + box["width"] + 300, box["y"] + 20)
    shown.mouse.up()
    assert shown.evaluate(f"{PLAYER}.step") == 50


def test_a_reader_who_prefers_reduced_motion_sees_the_end(visit):
    shown = ready(visit(page_of(a_run()), **STILL))
    assert shown.evaluate(f"{PLAYER}.paused")
    assert shown.evaluate(f"{PLAYER}.step") == 50


def test_its_sentence_is_that_of_the_snapshot(visit):
    run = a_run()
    shown = ready(visit(page_of(run), **STILL))
    for i in (0, 3, 5):
        shown.evaluate(f"{PLAYER}.step = {run.steps[i]}")
        accuracy = run.metrics()["accuracy"][i]
        assert f" and is right {100 * accuracy:.0f}\u00a0%" in shown.locator(".says").inner_text()
        assert shown.locator("p.now").inner_text() == f"step {run.steps[i]}"


@pytest.mark.parametrize(("width", "height"), [(320, 640), (360, 740), (480, 800), (640, 360)])
def test_a_phone_shows_the_plot_first_and_its_controls_stay_in_view(visit, width, height):
    size = {"width": width, "height": height}
    shown = ready(visit(page_of(a_run(), title="A title " * 9), viewport=size, **STILL))
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    plot, controls = (shown.locator(each).bounding_box() for each in (".bins", ".controls"))
    assert plot["y"] < controls["y"]
    assert controls["y"] + controls["height"] <= height


def test_a_single_snapshot_has_neither_time_nor_what_goes_through_it(visit):
    shown = ready(visit(page_of(a_run(snapshots=1)), **STILL))
    assert shown.locator(".bins").is_visible()
    for each in (".scrubber", ".play"):
        assert not shown.locator(each).is_visible()


@pytest.mark.parametrize(("view", "colour"), [("confidence", "wrong"), ("class:b", "ghost")])
def test_columns_have_the_colours_of_pictures(visit, view, colour):
    from anim.settings.themes import THEMES

    options = {"panels": ("counts",), "view": view, "bins": 10}
    shown = ready(visit(page_of(a_run(("a", "b", "c")), **options), **STILL))
    lower = shown.locator(".charts path.miss, .charts path.others")
    found = lower.evaluate("path => getComputedStyle(path).fill")
    theme = THEMES["light"]
    assert found == "rgb({}, {}, {})".format(*bytes.fromhex(getattr(theme, colour)[1:]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_role_of_a_theme_keeps_its_colour_in_the_player(visit, scheme):
    shown = ready(visit(page_of(a_run()), color_scheme=scheme, **STILL))
    roles = data_of(a_run())["themes"][scheme]
    for role in set(roles) - {"runs", "scheme"}:
        name = f"--{role.replace('_', '-')}"
        found = shown.evaluate(f"getComputedStyle({INSIDE}).getPropertyValue('{name}')")
        assert found == roles[role], role


# A phone, a smaller one whose controls take two rows, and a window of 960 x 720 zoomed to 200 %.
@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568), (480, 360)])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_what_is_known_of_a_bin_is_in_view_above_the_controls(visit, count, width, height):
    size = {"width": width, "height": height}
    runs = [a_run(seed=seed) for seed in range(count)]
    shown = ready(visit(page_of(runs), viewport=size, has_touch=True, **STILL))
    box = shown.locator(".bins").first.bounding_box()
    shown.touchscreen.tap(box["x"] + 0.7 * box["width"], box["y"] + 60)
    facts, controls = (shown.locator(each).bounding_box() for each in (".facts", ".controls"))
    assert "; right " in shown.locator(".facts").inner_text()
    assert box["y"] + 60 < facts["y"]
    assert facts["y"] + facts["height"] <= controls["y"] + 0.5
    assert controls["y"] + controls["height"] <= height + 0.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_colours_follow_the_reader(visit, scheme):
    from anim.settings.themes import THEMES

    shown = ready(visit(page_of(a_run()), color_scheme=scheme, **STILL))
    colour = shown.evaluate(f"getComputedStyle({INSIDE}).backgroundColor")
    assert "#{:02x}{:02x}{:02x}".format(*map(int, re.findall(r"\d+", colour))) == (
        THEMES[scheme].background
    )
    fixed = ready(visit(page_of(a_run(), theme="dark"), color_scheme=scheme, **STILL))
    colour = fixed.evaluate(f"getComputedStyle({INSIDE}).backgroundColor")
    assert colour == "rgb(13, 17, 23)"


def test_screen_readers_are_left_alone_while_it_plays(visit):
    shown = ready(visit(page_of(a_run())))
    shown.locator(".bins").focus()
    shown.keyboard.press("ArrowRight")
    count = (
        "(() => { let n = 0; const root = " + PLAYER + ".shadowRoot;"
        " new MutationObserver(l => n += l.length).observe(root, {subtree: true, attributes: true,"
        " attributeFilter: ['aria-valuetext', 'aria-valuenow']});"
        " return new Promise(r => setTimeout(() => r(n), 400)); })()"
    )
    assert not shown.evaluate(f"{PLAYER}.paused")
    assert shown.evaluate(count) == 0
    assert (
        shown.evaluate(f"{PLAYER}.shadowRoot.querySelectorAll('output.now,[aria-live]').length")
        == 0
    )
    before = shown.locator(".scrubber").get_attribute("aria-valuetext")
    shown.locator(".scrubber").focus()
    assert shown.locator(".scrubber").get_attribute("aria-valuetext") != before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("several", [False, True])
def test_axe_finds_nothing(visit, scheme, several):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not there")
    options = {"panels": ("reliability", "ece", "accuracy"), "intervals": True}
    runs = [a_run(), a_run(seed=1)] if several else a_run()
    shown = ready(visit(page_of(runs, **options), color_scheme=scheme, **STILL))
    shown.locator("summary").click()
    shown.locator(".bins").first.hover()
    found = axe.Axe().run(shown)
    assert found.violations_count == 0, found.generate_report()

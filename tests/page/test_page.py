"""The player, in a real browser."""

import re

import numpy as np
import pytest

from tests.support.players import INSIDE, PLAYER, STILL, a_run, bins_at, page_of, ready


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
    shown = ready(visit(page_of(run, binning=binning), **STILL))
    shown.evaluate(f"{PLAYER}.view = {view!r}")
    bins = run.reliability(view=view, binning=binning)
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
    shown = ready(visit(page_of(run, seconds=seconds, pace=pace, tween=tween), **STILL))
    counts = run.reliability().counts
    for i, step in enumerate(run.steps):
        found = bins_at(shown, int(step))
        assert [row[2] for row in found] == counts[i].tolist()
        assert [row[3] is None for row in found] == (counts[i] == 0).tolist()
    for i in reversed(range(len(run) - 1)):
        shown.keyboard.press("ArrowLeft")
        assert shown.evaluate(f"{PLAYER}.bins[0].map(b => b.count)") == counts[i].tolist()


def test_without_tween_only_snapshots_are_shown(visit):
    shown = ready(visit(page_of(a_run(), tween=False), **STILL))
    shown.evaluate(f"{PLAYER}.step = 29")
    assert shown.evaluate(f"{PLAYER}.step") == 20
    assert shown.locator(".now").first.inner_text() == "step 20"


def test_a_finger_reads_a_bin(visit):
    shown = ready(visit(page_of(a_run()), has_touch=True, **STILL))
    box = shown.locator(".bins").bounding_box()
    shown.touchscreen.tap(box["x"] + 54 + 0.31 * (box["width"] - 68), box["y"] + 90)
    assert shown.locator(".tip dd").first.inner_text() == "0.3 to 0.32"


def test_pointing_at_a_bin_or_walking_to_it_tells_its_numbers(visit):
    run = a_run()
    shown = ready(visit(page_of(run), **STILL))
    bins = run.reliability()
    field = shown.locator(".bins")
    box = field.bounding_box()
    # From the left margin to the right one: the bin from 0.3 to 0.32.
    x = 54 + 0.31 * (box["width"] - 54 - 14)
    field.hover(position={"x": x, "y": 100})
    tip = shown.locator(".tip").inner_text().split("\n")
    tip = dict(zip(tip[::2], tip[1::2], strict=True))
    assert tip["range"] == "0.3 to 0.32"
    assert int(tip["count"].replace("\u2009", "")) == bins.counts[-1, 15]
    assert float(tip["accuracy"]) == pytest.approx(bins.accuracy[-1, 15], abs=1e-6)
    assert float(tip["confidence"]) == pytest.approx(bins.confidence[-1, 15], abs=1e-6)
    shown.mouse.move(0, 0)
    assert shown.locator(".tip").is_hidden()
    field.focus()
    field.press("Home")
    field.press("ArrowRight")
    text = field.get_attribute("aria-valuetext")
    assert text.startswith("range 0.02 to 0.04, count ")
    assert f"accuracy {bins.accuracy[-1, 1]:.6f}" in text
    field.press("Escape")
    assert shown.locator(".tip").is_hidden()


def test_the_table_holds_every_bin(visit):
    run = a_run(("a", "b", "c"))
    shown = ready(visit(page_of(run), **STILL))
    shown.locator("summary").click()
    shown.wait_for_selector("tbody tr")
    rows = [re.split(r"\t", line) for line in shown.locator("tbody").inner_text().splitlines()]
    bins = run.reliability()
    assert [int(row[1].replace("\u2009", "")) for row in rows] == bins.counts[-1].tolist()
    accuracy = [np.nan if row[2] == "–" else float(row[2]) for row in rows]
    np.testing.assert_allclose(accuracy, bins.accuracy[-1], atol=1e-6)


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
    assert step_after("ArrowRight", "ArrowRight") == pytest.approx(20)
    shown.evaluate(f"{PLAYER}.step = 24")
    assert step_after("ArrowRight") == pytest.approx(30)
    shown.evaluate(f"{PLAYER}.step = 24")
    assert step_after("ArrowLeft") == pytest.approx(20)
    assert step_after("Shift+ArrowRight") == pytest.approx(50)
    assert step_after("End") == 50
    shown.keyboard.press(" ")
    assert not shown.evaluate(f"{PLAYER}.paused")
    shown.keyboard.press(" ")
    assert shown.evaluate(f"{PLAYER}.paused")


def test_the_strip_is_a_scrubber(visit):
    shown = ready(visit(page_of(a_run())))
    scrubber = shown.get_by_role("slider", name="Time")
    box = scrubber.bounding_box()
    scrubber.click(position={"x": box["width"] * 0.4, "y": 20})
    assert shown.evaluate(f"{PLAYER}.paused")
    assert shown.evaluate(f"{PLAYER}.step") == pytest.approx(20, abs=0.5)
    assert scrubber.get_attribute("aria-valuetext").startswith(("step 19, ", "step 20, "))
    shown.mouse.move(box["x"] + 10, box["y"] + 20)
    shown.mouse.down()
    shown.mouse.move(box["x"] + box["width"] + 300, box["y"] + 20)
    shown.mouse.up()
    assert shown.evaluate(f"{PLAYER}.step") == 50


def test_a_reader_who_prefers_reduced_motion_sees_the_end(visit):
    shown = ready(visit(page_of(a_run()), **STILL))
    assert shown.evaluate(f"{PLAYER}.paused")
    assert shown.evaluate(f"{PLAYER}.step") == 50


def test_readouts_are_those_of_the_run(visit):
    run = a_run()
    shown = ready(visit(page_of(run), **STILL))
    for i in (0, 3, 5):
        shown.evaluate(f"{PLAYER}.step = {run.steps[i]}")
        metrics = {name: values[i] for name, values in run.metrics().items()}
        expected = f"accuracy {metrics['accuracy']:.3f}\u2003calibration error {metrics['ece']:.3f}"
        assert shown.locator(".numbers").inner_text() == expected
        assert shown.locator("p.now").inner_text() == f"step {run.steps[i]}"


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

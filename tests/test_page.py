"""The player, in a real browser."""

import re

import numpy as np
import pytest

import anim
from anim.compose import compose_views, views_to_choose
from anim.page import page, page_data, script_hash, snippet
from anim.page.html import script
from anim.settings import Picture, SettingError

HOSTILE = '</script><img src=x onerror="alert(1)"><!-- {{7*7}} ${1} \u2028 & "quoted"'
STILL = {"reduced_motion": "reduce"}
PLAYER = "document.querySelector('calibration-player')"
INSIDE = f"{PLAYER}.shadowRoot.querySelector('.player')"


def a_run(classes=("no", "yes"), snapshots=6, examples=3000, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, len(classes), examples)
    logits = rng.normal(size=(snapshots, examples, len(classes)))
    logits[:, np.arange(examples), labels] += np.linspace(0, 3, snapshots)[:, None]
    return anim.from_arrays(np.arange(snapshots) * 10, labels, logits=logits, classes=classes)


def data_of(runs, **options):
    runs = runs if isinstance(runs, list) else [runs]
    picture = Picture(**{"seconds": 2, "hold": 0.5, **options})
    return page_data(compose_views(runs, picture, views_to_choose(runs, picture)), picture)


def page_of(runs, **options):
    return page(data_of(runs, **options))


def ready(page):
    page.wait_for_function(f"{PLAYER}.duration > 0")
    return page


def bins_at(page, step):
    page.evaluate(f"{PLAYER}.step = {step}")
    return page.evaluate(
        f"{PLAYER}.bins[0].map(b => [b.low, b.high, b.count, b.accuracy, b.confidence]"
        ".map(v => Number.isNaN(v) ? null : v))"
    )


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


@pytest.mark.parametrize("style", ["transform:scale(.5);transform-origin:0 0", "zoom:1.5"])
def test_bins_are_found_where_a_page_is_scaled(visit, style):
    text = f"<!doctype html><div style='width:800px;{style}'>{snippet(data_of(a_run()))}</div>"
    shown = ready(visit(text, viewport={"width": 1300, "height": 900}, **STILL))
    box = shown.locator(".bins").bounding_box()
    scale = box["width"] / 800
    shown.mouse.move(box["x"] + scale * (54 + 0.31 * (800 - 68)), box["y"] + scale * 90)
    assert shown.locator(".tip dd").first.inner_text() == "0.3 to 0.32"
    tip = shown.locator(".tip").bounding_box()
    assert abs(tip["x"] - box["x"] - scale * (54 + 0.31 * (800 - 68) + 14)) < 3


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


def test_who_wants_little_motion_sees_the_end(visit):
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
    from anim.scene.theme import THEMES

    shown = ready(visit(page_of(a_run()), color_scheme=scheme, **STILL))
    colour = shown.evaluate(f"getComputedStyle({INSIDE}).backgroundColor")
    assert "#{:02x}{:02x}{:02x}".format(*map(int, re.findall(r"\d+", colour))) == (
        THEMES[scheme].background
    )
    fixed = ready(visit(page_of(a_run(), theme="dark"), color_scheme=scheme, **STILL))
    colour = fixed.evaluate(f"getComputedStyle({INSIDE}).backgroundColor")
    assert colour == "rgb(13, 17, 23)"


def test_hostile_texts_stay_texts(visit):
    run, other = a_run((HOSTILE, "no " + HOSTILE)), a_run((HOSTILE, "no " + HOSTILE), seed=1)
    text = page_of([run, other], title=HOSTILE, label=(HOSTILE, "2" + HOSTILE))
    shown = ready(visit(text, **STILL))
    assert shown.locator(".title").inner_text() == " ".join(HOSTILE.split())
    assert HOSTILE.split()[0] in shown.locator(".bins").first.get_attribute("aria-label")
    assert shown.evaluate("document.images.length") == 0
    assert shown.evaluate("document.scripts.length") == 2
    # Without scripts too, and where it is pasted.
    plain = visit(text, java_script_enabled=False)
    assert plain.locator("img").count() == 0
    assert "accuracy" in plain.locator("calibration-player span").inner_text()


@pytest.mark.parametrize("nonce", [None, "bm9uY2U="])
def test_it_works_under_a_strict_policy_and_says_which(visit, nonce):
    text = page(data_of(a_run()), nonce=nonce)
    policy = re.search(r"<!-- Content-Security-Policy: (.*?) -->", text)[1]
    assert (f"'nonce-{nonce}'" if nonce else script_hash()) in policy
    policy += "; style-src 'none'; require-trusted-types-for 'script'"
    shown = ready(visit(text, {"content-security-policy": policy}, **STILL))
    assert shown.locator(".bins path.accuracy.level-15").is_visible()
    assert shown.evaluate(f"getComputedStyle({INSIDE}).position") == "relative"


@pytest.mark.parametrize("nonce", ["", '"><script>', "a b", "é"])
def test_a_nonce_that_is_none_is_refused(nonce):
    with pytest.raises(SettingError, match="nonce"):
        Picture(nonce=nonce)


def test_the_extension_makes_a_page_or_a_snippet_of_one(tmp_path, visit):
    anim.animate(a_run(), tmp_path / "a.html", seconds=1)
    anim.animate(a_run(), tmp_path / "b.html", seconds=1, embed=True, nonce="bm9uY2U=")
    whole, part = ((tmp_path / f"{name}.html").read_text() for name in "ab")
    assert whole.startswith("<!doctype html>")
    assert part.startswith("<!-- Content-Security-Policy: script-src 'nonce-bm9uY2U=' -->\n<cal")
    assert '<script nonce="bm9uY2U=">' in part
    assert ready(visit(whole, **STILL)).title() == "Prediction scores are not probabilities"


def test_ten_stand_on_one_page_and_leave_its_style_alone(visit):
    data = data_of(a_run())
    style = (
        "<style>body,body *{all:unset;color:red;font-size:30px;letter-spacing:9px;--page:red}"
        "svg,.bins{display:none!important}#own{display:block;margin:7px}</style>"
    )
    text = f"<!doctype html><html lang=en><title>Ten</title>{style}<p id=own>Text</p>"
    shown = ready(visit(text + 10 * snippet(data), **STILL))
    every = "[...document.querySelectorAll('calibration-player')]"
    shown.wait_for_function(f"{every}.every(p => p.duration > 0)")
    heights = shown.evaluate(f"{every}.map(p => p.getBoundingClientRect().height)")
    assert len(heights) == 10
    assert min(heights) > 400
    assert max(heights) - min(heights) < 1
    look = shown.evaluate(
        f"(s => [s.color, s.backgroundColor, s.fontSize, s.letterSpacing])"
        f"(getComputedStyle({INSIDE}))"
    )
    assert look == ["rgb(27, 31, 36)", "rgb(255, 255, 255)", "14px", "normal"]
    assert shown.evaluate("getComputedStyle(own).marginTop") == "7px"
    assert shown.evaluate(f"{every}[0].shadowRoot.adoptedStyleSheets.length") == 2
    assert shown.evaluate("document.adoptedStyleSheets.length") == 0
    shown.evaluate(f"{every}[3].step = 10")
    assert shown.evaluate(f"{every}.filter(p => p.step === 50).length") == 9


def test_one_that_is_moved_goes_on_as_it_was(visit):
    text = f"<!doctype html><div id=a>{snippet(data_of(a_run()))}</div><div id=b></div>"
    shown = ready(visit(text))
    shown.evaluate(f"{PLAYER}.pause(), {PLAYER}.step = 20, b.append({PLAYER})")
    shown.wait_for_timeout(200)
    assert shown.evaluate(f"{PLAYER}.paused")
    assert shown.evaluate(f"{PLAYER}.step") == pytest.approx(20)


def test_it_may_stand_in_a_paragraph_and_be_set_before_it_has_data(visit):
    text = f"<!doctype html><p>Before {snippet(data_of(a_run()))} after</p>"
    early = f"<script>{PLAYER}.currentTime = 1</script>"
    shown = ready(visit(text + early, **STILL))
    assert shown.evaluate(f"{PLAYER}.step") == pytest.approx(25)
    for wrong in ("currentTime = NaN", "playbackRate = 0", "view = 'none'"):
        assert shown.evaluate(f"(() => {{ try {{ {PLAYER}.{wrong} }} catch {{ return 1 }} }})()")


@pytest.mark.parametrize("inside", ["", '<script type="application/json">{"version":0}</script>'])
def test_one_without_data_that_it_can_read_says_so(browser, inside):
    page = browser.new_page()
    page.set_content(
        f"<calibration-player>{inside}</calibration-player><script>{script()}</script>"
    )
    page.wait_for_function(f"{PLAYER}.shadowRoot.querySelector('.status').textContent")
    assert "cannot be read" in page.locator(".status").inner_text()
    page.close()


def test_it_reads_from_left_to_right_on_any_page(visit):
    data = data_of([a_run(), a_run(seed=1)], title="تجربة")
    text = f"<!doctype html><html dir=rtl><title>x</title>{snippet(data)}"
    shown = ready(visit(text, viewport={"width": 900, "height": 900}, **STILL))
    first, second = (box.bounding_box()["x"] for box in shown.locator(".bins").all())
    assert first < second
    number = shown.locator("text.number.end").first.bounding_box()
    assert number["x"] + number["width"] < first + 54


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


def test_long_names_and_large_numbers_are_shortened(visit):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 300)
    recorder = anim.Recorder(labels=labels, classes=["no", "a class of very long name " * 9])
    for step in range(3):
        metrics = {"a metric of very long name " * 5: 2e12 * step}
        recorder.snapshot(step, probs=rng.random(300), metrics=metrics)
    panels = ("reliability", "metric:" + "a metric of very long name " * 5)
    runs = [recorder.run(), recorder.run()]
    label = ("one " * 60, "two")
    shown = ready(visit(page_of(runs, panels=panels, label=label), **STILL))
    host = shown.locator("calibration-player").bounding_box()
    for text in shown.locator("svg text").all():
        box = text.bounding_box()
        if box and box["width"]:
            assert box["x"] >= host["x"] - 1
            assert box["x"] + box["width"] <= host["x"] + host["width"] + 1


def test_one_that_cannot_be_seen_stands_still(visit):
    text = f"<!doctype html><div style='height:3000px'></div>{snippet(data_of(a_run()))}"
    shown = ready(visit(text))
    shown.wait_for_timeout(300)
    assert shown.evaluate(f"{PLAYER}.currentTime") == 0
    shown.evaluate(f"{PLAYER}.scrollIntoView()")
    shown.wait_for_function(f"{PLAYER}.currentTime > 0")


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


@pytest.mark.parametrize("width", [320, 1200])
def test_it_fits_any_width_and_is_drawn_in_lines_alone(visit, width):
    runs = [a_run(), a_run(seed=1)]
    size = {"width": width, "height": 800}
    shown = ready(visit(page_of(runs, title="A title " * 20), viewport=size, **STILL))
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    inside = f"{PLAYER}.shadowRoot.querySelectorAll('canvas, img').length"
    assert shown.evaluate(inside) == 0
    tops = {box.bounding_box()["y"] for box in shown.locator(".bins").all()}
    assert (len(tops) == 1) == (width == 1200)


def test_it_is_small():
    """250 snapshots of the post's kind: two views of 100,000 points."""
    run = a_run(snapshots=250, examples=20_000)
    assert len(script().encode()) < 60_000
    assert len(page_of(run).encode()) < 250_000


def test_it_needs_no_other_file_and_has_a_text_for_who_runs_no_scripts():
    text = page_of(a_run())
    assert not re.search(r'(src|href)="', text.replace(script(), ""))
    assert re.search(r"<span>Accuracy rises from 0.\d\d to 0.\d\d in 50 steps; ", text)

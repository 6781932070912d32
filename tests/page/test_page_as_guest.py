"""The player on the pages of others: their texts, their styles, their policies."""

import re

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.page import page, script_hash, snippet
from anim.page.html import script
from anim.panels.page_layout import DESIGN
from anim.settings import Picture
from tests.support.players import HOSTILE, INSIDE, PLAYER, STILL, a_run, data_of, page_of, ready


@pytest.mark.parametrize("style", ["transform:scale(.5);transform-origin:0 0", "zoom:1.5"])
def test_bins_are_found_where_a_page_is_scaled(visit, style):
    part = snippet(data_of(a_run(), bins=50))
    text = f"<!doctype html><div style='width:800px;{style}'>{part}</div>"
    shown = ready(visit(text, viewport={"width": 1300, "height": 900}, **STILL))
    box = shown.locator(".bins").bounding_box()
    scale = box["width"] / 800
    inside = DESIGN.left + 0.31 * (800 - DESIGN.left - DESIGN.right)
    shown.mouse.move(box["x"] + scale * inside, box["y"] + scale * 90)
    assert shown.locator(".facts").inner_text().startswith("says no, 69\u00a0% sure; ")


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
    assert "how often it is right" in plain.locator("calibration-player span").inner_text()


@pytest.mark.parametrize("nonce", [None, "bm9uY2U="])
def test_it_works_under_a_strict_policy_and_says_which(visit, nonce):
    text = page(data_of(a_run()), nonce=nonce)
    policy = re.search(r"<!-- Content-Security-Policy: (.*?) -->", text)[1]
    assert (f"'nonce-{nonce}'" if nonce else script_hash()) in policy
    policy += "; style-src 'none'; require-trusted-types-for 'script'"
    shown = ready(visit(text, {"content-security-policy": policy}, **STILL))
    assert shown.locator(".bins path.body.level-7").is_visible()
    assert shown.evaluate(f"getComputedStyle({INSIDE}).position") == "relative"


@pytest.mark.parametrize("nonce", ["", '"><script>', "a b", "é"])
def test_an_invalid_nonce_is_refused(nonce):
    with pytest.raises(SettingError, match="nonce"):
        Picture(nonce=nonce)


def test_the_extension_makes_a_page_or_a_snippet_of_one(tmp_path, visit):
    anim.animate(a_run(), tmp_path / "a.html", seconds=1, title="A title")
    anim.animate(a_run(), tmp_path / "b.html", seconds=1, embed=True, nonce="bm9uY2U=")
    whole, part = ((tmp_path / f"{name}.html").read_text() for name in "ab")
    assert whole.startswith("<!doctype html>")
    assert part.startswith("<!-- Content-Security-Policy: script-src 'nonce-bm9uY2U=' -->\n<div>")
    assert '<script nonce="bm9uY2U=">' in part
    assert ready(visit(whole, **STILL)).title() == "A title"


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
    assert 0 < shown.evaluate(f"{PLAYER}.step") < 50
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
    assert number["x"] + number["width"] < first + DESIGN.left


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
    """250 snapshots of the post's kind: two views of 100,000 points, with their dots."""
    run = a_run(snapshots=250, examples=20_000)
    assert len(page_of(run).encode()) < 255_000


def test_it_needs_no_other_file_and_has_a_text_for_readers_without_scripts():
    text = page_of(a_run())
    assert not re.search(r'(src|href)="', text.replace(script(), ""))
    assert re.search(r"<span>How often it is right rises from \d+\s% to \d+\s% in 50 steps; ", text)

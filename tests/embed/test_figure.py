"""Figures in HTML and JSX."""

import json
import re

import pytest

import anim
from anim import embed
from tests.support.embedding import Tags, a_run, command, said


def test_a_video_plays_by_itself_with_a_label_a_poster_and_a_fallback(files):
    done = command("calib.mp4", cwd=files)
    assert done.returncode == 0
    assert done.stderr == ""
    found = Tags(done.stdout).found
    video = found["video"]
    assert {"autoplay", "muted", "loop", "playsinline"} <= video.keys()
    assert (video["width"], video["height"], video["poster"]) == ("320", "240", "calib.png")
    assert video["aria-label"].startswith("How often it is right rises from ")
    assert found["source"] == {"src": "calib.mp4", "type": "video/mp4"}
    assert found["img"]["src"] == "calib.gif"
    assert found["img"]["alt"] == video["aria-label"]
    assert "How sure it is, and how often it is right. 500 " in done.stdout.split("figcaption")[1]


def test_a_video_has_its_size_before_it_is_loaded(files, visit):
    text = f"<!doctype html><html lang=en><title>A post</title>{embed.embed(files / 'calib.mp4')}"
    empty = visit(f"{text.replace('src=', 'data-src=').replace('poster=', 'data-poster=')}")
    box = empty.locator("video").bounding_box()
    assert (box["width"], box["height"]) == (320, 240)
    page = visit(text, files=list(files.iterdir()))
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")
    assert page.locator("video").bounding_box() == box
    size = "(v => [v.videoWidth, v.videoHeight])(document.querySelector('video'))"
    assert page.evaluate(size) == [640, 480]


@pytest.mark.parametrize(("suffix", "tag"), [(".gif", "picture"), (".mp4", "video")])
def test_a_dark_file_is_for_readers_who_prefer_a_dark_scheme(pair, suffix, tag):
    dark = pair / "d (1)" / f"dark{suffix}"
    text = embed.embed(pair / f"calib{suffix}", dark=dark, base="/static/")
    found = Tags(text).found
    assert tag in found
    source = found["source"]
    assert source["media"] == "(prefers-color-scheme: dark)"
    assert (source.get("srcset") or source["src"]) == f"/static/d%20%281%29/dark{suffix}"
    assert f"/static/calib{suffix}" in text
    given = (f"a post/calib{suffix}", "--dark", f"a post/d (1)/dark{suffix}", "--no-poster")
    done = command(*given, cwd=pair.parent)
    # Relative to the folder in which the command runs.
    assert f'"a%20post/d%20%281%29/dark{suffix}"' in done.stdout


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
def test_the_still_beside_an_image_is_for_readers_who_prefer_reduced_motion(tmp_path, suffix):
    moving = said(tmp_path / f"a{suffix}")
    assert "<picture>" not in embed.embed(moving, alt="It learns")
    said(tmp_path / "a.png")
    dark = said(tmp_path / f"d{suffix}")
    sources = re.findall(
        '<source srcset="(.*?)" media="(.*?)">', embed.embed(moving, alt="", dark=dark)
    )
    still, night = "(prefers-reduced-motion: reduce)", "(prefers-color-scheme: dark)"
    assert sources == [("a.png", still), (f"d{suffix}", night)]
    said(tmp_path / "d.png")
    text = embed.embed(moving, "mdx", alt="", dark=dark)
    assert re.findall('srcSet="(.*?)" media="(.*?)" />', text) == [
        ("d.png", f"{still} and {night}"),
        *sources,
    ]


def test_an_extension_may_be_in_capitals(files, tmp_path):
    (tmp_path / "a.MP4").write_bytes((files / "calib.mp4").read_bytes())
    found = Tags(embed.embed(tmp_path / "a.MP4")).found
    assert found["source"] == {"src": "a.MP4", "type": "video/mp4"}


@pytest.mark.parametrize(
    ("count", "options"),
    [
        (1, {}),
        (1, {"panels": ("reliability", "counts", "ece", "accuracy", "loss"), "title": "T " * 60}),
        (1, {"panels": ("accuracy",)}),
        (2, {"calibrate": "isotonic"}),
        (5, {}),
        (3, {"overlay": True}),
    ],
)
def test_an_iframe_is_as_high_as_its_page(tmp_path, visit, count, options):
    anim.animate([a_run(seed) for seed in range(count)], tmp_path / "p.html", **options)
    frame = Tags(embed.embed(tmp_path / "p.html")).found["iframe"]
    size = {"width": 960, "height": 200}
    text = (tmp_path / "p.html").read_text()
    shown = visit(text, viewport=size, reduced_motion="reduce")
    shown.wait_for_function("document.querySelector('calibration-player').duration > 0")
    shown.wait_for_function("document.documentElement.scrollHeight > 200")
    needed = shown.evaluate("document.documentElement.scrollHeight")
    assert needed <= int(frame["height"]) <= needed + 60


def test_texts_in_mdx_are_javascript_strings(pair):
    alt = 'autoplay muted {x} <img srcset="a"> playsinline `y` "z" \\ é'
    text = embed.embed(pair / "calib.mp4", "mdx", alt=alt, caption=f"*{alt}*")
    strings = re.findall(r'(?:=|<figcaption>)\{("(?:\\.|[^"\\])*")\}', text)
    assert [json.loads(string) for string in strings] == [alt, alt, f"*{alt}*"]
    assert "autoPlay muted loop playsInline" in text
    outside = re.sub(r'\{"(?:\\.|[^"\\])*"\}', "", text)
    assert set(re.findall(r"[{}`*]+", outside)) == {"{{", "}}"}
    page = embed.embed(pair / "calib.gif", "mdx", alt=alt)
    assert page.count("\n") == 3

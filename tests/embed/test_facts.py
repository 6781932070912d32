"""Descriptions that are stored in files."""

import json
import re
from html import unescape

import pytest
from PIL import Image, PngImagePlugin

import anim
from anim import embed
from anim.errors import SettingError
from tests.support.embedding import HOSTILE, Tags, a_run


@pytest.mark.parametrize("title", ["How sure is it?", "How sure is it"])
def test_a_caption_has_one_full_stop_between_title_and_caption(tmp_path, title):
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Comment", json.dumps({**HOSTILE, "title": title, "caption": "900 points"}))
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=about)
    expected = f"{title} 900 points" if title[-1] == "?" else f"{title}. 900 points"
    assert embed.about(tmp_path / "a.png").caption == expected


@pytest.mark.parametrize("comment", ["", "[]", '{"alt": 3}', "{", "[" * 100_000])
def test_a_file_without_a_description_needs_an_alternative_text(tmp_path, comment):
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Comment", comment)
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png", pnginfo=about)
    with pytest.raises(SettingError, match="contains no description; give one with --alt"):
        embed.embed(tmp_path / "a.png")
    image = Tags(embed.embed(tmp_path / "a.png", alt="Mine")).found["img"]
    assert (image["alt"], image["width"], image["height"]) == ("Mine", "30", "20")


def test_a_page_contains_the_description_of_the_other_files(files):
    written = re.search('<meta name="anim" content="(.*?)">', (files / "calib.html").read_text())[1]
    told = json.loads(unescape(written))
    assert (told["generator"], told["seconds"], told["width"]) == ("anim", 1, 960)
    about, other = embed.about(files / "calib.html"), embed.about(files / "calib.gif")
    assert (about.alt, about.caption) == (other.alt, other.caption)


def test_a_page_by_another_program_is_embedded_with_its_metadata(tmp_path):
    path = tmp_path / "p.html"
    path.write_text(
        "<!doctype html><title>A &amp; B</title><meta content='C &lt; D' name=description>"
    )
    about = embed.about(path)
    assert (about.alt, about.caption, about.width, about.height) == ("C < D", "A & B", 960, 680)
    path.write_text("<!-- saved -->\n<HTML><body>text")
    with pytest.raises(SettingError, match="contains no description; give one with --alt"):
        embed.embed(path)
    assert Tags(embed.embed(path, alt="E")).found["iframe"]["height"] == "680"


def test_a_snippet_is_refused(tmp_path):
    anim.animate(a_run(), tmp_path / "p.html", embed=True)
    for alt in (None, "A"):
        with pytest.raises(SettingError, match="is already a snippet; paste it unchanged"):
            embed.embed(tmp_path / "p.html", alt=alt)

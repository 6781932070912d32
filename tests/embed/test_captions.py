"""Captions in Markdown, and snippets as python-markdown reads them."""

import pytest

import anim
from anim import embed
from tests.support.embedding import Tags, a_run, said

TEXTS = [
    "A caption",
    "# no heading",
    "- no list",
    "+ no list",
    "1. no list",
    "2) no list",
    "> no quote",
    "=== no rule",
    "--- no rule",
    ": no definition",
    "*no* _emphasis_ `no code` <b>no HTML</b> [no](link) ![no](image)",
    "| no | table |",
    "&amp; \\ 100 %",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_caption_follows_the_image_as_a_paragraph(tmp_path, text):
    reader = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    written = embed.embed(said(tmp_path / "a.gif"), "markdown", caption=text)
    image, _ = written.split("\n\n")
    assert image == "![It learns](a.gif)"
    tokens = reader.MarkdownIt("gfm-like", {"linkify": False}).parse(written)
    assert [token.type for token in tokens].count("paragraph_open") == 2
    assert all(child.type in ("text", "text_special") for child in tokens[4].children)
    assert "".join(child.content for child in tokens[4].children) == text


@pytest.mark.parametrize("options", [{}, {"caption": ""}, {"caption": "\u202e"}])
def test_without_a_caption_that_was_asked_for_there_is_an_image_alone(tmp_path, options):
    text = embed.embed(said(tmp_path / "a.gif", title="T"), "markdown", **options)
    assert text == "![It learns](a.gif)"


def paragraph(text):
    return f"# A post\n\nBefore.\n\n{text}\n\nAfter *all*.\n"


@pytest.mark.parametrize("suffix", [".gif", ".mp4", ".html", ".png"])
def test_python_markdown_keeps_a_figure_as_it_is(files, suffix):
    markdown = pytest.importorskip("markdown", reason="Markdown is not installed")
    text = embed.embed(files / f"calib{suffix}", caption="A *caption* & more")
    page = markdown.markdown(paragraph(text))
    assert text in page
    assert page.endswith("<p>After <em>all</em>.</p>")


@pytest.mark.parametrize("extensions", [[], ["extra"], ["md_in_html"], ["extra", "smarty", "toc"]])
def test_the_player_reads_its_data_in_a_page_of_python_markdown(tmp_path, visit, extensions):
    markdown = pytest.importorskip("markdown", reason="Markdown is not installed")
    anim.animate(a_run(), tmp_path / "p.html", embed=True)
    text = markdown.markdown(paragraph((tmp_path / "p.html").read_text()), extensions=extensions)
    shown = visit(f"<!doctype html><html lang=en><title>A post</title>{text}")
    shown.wait_for_function("document.querySelector('calibration-player').duration > 0")
    assert shown.locator("em").inner_text() == "all"
    assert "cannot be read" not in shown.locator("body").inner_text()


def test_a_figure_leaves_no_margin_and_a_page_no_border(files, visit):
    frame = embed.embed(files / "calib.html")
    assert Tags(frame).found["iframe"]["style"] == "border: 0"
    text = f"<!doctype html><html lang=en><title>T</title>{embed.embed(files / 'calib.gif')}{frame}"
    meta = "<meta name=viewport content='width=device-width'>"
    size = {"width": 380, "height": 800}
    shown = visit(meta + text, viewport=size, files=list(files.iterdir()))
    for tag in ("figure >> nth=0", "iframe"):
        box = shown.locator(tag).bounding_box()
        assert box["x"] <= 8
        assert box["x"] + box["width"] >= 360
    assert shown.evaluate("document.documentElement.scrollWidth") <= 380

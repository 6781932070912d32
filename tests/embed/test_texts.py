"""Texts of what is pasted, as readers of HTML, Markdown, reStructuredText and LaTeX read them."""

import json
import re

import pytest
from PIL import Image, PngImagePlugin

from anim import embed
from anim.errors import SettingError
from tests.support.embedding import HOSTILE, Tags, said


@pytest.mark.parametrize("title", ["How sure is it?", "How sure is it"])
def test_a_caption_has_one_full_stop_between_its_sentences(tmp_path, title):
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Comment", json.dumps({**HOSTILE, "title": title, "caption": "900 points"}))
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=about)
    expected = f"{title} 900 points" if title[-1] == "?" else f"{title}. 900 points"
    assert embed.about(tmp_path / "a.png").caption == expected


RST = [
    ".. include:: /etc/hostname",
    ".. image:: x.png",
    "1. Calibration",
    "(a) x",
    "iv) x",
    "#. x",
    "- x",
    "• x",
    ">>> x",
    ":field: y",
    "A literal block::",
    "|x| and x_ and x__ and [1]_ and [x]_",
    "**a** *b* ``c`` `d` :ref:`e` `f <g>`_ _`h`",
    "https://example.org and a@b.org",
    "--option x",
    "| x",
    "====",
    "\\\\\\\\",
    "\\a \\* \\",
    "+--+",
    "__ x",
    "..",
    "\"quoted\" 'text' & <b>",
    "Title. Of 2\u2009000 points",
    "a\n\n.. include:: /etc/hostname",
    "a\x00* b\x1b[1m\x85.. c\ud800",
]


@pytest.mark.parametrize("text", RST)
def test_docutils_reads_the_very_texts(tmp_path, text):
    core = pytest.importorskip("docutils.core", reason="docutils is not installed")
    nodes = pytest.importorskip("docutils.nodes")
    path = said(tmp_path / "a b\\c_.gif", alt=text, title=text)
    settings = {
        **{"report_level": 2, "halt_level": 2, "file_insertion_enabled": True},
        **{"_disable_config": True, "warning_stream": False},
    }
    plain = re.sub("[\n\x00\x1b\x85\ud800]+", " ", text).strip()
    for given in ({}, {"alt": text, "caption": text}):
        source = embed.embed(path, "rst", base="my files/", **given)
        document = core.publish_doctree(source, settings_overrides=settings)
        (figure,) = document.children
        image, caption = figure.children
        assert isinstance(caption, nodes.caption)
        assert caption.astext() == plain
        assert all(isinstance(child, nodes.Text) for child in caption.children)
        assert (image["alt"], image["width"]) == (plain, "30px")
        # Not as an address: Sphinx looks for a path.
        assert image["uri"] == "my files/a b\\c_.gif"


MARKDOWN = [
    HOSTILE["alt"],
    "&amp; &lt;b&gt; &copy; &#42; A&B",
    "a](b) ![c][d] [e]: <f> `g` **h** _i_ ~~j~~ \\",
    "Accuracy rises from 0.50 to 0.95 in 100 epochs; it ends under-confident.",
]


@pytest.mark.parametrize("alt", MARKDOWN)
@pytest.mark.parametrize("base", ["", "/x (y)/", "https://a.org/b%20c?d=1&copy;=<e>/", "ü/"])
def test_a_reader_of_markdown_reads_the_very_texts(pair, alt, base):
    reader = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    (pair / "a (b).gif").write_bytes((pair / "calib.gif").read_bytes())
    (pair / "a (b).mp4").write_bytes((pair / "calib.mp4").read_bytes())
    address = {
        "": "",
        "/x (y)/": "/x%20%28y%29/",
        "ü/": "%C3%BC/",
    }.get(base, "https://a.org/b%20c?d=1&copy;=%3Ce%3E/")
    for suffix in (".gif", ".mp4"):
        text = embed.embed(pair / f"a (b){suffix}", "markdown", base=base, alt=alt)
        found = Tags(reader.MarkdownIt("gfm-like", {"linkify": False}).render(text)).found
        assert found["img"] == {"src": f"{address}a%20%28b%29.gif", "alt": alt}
        assert found.get("a", {}).get("href") == (
            f"{address}a%20%28b%29.mp4" if suffix == ".mp4" else None
        )


def test_in_mdx_texts_are_strings_of_javascript(pair):
    alt = 'autoplay muted {x} <img srcset="a"> playsinline `y` "z" \\ é'
    text = embed.embed(pair / "calib.mp4", "mdx", alt=alt, caption=f"*{alt}*")
    strings = re.findall(r'(?:=|<figcaption>)\{("(?:\\.|[^"\\])*")\}', text)
    assert [json.loads(string) for string in strings] == [alt, alt, f"*{alt}*"]
    assert "autoPlay muted loop playsInline" in text
    outside = re.sub(r'\{"(?:\\.|[^"\\])*"\}', "", text)
    assert set(re.findall(r"[{}`*]+", outside)) == {"{{", "}}"}
    page = embed.embed(pair / "calib.gif", "mdx", alt=alt)
    assert page.count("\n") == 3


LATEX = {
    "a < b > c | d": r"a \textless{} b \textgreater{} c \textbar{} d",
    "2\u2009000\u202f000\u00a0points – done": r"2\,000\,000~points – done",
    "100 % of {x} & $y_1$ #2 ~^\\": (
        r"100 \% of \{x\} \& \$y\_1\$ \#2 \textasciitilde{}\textasciicircum{}\textbackslash{}"
    ),
}


@pytest.mark.parametrize(("text", "expected"), LATEX.items())
def test_latex_reads_the_very_texts(files, text, expected):
    for given in ({"alt": text, "caption": ""}, {"alt": "", "caption": f"{text}!"}):
        written = embed.embed(files / "calib.gif", "latex", **given)
        assert f"\\caption{{{expected}{'!' if given['caption'] else ''}}}" in written


@pytest.mark.parametrize("name", [*"%#{}~^\\", " "])
def test_a_name_that_latex_does_not_read_is_refused(tmp_path, name):
    path = said(tmp_path / f"a{name}b.png")
    with pytest.raises(SettingError, match=f"without {re.escape(repr(name))}, got"):
        embed.embed(path, "latex")
    with pytest.raises(SettingError, match=f"without {re.escape(repr(name))}, got"):
        embed.embed(said(tmp_path / "a.png"), "latex", base=f"{name}/")


def test_texts_that_are_given_are_one_line_too(files):
    given = {"alt": " a\n\n# b\t", "caption": "c\r\nd"}
    for kind in embed.KINDS:
        text = embed.embed(files / "calib.gif", kind, **given)
        assert not re.search(r"a\s*\n|c\s*\n\s*d", text)
    text = embed.embed(files / "calib.gif", **given)
    assert 'alt="a # b"' in text
    assert "<figcaption>c d</figcaption>" in text


@pytest.mark.parametrize("kind", embed.KINDS)
def test_what_a_file_of_others_says_stays_text(tmp_path, kind):
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Comment", json.dumps(HOSTILE))
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=about)
    text = embed.embed(tmp_path / "a.png", kind)
    assert kind in ("rst", "latex") or "<script" not in text
    if kind == "html":
        image = Tags(text).found["img"]
        assert image["alt"] == HOSTILE["alt"]
        assert "onload" not in image
    if kind == "mdx":
        assert "{x}" not in text
    if kind == "markdown":
        assert text.count("](") == 1
        assert text.endswith("](a.png)")
    if kind == "latex":
        assert r"100 \%" in text


@pytest.mark.parametrize("comment", ["", "[]", '{"alt": 3}', "{", "[" * 100_000])
def test_a_file_that_says_nothing_needs_to_be_told(tmp_path, comment):
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Comment", comment)
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png", pnginfo=about)
    with pytest.raises(SettingError, match="does not say what it shows; --alt does"):
        embed.embed(tmp_path / "a.png")
    image = Tags(embed.embed(tmp_path / "a.png", alt="Mine")).found["img"]
    assert (image["alt"], image["width"], image["height"]) == ("Mine", "30", "20")

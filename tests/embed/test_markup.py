"""Snippets as readers of Markdown, reStructuredText and LaTeX understand them."""

import json
import re

import pytest
from PIL import Image, PngImagePlugin

from anim import embed
from anim.errors import SettingError
from tests.support.embedding import HOSTILE, Tags, said


def test_each_kind_is_in_its_language(files):
    alt = embed.about(files / "calib.gif").alt
    assert embed.embed(files / "calib.gif", "markdown") == f"![{alt}](calib.gif)"
    assert embed.embed(files / "calib.mp4", "markdown") == f"[![{alt}](calib.gif)](calib.mp4)"
    mdx = embed.embed(files / "calib.mp4", "mdx")
    assert "autoPlay muted loop playsInline" in mdx
    assert "style={{maxWidth: '100%', height: 'auto'}} />" in mdx
    rst = embed.embed(files / "calib.mp4", "rst")
    assert rst.startswith(f".. figure:: calib.gif\n   :alt: {alt}\n   :width: 320px\n")
    assert r"\includegraphics[width=\linewidth]{calib.pdf}" in embed.embed(
        files / "calib.pdf", "latex"
    )
    page = Tags(embed.embed(files / "calib.html")).found["iframe"]
    assert (page["src"], page["title"]) == ("calib.html", alt)


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
def test_docutils_reads_the_exact_texts(tmp_path, text):
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
def test_a_markdown_parser_reads_the_exact_texts(pair, alt, base):
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


LATEX = {
    "a < b > c | d": r"a \textless{} b \textgreater{} c \textbar{} d",
    "2\u2009000\u202f000\u00a0points – done": r"2\,000\,000~points – done",
    "100 % of {x} & $y_1$ #2 ~^\\": (
        r"100 \% of \{x\} \& \$y\_1\$ \#2 \textasciitilde{}\textasciicircum{}\textbackslash{}"
    ),
}


@pytest.mark.parametrize(("text", "expected"), LATEX.items())
def test_latex_gets_the_exact_texts(files, text, expected):
    for given in ({"alt": text, "caption": ""}, {"alt": "", "caption": f"{text}!"}):
        written = embed.embed(files / "calib.gif", "latex", **given)
        assert f"\\caption{{{expected}{'!' if given['caption'] else ''}}}" in written


@pytest.mark.parametrize("name", [*"%#{}~^\\", " "])
def test_a_name_that_latex_cannot_read_is_refused(tmp_path, name):
    path = said(tmp_path / f"a{name}b.png")
    with pytest.raises(SettingError, match=f"without {re.escape(repr(name))}, got"):
        embed.embed(path, "latex")
    with pytest.raises(SettingError, match=f"without {re.escape(repr(name))}, got"):
        embed.embed(said(tmp_path / "a.png"), "latex", base=f"{name}/")


def test_given_texts_are_joined_to_one_line(files):
    given = {"alt": " a\n\n# b\t", "caption": "c\r\nd"}
    for kind in embed.KINDS:
        text = embed.embed(files / "calib.gif", kind, **given)
        assert not re.search(r"a\s*\n|c\s*\n\s*d", text)
    text = embed.embed(files / "calib.gif", **given)
    assert 'alt="a # b"' in text
    assert "<figcaption>c d</figcaption>" in text


@pytest.mark.parametrize("kind", embed.KINDS)
def test_a_description_by_another_program_stays_text(tmp_path, kind):
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

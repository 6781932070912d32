"""Texts that are stored in files."""

import io
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anim.encode import png, still
from anim.encode.comment import gif_block, read_comment
from tests.support.clips import (
    ANIMATED,
    COMMENT,
    write,
)


@pytest.mark.parametrize("suffix", ANIMATED)
def test_an_animation_stores_a_comment(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", comment=COMMENT)
    assert read_comment(tmp_path / f"a{suffix}") == COMMENT
    write(tmp_path / f"b{suffix}")
    assert read_comment(tmp_path / f"b{suffix}") is None


@pytest.mark.parametrize("comment", [COMMENT, "plain (text) \\ with\nlines", ""])
def test_a_still_stores_a_comment(tmp_path, comment):
    from matplotlib.figure import Figure

    still.png(tmp_path / "a.png", np.zeros((9, 9, 4), np.uint8), comment).commit()
    for name, key in (("a.svg", "Description"), ("a.pdf", "Subject")):
        Figure().savefig(tmp_path / name, metadata={key: comment} if comment else {})
    for name in ("a.png", "a.svg", "a.pdf"):
        assert read_comment(tmp_path / name) == (comment or None), name


def test_every_file_contains_a_description(written):
    files = [path for path in written.iterdir() if path.is_file()]
    assert len(files) == 9
    for path in (*files, written / "frames/0001.png"):
        assert json.loads(read_comment(path))["generator"] == "anim", path


def test_reading_a_comment_imports_neither_jax_nor_matplotlib(written):
    code = (
        "import sys\nfrom anim.encode.comment import read_comment\n"
        "assert all(map(read_comment, sys.argv[1:]))\n"
        "assert not {'jax', 'matplotlib'} & set(sys.modules)"
    )
    files = [path for path in written.iterdir() if path.is_file()]
    subprocess.run([sys.executable, "-c", code, *files], check=True)


def test_a_file_in_another_format_has_no_comment(tmp_path):
    for name, content in (
        ("a.txt", b"text"),
        ("a.html", b"<!doctype html><p>text"),
        ("a.gif", b"GIF89a"),
        ("a.mp4", b"\0\0\0\x20ftypisom"),
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("a.avif", b"\0\0\0\x0cftypavis\0\0\0\0\0\0\0\0meta"),
        ("a.webp", b"RIFF\0\0\0\0WEBP"),
        ("empty", b""),
    ):
        (tmp_path / name).write_bytes(content)
        assert read_comment(tmp_path / name) is None, name


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=800))
def test_sub_blocks_of_a_gif_join_to_the_comment(text):
    block = io.BytesIO(gif_block(text))
    assert block.read(2) == b"\x21\xfe"
    parts = []
    while length := block.read(1)[0]:
        parts.append(block.read(length))
    assert b"".join(parts).decode() == text
    assert block.read() == b""


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_pillow_reads_the_comment_of_a_png(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "comment.png"
    path.write_bytes(png.picture(np.zeros((2, 2, 4), np.uint8), text, False, 6))
    assert read_comment(path) == text

"""Files for `anim.embed`: each format, written by us or by hand, and mutated."""

from __future__ import annotations

import functools
import io
import json
import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

import anim
from tests.fuzz.cases import SPECIAL, Case, hostile, mutated

_TEXT = json.dumps({"alt": "It learns", "title": "T", "width": 30, "height": 20, "caption": "c"})
QUICK = (".gif", ".png")
_WRITTEN = (".html", ".pdf", ".svg", ".mp4", ".webm", ".webp")
FORMATS = (*QUICK, *_WRITTEN)
_TOKENS = (
    *(b"<!---->" * 34, b"/Subject (" * 60, b"<svg ", b"<!--", b"-->", b"<script>", b"Comment"),
    *(
        b"iTXt",
        b"IHDR\xff\xff\xff\xff\xff\xff\xff\xff",
        b"moov",
        b"\x1aE\xdf\xa3",
        b"]]>",
        b"&#x1b;",
    ),
    *(
        b'{"alt": "\\u202e\\u001b[2J"}',
        b'{"width": 1e400}',
        b'{"alt": [[[[',
        b"[" * 5000,
        b"(" * 5000,
    ),
)


@functools.cache
def _base(suffix: str) -> bytes:
    """Return a valid file of a format."""
    if suffix in QUICK:
        texts = PngImagePlugin.PngInfo()
        texts.add_itxt("Comment", _TEXT)
        options = {"comment": _TEXT} if suffix == ".gif" else {"pnginfo": texts}
        file = io.BytesIO()
        Image.new("RGB", (60, 40)).save(file, suffix[1:].upper(), **options)
        return file.getvalue()
    labels = np.arange(40) % 2
    run = anim.from_arrays([0, 5], labels, probs=np.tile(0.25 + labels / 2, (2, 1)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        anim.animate(run, path, size=(320, 240), seconds=1.0, fps=4)
        return path.read_bytes()


def gif() -> bytes:
    """Return a valid GIF with a description."""
    return _base(".gif")


def _huge_png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        sums = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + sums

    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


_BY_HAND = (
    _huge_png(),
    b"",
    b"GIF89a" + b"\xff" * 20,
    b"<html>" + b"<!---->" * 34 + b"<p>",
    b"%PDF-1.4\n" + b"/Subject (" * 60_000,
    b"<svg>" * 50_000,
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><svg>&b;</svg>",
    b"\x1aE\xdf\xa3" + b"\x01\xff\xff\xff\xff\xff\xff\xff" * 9,
    b"\0\0\0\x18ftypmp42" + b"\xff" * 40,
    b"RIFF\xff\xff\xff\xffWEBP" + b"\0" * 30,
)
_KINDS = ["", "--markdown", "--mdx", "--rst", "--latex"]
_OPTIONS = ["--dark", "--base", "--alt", "--caption"]


def media(formats: tuple[str, ...] = FORMATS) -> st.SearchStrategy[Case]:
    """Return calls of `anim.embed` with a file, often one beside it, and any options.

    Args:
        formats: suffixes of the files; all but the first two take a second to write.
    """
    # Written now: strategies must not use random numbers, as codecs and ids of SVG do.
    return _media({suffix: _base(suffix) for suffix in (*QUICK, *formats)}, formats)


@st.composite
def _media(draw, valid: dict[str, bytes], formats: tuple[str, ...]) -> Case:
    suffix = draw(st.sampled_from(formats))
    whole = st.just(valid[suffix])
    broken = mutated(valid[suffix], _TOKENS) | st.sampled_from(_BY_HAND + SPECIAL)
    content = draw(st.one_of(whole, broken, broken))
    stem = draw(st.sampled_from(["x", "a b", "\u202e", "p\x1b[2J", "it's", "a:b", "#&%"]))
    files: dict[str, bytes | str] = {f"{stem}{suffix}": content}
    if draw(st.booleans()):
        beside = draw(st.sampled_from((*formats, ".webp", ".png")))
        other = st.sampled_from(_BY_HAND + SPECIAL) | st.just(valid[".png"])
        files.setdefault(f"{stem}{beside}", draw(other))
    argv = [f"{stem}{suffix}", draw(st.sampled_from(_KINDS))]
    for option in draw(st.just([]) | st.lists(st.sampled_from(_OPTIONS), max_size=2)):
        argv.append(f"{option}={draw(hostile)}")
    return Case("media", "embed", tuple(filter(None, argv)), files)

"""Files of strangers: bounded time and memory, one line each, whatever they hold."""

import json
import os
import struct
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

import anim
from anim import embed
from anim.embed.__main__ import main
from anim.encode.comment import read_comment
from anim.errors import SettingError
from tests.support.embedding import a_run, said
from tests.support.subprocesses import run_python

ENTITIES = '<!DOCTYPE svg [<!ENTITY a0 "aaaaaaaaaa">' + "".join(
    f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)
)
CONTENTS = {
    "comments.html": "<!---->" * 34,
    "many comments.html": "<!---->" * 100_000,
    "open comments.html": "<!--" * 100_000,
    "open tags.html": "<html><head>" + "<a b='" * 20_000,
    "spaces.html": " " * 1_000_000,
    "subjects.pdf": "%PDF-1.4\n" + "/Subject (" * 60_000,
    "backslashes.pdf": "%PDF-1.4\n/Subject (" + "\\" * 1_000_001,
    "open.pdf": "%PDF-1.4\n/Subject (" + "x" * 1_000_000,
    "entities.svg": f"{ENTITIES}]><svg><title>&a11;</title></svg>",
    "deep.svg": "<svg>" * 200_000,
    "box.svg": f'<svg viewBox="{" " * 1_000_000}1"/>',
    "number.svg": f'<svg width="{"1" * 1_000_000}" height="{"." * 1_000_000}"/>',
    "playlist.mp4": "#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n",
    "script.webm": "ffconcat version 1.0\nfile /etc/hostname\n",
}


def fails_in_one_line(path, capsys, *options):
    start = time.process_time()
    with pytest.raises(SystemExit) as stop:
        main([str(path), *options])
    assert time.process_time() - start < 5
    printed = capsys.readouterr().err
    assert stop.value.code == 2
    assert printed.count("\n") == 1
    assert len(printed) < 1200
    return printed


@pytest.mark.parametrize("name", CONTENTS)
def test_what_blows_up_is_refused_at_once(tmp_path, capsys, name):
    (tmp_path / name).write_text(CONTENTS[name])
    printed = fails_in_one_line(tmp_path / name, capsys)
    assert "contains no description" in printed or "is already a snippet" in printed


@pytest.mark.parametrize("name", ["playlist.mp4", "script.webm"])
def test_a_list_of_other_files_is_no_video(tmp_path, capsys, name):
    (tmp_path / name).write_text(CONTENTS[name])
    assert "cannot be read as" in fails_in_one_line(tmp_path / name, capsys, "--alt", "A")


@pytest.mark.parametrize("suffix", [".html", ".svg", ".pdf", ".mp4", ".gif", ".png"])
@pytest.mark.parametrize("what", ["fifo", "/dev/zero", "/dev/full"])
def test_only_regular_files_are_opened(tmp_path, capsys, suffix, what):
    path = tmp_path / f"a{suffix}"
    if what == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(what)
    assert "there is no file" in fails_in_one_line(path, capsys)


def png_chunk(kind, content):
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def huge_png(side=60_000, text=b""):
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + text + pixels


HUGE = {
    "a.png": huge_png(),
    "a.apng": huge_png(2**31 - 1),
    "a.gif": b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(6) + b",;",
    "a.webp": b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0" + bytes([0, 0, 0, 0]) + b"\xff" * 6,
    "a.avif": b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miaf\0\0\0\0" + bytes(100),
}


@pytest.mark.parametrize("name", HUGE)
def test_an_image_of_absurd_size_is_refused(tmp_path, capsys, name):
    (tmp_path / name).write_bytes(HUGE[name])
    fails_in_one_line(tmp_path / name, capsys)
    assert "cannot" in fails_in_one_line(tmp_path / name, capsys, "--alt", "A")


def test_a_compressed_text_that_is_huge_is_refused(tmp_path, capsys):
    bomb = b"Comment\0\1\0\0\0" + zlib.compress(bytes(200_000_000), 9)
    (tmp_path / "a.png").write_bytes(huge_png(30, png_chunk(b"iTXt", bomb)))
    fails_in_one_line(tmp_path / "a.png", capsys)


@pytest.mark.parametrize("content", [huge_png(), b"", b"\x89PNG\r\n\x1a\n", b"\x89PNG" + bytes(99)])
def test_a_strange_picture_beside_ones_frames_stays_and_stops_nothing(tmp_path, content):
    (tmp_path / "0900.png").write_bytes(content)
    os.mkfifo(tmp_path / "0901.png")
    anim.animate(a_run(), tmp_path / "%04d.png", seconds=1, fps=2, hold=0, size=(320, 240))
    assert (tmp_path / "0002.png").exists()
    assert (tmp_path / "0900.png").read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"\x1aE\xdf\xa3", b"\x1aE\xdf\xa3" + b"\xff" * 999, b"x"])
def test_a_broken_video_beside_a_good_one_is_not_used(files, tmp_path, content):
    (tmp_path / "a.mp4").write_bytes((files / "calib.mp4").read_bytes())
    (tmp_path / "a.webm").write_bytes(content)
    with pytest.warns(UserWarning, match=r"a\.webm' is not used, as it cannot be read"):
        text = embed.embed(tmp_path / "a.mp4")
    assert "webm" not in text
    assert 'src="a.mp4"' in text


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".png", ".pdf"])
def test_a_truncated_file_is_read_or_refused(files, tmp_path, capsys, suffix, share):
    whole = (files / f"calib{suffix}").read_bytes()
    path = tmp_path / f"a{suffix}"
    path.write_bytes(whole[: int(share * len(whole))])
    (tmp_path / "a.png").touch() if suffix == ".pdf" else None
    try:
        code = main([str(path), "--alt", "A"])
    except SystemExit as stop:
        code = stop.code
    printed = capsys.readouterr()
    assert code == 0 or printed.err.count("\n") == 1


def test_a_deep_description_is_none(tmp_path):
    path = said(tmp_path / "a.gif", extra=json.loads("[" * 70 + "]" * 70))
    with pytest.raises(SettingError, match="contains no description"):
        embed.embed(path)


def test_a_long_description_is_shortened(tmp_path):
    text = embed.embed(said(tmp_path / "a.gif", alt="x" * 500_000, title="\u202ey\x1b[2J" * 9999))
    assert len(text) < 10_000
    assert text.replace("\n", "").isprintable()


@pytest.mark.slow
def test_a_page_of_a_gigabyte_is_read_in_bounded_memory(tmp_path):
    with (tmp_path / "a.html").open("wb") as file:
        file.write(b"<!doctype html><title>T</title><meta name=description content=D>")
        file.truncate(1 << 30)
    code = """
import sys
from anim import embed
print("D" in embed.embed(sys.argv[1]))
# The peak of this program; that of getrusage begins with its parent's.
status = open("/proc/self/status").read()
print(int(status.partition("VmHWM:")[2].split()[0]) < 900_000)
"""
    assert run_python(code, tmp_path / "a.html").stdout.split() == ["True", "True"]


@pytest.mark.parametrize("name", ["a:b.mp4", "file:a.mp4", "http:a.mp4", "concat:a|b.mp4", "-.mp4"])
def test_a_name_that_looks_like_a_protocol_is_a_name(files, tmp_path, monkeypatch, name):
    (tmp_path / name).write_bytes((files / "calib.mp4").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert read_comment(name) == read_comment(files / "calib.mp4")
    written = embed.write_poster(Path(name))
    with Image.open(written) as poster:
        assert poster.size == (640, 480)


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2J", "a\u202eb", "a\u2028b", "\udcff"])
def test_a_name_that_cannot_be_seen_is_escaped_or_refused(tmp_path, name):
    path = said(tmp_path / f"{name}.png")
    for kind in ("html", "markdown", "mdx"):
        assert embed.embed(path, kind).replace("\n", "").isprintable()
    for kind in ("rst", "latex"):
        with pytest.raises(SettingError, match="expected a name"):
            embed.embed(path, kind)


@pytest.mark.parametrize("base", ["\udcff", "\ud800", "\x1b[31m", "\u202e"])
def test_a_base_that_cannot_be_seen_is_escaped_or_refused(tmp_path, base):
    path = said(tmp_path / "a.png")
    for kind in embed.KINDS:
        try:
            assert embed.embed(path, kind, base=base).replace("\n", "").isprintable()
        except SettingError as error:
            assert "expected" in str(error)

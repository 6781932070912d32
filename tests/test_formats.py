"""Every format, decoded again by another library than the one that wrote it."""

import numpy as np
import pytest

from anim.encode import Clip, Encoders, animation_writer, still
from anim.encode.comment import read_comment
from anim.timeline import Timeline

COMMENT = '{"title": "Grüße, 漢字 <&> (x) \\\\ \\n", "caption": "' + "long " * 300 + '"}'


def a_timeline(fps=25, seconds=0.4, hold=0.2):
    return Timeline(np.arange(3), fps=fps, seconds=seconds, hold=hold)


def frames_of(timeline, size=(64, 48)):
    """A bar that grows, a frame for each moment: RGBA [H, W, 4]."""
    width, height = size
    for k, moment in enumerate(timeline):
        frame = np.full((height, width, 4), 255, np.uint8)
        frame[height - 4 - 2 * k : height - 4, 8:24, :3] = (0, 114, 178)
        yield frame, moment.ticks


def write(path, timeline=None, frames=None, size=(64, 48), **clip):
    """Writes an animation of frames."""
    timeline = timeline or a_timeline()
    frames = list(frames or frames_of(timeline, size))
    clip = Clip(size, timeline, **clip)
    exact = np.array([[255, 255, 255], [0, 114, 178]])
    writer = animation_writer(path, clip, [frame for frame, _ in frames], exact)
    with Encoders([writer]) as encoders:
        for frame, ticks in frames:
            encoders.write(frame, ticks)
    writer.commit()


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_a_comment_travels_inside_of_an_animation(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", comment=COMMENT)
    assert read_comment(tmp_path / f"a{suffix}") == COMMENT
    write(tmp_path / f"b{suffix}")
    assert read_comment(tmp_path / f"b{suffix}") is None


@pytest.mark.parametrize("comment", [COMMENT, "plain (text) \\ with\nlines", ""])
def test_a_comment_travels_inside_of_a_still(tmp_path, comment):
    from matplotlib.figure import Figure

    still.png(tmp_path / "a.png", np.zeros((9, 9, 4), np.uint8), comment).commit()
    for name, key in (("a.svg", "Description"), ("a.pdf", "Subject")):
        Figure().savefig(tmp_path / name, metadata={key: comment} if comment else {})
    for name in ("a.png", "a.svg", "a.pdf"):
        assert read_comment(tmp_path / name) == (comment or None), name


def test_a_file_of_another_kind_has_no_comment(tmp_path):
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

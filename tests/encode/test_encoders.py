"""Encoders that fail, and files that appear complete or not at all."""

import itertools

import pytest

import anim
from anim.encode import format_of
from tests.support.clips import (
    ANIMATED,
    TWO_SECONDS,
    a_run,
    a_timeline,
    frames_of,
    write,
)


def test_a_failing_encoder_raises_and_leaves_no_file(tmp_path, monkeypatch):
    from anim.encode.mp4 import Mp4Writer

    def fail(self, *_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Mp4Writer, "write", fail)
    with pytest.raises(OSError, match="No space"):
        anim.animate(a_run(examples=5000), tmp_path / "a.mp4", tmp_path / "a.gif", **TWO_SECONDS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [*(f"a{suffix}" for suffix in ANIMATED), "frames/%d.png"])
@pytest.mark.parametrize("stage", ["write", "end"])
def test_a_failing_writer_keeps_the_earlier_file(tmp_path, monkeypatch, name, stage):
    def fail(self, *_):
        raise OSError(28, "No space left on device")

    (tmp_path / "a.webp").write_text("earlier")
    monkeypatch.setattr(format_of(tmp_path / name).load_writer(), stage, fail)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["a.webp"]
    assert (tmp_path / "a.webp").read_text() == "earlier"


def test_an_error_in_the_thread_of_the_avif_encoder_is_raised(tmp_path, monkeypatch):
    from anim.encode import avif

    def fail(self, *_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(avif.PictureSource, "tobytes", fail)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / "a.avif")
    assert not list(tmp_path.iterdir())


def test_an_interrupted_drawing_leaves_no_file(tmp_path):
    def frames():
        yield from itertools.islice(frames_of(a_timeline()), 4)
        raise KeyboardInterrupt

    for name in (*(f"a{suffix}" for suffix in ANIMATED), "frames/%d.png"):
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path / name, frames=frames())
        assert not list(tmp_path.iterdir()), name


def test_no_temporary_file_is_left(written, transparent):
    for folder in (written, transparent):
        names = {path.name for path in folder.iterdir()}
        assert all(name == "frames" or name.startswith("a.") for name in names)

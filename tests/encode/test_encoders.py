"""Encoders that fail, and files that appear complete or not at all."""

import itertools

import numpy as np
import pytest

import anim
from anim.encode import Clip, Encoders, animation_writer, format_of
from tests.support.clips import (
    ANIMATED,
    TWO_SECONDS,
    a_run,
    a_timeline,
    by_ffmpeg,
    by_pillow,
    frames_of,
    psnr,
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


def test_a_frame_may_last_longer_in_files_that_loop(tmp_path):
    timeline = a_timeline(seconds=0.4, hold=0.2)
    (*before, (last, ticks)) = frames_of(timeline)
    clip = Clip((64, 48), timeline, lead=timeline.lead)
    exact = np.array([[255, 255, 255], [0, 114, 178]])
    paths = [tmp_path / name for name in ("a.gif", "a.apng", "a.mp4", "f%d.png")]
    writers = [animation_writer(path, clip, [last], exact) for path in paths]
    with Encoders(writers) as encoders:
        encoders.write(last, 0, looping=timeline.lead)
        for frame, lasting in before:
            encoders.write(frame, lasting)
        encoders.write(last, ticks, looping=ticks - timeline.lead)
    for writer in writers:
        writer.commit()
    assert (timeline.ticks, timeline.still, timeline.lead) == (15, 5, 4)
    for path in paths[:2]:
        pictures, durations = by_pillow(path)
        assert (durations[0], durations[-1], sum(durations)) == (160, 40, 600)
        np.testing.assert_array_equal(pictures[0], last[..., :3])
        np.testing.assert_array_equal(pictures[1], before[0][0][..., :3])
        np.testing.assert_array_equal(pictures[-1], last[..., :3])
    video, _ = by_ffmpeg(tmp_path / "a.mp4")
    assert len(video) == len([*tmp_path.glob("f*.png")]) == 15
    assert psnr(video[0], before[0][0][..., :3]) > psnr(video[0], last[..., :3])

"""MP4 and WebM, decoded again by FFmpeg."""

import av
import numpy as np
import pytest

import anim
from tests.support.clips import (
    TWO_SECONDS,
    a_run,
    by_ffmpeg,
    drawn,
    drawn_with_colours,
    luma,
    psnr,
)


def test_an_mp4_has_a_form_that_browsers_play_while_it_loads(tmp_path):
    run = a_run(examples=5000)
    anim.animate(run, tmp_path / "a.mp4", fps=30, **TWO_SECONDS)
    frames, _ = drawn_with_colours(run, loops=False, fps=30)
    with av.open(tmp_path / "a.mp4") as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == 30
        decoded = list(container.decode(stream))
    assert len(decoded) == len(frames) == 75
    assert decoded[-1].time == pytest.approx(74 / 30)
    for k in (0, 40, 74):
        pixels = decoded[k].to_ndarray(format="rgb24").astype(float)
        grey = (pixels - frames[k]) @ [0.2126, 0.7152, 0.0722]
        assert 10 * np.log10(255**2 / np.square(grey).mean()) > 35
        background = np.abs(pixels[:20, :20] - 255).max()
        assert background <= 2
    content = (tmp_path / "a.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_a_webm_holds_the_frames_with_little_loss(written):
    frames = drawn()
    pictures, begins = by_ffmpeg(written / "a.webm")
    np.testing.assert_allclose(begins, np.arange(25) / 25, atol=1e-3)
    for frame, picture in zip(frames, pictures, strict=True):
        assert psnr(picture, frame[..., :3]) > 38


def test_an_mp4_holds_the_luma_with_little_loss(written):
    """Chroma has half the resolution, which no bit rate brings to 38 dB in RGB."""
    frames = drawn()
    pictures, begins = by_ffmpeg(written / "a.mp4")
    np.testing.assert_allclose(begins, np.arange(25) / 25, atol=1e-3)
    for frame, picture in zip(frames, pictures, strict=True):
        assert psnr(luma(picture), luma(frame[..., :3])) > 38


def test_the_reported_duration_is_that_of_the_file(tmp_path):
    options = {"fps": 23.976, "seconds": 0.5, "hold": 0.02, "size": (320, 240)}
    (video,) = anim.animate(a_run(), tmp_path / "a.mp4", **options).outputs
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert video.seconds == pytest.approx(container.duration / av.time_base, abs=0.002)

"""APNG, WebP and AVIF, decoded again by other libraries than the one that wrote them."""

import numpy as np
import pytest
from PIL import Image

from tests.support.clips import (
    IMAGES,
    a_timeline,
    by_ffmpeg,
    by_pillow,
    drawn,
    frames_of,
    looped,
    luma,
    psnr,
    shown_at,
    write,
)


@pytest.mark.parametrize("suffix", [".webp", ".apng"])
def test_lossless_formats_hold_the_exact_frames(written, suffix):
    frames = looped(drawn())
    pictures, durations = by_pillow(written / f"a{suffix}")
    begins = np.cumsum([0, *durations[:-1]]) / 1000
    for frame, k in zip(frames, shown_at(np.arange(25) / 25, begins), strict=True):
        np.testing.assert_array_equal(pictures[k], frame[..., :3])


def test_two_libraries_decode_the_same_apng(written):
    ours, _ = by_pillow(written / "a.apng")
    theirs, _ = by_ffmpeg(written / "a.apng")
    np.testing.assert_array_equal(ours, theirs)


def test_an_avif_holds_the_frames_with_little_loss(written):
    frames = looped(drawn())
    pictures, begins = by_ffmpeg(written / "a.avif")
    for frame, k in zip(frames, shown_at(np.arange(25) / 25, begins), strict=True):
        assert psnr(pictures[k], frame[..., :3]) > 38


@pytest.mark.parametrize("suffix", IMAGES)
@pytest.mark.parametrize("fps", [7, 30])
def test_durations_add_up(tmp_path, suffix, fps):
    timeline = a_timeline(fps=fps, seconds=0.9, hold=0.33)
    write(tmp_path / f"a{suffix}", timeline)
    pictures, durations = by_pillow(tmp_path / f"a{suffix}")
    assert len(pictures) == len(timeline)
    assert abs(sum(durations) - 1230) <= 10
    begins = np.cumsum([0, *durations[:-1]]) / 1000
    ticks = [moment.ticks for moment in timeline]
    np.testing.assert_allclose(begins, np.cumsum([0, *ticks[:-1]]) / fps, atol=0.0051)


@pytest.mark.parametrize("suffix", [".webp", ".apng", ".avif"])
def test_equal_frames_are_one_picture(tmp_path, suffix):
    timeline = a_timeline()
    frames = [frame for frame, _ in frames_of(timeline)]
    kinds = [0, 0, 0, 1, 1, 0, 2, 2, 2, 2, 2]
    ticks = [1] * 10 + [timeline.ticks - 10]
    shown = [(frames[k], tick) for k, tick in zip(kinds, ticks, strict=True)]
    write(tmp_path / f"a{suffix}", timeline, shown)
    _, durations = by_pillow(tmp_path / f"a{suffix}")
    assert durations == [120, 80, 40, 360]


@pytest.mark.parametrize("suffix", [".apng", ".webp", ".avif"])
def test_a_picture_may_last_for_minutes(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", a_timeline(seconds=0.08, hold=500.004))
    _, durations = by_pillow(tmp_path / f"a{suffix}")
    assert abs(sum(durations) - 500_084) <= 10


def test_images_loop_for_ever(written):
    for suffix in (".gif", ".webp", ".apng"):
        with Image.open(written / f"a{suffix}") as image:
            assert image.info["loop"] == 0, suffix
    # A repeating edit list, and a track of unlimited duration (ISO 14496-12, 8.6.6).
    content = (written / "a.avif").read_bytes()
    edits = content.index(b"elst") + 4
    assert content[edits + 3] == 1
    track = content.index(b"tkhd") + 4
    assert content[track] == 1
    assert content[track + 28 : track + 36] == b"\xff" * 8


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".webp", ".apng", ".avif"])
def test_sizes_that_are_not_multiples_of_16_are_written(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", size=(70, 54))
    pictures, _ = by_ffmpeg(tmp_path / f"a{suffix}") if suffix != ".webp" else by_pillow(
        tmp_path / f"a{suffix}")  # fmt: skip
    last = [frame for frame, _ in frames_of(a_timeline(), (70, 54))][-1][..., :3]
    assert psnr(luma(pictures[-1]), luma(last)) > 38


def test_transparent_pixels_stay_transparent(transparent):
    in_order = drawn(transparent=True)
    frames = looped(in_order)
    assert frames[0][0, 0, 3] == 0
    for suffix in (".webp", ".apng"):
        pictures, durations = by_pillow(transparent / f"a{suffix}", "RGBA")
        begins = np.cumsum([0, *durations[:-1]]) / 1000
        for frame, k in zip(frames, shown_at(np.arange(25) / 25, begins), strict=True):
            np.testing.assert_array_equal(pictures[k][..., 3], frame[..., 3])
            seen = frame[..., 3] > 0
            np.testing.assert_array_equal(pictures[k][seen], frame[seen])
    with Image.open(transparent / "a.png") as image:
        np.testing.assert_array_equal(np.asarray(image), in_order[-1])
    with Image.open(transparent / "frames/0007.png") as image:
        np.testing.assert_array_equal(np.asarray(image), in_order[6])
    pictures, durations = by_pillow(transparent / "a.avif", "RGBA")
    (k,) = shown_at([0.5], np.cumsum([0, *durations[:-1]]) / 1000)
    assert psnr(pictures[k][..., 3], looped(in_order)[12][..., 3]) > 38


def test_an_avif_contains_no_date(written):
    content = (written / "a.avif").read_bytes()
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        start = content.index(kind) + 4
        assert content[start] == 1
        assert content[start + 4 : start + 20] == bytes(16), kind

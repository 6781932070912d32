"""Every format, decoded again by another library than the one that wrote it."""

import itertools
import json
import subprocess
import sys

import av
import numpy as np
import pytest
from PIL import Image

import anim
from anim.encode import check_outputs, format_of, still
from anim.encode.comment import read_comment
from anim.errors import SettingError
from tests.support.clips import (
    ANIMATED,
    IMAGES,
    SHORT,
    a_run,
    a_timeline,
    by_ffmpeg,
    by_pillow,
    drawn,
    frames_of,
    luma,
    psnr,
    shown_at,
    write,
)

COMMENT = '{"title": "Grüße, 漢字 <&> (x) \\\\ \\n", "caption": "' + "long " * 300 + '"}'


@pytest.mark.parametrize("suffix", [".webp", ".apng"])
def test_what_has_no_loss_holds_the_very_frames(written, suffix):
    frames = drawn()
    pictures, durations = by_pillow(written / f"a{suffix}")
    begins = np.cumsum([0, *durations[:-1]]) / 1000
    for frame, k in zip(frames, shown_at(np.arange(25) / 25, begins), strict=True):
        np.testing.assert_array_equal(pictures[k], frame[..., :3])


def test_an_apng_is_the_same_to_another_library(written):
    ours, _ = by_pillow(written / "a.apng")
    theirs, _ = by_ffmpeg(written / "a.apng")
    np.testing.assert_array_equal(ours, theirs)


def test_an_avif_holds_the_frames_nearly(written):
    frames = drawn()
    pictures, begins = by_ffmpeg(written / "a.avif")
    for frame, k in zip(frames, shown_at(np.arange(25) / 25, begins), strict=True):
        assert psnr(pictures[k], frame[..., :3]) > 38


def test_a_webm_holds_the_frames_nearly(written):
    frames = drawn()
    pictures, begins = by_ffmpeg(written / "a.webm")
    np.testing.assert_allclose(begins, np.arange(25) / 25, atol=1e-3)
    for frame, picture in zip(frames, pictures, strict=True):
        assert psnr(picture, frame[..., :3]) > 38


def test_an_mp4_holds_the_light_of_the_frames_nearly(written):
    """Its chroma has half of the resolution: in RGB no rate comes to 38 dB."""
    frames = drawn()
    pictures, begins = by_ffmpeg(written / "a.mp4")
    np.testing.assert_allclose(begins, np.arange(25) / 25, atol=1e-3)
    for frame, picture in zip(frames, pictures, strict=True):
        assert psnr(luma(picture), luma(frame[..., :3])) > 38


def test_a_folder_holds_a_file_for_each_tick(written):
    frames = drawn()
    paths = sorted((written / "frames").iterdir())
    assert [path.name for path in paths] == [f"{k:04d}.png" for k in range(1, 26)]
    for frame, path in zip(frames, paths, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(path)), frame[..., :3])


def test_nothing_else_is_left_beside_the_files(written, transparent):
    for folder in (written, transparent):
        names = {path.name for path in folder.iterdir()}
        assert all(name == "frames" or name.startswith("a.") for name in names)


@pytest.mark.parametrize("suffix", IMAGES)
@pytest.mark.parametrize("fps", [7, 30])
def test_durations_add_up(tmp_path, suffix, fps):
    timeline = a_timeline(fps=fps, seconds=0.9, hold=0.33)
    write(tmp_path / f"a{suffix}", timeline)
    pictures, durations = by_pillow(tmp_path / f"a{suffix}")
    assert len(pictures) == len(timeline)
    assert abs(sum(durations) - 1230) <= 10
    begins = np.cumsum([0, *durations[:-1]]) / 1000
    np.testing.assert_allclose(begins, np.arange(len(timeline)) / fps, atol=0.0051)


@pytest.mark.parametrize("suffix", [".webp", ".apng", ".avif"])
def test_frames_that_are_alike_are_one_picture(tmp_path, suffix):
    timeline = a_timeline()
    frames = [frame for frame, _ in frames_of(timeline)]
    kinds = [0, 0, 0, 1, 1, 0, 2, 2, 2, 2, 2]
    shown = [(frames[k], moment.ticks) for k, moment in zip(kinds, timeline, strict=True)]
    write(tmp_path / f"a{suffix}", timeline, shown)
    _, durations = by_pillow(tmp_path / f"a{suffix}")
    assert durations == [120, 80, 40, 360]


@pytest.mark.parametrize("suffix", [".apng", ".webp", ".avif"])
def test_a_still_may_last_for_minutes(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", a_timeline(seconds=0.08, hold=500.004))
    _, durations = by_pillow(tmp_path / f"a{suffix}")
    assert abs(sum(durations) - 500_084) <= 10


def test_images_play_for_ever(written):
    for suffix in (".gif", ".webp", ".apng"):
        with Image.open(written / f"a{suffix}") as image:
            assert image.info["loop"] == 0, suffix
    # The flag of an edit list that repeats, and a track of no end (ISO 14496-12, 8.6.6).
    content = (written / "a.avif").read_bytes()
    edits = content.index(b"elst") + 4
    assert content[edits + 3] == 1
    track = content.index(b"tkhd") + 4
    assert content[track] == 1
    assert content[track + 28 : track + 36] == b"\xff" * 8


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".webp", ".apng", ".avif"])
def test_a_size_of_no_round_number_is_written_too(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", size=(70, 54))
    pictures, _ = by_ffmpeg(tmp_path / f"a{suffix}") if suffix != ".webp" else by_pillow(
        tmp_path / f"a{suffix}")  # fmt: skip
    last = [frame for frame, _ in frames_of(a_timeline(), (70, 54))][-1][..., :3]
    assert psnr(luma(pictures[-1]), luma(last)) > 38


def test_what_needs_no_background_has_none(transparent):
    frames = drawn(transparent=True)
    assert frames[0][0, 0, 3] == 0
    for suffix in (".webp", ".apng"):
        pictures, durations = by_pillow(transparent / f"a{suffix}", "RGBA")
        begins = np.cumsum([0, *durations[:-1]]) / 1000
        for frame, k in zip(frames, shown_at(np.arange(25) / 25, begins), strict=True):
            np.testing.assert_array_equal(pictures[k][..., 3], frame[..., 3])
            seen = frame[..., 3] > 0
            np.testing.assert_array_equal(pictures[k][seen], frame[seen])
    with Image.open(transparent / "a.png") as image:
        np.testing.assert_array_equal(np.asarray(image), frames[-1])
    with Image.open(transparent / "frames/0007.png") as image:
        np.testing.assert_array_equal(np.asarray(image), frames[6])
    pictures, _ = by_pillow(transparent / "a.avif", "RGBA")
    assert psnr(pictures[3][..., 3], frames[3][..., 3]) > 38


def test_what_cannot_do_without_a_background_says_so(tmp_path):
    for suffix in (".gif", ".mp4"):
        with pytest.raises(SettingError, match=r"a\.\w+' cannot be transparent; use one of \.webm"):
            anim.animate(a_run(), tmp_path / f"a{suffix}", transparent=True, **SHORT)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", ANIMATED)
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


def test_every_file_says_what_it_shows(written):
    files = [path for path in written.iterdir() if path.is_file()]
    assert len(files) == 9
    for path in (*files, written / "frames/0001.png"):
        assert json.loads(read_comment(path))["generator"] == "anim", path


def test_reading_a_comment_needs_neither_jax_nor_matplotlib(written):
    code = (
        "import sys\nfrom anim.encode.comment import read_comment\n"
        "assert all(map(read_comment, sys.argv[1:]))\n"
        "assert not {'jax', 'matplotlib'} & set(sys.modules)"
    )
    files = [path for path in written.iterdir() if path.is_file()]
    subprocess.run([sys.executable, "-c", code, *files], check=True)


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


def test_the_same_frames_make_the_same_bytes(tmp_path, monkeypatch):
    for name, now in (("a", 1e9), ("b", 2e9)):
        monkeypatch.setattr("time.time", lambda now=now: now)
        for suffix in ANIMATED:
            write(tmp_path / f"{name}{suffix}", comment=COMMENT, size=(320, 240))
    for suffix in ANIMATED:
        one, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("a", "b"))
        assert one == other, suffix


def test_an_avif_is_not_dated(written):
    content = (written / "a.avif").read_bytes()
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        start = content.index(kind) + 4
        assert content[start] == 1
        assert content[start + 4 : start + 20] == bytes(16), kind


@pytest.mark.parametrize("name", [*(f"a{suffix}" for suffix in ANIMATED), "frames/%d.png"])
@pytest.mark.parametrize("stage", ["write", "end"])
def test_what_fails_leaves_nothing(tmp_path, monkeypatch, name, stage):
    def fail(self, *_):
        raise OSError(28, "No space left on device")

    (tmp_path / "a.webp").write_text("earlier")
    monkeypatch.setattr(format_of(tmp_path / name).load_writer(), stage, fail)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["a.webp"]
    assert (tmp_path / "a.webp").read_text() == "earlier"


def test_an_encoder_that_asks_for_pictures_is_heard_too(tmp_path, monkeypatch):
    from anim.encode import avif

    def fail(self, *_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(avif.PictureSource, "tobytes", fail)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / "a.avif")
    assert not list(tmp_path.iterdir())


def test_an_interrupted_drawing_leaves_nothing(tmp_path):
    def frames():
        yield from itertools.islice(frames_of(a_timeline()), 4)
        raise KeyboardInterrupt

    for name in (*(f"a{suffix}" for suffix in ANIMATED), "frames/%d.png"):
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path / name, frames=frames())
        assert not list(tmp_path.iterdir()), name


def test_a_shorter_render_takes_the_place_of_a_longer_one(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    ours = '{"generator": "anim"}'
    write(folder / "f%d.png", a_timeline(seconds=2), comment=ours)
    for name in ("f99999.txt", "g200.png", "f0200.png"):
        (folder / name).write_text("another's")
    write(folder / "f%d.png", comment=ours)
    kept = {"f99999.txt", "g200.png", "f0200.png"}
    assert {path.name for path in folder.iterdir()} == {*kept, *(f"f{k}.png" for k in range(1, 16))}
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


@pytest.mark.parametrize(
    "name", ["%s.png", "%d%d.png", "%d.gif", "%04d", "%-4d.png", "%4d.png", "%x.png", "%%d.png"]
)
def test_a_pattern_of_another_kind_is_refused(tmp_path, name):
    with pytest.raises(SettingError, match=r"such as frames/%04d\.png"):
        check_outputs([tmp_path / "frames" / name], 25)


def test_the_folder_of_frames_is_made_but_not_the_one_around_it(tmp_path):
    check_outputs([tmp_path / "frames" / "%d.png"], 25)
    assert not list(tmp_path.iterdir())
    with pytest.raises(SettingError, match="there is no folder"):
        check_outputs([tmp_path / "nowhere" / "frames" / "%d.png"], 25)
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="not a folder"):
        check_outputs([tmp_path / "file" / "%d.png"], 25)


@pytest.mark.parametrize(("suffix", "most"), [(".gif", 50), (".webp", 90), (".apng", 90)])
def test_a_rate_that_browsers_slow_down_is_refused(tmp_path, suffix, most):
    check_outputs([tmp_path / f"a{suffix}"], most)
    with pytest.raises(SettingError, match=f"at most {most} "):
        check_outputs([tmp_path / f"a{suffix}"], most + 1)


def test_files_of_others_in_a_folder_of_frames_stay(tmp_path):
    (tmp_path / "2019.png").write_bytes(b"mine")
    Image.new("RGB", (8, 8)).save(tmp_path / "2020.png")
    for seconds in (0.4, 0.2):
        anim.animate(a_run(), tmp_path / "%04d.png", **{**SHORT, "seconds": seconds, "hold": 0})
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [*(f"{k:04}.png" for k in range(1, 6)), "2019.png", "2020.png"]
    assert (tmp_path / "2019.png").read_bytes() == b"mine"


def test_a_delay_that_is_too_long_for_a_gif_is_cut_into_several(tmp_path):
    run = anim.from_arrays([0, 1], [0, 1], probs=[[0.2, 0.9], [0.3, 0.8]])
    options = {"tween": False, "fps": 0.1, "seconds": 1400, "hold": 0, "size": (320, 240)}
    anim.animate(run, tmp_path / "a.gif", **options)
    _, durations = by_pillow(tmp_path / "a.gif")
    assert sum(durations) == pytest.approx(1_400_000, abs=10)


def test_a_file_keeps_its_rights_and_may_have_a_long_name(tmp_path):
    path = tmp_path / f"{'n' * 240}.png"
    path.write_bytes(b"")
    path.chmod(0o600)
    anim.animate(a_run(), path, **SHORT)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size > 1000


def test_a_film_lasts_as_long_as_it_is_said_to(tmp_path):
    options = {"fps": 23.976, "seconds": 0.5, "hold": 0.02, "size": (320, 240)}
    (film,) = anim.animate(a_run(), tmp_path / "a.mp4", **options).outputs
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert film.seconds == pytest.approx(container.duration / av.time_base, abs=0.002)

"""What no decoder reads raises one error; a fault of ours raises its own."""

import os
import shutil
from pathlib import Path

import av.error
import pytest

import anim
from anim import embed
from anim.embed import companions
from anim.embed.sizes import measured_size
from anim.encode import folder
from anim.encode.comment import read_comment
from anim.encode.decoding import image_errors, video_errors
from anim.errors import BrokenFileError
from tests.support.embedding import a_run


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    paths = [folder / f"a{suffix}" for suffix in (".gif", ".png", ".webp", ".mp4", ".webm")]
    anim.animate(a_run(), *paths, size=(320, 240), seconds=1, fps=2, hold=0)
    return {path.suffix: path.read_bytes() for path in paths}


def begun(content):
    return content[:100]


def halved(content):
    return content[: len(content) // 2]


def enormous(content):
    return content[:6] + b"\xff" * 4 + content[10:]


@pytest.mark.parametrize(
    ("suffix", "broken"),
    [(".webm", begun), (".png", halved), (".webp", halved), (".gif", enormous)],
)
def test_a_broken_file_raises_one_error_that_names_it(whole, tmp_path, suffix, broken):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(broken(whole[suffix]))
    assert path.read_bytes() != whole[suffix]
    with pytest.raises(BrokenFileError, match=rf"a\{suffix}' cannot be read as {suffix}: it is"):
        read_comment(path)


@pytest.mark.parametrize(
    ("errors", "raised"),
    [
        # FFmpeg names its own stream, and Python's of a wrong place no file.
        (video_errors, OSError(5, "Input/output error", "7")),
        (video_errors, OSError(22, "Invalid argument")),
        # Of a text that is not UTF-8; newer versions of PyAV replace what cannot be decoded.
        (video_errors, UnicodeDecodeError("utf-8", b"\xc3(", 0, 1, "invalid continuation byte")),
        (image_errors, RuntimeError("Failed to decode image: Not implemented")),
        (image_errors, ValueError("APNG contains truncated fcTL chunk")),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),
)
def test_an_error_of_a_decoder_becomes_one_that_names_the_file(errors, raised):
    if getattr(raised, "filename", None):
        raised = av.error.OSError(*raised.args, raised.filename)
    with pytest.raises(BrokenFileError, match=r"'a\.x' cannot be read as \.x"), errors(Path("a.x")):
        raise raised


@pytest.mark.parametrize(
    ("suffix", "codec", "other"), [(".mp4", b"avc1", b"zzzz"), (".webm", b"V_VP9", b"V_XX9")]
)
def test_a_video_of_an_unknown_codec_contains_no_video(whole, tmp_path, suffix, codec, other):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(whole[suffix].replace(codec, other))
    with pytest.raises(BrokenFileError, match="contains no video"):
        measured_size(path)
    if suffix == ".webm":
        # Its snippet names the codec.
        with pytest.raises(BrokenFileError, match="contains no video"):
            embed.embed(path)


def test_a_file_that_may_not_be_read_is_no_broken_one(tmp_path):
    for name in ("a.png", "a.mp4", "a.svg"):
        os.mkfifo(tmp_path / name)
        for read in (read_comment, measured_size):
            with pytest.raises(OSError, match="not a regular file") as error:
                read(tmp_path / name)
            assert error.value.filename == str(tmp_path / name)


def of_ours(*_):
    raise TypeError("a fault of ours")


def test_a_fault_of_ours_is_not_taken_for_a_broken_companion(whole, tmp_path, monkeypatch):
    for suffix in (".mp4", ".png"):
        (tmp_path / f"a{suffix}").write_bytes(whole[suffix])
    monkeypatch.setattr(companions, "read_comment", of_ours)
    for ask in (companions.why_not, companions.is_stale_poster):
        with pytest.raises(TypeError, match="a fault of ours"):
            ask(tmp_path / "a.png", tmp_path / "a.mp4")


def test_a_fault_of_ours_is_not_taken_for_a_frame_of_somebody_else(whole, tmp_path, monkeypatch):
    (tmp_path / "0900.png").write_bytes(whole[".png"])
    monkeypatch.setattr(folder, "read_comment", of_ours)
    with pytest.raises(TypeError, match="a fault of ours"):
        anim.animate(a_run(), tmp_path / "%04d.png", seconds=1, fps=2, hold=0, size=(320, 240))


def test_a_fault_of_ours_is_not_taken_for_a_broken_file(files, tmp_path, monkeypatch):
    shutil.copy(files / "calib.mp4", tmp_path / "a.mp4")
    monkeypatch.setattr("anim.embed.sizes.video_stream", of_ours)
    with pytest.raises(TypeError, match="a fault of ours"):
        measured_size(tmp_path / "a.mp4")

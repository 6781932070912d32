"""The command ``python -m anim.embed``: errors, notes and the poster."""

import re

import av
import numpy as np
import pytest
from PIL import Image

from anim import embed
from anim.embed.__main__ import main
from tests.support.embedding import command


def test_a_file_beside_it_with_other_content_is_named(files, tmp_path):
    (tmp_path / "a.mp4").write_bytes((files / "calib.mp4").read_bytes())
    (tmp_path / "a.gif").write_bytes((files / "calib.gif").read_bytes())
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    done = command("a.mp4", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "does not use a.png, which has no description" in done.stderr
    assert "poster=" not in done.stdout


def test_the_help_says_how_readers_stop_a_video(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "the buttons of a video, to stop it" in " ".join(capsys.readouterr().out.split())


def test_a_video_alone_gets_a_poster_and_a_note_about_the_missing_gif(files, tmp_path):
    (tmp_path / "a b.mp4").write_bytes((files / "calib.mp4").read_bytes())
    done = command("a b.mp4", cwd=tmp_path)
    assert done.returncode == 0
    assert 'poster="a%20b.png"' in done.stdout
    assert "wrote a b.png" in done.stderr
    assert "there is no a b.gif beside it" in done.stderr
    with Image.open(tmp_path / "a b.png") as poster:
        assert poster.size == (640, 480)
    assert embed.about(tmp_path / "a b.png") == embed.about(files / "calib.mp4")
    assert command("a b.mp4", "--no-poster", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["none.mp4"], "there is no file 'none.mp4'"),
        (["calib.txt"], "expected a name ending in .gif, "),
        (["calib.gif", "--latex", "--markdown"], "not allowed with argument"),
        (["calib.mp4", "--dark", "calib.gif"], "expected a video like the other file"),
        (["calib.gif", "--dark", "calib.mp4"], "expected an image like the other file"),
        (["calib.gif", "--dark", "nope.gif"], "--dark: there is no file 'nope.gif'"),
        (["calib.html", "--dark", "calib.html"], "--dark: does not apply to a page, which"),
        (
            ["calib.gif", "--dark", "calib.gif", "--rst"],
            "--dark: does not apply to reStructured",
        ),
        (["calib.png", "--dark", "calib.png", "--latex"], "--dark: does not apply to LaTeX"),
    ],
)
def test_a_wrong_call_ends_with_one_line(files, arguments, problem):
    done = command(*arguments, cwd=files)
    assert done.returncode == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1


def write_sound(path):
    """Write a file with sound but no video."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("name", ["x.mp4", "x.webm", "x.gif", "x.png", "x.svg", "x.webp"])
@pytest.mark.parametrize("content", [b"a text", b"", b"\0\0\0\x20ftypisom\0\0", b"<a", b"GIF89a"])
def test_a_broken_file_is_named_in_one_line(tmp_path, capsys, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / name), "--alt", "A"])
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert re.search(f"argument FILE: .*{name}' (cannot be read as|contains no )", message)


@pytest.mark.parametrize("kind", ["sound", "cut"])
def test_a_video_without_frames_is_refused(files, tmp_path, capsys, kind):
    if kind == "sound":
        write_sound(tmp_path / "x.mp4")
    else:
        # Its index is at the front.
        whole = (files / "calib.mp4").read_bytes()
        (tmp_path / "x.mp4").write_bytes(whole[: whole.index(b"mdat") + 4])
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "x.mp4"), "--alt", "A"])
    assert ended.value.code == 2
    expected = {"sound": "contains no video", "cut": "contains no frame"}[kind]
    assert capsys.readouterr().err.endswith(f"x.mp4' {expected}\n")
    assert not (tmp_path / "x.png").exists()


def test_a_wrong_call_writes_no_poster(files, tmp_path):
    (tmp_path / "a.mp4").write_bytes((files / "calib.mp4").read_bytes())
    with pytest.raises(SystemExit):
        main([str(tmp_path / "a.mp4"), "--dark", str(tmp_path / "none.mp4")])
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]

"""Files of the same name are used only if they show the same."""

import json
import shutil

import pytest
from PIL import Image

import anim
from anim import embed
from anim.encode.comment import read_comment
from tests.support.embedding import Tags, a_run, command, said

OPTIONS = {"seconds": 1, "hold": 0, "size": (320, 240)}


@pytest.fixture
def video(files, tmp_path):
    shutil.copy(files / "calib.mp4", tmp_path / "a.mp4")
    return tmp_path / "a.mp4"


def size_of(path):
    with Image.open(path) as image:
        return image.size


def poster_in(text):
    return Tags(text).found["video"].get("poster")


def test_a_poster_of_an_earlier_video_is_taken_anew(video):
    first = embed.write_poster(video)
    assert size_of(first) == (640, 480)
    assert embed.write_poster(video) is None
    anim.animate(a_run(), video, **OPTIONS | {"size": (480, 320), "theme": "dark"})
    with pytest.warns(UserWarning, match=r"a\.png' is not used, as it was taken from another"):
        assert poster_in(embed.embed(video)) is None
    assert embed.write_poster(video) == first
    assert size_of(first) == (480, 320)
    assert poster_in(embed.embed(video)) == "a.png"


def test_the_command_replaces_a_stale_poster(video):
    assert "wrote a.png" in command("a.mp4", cwd=video.parent).stderr
    anim.animate(a_run(), video, **OPTIONS | {"theme": "dark"})
    done = command("a.mp4", cwd=video.parent)
    assert "wrote a.png" in done.stderr
    assert 'poster="a.png"' in done.stdout
    assert "wrote" not in command("a.mp4", cwd=video.parent).stderr


def test_an_unrelated_picture_is_no_poster_and_stays(video):
    Image.new("RGB", (640, 480)).save(video.with_suffix(".png"))
    before = video.with_suffix(".png").read_bytes()
    done = command("a.mp4", cwd=video.parent)
    assert poster_in(done.stdout) is None
    assert "does not use a.png, which has no description" in done.stderr
    assert video.with_suffix(".png").read_bytes() == before


@pytest.mark.parametrize(
    "changes",
    [{"theme": "dark"}, {"size": (480, 320)}, {"title": "Other"}, {"binning": "mass"}],
    ids=str,
)
def test_a_still_of_another_picture_is_not_used(video, changes):
    anim.animate(a_run(), video.with_suffix(".png"), **OPTIONS | changes)
    with pytest.warns(UserWarning, match="shows something else"):
        assert poster_in(embed.embed(video)) is None


@pytest.mark.parametrize("suffix", [".gif", ".webm"])
def test_an_animation_of_another_run_is_not_used(video, suffix):
    anim.animate(a_run(7), video.with_suffix(suffix), **OPTIONS)
    with pytest.warns(UserWarning, match="shows something else"):
        text = embed.embed(video)
    assert f"a{suffix}" not in text


@pytest.mark.slow
def test_files_that_were_made_together_are_used_whatever_max_bytes_did(tmp_path):
    outputs = [tmp_path / name for name in ("a.mp4", "a.gif", "a.png")]
    anim.animate(a_run(), *outputs[:2], **OPTIONS | {"size": (640, 480)}, max_bytes=50_000)
    anim.animate(a_run(), outputs[2], **OPTIONS | {"size": (640, 480)})
    found = Tags(embed.embed(outputs[0])).found
    assert found["video"]["poster"] == "a.png"
    assert found["img"]["src"] == "a.gif"


def test_a_still_of_another_moving_image_is_not_used(tmp_path):
    moving = said(tmp_path / "a.gif")
    said(tmp_path / "a.png", alt="It forgets")
    with pytest.warns(UserWarning, match="shows something else"):
        assert "<picture>" not in embed.embed(moving)


def test_a_poster_keeps_the_description_of_its_video(video):
    poster = embed.write_poster(video)
    theirs, mine = json.loads(read_comment(poster)), json.loads(read_comment(video))
    assert theirs.pop("poster_of")
    assert theirs == mine

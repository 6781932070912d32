"""Folders of numbered frames."""

import numpy as np
from PIL import Image

import anim
from tests.support.clips import (
    SHORT,
    a_run,
    a_timeline,
    drawn,
    write,
)


def test_a_folder_has_one_file_per_tick(written):
    frames = drawn()
    paths = sorted((written / "frames").iterdir())
    assert [path.name for path in paths] == [f"{k:04d}.png" for k in range(1, 26)]
    for frame, path in zip(frames, paths, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(path)), frame[..., :3])


def test_a_shorter_animation_removes_later_frames_of_a_longer_one(tmp_path):
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


def test_files_by_other_programs_stay(tmp_path):
    (tmp_path / "2019.png").write_bytes(b"mine")
    Image.new("RGB", (8, 8)).save(tmp_path / "2020.png")
    for seconds in (0.4, 0.2):
        anim.animate(a_run(), tmp_path / "%04d.png", **{**SHORT, "seconds": seconds, "hold": 0})
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [*(f"{k:04}.png" for k in range(1, 6)), "2019.png", "2020.png"]
    assert (tmp_path / "2019.png").read_bytes() == b"mine"

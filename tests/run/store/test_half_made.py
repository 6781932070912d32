"""A recording that lost some of its files is resumed, or refused with what to do about it."""

import shutil

import numpy as np
import pytest

import anim
from anim.run import About
from tests.support.recordings import CLASSES, LABELS, check_recording, record

OPTIONS = {"labels": LABELS, "classes": CLASSES}


def truncate(file):
    file.write_bytes(file.read_bytes()[:-3])


DAMAGES = {
    "no predictions": lambda path: shutil.rmtree(path / "logits"),
    "no metadata of predictions": lambda path: (path / "logits" / "zarr.json").unlink(),
    "broken metadata of predictions": lambda path: truncate(path / "logits" / "zarr.json"),
    "no labels": lambda path: shutil.rmtree(path / "labels"),
    "no chunk of labels": lambda path: shutil.rmtree(path / "labels" / "c"),
    "truncated labels": lambda path: truncate(path / "labels" / "c" / "0"),
    "no steps": lambda path: shutil.rmtree(path / "steps"),
    "no chunk of steps": lambda path: shutil.rmtree(path / "steps" / "c"),
    "truncated steps": lambda path: truncate(path / "steps" / "c" / "0"),
    "empty steps": lambda path: (path / "steps" / "c" / "0").write_bytes(b""),
    "broken metadata of steps": lambda path: truncate(path / "steps" / "zarr.json"),
    "broken metadata of scalars": lambda path: truncate(path / "metrics" / "loss" / "zarr.json"),
}


def contents(path):
    return {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_recording_is_refused_with_what_to_do_and_left_as_it_is(tmp_path, damage):
    record(tmp_path / "r", [0, 10, 20])
    DAMAGES[damage](tmp_path / "r")
    before = contents(tmp_path / "r")
    for options in ({"resume": True}, {"resume": 10}, {}):
        with pytest.raises(anim.RecordingError, match=r"overwrite=True replaces") as caught:
            anim.Recorder(tmp_path / "r", **OPTIONS, **options)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 600
        assert contents(tmp_path / "r") == before
    record(tmp_path / "r", [5], overwrite=True)
    check_recording(tmp_path / "r", [5])


@pytest.mark.parametrize("left", ["zarr.json", "labels", "steps", ".zarr.json.part"])
def test_a_recording_that_had_just_begun_is_begun_again(tmp_path, left):
    whole = tmp_path / "whole"
    anim.Recorder(whole, **OPTIONS).close()
    path = tmp_path / "r"
    path.mkdir()
    if left != ".zarr.json.part":
        shutil.copy(whole / "zarr.json", path)
    if (whole / left).is_dir():
        shutil.copytree(whole / left, path / left)
    else:
        (path / left).write_bytes((whole / "zarr.json").read_bytes())
    for options in ({}, {"resume": True}):
        with anim.Recorder(path, **OPTIONS, **options):
            pass
    record(path, [0])
    check_recording(path, [0])


def test_a_damaged_group_is_not_a_recording_and_never_touched(tmp_path):
    record(tmp_path / "r", [0])
    truncate(tmp_path / "r" / "zarr.json")
    before = contents(tmp_path / "r")
    for options in ({"resume": True}, {"overwrite": True}, {}):
        with pytest.raises(anim.RecordingError, match="is not a recording"):
            anim.Recorder(tmp_path / "r", **OPTIONS, **options)
    assert contents(tmp_path / "r") == before


def test_names_of_classes_and_a_caption_may_be_added_on_resume(tmp_path):
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        recorder.snapshot(0, logits=np.zeros((300, 3)))
    assert anim.open(tmp_path / "r").classes == ("0", "1", "2")
    about = About("a caption", 10)
    with anim.Recorder(tmp_path / "r", **OPTIONS, about=about, resume=True) as recorder:
        recorder.snapshot(1, logits=np.zeros((300, 3)))
    run = anim.open(tmp_path / "r")
    assert run.classes == tuple(CLASSES)
    assert run.about.caption == "a caption"
    with anim.Recorder(tmp_path / "r", labels=np.array(CLASSES)[LABELS], classes=CLASSES, resume=1):
        pass


@pytest.mark.parametrize(
    ("classes", "problem"),
    [
        (["a", "b"], r"labels: expected integers in \[0, 2\) \(ignore=2 .*, got 2"),
        (["a", "b", "c", "d"], "was recorded with 3 classes, got 4 names"),
    ],
)
def test_another_number_of_classes_is_refused_on_resume(tmp_path, classes, problem):
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        recorder.snapshot(0, logits=np.zeros((300, 3)))
    with pytest.raises((ValueError, anim.RecordingError), match=problem):
        anim.Recorder(tmp_path / "r", labels=LABELS, classes=classes, resume=True)
    record(tmp_path / "n", [0])
    with pytest.raises(anim.RecordingError, match="was recorded with a, b, c, got x, y, z"):
        anim.Recorder(tmp_path / "n", labels=LABELS, classes=["x", "y", "z"], resume=True)

"""Recordings made of files."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import anim
from anim.errors import RecordingError, SettingError
from anim.record import placing, record, recording
from tests.support.saved_predictions import LABELS, LOGITS, PROBS


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "files" / "step_3.npz"
    path.parent.mkdir()
    np.savez(path, probs=PROBS[0], labels=LABELS)
    return path


def test_paths_may_be_strings(tmp_path, file):
    run = record([str(file)], str(tmp_path / "out"))
    assert run.steps.tolist() == [3]
    np.testing.assert_allclose(run.probs(0), PROBS[0], atol=1e-6)


def test_files_with_steps_inside_are_sorted_by_them(tmp_path):
    for name, step in (("a", 30), ("b", 4), ("c", 100)):
        np.savez(tmp_path / f"{name}.npz", logits=LOGITS[0] * step, labels=LABELS, step=step)
    run = record([tmp_path / f"{name}.npz" for name in "abc"], tmp_path / "out")
    assert run.steps.tolist() == [4, 30, 100]
    np.testing.assert_allclose(run.logits(0), 4 * LOGITS[0], rtol=1e-6)


@pytest.mark.parametrize("overwrite", [False, True])
def test_of_two_at_one_path_one_wins_and_the_other_says_so(tmp_path, file, overwrite):
    both_have_read = threading.Barrier(2, timeout=60)
    ends = []

    def attempt():
        try:
            record([file], tmp_path / "out", overwrite=overwrite, check=both_have_read.wait)
        except SettingError as error:
            ends.append(str(error))
        else:
            ends.append("recorded")

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "recorded" in ends
    if not overwrite:
        assert any("out: " in end for end in ends)
    assert anim.open(tmp_path / "out").steps.tolist() == [3]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "out"]


def test_a_recording_that_is_replaced_before_it_is_opened_says_so(tmp_path, file, monkeypatch):
    opened = recording.open_recording

    def replaced_first(store):
        monkeypatch.setattr(recording, "open_recording", opened)
        record([file], store.path, overwrite=True, caption="another")
        return opened(store)

    def removed_first(store):
        (store.path / "labels").rename(tmp_path / "labels")
        store.path.rename(tmp_path / "old")
        return opened(store)

    for first in (replaced_first, removed_first):
        monkeypatch.setattr(recording, "open_recording", first)
        with pytest.raises(SettingError, match=r"out: .* was recorded, and then replaced by"):
            record([file], tmp_path / "out", overwrite=True)


def test_a_recording_that_others_move_away_is_looked_for_again(tmp_path, file, monkeypatch):
    record([file], tmp_path / "out", caption="the first")
    read_group = placing.read_group

    def move_first(store):
        monkeypatch.setattr(placing, "read_group", read_group)
        store.path.rename(tmp_path / "moved")
        return read_group(store)

    def move_at_the_end():
        monkeypatch.setattr(placing, "read_group", move_first)

    record([file], tmp_path / "out", overwrite=True, caption="mine", check=move_at_the_end)
    assert anim.open(tmp_path / "out").about.caption == "mine"


def test_a_recording_that_appears_meanwhile_is_kept(tmp_path, file):
    def record_another():
        record([file], tmp_path / "out", caption="the first")

    with pytest.raises(SettingError, match=r"out: .* exists"):
        record([file], tmp_path / "out", check=record_another)
    assert anim.open(tmp_path / "out").about.caption == "the first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "out"]


def test_a_recording_that_somebody_writes_is_not_replaced(tmp_path, file):
    with anim.Recorder(tmp_path / "out", labels=LABELS) as recorder:
        recorder.snapshot(0, probs=PROBS[0])
        with pytest.raises(SettingError, match="is being recorded"):
            record([file], tmp_path / "out", overwrite=True)
    assert anim.open(tmp_path / "out").steps.tolist() == [0]


def test_an_interrupt_leaves_nothing_and_keeps_what_was_to_be_replaced(tmp_path, file):
    record([file], tmp_path / "out", caption="the first")

    def interrupt():
        raise KeyboardInterrupt

    for out, options in (("out", {"overwrite": True}), ("deep/er/out", {})):
        with pytest.raises(KeyboardInterrupt):
            record([file], tmp_path / out, check=interrupt, **options)
    assert anim.open(tmp_path / "out").about.caption == "the first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "out"]


def test_folders_above_are_made_and_links_are_followed(tmp_path, file, monkeypatch):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "later")
    record([file], tmp_path / "deep" / "er" / "out")
    record([file], tmp_path / "link")
    record([file], tmp_path / "link", overwrite=True, caption="the second")
    assert anim.open(tmp_path / "deep" / "er" / "out").steps.tolist() == [3]
    assert (tmp_path / "link").is_symlink()
    assert anim.open(tmp_path / "disk" / "later").about.caption == "the second"
    monkeypatch.chdir(tmp_path)
    run = record(["files/step_3.npz"], "mine/")
    monkeypatch.chdir(tmp_path / "files")
    np.testing.assert_allclose(run.probs(0), PROBS[0], atol=1e-6)


def test_an_empty_folder_is_used_and_one_with_other_things_is_not(tmp_path, file):
    (tmp_path / "empty").mkdir()
    assert record([file], tmp_path / "empty").steps.tolist() == [3]
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "text").write_text("mine")
    with pytest.raises(SettingError, match="exists; --overwrite"):
        record([file], tmp_path / "thesis")
    with pytest.raises(RecordingError, match="not a recording"):
        record([file], tmp_path / "thesis", overwrite=True)
    assert (tmp_path / "thesis" / "text").read_text() == "mine"


def test_what_cannot_be_a_folder_is_refused(tmp_path, file, monkeypatch):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.chdir(tmp_path)
    for out, problem in (
        (file, "expected a folder, got the file"),
        ("/", "expected a new folder"),
        (".", "expected a new folder"),
        ("loop", "cannot be used"),
        ("a\0b", "cannot be used"),
    ):
        for overwrite in (False, True):
            with pytest.raises(SettingError, match=problem):
                record([file], out, overwrite=overwrite)


def test_a_name_of_255_letters_is_recorded(tmp_path, file):
    record([file], tmp_path / ("x" * 255))
    assert anim.open(tmp_path / ("x" * 255)).steps.tolist() == [3]


def test_what_killed_processes_left_is_removed_and_a_recording_put_back(
    tmp_path, file, monkeypatch
):
    record([file], tmp_path / "out", caption="the first")
    (tmp_path / "out").rename(tmp_path / ".out.77-abc.old")
    for left in (".out.77-abc.part", ".other.77-abc.part"):
        (tmp_path / left).mkdir()
    later = time.time() + 3600
    monkeypatch.setattr("anim.record.placing.time.time", lambda: later)
    with pytest.raises(SettingError, match="exists; --overwrite"):
        record([file], tmp_path / "out")
    assert anim.open(tmp_path / "out").about.caption == "the first"
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".other.77-abc.part", "files", "out"]


def test_a_folder_that_another_process_still_writes_is_not_removed(tmp_path, file, monkeypatch):
    later = time.time() + 3600
    monkeypatch.setattr("anim.record.placing.time.time", lambda: later)
    with anim.Recorder(tmp_path / ".out.77-abc.part", labels=LABELS) as recorder:
        recorder.snapshot(0, probs=PROBS[0])
        record([file], tmp_path / "out")
    assert anim.open(tmp_path / ".out.77-abc.part").steps.tolist() == [0]


@pytest.mark.slow
def test_of_several_processes_at_one_path_one_wins(tmp_path, file):
    call = [sys.executable, "-m", "anim.record", "--out", str(tmp_path / "out"), str(file)]
    processes = [
        subprocess.Popen(call, stderr=subprocess.PIPE, text=True, env=os.environ) for _ in range(4)
    ]
    errors = [process.communicate(timeout=300)[1] for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 2, 2, 2]
    assert sum("--out" in error for error in errors) == 3
    assert anim.open(tmp_path / "out").steps.tolist() == [3]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "out"]

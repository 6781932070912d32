"""What is written reads back; recordings are resumed and replaced."""

import gc

import numpy as np
import pytest

import anim
from anim.run.store import schema
from tests.support.recordings import LABELS, check_recording, logits, record


def test_what_was_recorded_reads_back_bit_for_bit(tmp_path):
    record(tmp_path / "r", range(0, 50, 10))
    run = check_recording(tmp_path / "r", range(0, 50, 10))
    assert run.classes == ("a", "b", "c")
    np.testing.assert_array_equal(run.labels, LABELS)


def test_statistics_are_those_of_the_same_run_in_memory(tmp_path):
    record(tmp_path / "r", [0, 1, 2])
    there, here = (
        anim.open(tmp_path / "r"),
        anim.from_arrays([0, 1, 2], LABELS, logits=[logits(k) for k in range(3)]),
    )
    for name, values in here.metrics().items():
        np.testing.assert_array_equal(there.metrics()[name], values)


def test_resume_continues_after_the_last_snapshot_or_after_a_step(tmp_path):
    record(tmp_path / "r", [0, 10, 20])
    record(tmp_path / "r", [30, 40], resume=True)
    check_recording(tmp_path / "r", [0, 10, 20, 30, 40])
    record(tmp_path / "r", [15], resume=10)
    check_recording(tmp_path / "r", [0, 10, 15])


def test_resuming_at_a_checkpoint_keeps_its_snapshot_and_does_not_record_it_again(tmp_path):
    record(tmp_path / "r", [0, 10, 20])
    record(tmp_path / "r", [10, 15], resume=10)
    check_recording(tmp_path / "r", [0, 10, 15])
    with pytest.raises(
        ValueError, match="expected a step after 15, got 0; resume=STEP drops later"
    ):
        record(tmp_path / "r", [0], resume=True)
    for wrong in (-1, "last", 2.5):
        with pytest.raises(ValueError, match="resume: expected a whole number"):
            record(tmp_path / "r", [20], resume=wrong)
    check_recording(tmp_path / "r", [0, 10, 15])


def test_resume_begins_a_recording_if_there_is_none(tmp_path):
    record(tmp_path / "r", [0], resume=True)
    check_recording(tmp_path / "r", [0])


def test_resume_with_different_labels_is_refused(tmp_path):
    record(tmp_path / "r", [0])
    with pytest.raises(anim.RecordingError, match="labels"):
        anim.Recorder(tmp_path / "r", labels=LABELS[::-1], resume=True)


def test_a_dropped_snapshot_does_not_reappear(tmp_path):
    record(tmp_path / "r", [0, 10, 20])
    with anim.Recorder(tmp_path / "r", labels=LABELS, resume=0):
        pass
    check_recording(tmp_path / "r", [0])


def test_a_recording_without_a_snapshot_is_begun_again(tmp_path):
    anim.Recorder(tmp_path / "r", labels=LABELS).close()
    record(tmp_path / "r", [0])
    check_recording(tmp_path / "r", [0])


def test_a_recording_is_replaced_only_with_overwrite(tmp_path):
    record(tmp_path / "r", [0, 10])
    with pytest.raises(anim.RecordingError, match="overwrite=True"):
        record(tmp_path / "r", [5])
    check_recording(tmp_path / "r", [0, 10])
    record(tmp_path / "r", [5], overwrite=True)
    check_recording(tmp_path / "r", [5])


def test_a_folder_with_other_files_is_never_touched(tmp_path):
    (tmp_path / "thesis.tex").write_text("years")
    with pytest.raises(
        anim.RecordingError, match="is not a recording, and holds other files: expected a folder"
    ):
        record(tmp_path, [0], overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_path_may_go_up_and_through_links(tmp_path, monkeypatch):
    (tmp_path / "inside").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "inside")
    monkeypatch.chdir(tmp_path / "inside")
    for path in ("../runs/a", "../inside/../runs/b", "../link/c", "d"):
        record(path, [0, 10])
        assert check_recording(path, [0, 10]).name == path[-1]
    with pytest.raises(anim.RecordingError, match=r"it contains \.\./runs/a, \.\./runs/b"):
        anim.open("../runs")


def test_nothing_is_recorded_after_a_write_that_failed_until_it_is_resumed(tmp_path, monkeypatch):
    whole, calls = schema.create_snapshots, []

    def half(store, name, shape, dtype):
        array = whole(store, name, shape, dtype)
        calls.append(name)
        if calls == ["confidence", "correct"]:
            raise ValueError("os_error_code='28'")
        return array

    monkeypatch.setattr(schema, "create_snapshots", half)
    given = {"confidence": np.full(300, 0.5), "correct": LABELS == 0}
    recorder = anim.Recorder(tmp_path / "r", labels=LABELS)
    recorder.snapshot(0, **given)
    for call in (recorder.flush, lambda: recorder.snapshot(1, **given), recorder.run):
        with pytest.raises(OSError, match=r"No space left on device .step 0 could not be"):
            call()
    recorder.close()
    with anim.Recorder(tmp_path / "r", labels=LABELS, resume=True) as recorder:
        recorder.snapshot(1, **given)
    assert anim.open(tmp_path / "r").steps.tolist() == [1]


def test_a_failure_that_nobody_has_seen_is_a_warning_in_the_end(tmp_path, monkeypatch):
    def fail(*_):
        raise ValueError("os_error_code='28'")

    monkeypatch.setattr(schema, "create_snapshots", fail)
    recorder = anim.Recorder(tmp_path / "r", labels=[0, 1])
    recorder.snapshot(3, logits=[[1.0, 2.0], [3.0, 4.0]])
    recorder._handover.stop()
    with pytest.warns(UserWarning, match=r"^step 3 could not be written, and nothing after it is"):
        del recorder
        gc.collect()


@pytest.mark.parametrize("name", ["ranks.csv", "session.json.bak", ".anim-lease.json.mine"])
def test_a_file_whose_name_begins_like_one_of_a_recorder_is_not_recorded_beside(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(anim.RecordingError, match="is not a recording, and holds other files"):
        anim.Recorder(tmp_path, labels=LABELS)
    assert [file.name for file in tmp_path.iterdir()] == [name]

"""Rows in order, which become chunks of a recording before their snapshot is whole."""

import os

import numpy as np
import pytest

import anim
from anim.run import collecting
from anim.run.spool import Spool
from anim.run.store.chunks import Writes
from anim.run.store.folders import draft
from anim.run.store.folders.folder import Folder
from tests.run.test_collecting import BATCHES, LABELS, LOGITS, collect


@pytest.fixture(autouse=True)
def chunks_of_seven_rows(monkeypatch):
    monkeypatch.setattr(collecting, "_IN_MEMORY", 0)
    monkeypatch.setattr(Folder, "chunk_bytes", 7 * 4 * 4)


def contents(folder):
    """What each file below a folder holds, by its path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("keep", ["float32", "float16"])
def test_the_files_are_those_of_a_snapshot_at_once(tmp_path, keep):
    for name in ("at once", "in batches"):
        with anim.Recorder(tmp_path / name, labels=LABELS, keep=keep) as recorder:
            for step in range(2):
                if name == "at once":
                    recorder.snapshot(step, logits=LOGITS + step)
                else:
                    collect(recorder, step, arrays={"logits": LOGITS + step})
    assert contents(tmp_path / "at once") == contents(tmp_path / "in batches")


def test_rows_in_order_are_written_once(tmp_path, monkeypatch):
    def refused(*_):
        raise AssertionError

    with anim.Recorder(tmp_path, labels=LABELS) as recorder:
        collect(recorder, 0)
        recorder.flush()
        monkeypatch.setattr(Spool, "__init__", refused)
        bytes_written = []
        add = Writes.add
        monkeypatch.setattr(
            Writes,
            "add",
            lambda self, array, slot, values, *rest: (
                bytes_written.append(values.nbytes),
                add(self, array, slot, values, *rest),
            ),
        )
        collect(recorder, 1)
        collect(recorder, 2, has_index=True)
    # Eight chunks, the last of which is filled up.
    assert bytes_written == [7 * 4 * 4] * 16


def test_nothing_is_there_before_the_end(tmp_path):
    path = tmp_path / "r"
    with anim.Recorder(path, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=LOGITS)
        recorder.flush()
        before = set(path.iterdir())
        with recorder.collecting(1) as part:
            part.add(logits=-LOGITS[:48])
            (made,) = set(path.iterdir()) - before
            assert made.name.startswith(".collecting-")
            assert anim.open(path).steps.tolist() == [0]
            part.add(logits=-LOGITS[48:])
        recorder.flush()
        assert set(path.iterdir()) == before
    np.testing.assert_array_equal(anim.open(path).logits(1), -LOGITS)


def test_what_a_killed_recorder_left_is_removed(tmp_path):
    with anim.Recorder(tmp_path, labels=LABELS) as recorder:
        collect(recorder, 0)
    left = [tmp_path / ".collecting-abc" / "c" / "0" / "3", tmp_path / "logits" / "c" / "1" / "9"]
    for folder in left:
        folder.mkdir(parents=True)
        (folder / "0").write_bytes(b"cut off")
    np.testing.assert_array_equal(anim.open(tmp_path).logits(0), LOGITS)
    with anim.Recorder(tmp_path, labels=LABELS, resume=True) as recorder:
        collect(recorder, 1, arrays={"logits": LOGITS + 1})
    assert not any(folder.exists() for folder in left)
    np.testing.assert_array_equal(anim.open(tmp_path).logits(1), LOGITS + 1)


def test_a_recording_of_other_chunks_is_continued_with_its_own(tmp_path, monkeypatch):
    with anim.Recorder(tmp_path, labels=LABELS) as recorder:
        collect(recorder, 0)
    monkeypatch.setattr(Folder, "chunk_bytes", 10 * 4 * 4)
    with anim.Recorder(tmp_path, labels=LABELS, resume=True) as recorder:
        collect(recorder, 1, arrays={"logits": LOGITS + 1})
    np.testing.assert_array_equal(anim.open(tmp_path).logits(1), LOGITS + 1)
    assert sorted(path.name for path in tmp_path.glob(".*") if path.is_dir()) == []


@pytest.mark.parametrize("last", [2, 3])
def test_chunks_that_could_not_be_written_are_not_recorded(tmp_path, monkeypatch, last):
    """The caller goes on after the error, and after one that only shows at the end."""
    with anim.Recorder(tmp_path, labels=LABELS) as recorder:
        collect(recorder, 0)
        recorder.flush()
        with monkeypatch.context() as patched:

            def full(*_):
                raise ValueError("os_error_code='28'")

            with pytest.raises(OSError, match="No space left"), recorder.collecting(1) as part:
                for i, rows in enumerate(BATCHES):
                    if i == last:
                        patched.setattr(Writes, "add", full)
                    try:
                        part.add(logits=LOGITS[rows])
                    except OSError:
                        patched.undo()
                        part.add(logits=LOGITS[rows])
        assert not list(tmp_path.glob(".collecting-*"))
        collect(recorder, 1, arrays={"logits": LOGITS + 1})
    np.testing.assert_array_equal(anim.open(tmp_path).logits(1), LOGITS + 1)


def test_a_forked_child_removes_nothing(tmp_path):
    for process in (os.getpid() + 1, os.getpid()):
        assert tmp_path.exists()
        draft._remove(tmp_path, process)
    assert not tmp_path.exists()


@pytest.mark.parametrize("when", ["scalar", "step", "closed", "resumed"])
def test_rows_that_are_refused_at_the_end_are_removed_though_the_error_is_kept(tmp_path, when):
    """As in a notebook, which keeps the last error and its variables."""
    record_once(tmp_path)
    recorder = anim.Recorder(tmp_path, labels=LABELS, resume=0)
    metrics = {"loss": "none"} if when == "scalar" else {}
    kept = []
    try:
        with recorder.collecting(0 if when == "resumed" else 1, metrics=metrics) as part:
            part.add(logits=LOGITS)
            if when == "step":
                recorder.snapshot(2, logits=LOGITS)
            if when == "closed":
                recorder.close()
    except (ValueError, RuntimeError) as error:
        kept.append(error)
    recorder.close()
    assert len(kept) == (when != "resumed")
    assert part is not None
    assert not list(tmp_path.glob(".collecting-*"))


def test_chunks_that_cannot_be_moved_are_removed(tmp_path):
    record_once(tmp_path)
    with anim.Recorder(tmp_path, labels=LABELS, resume=True) as recorder:
        # Where the folder of the chunks would be.
        (tmp_path / "logits" / "c" / "1").write_bytes(b"")
        collect(recorder, 1)
        with pytest.raises(OSError, match="step 1 could not be written"):
            recorder.flush()
        # The recorder keeps the error, to raise it again.
        assert not list(tmp_path.glob(".collecting-*"))
    assert anim.open(tmp_path).steps.tolist() == [0]


def record_once(path):
    with anim.Recorder(path, labels=LABELS) as recorder:
        collect(recorder, 0)

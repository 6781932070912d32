"""What a recorder says while it waits for other processes, and for how long it does."""

import threading

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.integrations.base import CallbackRecorder
from anim.run.about import NOTHING_KNOWN
from anim.run.examples import Examples
from anim.run.own_rows import OwnRows
from anim.run.ranks import Rank
from anim.run.store.processes import joining, session
from anim.run.store.processes.shared import SharedWriter
from anim.run.store.store import store_of

EXAMPLES = 50
LABELS = np.arange(EXAMPLES) % 3


def logits(step):
    return np.random.default_rng(step).normal(size=(EXAMPLES, 3)).astype(np.float32)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(joining, "NOTICE_AFTER", 0.1)
    monkeypatch.setattr(session, "LEAVE_LIMIT", 0.1)


def recorder(path, rank, count, **options):
    index = np.arange(rank, EXAMPLES, count)
    given = {"labels": LABELS[index], "index": index, **options}
    return anim.Recorder(path, process_index=rank, process_count=count, **given)


@pytest.mark.parametrize("timeout", [0, -1, "long", None, float("nan"), float("inf")])
def test_a_time_is_a_number_of_seconds(tmp_path, timeout):
    with pytest.raises(SettingError, match="timeout: expected a number above 0, got "):
        anim.Recorder(tmp_path / "r", labels=LABELS, timeout=timeout)
    with pytest.raises(SettingError, match="timeout: expected a number above 0, got "):
        options = {"timeout": timeout}
        CallbackRecorder(tmp_path / "r", LABELS, every=None, outputs=None, options=options)
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(("rank", "missing"), [(0, "1"), (1, "0")])
def test_a_recorder_that_only_one_process_made_says_so_and_gives_up(
    tmp_path, impatient, rank, missing
):
    with (
        pytest.warns(UserWarning, match="^waiting for process") as caught,
        pytest.raises(anim.RecordingError, match=r"0\.4 s: make the recorder in every process"),
    ):
        recorder(tmp_path / "r", rank, 2, timeout=0.4)
    (warning,) = caught
    assert str(warning.message).startswith(
        f"waiting for process {missing} of 2 to begin recording at {str(tmp_path / 'r')!r}, for up "
        "to 0.4 s (timeout): make the recorder in every process, with a path that all of them "
    )
    assert warning.filename == __file__


def test_a_callback_waits_as_long_as_it_is_told(tmp_path, impatient):
    options = {"timeout": 0.4, "process_index": 0, "process_count": 2, "index": range(EXAMPLES)}
    callback = CallbackRecorder(tmp_path / "r", LABELS, every=None, outputs=None, options=options)
    with (
        pytest.warns(UserWarning, match="^waiting for process 1 of 2"),
        pytest.raises(anim.RecordingError, match=r"within 0\.4 s"),
    ):
        callback.begin()


def join(path, rank, count, timeout):
    """Take part as another process, which records nothing."""
    index = np.arange(rank, EXAMPLES, count)
    options = {"settings": {"keep": "float32"}, "resume": False, "overwrite": False}
    rows = OwnRows(Rank(rank, count), index)
    labels = LABELS[index].astype(np.int32)
    given = store_of(path), rows, Examples(labels), None, NOTHING_KNOWN
    return SharedWriter(*given, timeout=timeout, **options)


@pytest.mark.parametrize("wait", ["snapshot", "close"])
def test_a_training_that_stands_still_is_told_why(tmp_path, monkeypatch, wait):
    monkeypatch.setattr("anim.run.handover._LOOK_EVERY", 0.05)
    others = [threading.Thread(target=join, args=(tmp_path / "r", rank, 3, 9.0)) for rank in (1, 2)]
    for other in others:
        other.start()
    waiting = recorder(tmp_path / "r", 0, 3, timeout=3.0)
    for other in others:
        other.join()
    monkeypatch.setattr(joining, "NOTICE_AFTER", 0.1)
    with (
        pytest.warns(UserWarning, match="^waiting for processes 1, 2 of 3 to record") as caught,
        pytest.raises(anim.RecordingError, match="step 0 could not be written, and nothing after"),
    ):
        for step in range(3 if wait == "snapshot" else 1):
            waiting.snapshot(step, logits=logits(step)[::3])
        getattr(waiting, wait)()
    (warning,) = caught
    assert warning.filename == __file__
    waiting.close()


def test_an_error_that_ends_a_process_is_no_alarm_where_nothing_is_missing(tmp_path, impatient):
    other = []

    def record_and_stay():
        other.append(recorder(tmp_path / "r", 1, 2))
        other[0].snapshot(0, logits=logits(0)[1::2])

    thread = threading.Thread(target=record_and_stay)
    thread.start()
    # Any warning would be raised in the place of this error.
    with pytest.raises(ZeroDivisionError), recorder(tmp_path / "r", 0, 2) as first:
        first.snapshot(0, logits=logits(0)[::2])
        first.flush()
        thread.join()
        raise ZeroDivisionError
    other[0].close()
    assert anim.open(tmp_path / "r").steps.tolist() == [0]

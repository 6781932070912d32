"""One recorder at a time writes to a folder."""

import fcntl
import os
import threading

import pytest

import anim
from anim.run.store.lock import is_being_recorded
from tests.support.recordings import LABELS, check_recording, logits, record
from tests.support.subprocesses import run_python


def test_a_second_recorder_is_refused_while_the_first_is_open(tmp_path):
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        recorder.snapshot(0, logits=logits(0))
        recorder.flush()
        with pytest.raises(anim.RecordingError, match="another recorder"):
            anim.Recorder(tmp_path / "r", labels=LABELS, resume=True)
        assert len(anim.open(tmp_path / "r")) == 1


def test_a_recorder_that_is_garbage_collected_releases_the_folder(tmp_path):
    recorder = anim.Recorder(tmp_path / "r", labels=LABELS)
    recorder.snapshot(0, logits=logits(0))
    recorder.flush()
    del recorder
    record(tmp_path / "r", [10], resume=True)
    assert len(anim.open(tmp_path / "r")) == 2


def test_a_folder_is_being_recorded_until_its_recorder_is_closed(tmp_path):
    path = tmp_path / "r"
    assert not is_being_recorded(path)
    with anim.Recorder(path, labels=LABELS):
        assert is_being_recorded(path)
    assert not is_being_recorded(path)


def test_a_recorder_starts_while_the_lock_is_being_checked(tmp_path):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    checked = threading.Timer(0.03, os.close, [descriptor])
    checked.start()
    record(tmp_path, [0])
    checked.join()


def test_a_killed_process_releases_the_folder(tmp_path):
    code = (
        "import os, sys, anim\n"
        "from tests.support.recordings import LABELS, logits\n"
        "recorder = anim.Recorder(sys.argv[1], labels=LABELS, classes='abc')\n"
        "recorder.snapshot(0, logits=logits(0), metrics={'loss': 1})\n"
        "recorder.flush()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    assert run_python(code, tmp_path / "r", check=False).returncode == -9
    record(tmp_path / "r", [10], resume=True)
    check_recording(tmp_path / "r", [0, 10])

"""Whether a run is being recorded."""

import fcntl
import os
import threading

import anim
from anim.run.store.lock import is_being_recorded
from tests.support.watching import LABELS, record


def test_a_run_is_being_recorded_until_its_recorder_ends(tmp_path):
    path = tmp_path / "r"
    assert not is_being_recorded(path)
    with anim.Recorder(path, labels=LABELS):
        assert is_being_recorded(path)
    assert not is_being_recorded(path)


def test_a_recorder_starts_while_the_lock_is_being_checked(tmp_path):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    asked = threading.Timer(0.03, os.close, [descriptor])
    asked.start()
    record(tmp_path, [0])
    asked.join()

"""Where the system has no file locks, a file says who writes to a folder."""

import errno
import json
import os
import subprocess
import sys
import threading
import time

import pytest

import anim
from anim.run.store.folders import lease
from anim.run.store.folders.lock import is_being_recorded
from tests.support.recordings import CLASSES, LABELS, check_recording, logits, loss, record
from tests.support.subprocesses import environment

ERRORS = ["ENOLCK", "EOPNOTSUPP", "ENOSYS", "EINVAL", "EBADF", "EPERM"]
# A process without `fcntl`, as on Windows, that records until a line comes.
WITHOUT_FCNTL = """
import sys
sys.modules["fcntl"] = None
import anim
from tests.support.recordings import CLASSES, LABELS, logits, loss
try:
    recorder = anim.Recorder(sys.argv[1], labels=LABELS, classes=CLASSES, resume=True)
except anim.RecordingError as error:
    print(error, flush=True)
    sys.exit()
step = 0 if recorder.last_step is None else recorder.last_step + 1
recorder.snapshot(step, logits=logits(step), metrics={"loss": loss(step)})
recorder.flush()
print("recording", flush=True)
sys.stdin.readline()
recorder.close()
"""


@pytest.fixture(params=["no fcntl", *ERRORS])
def without_locks(request, monkeypatch):
    """A system without `fcntl`, or a file system on which `flock` fails."""
    if request.param == "no fcntl":
        monkeypatch.setitem(sys.modules, "fcntl", None)
        return
    fcntl = pytest.importorskip("fcntl")

    def fail(descriptor, operation):
        raise OSError(getattr(errno, request.param), "no locks here")

    monkeypatch.setattr(fcntl, "flock", fail)


@pytest.fixture
def no_fcntl(monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)


def writer(path):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c", WITHOUT_FCNTL, path]
    return subprocess.Popen(command, env=environment(), **pipes)


def held_by(path, age=0.0, **said):
    """Leave the lease of a process of another host, renewed some seconds ago."""
    path.mkdir(exist_ok=True)
    file = path / lease.NAME
    file.write_text(json.dumps({"id": "theirs", "host": "far", "pid": 7, "processes": "", **said}))
    os.utime(file, (time.time() - age,) * 2)
    return file


def test_a_recording_is_written_and_resumed_without_locks(tmp_path, without_locks):
    record(tmp_path / "r", [0, 10])
    record(tmp_path / "r", [20], resume=True)
    check_recording(tmp_path / "r", [0, 10, 20])
    assert {file.name for file in (tmp_path / "r").iterdir()} == {
        *("zarr.json", "labels", "logits", "metrics", "steps")
    }


def test_a_folder_is_being_recorded_until_its_recorder_is_closed(tmp_path, without_locks):
    with anim.Recorder(tmp_path / "r", labels=LABELS):
        assert is_being_recorded(tmp_path / "r")
        with pytest.raises(anim.RecordingError, match="this process is recording"):
            anim.Recorder(tmp_path / "r", labels=LABELS)
    assert not is_being_recorded(tmp_path / "r")


@pytest.mark.slow
def test_another_process_is_named_and_replaced_when_it_has_died(tmp_path, no_fcntl):
    path = tmp_path / "r"
    with writer(path) as first:
        assert first.stdout.readline() == "recording\n"
        with pytest.raises(anim.RecordingError, match=f"process {first.pid} on .* is recording"):
            record(path, [5], resume=True)
        with writer(path) as second:
            assert f"process {first.pid} on" in second.stdout.read()
        assert is_being_recorded(path)
        first.kill()
        first.wait()
        assert not is_being_recorded(path)
        record(path, [5], resume=True)
    check_recording(path, [0, 5])


@pytest.mark.slow
def test_of_many_processes_one_records(tmp_path):
    path = tmp_path / "r"
    held_by(path, age=1000)
    writers = [writer(path) for _ in range(6)]
    said = [process.stdout.readline() for process in writers]
    for process in writers:
        process.communicate("\n")
    assert said.count("recording\n") == 1
    check_recording(path, [0])


def test_a_lease_of_another_host_is_respected_until_it_is_stale(tmp_path, no_fcntl):
    held_by(tmp_path / "r", age=20)
    problem = "process 7 on far is recording to .* if its process has ended, try again in 40 s"
    with pytest.raises(anim.RecordingError, match=problem):
        record(tmp_path / "r", [0])
    held_by(tmp_path / "r", age=lease.STALE_AFTER + 5)
    record(tmp_path / "r", [0])
    check_recording(tmp_path / "r", [0])


def test_a_lease_of_another_host_is_respected_where_there_are_locks(tmp_path):
    held_by(tmp_path / "r", age=20)
    with pytest.raises(anim.RecordingError, match="process 7 on far is recording to"):
        record(tmp_path / "r", [0])
    held_by(tmp_path / "r", age=lease.STALE_AFTER + 5)
    record(tmp_path / "r", [0])
    assert not (tmp_path / "r" / lease.NAME).exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"pid": "x"}', b"\xff\xfe", b"[" * 9999])
def test_a_damaged_lease_is_respected_until_it_is_stale(tmp_path, no_fcntl, content):
    file = held_by(tmp_path / "r")
    file.write_bytes(content)
    with pytest.raises(anim.RecordingError, match="another process is recording to"):
        record(tmp_path / "r", [0])
    os.utime(file, (1e9, 1e9))
    record(tmp_path / "r", [0])
    check_recording(tmp_path / "r", [0])


def test_a_recorder_whose_lease_was_taken_over_writes_nothing_more(tmp_path, no_fcntl):
    path = tmp_path / "r"
    recorder = anim.Recorder(path, labels=LABELS, classes=CLASSES)
    recorder.snapshot(0, logits=logits(0), metrics={"loss": loss(0)})
    recorder.flush()
    file = held_by(path, host="far")
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    recorder.snapshot(1, logits=logits(1))
    with pytest.raises(anim.RecordingError, match=r"step 1 could not be.* process 7 on far took"):
        recorder.close()
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before
    assert file.exists()
    check_recording(path, [0])


def test_a_lease_that_is_removed_is_an_error(tmp_path, no_fcntl):
    recorder = anim.Recorder(tmp_path / "r", labels=LABELS)
    (tmp_path / "r" / lease.NAME).unlink()
    recorder.snapshot(0, logits=logits(0))
    with pytest.raises(anim.RecordingError, match="was removed while a recorder needed it"):
        recorder.flush()


def test_a_recorder_that_is_garbage_collected_gives_its_lease_back(tmp_path, no_fcntl):
    recorder = anim.Recorder(tmp_path / "r", labels=LABELS)
    assert "anim-lease" in [thread.name for thread in threading.enumerate()]
    del recorder
    assert not is_being_recorded(tmp_path / "r")


def test_a_process_that_ends_gives_its_lease_back(tmp_path):
    path = tmp_path / "r"
    with writer(path) as process:
        process.communicate("\n")
    assert not (path / lease.NAME).exists()
    check_recording(path, [0])

"""One recorder at a time writes to a folder."""

import os
import sys
import threading

import pytest

import anim
from anim.run.store.folders.lock import is_being_recorded
from tests.support.recordings import CLASSES, LABELS, check_recording, logits, loss, record
from tests.support.subprocesses import run_python


def test_a_second_recorder_is_refused_while_the_first_is_open(tmp_path):
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        with pytest.raises(anim.RecordingError, match=r"this process is recording to .* already"):
            anim.Recorder(tmp_path / "r", labels=LABELS)
        recorder.snapshot(0, logits=logits(0))
        recorder.flush()
        assert len(anim.open(tmp_path / "r")) == 1


def test_another_process_is_refused_and_told_which_one_is_recording(tmp_path):
    code = (
        "import sys, anim\n"
        "from tests.support.recordings import LABELS\n"
        "for options in ({'resume': True}, {'overwrite': True}, {}):\n"
        "    try: anim.Recorder(sys.argv[1], labels=LABELS, **options)\n"
        "    except anim.RecordingError as error: print(error)\n"
    )
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        lines = run_python(code, tmp_path / "r").stdout.splitlines()
        recorder.snapshot(0, logits=logits(0))
    holder = f"process {os.getpid()}" if sys.platform == "linux" else "another recorder"
    said = f"{holder} is recording to {str(tmp_path / 'r')!r}; close"
    assert [line.startswith(said) for line in lines] == [True] * 3
    assert anim.open(tmp_path / "r").steps.tolist() == [0]


@pytest.mark.parametrize("options", [{"resume": True}, {"overwrite": True}])
def test_within_a_process_resume_and_overwrite_close_the_earlier_recorder(tmp_path, options):
    earlier = anim.Recorder(tmp_path / "r", labels=LABELS, classes=CLASSES)
    earlier.snapshot(0, logits=logits(0), metrics={"loss": loss(0)})
    (tmp_path / "link").symlink_to(tmp_path / "r")
    record(tmp_path / "link", [10], **options)
    check_recording(tmp_path / "r", [0, 10] if "resume" in options else [10])
    with pytest.raises(RuntimeError, match="closed before step 20"):
        earlier.snapshot(20, logits=logits(20))
    earlier.close()


@pytest.mark.parametrize("name", ["r", "other"])
def test_closing_a_recorder_again_does_not_release_the_lock_of_another(tmp_path, name):
    earlier = anim.Recorder(tmp_path / "r", labels=LABELS)
    earlier.snapshot(0, logits=logits(0), metrics={"loss": loss(0)})
    earlier.close()
    options = {"overwrite": True} if name == "r" else {}
    # The system gives its lock the number of the descriptor that was closed.
    with anim.Recorder(tmp_path / name, labels=LABELS, classes=CLASSES, **options) as recorder:
        recorder.snapshot(10, logits=logits(10), metrics={"loss": loss(10)})
        recorder.flush()
        earlier.close()
        assert is_being_recorded(tmp_path / name)
        recorder.snapshot(20, logits=logits(20), metrics={"loss": loss(20)})
    check_recording(tmp_path / name, [10, 20])
    assert not is_being_recorded(tmp_path / name)


def test_a_recorder_with_wrong_arguments_does_not_close_the_earlier_one(tmp_path):
    with anim.Recorder(tmp_path / "r", labels=LABELS) as earlier:
        for wrong in ({"keep": "half"}, {"labels": [-1]}, {"classes": ["a"]}):
            with pytest.raises(ValueError, match="expected"):
                anim.Recorder(tmp_path / "r", **{"labels": LABELS, **wrong}, overwrite=True)
        earlier.snapshot(0, logits=logits(0))
    assert anim.open(tmp_path / "r").steps.tolist() == [0]


def test_what_the_earlier_recorder_could_not_write_is_reported(tmp_path):
    earlier = anim.Recorder(tmp_path / "r", labels=LABELS)
    (tmp_path / "r").rename(tmp_path / "moved")
    earlier.snapshot(0, logits=logits(0))
    with pytest.warns(UserWarning, match="failed: step 0 could not be written") as caught:
        record(tmp_path / "r", [1], overwrite=True)
    assert len(caught) == 1
    check_recording(tmp_path / "r", [1])


@pytest.mark.parametrize("replaced", [False, True])
def test_a_folder_that_is_moved_while_it_is_recorded_is_an_error(tmp_path, replaced):
    recorder = anim.Recorder(tmp_path / "r", labels=LABELS, classes=CLASSES)
    recorder.snapshot(0, logits=logits(0), metrics={"loss": loss(0)})
    recorder.flush()
    (tmp_path / "r").rename(tmp_path / "moved")
    if replaced:
        (tmp_path / "r").mkdir()
    recorder.snapshot(1, logits=logits(1), metrics={"loss": loss(1)})
    with pytest.raises(anim.RecordingError, match=r"step 1 could not be written.* was removed or"):
        recorder.close()
    assert (tmp_path / "r").exists() == replaced
    assert not replaced or not list((tmp_path / "r").iterdir())
    check_recording(tmp_path / "moved", [0])


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
    fcntl = pytest.importorskip("fcntl")
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

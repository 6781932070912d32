"""A recorder belongs to the process that made it, whatever its children and its folder do."""

import copy
import os
import pickle

import pytest

import anim
from tests.support.recordings import CLASSES, LABELS, check_recording, logits, loss
from tests.support.subprocesses import run_python

NEEDS_FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
BEGIN = """
import gc, multiprocessing, os, sys, warnings
import anim
from tests.support.recordings import CLASSES, LABELS, logits, loss

warnings.simplefilter("ignore")

def snapshot(recorder, step):
    recorder.snapshot(step, logits=logits(step), metrics={"loss": loss(step)})

def in_child(act, leave=sys.exit):
    if (child := os.fork()) == 0:
        try:
            act()
        except anim.RecordingError as error:
            print(error, flush=True)
        leave(0)
    assert os.waitpid(child, 0)[1] == 0

if len(sys.argv) > 2: sys.modules["fcntl"] = None
recorder = anim.Recorder(sys.argv[1], labels=LABELS, classes=CLASSES)
snapshot(recorder, 0)
recorder.flush()
"""
END = """
import subprocess
other = "import sys, anim; anim.Recorder(sys.argv[1], labels=[0], resume=True)"
done = subprocess.run([sys.executable, "-c", other, sys.argv[1]], capture_output=True, text=True)
assert "is recording to" in done.stderr
snapshot(recorder, 1)
recorder.close()
"""


@pytest.fixture(params=["locks", "leases"])
def process(request, tmp_path):
    """Run code in a process whose recorder has a snapshot at step 0, and records one at step 1."""

    def run(code):
        extra = [] if request.param == "locks" else ["leases"]
        done = run_python(f"{BEGIN}{code}\n{END}", tmp_path / "r", *extra)
        check_recording(tmp_path / "r", [0, 1])
        assert not done.stderr
        return done.stdout.splitlines()

    return run


@NEEDS_FORK
@pytest.mark.slow
@pytest.mark.parametrize("leave", ["sys.exit", "os._exit"])
def test_a_child_that_ends_does_not_release_the_lock(process, leave):
    code = "def forget():\n    global recorder\n    del recorder\n    gc.collect()\n"
    process(f"{code}in_child(lambda: None, {leave}); in_child(forget, {leave})")


@NEEDS_FORK
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("snapshot", "snapshot(recorder, 5)"),
        ("collecting", "recorder.collecting(5).__enter__()"),
        ("flush", "recorder.flush()"),
        ("flush", "recorder.run()"),
        ("close", "recorder.close()"),
    ],
)
def test_a_child_that_uses_the_recorder_gets_one_clear_error(process, name, call):
    (said,) = process(f"in_child(lambda: {call})")
    assert said.startswith(f"{name}: expected process ")
    assert "which created this recorder, got process" in said
    assert "forked from it" in said


@NEEDS_FORK
@pytest.mark.slow
def test_a_child_that_leaves_the_block_of_the_recorder_does_no_harm(process):
    process("def leave():\n    with recorder:\n        raise SystemExit(0)\nin_child(leave)\n")


@NEEDS_FORK
@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("anim.Recorder(sys.argv[1], labels=LABELS, overwrite=True)", " is recording to "),
        ("anim.Recorder(sys.argv[1], labels=LABELS, resume=True)", " was forked from process "),
        ("anim.Recorder(sys.argv[1] + '2', labels=LABELS)", " was forked from process "),
        ("anim.open(sys.argv[1])", " was forked from process "),
        ("run.logits(0)", " was forked from process "),
    ],
)
def test_a_child_that_would_hang_or_abort_gets_one_clear_error(process, call, problem):
    (said,) = process(f"run = recorder.run()\nin_child(lambda: {call})")
    assert problem in said


@NEEDS_FORK
@pytest.mark.slow
def test_workers_that_hold_the_recorder_do_no_harm(process):
    process(
        "held = [recorder]\n"
        "def work(x): return x + len(held)\n"
        "with multiprocessing.get_context('fork').Pool(3) as pool:\n"
        "    assert pool.map(work, range(50)) == list(range(1, 51))\n"
    )


@NEEDS_FORK
@pytest.mark.slow
def test_a_child_that_outlives_its_parent_does_not_keep_the_lock(tmp_path):
    code = BEGIN + (
        "if os.fork() == 0:\n"
        "    os.close(1); os.close(2)\n"
        "    import time; time.sleep(60); os._exit(0)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    assert run_python(code, tmp_path / "r", check=False).returncode == -9
    with anim.Recorder(tmp_path / "r", labels=LABELS, resume=True) as recorder:
        recorder.snapshot(1, logits=logits(1), metrics={"loss": loss(1)})
    check_recording(tmp_path / "r", [0, 1])


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_recorder_cannot_be_pickled_or_copied(tmp_path, duplicate):
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        with pytest.raises(TypeError, match="a Recorder cannot be pickled or copied, as it is the"):
            duplicate(recorder)
        recorder.snapshot(0, logits=logits(0))
    assert len(anim.open(tmp_path / "r")) == 1


def test_the_working_directory_may_change_while_it_is_recorded(tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    recorder = anim.Recorder("runs/r", labels=LABELS, classes=CLASSES)
    for step in range(3):
        recorder.snapshot(step, logits=logits(step), metrics={"loss": loss(step)})
        monkeypatch.chdir(tmp_path / ("other" if step % 2 == 0 else "."))
    recorder.close()
    check_recording(tmp_path / "runs" / "r", [0, 1, 2])
    assert not list((tmp_path / "other").iterdir())


def test_a_link_may_be_changed_while_it_is_recorded(tmp_path):
    link = tmp_path / "latest"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    link.symlink_to(tmp_path / "a")
    recorder = anim.Recorder(link, labels=LABELS, classes=CLASSES)
    recorder.snapshot(0, logits=logits(0), metrics={"loss": loss(0)})
    recorder.flush()
    link.unlink()
    link.symlink_to(tmp_path / "b")
    recorder.snapshot(1, logits=logits(1), metrics={"loss": loss(1)})
    recorder.close()
    check_recording(tmp_path / "a", [0, 1])
    assert not list((tmp_path / "b").iterdir())

"""What the others say when one of four processes is killed, and when all are started again."""

import numpy as np
import pytest

import anim
from tests.support.buckets import BUCKET, serving
from tests.support.processes import GIVEN, outputs_of, start_ranks

pytestmark = pytest.mark.slow

EXAMPLES = 50
LABELS = np.arange(EXAMPLES) % 3
RECORD = """
import os, signal, time, warnings
import anim
from tests.run.test_dead_processes import LABELS, logits, steps_of
path, victim = sys.argv[4], int(sys.argv[5])
warnings.showwarning = lambda message, *_: print(message)
own = {"process_index": rank, "process_count": count, "index": range(rank, 50, count)}
try:
    with anim.Recorder(path, labels=LABELS[rank::count], timeout=6, resume=True, **own) as recorder:
        for step in range(0 if recorder.last_step is None else recorder.last_step + 1, 6):
            if rank == victim and step == 3:
                # What was handed over before is committed by then.
                recorder.flush()
                while 2 not in steps_of(path):
                    time.sleep(0.05)
                os.kill(os.getpid(), signal.SIGKILL)
            recorder.snapshot(step, logits=logits(step)[rank::count])
except anim.RecordingError as error:
    print(error)
"""


def logits(step):
    return np.random.default_rng(step).normal(size=(EXAMPLES, 3)).astype(np.float32)


def steps_of(path):
    try:
        return anim.open(path).steps.tolist()
    except anim.RecordingError:
        return []


def said_by(path, count, victim):
    return outputs_of(start_ranks(GIVEN + RECORD, count, path, victim), check=False)


def check(path, count):
    run = anim.open(path)
    assert run.steps.tolist() == list(range(count))
    for step in range(count):
        np.testing.assert_array_equal(run.logits(step), logits(step))


@pytest.fixture(params=["folder", "s3"])
def path(request, tmp_path, monkeypatch):
    if request.param == "folder":
        yield str(tmp_path / "r")
        return
    with serving() as server:
        for key, value in server.environment.items():
            monkeypatch.setenv(key, value)
        yield f"s3://{BUCKET}/{tmp_path.name}/r"


@pytest.mark.parametrize("victim", [0, 1])
def test_the_others_say_which_steps_are_lost_and_all_of_them_go_on(path, victim):
    said = said_by(path, 4, victim)
    check(path, 3)
    assert said[victim] == ""
    reason = "no rows of step 3 from process 1 of 4 for 6 s"
    words = f"'{path}' may lack steps 3, 4, 5: nothing of process 0 of 4 for 6 s"
    if victim == 1:
        assert said[0].startswith("step 3 could not be written, and nothing after it is recorded: ")
        assert reason in said[0]
        words = f"'{path}' lacks steps 3, 4, 5: process 0 of 4: {reason}"
    for survivor in {1, 2, 3} - {victim}:
        assert said[survivor].strip() == words
    # Another number of processes is refused in all of them, and changes nothing.
    refused = said_by(path, 2, -1)
    assert all(
        "was recorded by 4 processes, and is now by 2: resume it with 4" in s for s in refused
    )
    check(path, 3)
    assert said_by(path, 4, -1) == [""] * 4
    check(path, 6)

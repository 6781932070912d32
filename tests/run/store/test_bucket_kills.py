"""A process that records to a bucket is killed at some request, with a reader in the middle."""

import os
import random
import signal
import subprocess
import sys
import threading
import uuid
from contextlib import suppress

import numpy as np
import pytest

import anim
from tests.support.amounts import some_of
from tests.support.buckets import BUCKET
from tests.support.racing import LABELS, at_request, predictions
from tests.support.subprocesses import environment

# Records snapshots for ever, and prints the step of each that is committed.
CODE = """
import sys, anim
from anim.run.store.buckets.bucket import Bucket
from tests.support.racing import LABELS, predictions
Bucket.chunk_bytes = 120
with anim.Recorder(sys.argv[1], labels=LABELS, classes=list("abc"), resume=True) as recorder:
    step = -1 if recorder.last_step is None else recorder.last_step
    while True:
        step += 1
        recorder.snapshot(step, logits=predictions(0, step), metrics={"writer": 0})
        recorder.flush()
        print(step, flush=True)
"""


@pytest.fixture
def place(s3):
    return f"s3://{BUCKET}/{uuid.uuid4().hex}/run"


def read_now_and_then(url, ended, seen):
    """Check what a reader sees, until the recording ends."""
    while not ended.wait(0.05):
        try:
            run = anim.open(url)
            found = run.snapshots[len(run) - 1]["logits"]
        except anim.RecordingError as error:
            # There is none yet, or it begins just now.
            seen.append(str(error))
            continue
        np.testing.assert_array_equal(found, predictions(0, int(run.steps[-1])))
        assert run.steps.tolist() == list(range(len(run)))
        seen.append(len(run))


def kill(server, url, seed):
    """Kill a process that records at a random request; return how many snapshots it recorded."""
    chosen = random.Random(seed)
    url_of_child = server.url_by("localhost")
    child = subprocess.Popen(
        [sys.executable, "-c", CODE, url],
        env=environment({"AWS_ENDPOINT_URL": url_of_child}),
        stdout=subprocess.PIPE,
        text=True,
    )

    def end() -> str:
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        return chosen.choice(["closed", "lost closed"])

    server.before = at_request(chosen.randrange(1, 120), "localhost", end)
    ended, seen = threading.Event(), []
    reader = threading.Thread(target=read_now_and_then, args=(url, ended, seen))
    reader.start()
    said, _ = child.communicate(timeout=60)
    ended.set()
    reader.join()
    server.before = lambda *request: None
    assert child.returncode == -signal.SIGKILL
    return [int(line) for line in said.split()]


def check_kill(server, place, seed):
    committed = kill(server, place, seed)
    with anim.Recorder(place, labels=LABELS, classes=list("abc"), resume=True) as recorder:
        last = -1 if recorder.last_step is None else recorder.last_step
        # The answer to the last request may have been lost.
        assert last in (len(committed) - 1, len(committed))
        recorder.snapshot(last + 1, logits=predictions(0, last + 1), metrics={"writer": 0})
    run = anim.open(place)
    assert run.steps.tolist() == list(range(last + 2))
    for i in range(len(run)):
        np.testing.assert_array_equal(run.snapshots[i]["logits"], predictions(0, i))


@pytest.mark.parametrize("seed", some_of(100, 10))
def test_what_was_committed_survives_a_kill(server, place, seed):
    check_kill(server, place, 1000 + seed)

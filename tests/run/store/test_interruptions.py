"""Processes that are killed and disks that are full lose nothing that was committed."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

import anim
from tests.support.recordings import check_recording
from tests.support.subprocesses import environment, run_python

# Imports once; each line on stdin then forks a writer that starts at that step, until it is killed.
WRITERS = """
import os, sys
import anim
from tests.support.recordings import LABELS, logits

for line in sys.stdin:
    if (writer := os.fork()) == 0:
        recorder = anim.Recorder(sys.argv[1], labels=LABELS, resume=True)
        step = int(line)
        print("ready", os.getpid(), flush=True)
        while True:
            recorder.snapshot(step, logits=logits(step), metrics={"loss": 1 / (step + 1)})
            if step % 3 == 0:
                recorder.flush()
                print(step, flush=True)
            step += 1
    os.waitpid(writer, 0)
    print("killed", flush=True)
"""


@pytest.mark.parametrize(
    "kills", [pytest.param(30, marks=pytest.mark.slow), pytest.param(300, marks=pytest.mark.stress)]
)
def test_a_killed_writer_loses_nothing_that_was_committed(tmp_path, kills):
    """One process after another resumes the recording and is killed; what it flushed is there."""
    rng, committed = random.Random(kills), []
    command = [sys.executable, "-c", WRITERS, tmp_path / "r"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment(), **pipes) as process:
        for _ in range(kills):
            print(committed[-1] + 1 if committed else 0, file=process.stdin, flush=True)
            said, writer = process.stdout.readline().split()
            assert said == "ready"
            time.sleep(rng.uniform(0, 0.15))
            os.kill(int(writer), signal.SIGKILL)
            said = list(iter(process.stdout.readline, "killed\n"))
            if not committed and not said:
                continue
            committed = anim.open(tmp_path / "r").steps.tolist()
            assert committed == list(range(len(committed)))
            if said:
                assert committed[-1] >= int(said[-1])
        process.stdin.close()
    assert len(committed) > kills / 2
    check_recording(tmp_path / "r", range(len(committed)))


def test_a_full_disk_is_an_error_and_keeps_what_was_committed(tmp_path):
    code = (
        "import sys\n"
        "import anim\n"
        "from tests.support.recordings import LABELS, logits\n"
        "recorder = anim.Recorder(sys.argv[1], labels=LABELS)\n"
        "recorder.snapshot(0, logits=logits(0))\n"
        "recorder.flush()\n"
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))\n"
        "recorder.snapshot(1, logits=logits(1))\n"
        "for step in (2, 3):\n"
        "    try: recorder.snapshot(step, logits=logits(step))\n"
        "    except OSError as error: sys.exit(f'{step}: {error}')\n"
    )
    done = run_python(code, tmp_path / "r", check=False)
    assert "File too large" in done.stderr
    assert anim.open(tmp_path / "r").steps.tolist() == [0]
    assert json.loads((tmp_path / "r" / "zarr.json").read_text())["node_type"] == "group"

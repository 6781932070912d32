"""No statistic needs a whole snapshot in memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import anim

EXAMPLES, CLASSES = 20_000, 1000

CODE = """
import re, sys
import numpy as np
import anim
from anim.report import report

def peak():
    # That of getrusage begins with the peak of the process that started this one.
    status = open("/proc/self/status").read()
    return int(re.search("VmHWM: *\t* *([0-9]+)", status)[1]) / 1024

rng = np.random.default_rng(0)
# What is compiled needs memory, too.
logits = rng.normal(size=(1, 3000, 1000))
small = anim.from_arrays([0], np.arange(3000) % 1000, logits=logits)
work = {
    "report": lambda run: report(run),
    "render": lambda run: anim.animate(run, sys.argv[2] + ".gif"),
    "calibrate": lambda run: anim.calibrate(run)[1].errors(),
}[sys.argv[3]]
work(small)
before = peak()
work(anim.open(sys.argv[1]))
print(peak() - before)
"""


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("memory") / "r"
    labels = rng.integers(0, CLASSES, EXAMPLES)
    with anim.Recorder(folder, labels=labels) as recorder:
        for step in range(4):
            logits = rng.standard_normal((EXAMPLES, CLASSES), dtype=np.float32)
            logits[np.arange(EXAMPLES), labels] += 3 + step
            recorder.snapshot(step, logits=logits)
    return folder


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
@pytest.mark.parametrize(("work", "snapshots"), [("report", 2), ("render", 2), ("calibrate", 3)])
def test_the_peak_of_memory_is_that_of_few_blocks(recording, tmp_path, work, snapshots):
    """Beyond what is there before; a temperature is fitted to a half of the examples in memory."""
    command = [sys.executable, "-W", "ignore", "-c", CODE, recording, tmp_path / "x", work]
    told = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    assert float(told.stdout.split()[-1]) < snapshots * EXAMPLES * CLASSES * 4 / (1 << 20)

"""What it costs to read a recording of any size, beside a plain read and NumPy in blocks of rows.

    python tests/benchmarks/sizes_reading.py [FOLDER]

Of 10 to 100,000 classes, with as many values each: CPU seconds of metrics, errors and temperatures;
of as many examples, exponents of K. Of 50,000 examples of 1000 classes: CPU seconds a snapshot and
the peak of memory, each in a process of its own, above what it holds before it begins.
"""

import itertools
import math
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

import anim
from anim.report import report

EXAMPLES, CLASSES, SNAPSHOTS = 50_000, 1000, 20
ROWS = 500
VALUES, SIZES = 10_000_000, (10, 100, 1000, 10_000, 100_000)
# Of one size the time is that of compilation, too, unless it ran before.
TINY = (np.arange(50) % 5, np.random.default_rng(0).normal(size=(2, 50, 5)))


def record(folder: Path, examples: int, classes: int, snapshots: int) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, examples)
    # One example of each class, if there are enough of them.
    labels[: min(classes, examples)] = np.arange(min(classes, examples))
    noise = rng.standard_normal((examples, classes), dtype=np.float32) * 1.5
    with anim.Recorder(folder, labels=labels) as recorder:
        for step in range(snapshots):
            logits = noise.copy()
            logits[np.arange(examples), labels] += 0.35 * step + 2 * rng.standard_normal(examples)
            recorder.snapshot(step, logits=logits)


def plain_read(folder: Path) -> None:
    """Read the bytes of the chunks, each into the same memory."""
    for path in sorted((folder / "logits" / "c").rglob("*")):
        if path.is_file():
            np.fromfile(path, np.uint8)


def with_numpy(folder: Path) -> None:
    """One pass of NumPy over blocks of rows: confidence, hits, NLL and Brier score, and bins."""
    run = anim.open(folder)
    for i in range(len(run)):
        for block in run.snapshots.blocks(i):
            values, labels = block.arrays["logits"], run.labels[block.rows]
            for start in range(0, len(values), ROWS):
                fused(values[start : start + ROWS], labels[start : start + ROWS])


def fused(rows: np.ndarray, labels: np.ndarray) -> None:
    at = np.arange(len(rows))
    predicted = rows.argmax(1)
    probs = np.exp(rows - rows[at, predicted][:, None])
    total = probs.sum(1)
    probs /= total[:, None]
    confidence, of_label = probs[at, predicted], probs[at, labels]
    np.log(total), np.square(probs).sum(1) + 1 - 2 * of_label
    np.histogram(confidence, 15, (0, 1))
    np.histogram(confidence[predicted == labels], 15, (0, 1))


def read(folder: Path) -> None:
    run = anim.open(folder)
    for i in range(len(run)):
        for _ in run.snapshots.blocks(i):
            pass


WORK = {
    "plain read of the bytes": plain_read,
    "read by TensorStore, with checksums": read,
    "NumPy, blocks of 500 rows, with reading": with_numpy,
    "metrics": lambda folder: anim.open(folder).metrics(),
    "the default picture, without drawing": lambda folder: anim.open(folder).prepare(
        ["confidence"]
    ),
    "render to GIF": lambda folder: anim.animate(anim.open(folder), folder.parent / "picture.gif"),
    "errors": lambda folder: anim.open(folder).errors(),
    "report of all steps": lambda folder: report(
        anim.open(folder), at=anim.open(folder).steps.tolist()
    ),
    "temperatures": lambda folder: anim.calibrate(anim.open(folder)),
}


def peak() -> float:
    """Return the peak of this process, in MB."""
    # That of getrusage begins with the peak of the process that started this one.
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s*(\d+)", status)[1]) / 1024


def work(name: str, folder: Path) -> None:
    """Print the CPU seconds and the growth of memory of one kind of work."""
    warnings.simplefilter("ignore")
    tiny = anim.from_arrays([0, 1], TINY[0], logits=TINY[1])
    tiny.errors(), tiny.dots(), anim.calibrate(tiny)
    if "GIF" in name:
        anim.animate(tiny, folder.parent / "tiny.gif")
    before, begin = peak(), time.process_time()
    WORK[name](folder)
    print(time.process_time() - begin, peak() - before)


def imagenet(folder: Path) -> None:
    path = folder / "imagenet"
    record(path, EXAMPLES, CLASSES, SNAPSHOTS)
    size = EXAMPLES * CLASSES * 4 / (1 << 20)
    print(f"{SNAPSHOTS} snapshots of {EXAMPLES:,} x {CLASSES:,} float32, {size:.0f} MB each")
    print(f"{'':40}CPU s a snapshot   peak in snapshots")
    for name in WORK:
        command = [sys.executable, __file__, name, os.fspath(path)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds, grown = map(float, told.split()[-2:])
        print(f"{name:40}{seconds / SNAPSHOTS:16.3f}{grown / size:20.2f}", flush=True)


def many_classes(folder: Path) -> None:
    """Print the time of as many values in fewer or more classes."""
    warnings.simplefilter("ignore")
    calls = {
        "metrics": lambda run: run.metrics(),
        "errors": lambda run: run.errors(),
        "temperature": anim.calibrate,
    }
    print(f"\nCPU seconds of a snapshot of {VALUES:,} values, the first time and again")
    print(f"{'K':>9}" + "".join(f"{name:>16}" for name in calls))
    for classes in SIZES:
        path = folder / str(classes)
        record(path, VALUES // classes, classes, 1)
        times = []
        for call in calls.values():
            for _ in range(2):
                begin = time.process_time()
                call(anim.open(path))
                times.append(time.process_time() - begin)
        pairs = zip(times[::2], times[1::2], strict=True)
        print(f"{classes:9,}" + "".join(f"{a:8.2f}{b:8.2f}" for a, b in pairs), flush=True)


def exponents(folder: Path) -> None:
    """Print how the time of errors grows with K, for the same number of examples."""
    examples, found = 2000, []
    for classes in (100, 1000, 10_000, 100_000):
        path = folder / f"of {classes}"
        record(path, examples, classes, 1)
        anim.open(path).errors()
        begin = time.process_time()
        anim.open(path).errors()
        found.append((classes, time.process_time() - begin))
    steps = [
        math.log(after / before) / math.log(b / a)
        for (a, before), (b, after) in itertools.pairwise(found)
    ]
    print(f"\nerrors of {examples:,} examples: " + ", ".join(f"{k:,}: {t:.2f} s" for k, t in found))
    print("exponents of K: " + ", ".join(f"{one:.2f}" for one in steps))


def main() -> None:
    if len(sys.argv) == 3:
        work(sys.argv[1], Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        many_classes(Path(folder))
        exponents(Path(folder))
        imagenet(Path(folder))


if __name__ == "__main__":
    main()

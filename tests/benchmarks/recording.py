"""What recording costs a training loop, and how fast a recording is read.

    python tests/benchmarks/recording.py

Writing: a loop of matrix products, with a snapshot of 100,000 x 10 float32 a second and without.
Reading: the statistics of a recording, against numpy that reads and bins the same bytes.
"""

import tempfile
import time
from pathlib import Path

import numpy as np

import anim

EXAMPLES, CLASSES, SECONDS, SNAPSHOTS = 100_000, 10, 15, 40
CHECKSUM = 4  # bytes at the end of each chunk


def steps_in_a_second(recorder: anim.Recorder | None, second: int, logits: np.ndarray) -> int:
    """Of a loop that gives one snapshot in it, if there is a recorder."""
    matrix = np.random.default_rng(0).normal(size=(256, 256)).astype(np.float32)
    begin, steps = time.perf_counter(), 0
    if recorder is not None:
        recorder.snapshot(second, logits=logits)
    while time.perf_counter() - begin < 1:
        matrix = matrix @ matrix
        matrix /= np.abs(matrix).max()
        steps += 1
    return steps


def with_numpy(folder: Path, labels: np.ndarray) -> None:
    """Reads the chunks and bins the largest probability of each example."""
    for i in range(SNAPSHOTS):
        parts = sorted(
            (folder / "logits" / "c" / str(i)).glob("*/0"), key=lambda p: int(p.parent.name)
        )
        bare = [part.read_bytes()[:-CHECKSUM] for part in parts]
        logits = np.frombuffer(b"".join(bare), np.float32).reshape(-1, CLASSES)
        logits = logits[: len(labels)]
        probs = np.exp(logits - logits.max(1, keepdims=True))
        confidence = probs.max(1) / probs.sum(1)
        hit = logits.argmax(1) == labels
        np.histogram(confidence, 15, (0, 1))
        np.histogram(confidence[hit], 15, (0, 1))


def main() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, EXAMPLES)
    logits = rng.normal(size=(EXAMPLES, CLASSES)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        # In turns, since the machine's own speed changes.
        with anim.Recorder(path / "loop", labels=labels) as recorder:
            pairs = [
                [steps_in_a_second(given, second, logits) for given in (None, recorder)]
                for second in range(SECONDS)
            ]
        without, recording = np.median(pairs, axis=0)
        print(f"steps a second: {without:.0f} without, {recording:.0f} with a snapshot a second: "
              f"{100 * (1 - recording / without):.1f} % slower")  # fmt: skip
        with anim.Recorder(path / "read", labels=labels) as recorder:
            for step in range(SNAPSHOTS):
                recorder.snapshot(step, logits=logits)
        anim.open(path / "read").metrics()  # compiles
        begin = time.perf_counter()
        anim.open(path / "read").metrics()
        ours = time.perf_counter() - begin
        begin = time.perf_counter()
        with_numpy(path / "read", labels)
        plain = time.perf_counter() - begin
    size = SNAPSHOTS * logits.nbytes / 1e6
    print(f"reading and binning: ours {size / ours:.0f} MB/s (with NLL and Brier score), "
          f"numpy {size / plain:.0f} MB/s: {plain / ours:.2f} times its speed")  # fmt: skip


if __name__ == "__main__":
    main()

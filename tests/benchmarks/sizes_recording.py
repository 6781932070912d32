"""What recording large predictions costs, beside the least that it could.

    python tests/benchmarks/sizes_recording.py [scale]

Each line is measured in a process of its own, after a first time that is not: CPU seconds, seconds,
and by how much the memory that the process holds grew beyond what it held when the predictions were
there. ``scale`` (1) makes all sizes smaller: 0.1 is a quick look.

- ``keep="top"``, fed in batches of 256 by `anim.Recorder.collecting`, beside a softmax of the same
  batches and nothing else: of NumPy, JAX and PyTorch; and `snapshot` of all at once.
- float32 on the local disk, beside ``np.save`` and fsync: at once, and in batches. All take turns,
  as the speed of a disk changes; what is printed are medians, also of the ratios within a turn.
  Nothing is removed before the end, as file systems are slow to give out again what was removed.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

BATCH, TURNS = 256, 9


def resident() -> float:
    """MB of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Peak:
    """Watches how much memory this process holds."""

    def __init__(self):
        self._first = self._most = resident()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._is_over.wait(0.002):
            self._most = max(self._most, resident())

    def grown(self) -> float:
        """MB at most beyond those at the beginning; ends the watch."""
        self._is_over.set()
        self._thread.join()
        return self._most - self._first


def measure(act: Callable[[], object], warm: Callable[[], object]) -> None:
    """Print CPU seconds, seconds and MB of a function, after another one that compiles."""
    warm()
    peak, cpu, wall = Peak(), time.process_time(), time.perf_counter()
    act()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(cpu, wall, peak.grown())


def batch_of(library: str, classes: int):
    """A batch of logits as an array of a library."""
    values = np.random.default_rng(0).normal(size=(BATCH, classes)).astype(np.float32) * 3
    if library == "torch":
        import torch

        return torch.from_numpy(values)
    if library == "jax":
        import jax

        return jax.device_put(values).block_until_ready()
    return values


def softmax_of(library: str) -> Callable:
    """The softmax of a library over the classes."""
    if library == "torch":
        import torch

        return lambda batch: torch.softmax(batch, 1)
    if library == "jax":
        import jax

        softmax = jax.jit(jax.nn.softmax)
        return lambda batch: softmax(batch).block_until_ready()

    def of_numpy(batch: np.ndarray) -> np.ndarray:
        powers = np.exp(batch - batch.max(1, keepdims=True))
        powers /= powers.sum(1, keepdims=True)
        return powers

    return of_numpy


def softmax_alone(library: str, classes: int, examples: int) -> None:
    batch, softmax = batch_of(library, classes), softmax_of(library)
    batches = range(examples // BATCH)
    measure(lambda: [None for _ in batches if softmax(batch) is None], lambda: softmax(batch))


def collected(library: str, classes: int, examples: int, keep: str = "top") -> None:
    """A snapshot in batches, with the labels that the recorder has."""
    import anim

    batch, batches = batch_of(library, classes), examples // BATCH
    labels = np.random.default_rng(1).integers(0, classes, batches * BATCH)
    recorder = anim.Recorder(tempfile.mkdtemp(), labels=labels, keep=keep)

    def feed(step: int, count: int) -> None:
        with recorder.collecting(step) as part:
            for _ in range(count):
                part.add(logits=batch)
        recorder.flush()

    def warm() -> None:
        with contextlib.suppress(ValueError):
            feed(0, 1 if keep == "top" else batches)

    measure(lambda: feed(1, batches), warm)
    recorder.close()


def at_once(classes: int, examples: int, keep: str) -> None:
    """A snapshot of one array."""
    import anim

    logits = np.random.default_rng(0).normal(size=(examples, classes)).astype(np.float32)
    labels = np.random.default_rng(1).integers(0, classes, examples)
    recorder = anim.Recorder(tempfile.mkdtemp(), labels=labels, keep=keep)

    def act(step: int) -> None:
        recorder.snapshot(step, logits=logits)
        recorder.flush()

    some = min(examples, 2048)
    small = anim.Recorder(labels=labels[:some], keep=keep)
    measure(
        lambda: act(1),
        lambda: small.snapshot(0, logits=logits[:some]) if keep == "top" else act(0),
    )
    recorder.close()


def saved(classes: int, examples: int) -> None:
    logits = np.random.default_rng(0).normal(size=(examples, classes)).astype(np.float32)
    folder = Path(tempfile.mkdtemp())

    def act(step: int) -> None:
        with (folder / f"{step}.npy").open("wb") as file:
            np.save(file, logits)
            file.flush()
            os.fsync(file.fileno())

    measure(lambda: act(1), lambda: act(0))


Measured = tuple[float, float, float]


def in_process(name: str, *arguments) -> Measured:
    """Run a function of this file in a process of its own; return what it measures."""
    command = [sys.executable, __file__, name, *map(str, arguments)]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    cpu, wall, grown = map(float, found.split())
    return cpu, wall, grown


def compare(title: str, ours: list[Measured], references: list[Measured], size: float) -> None:
    """Print medians of what was measured in turns."""
    cpu, wall, grown = map(statistics.median, zip(*ours, strict=True))
    more, longer = (
        statistics.median(one[i] / other[i] for one, other in zip(ours, references, strict=True))
        for i in range(2)
    )
    print(
        f"{title:<46} {cpu:6.2f} CPU s ({more:4.2f} x)  {wall:6.2f} s "
        f"({longer:4.2f} x)  +{grown:5.0f} MB ({grown / size:4.2f} x {size:.0f} MB)"
    )


def reduced(scale: float) -> None:
    """Measure ``keep="top"``."""
    for classes in (1000, 32_000, 100_000):
        examples = max(int(20_000 * scale) // BATCH, 2) * BATCH
        size = examples * classes * 4 / 1e6
        for library in ("numpy", "jax", "torch"):
            reference = in_process("softmax_alone", library, classes, examples)
            found = in_process("collected", library, classes, examples)
            title = f"top, {examples} x {classes} in batches, {library}"
            compare(title, [found], [reference], size)
        if size < 4000:
            reference = in_process("softmax_alone", "numpy", classes, examples)
            found = in_process("at_once", classes, examples, "top")
            compare(f"top, {examples} x {classes} at once", [found], [reference], size)


def whole(scale: float) -> None:
    """Measure float32 on the disk."""
    examples, classes = max(int(50_000 * scale) // BATCH, 1) * BATCH, 1000
    turns = [
        (
            in_process("saved", classes, examples),
            in_process("at_once", classes, examples, "float32"),
            in_process("collected", "numpy", classes, examples, "float32"),
        )
        for _ in range(TURNS)
    ]
    references, *found = map(list, zip(*turns, strict=True))
    for how, ours in zip(
        ("np.save, fsync", "at once", "in batches"), (references, *found), strict=True
    ):
        size = examples * classes * 4 / 1e6
        compare(f"float32, {examples} x {classes} {how}", ours, references, size)


def main(scale: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = folder
        reduced(scale)
        whole(scale)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        given = [int(one) if one.isdecimal() else one for one in sys.argv[2:]]
        globals()[sys.argv[1]](*given)
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 1)

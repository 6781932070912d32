"""What recording large predictions costs, beside the least that it could.

    python tests/benchmarks/sizes_recording.py [scale]

Each line is measured in a process of its own: CPU seconds, seconds, and by how much the memory that
the process holds grew beyond what it held when the predictions were there. ``scale`` (1) makes all
sizes smaller: 0.1 is a quick look.

- ``keep="top"``, fed in batches of 256 by `anim.Recorder.collecting`, beside a softmax of the same
  batches and nothing else: of NumPy, JAX and PyTorch; and `snapshot` of all at once.
- float32 on the local disk, beside ``np.save`` and fsync: at once, and in batches.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

BATCH, SNAPSHOTS = 256, 3


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
    """Snapshots in batches, with the labels that the recorder has."""
    import anim

    batch, batches = batch_of(library, classes), examples // BATCH
    labels = np.random.default_rng(1).integers(0, classes, batches * BATCH)
    with tempfile.TemporaryDirectory() as folder:
        recorder = anim.Recorder(folder, labels=labels, keep=keep)

        def feed(step: int, count: int) -> None:
            with recorder.collecting(step) as part:
                for _ in range(count):
                    part.add(logits=batch)

        def warm() -> None:
            try:
                feed(0, 1)
            except ValueError:
                return

        def act() -> None:
            snapshots = 1 if keep == "top" else SNAPSHOTS
            for step in range(snapshots):
                feed(step, batches)
            recorder.flush()

        measure(act, warm)
        recorder.close()


def at_once(classes: int, examples: int, keep: str) -> None:
    """Snapshots of one array."""
    import anim

    logits = np.random.default_rng(0).normal(size=(examples, classes)).astype(np.float32)
    labels = np.random.default_rng(1).integers(0, classes, examples)
    with tempfile.TemporaryDirectory() as folder:
        recorder = anim.Recorder(folder, labels=labels, keep=keep)

        def act() -> None:
            for step in range(1 if keep == "top" else SNAPSHOTS):
                recorder.snapshot(step, logits=logits)
                recorder.flush()

        some = min(examples, 2048)
        small = anim.Recorder(labels=labels[:some], keep=keep)
        measure(act, lambda: small.snapshot(0, logits=logits[:some]))
        recorder.close()


def saved(classes: int, examples: int) -> None:
    logits = np.random.default_rng(0).normal(size=(examples, classes)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:

        def act() -> None:
            for step in range(SNAPSHOTS):
                with (Path(folder) / f"{step}.npy").open("wb") as file:
                    np.save(file, logits)
                    file.flush()
                    os.fsync(file.fileno())

        measure(act, lambda: None)


def in_process(name: str, *arguments) -> tuple[float, float, float]:
    """Run a function of this file in a process of its own; return what it measures."""
    command = [sys.executable, __file__, name, *map(str, arguments)]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    cpu, wall, grown = map(float, found.split())
    return cpu, wall, grown


def compare(title: str, ours: tuple, reference: tuple, size: float) -> None:
    (cpu, wall, grown), (least, fastest, _) = ours, reference
    print(
        f"{title:<46} {cpu:6.2f} CPU s ({cpu / least:4.2f} x)  {wall:6.2f} s "
        f"({wall / fastest:4.2f} x)  +{grown:5.0f} MB ({grown / size:4.2f} x {size:.0f} MB)"
    )


def main(scale: float) -> None:
    for classes in (1000, 32_000, 100_000):
        examples = max(int(20_000 * scale) // BATCH, 2) * BATCH
        size = examples * classes * 4 / 1e6
        for library in ("numpy", "jax", "torch"):
            reference = in_process("softmax_alone", library, classes, examples)
            found = in_process("collected", library, classes, examples)
            compare(f"top, {examples} x {classes} in batches, {library}", found, reference, size)
        if size < 4000:
            reference = in_process("softmax_alone", "numpy", classes, examples)
            found = in_process("at_once", classes, examples, "top")
            compare(f"top, {examples} x {classes} at once", found, reference, size)
    examples, classes = int(50_000 * scale) // BATCH * BATCH, 1000
    size = examples * classes * 4 / 1e6
    for _ in range(3):
        # In turns, since the disk's own speed changes.
        reference = in_process("saved", classes, examples)
        print(f"np.save and fsync of {SNAPSHOTS} snapshots: {reference[0]:.2f} CPU s, "
              f"{reference[1]:.2f} s")  # fmt: skip
        found = in_process("at_once", classes, examples, "float32")
        compare(f"float32, {examples} x {classes} at once", found, reference, size)
        found = in_process("collected", "numpy", classes, examples, "float32")
        compare(f"float32, {examples} x {classes} in batches", found, reference, size)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        given = [int(one) if one.isdecimal() else one for one in sys.argv[2:]]
        globals()[sys.argv[1]](*given)
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 1)

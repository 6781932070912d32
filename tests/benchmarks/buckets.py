"""What recording to a bucket takes: requests, and time beside that of bare writes.

    python tests/benchmarks/buckets.py

The server is moto on this machine: its own time is in all figures, and no network.
"""

import os
import time
from collections.abc import Callable

import numpy as np
import tensorstore as ts

import anim
from anim.run.store.buckets import clouds
from tests.support.buckets import BUCKET, Server, serving

# Examples, classes and snapshots: a chunk each, and several of 16 MB.
SIZES = ((2_000, 10, 128), (100_000, 100, 8))


def timed(act: Callable[[], None]) -> np.ndarray:
    """Seconds by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    act()
    return np.array([time.perf_counter() - clock, time.process_time() - processor])


def bare(path: str, logits: np.ndarray, count: int) -> None:
    """Write the same bytes as objects of 16 MB, a snapshot after another."""
    spec = clouds.spec_of("s3", BUCKET, path)
    kv = ts.KvStore.open(spec, context=clouds.context_of("s3")).result()
    content = logits.tobytes()
    for i in range(count):
        parts = range(0, len(content), 1 << 24)
        for write in [kv.write(f"{i}/{at}", content[at : at + (1 << 24)]) for at in parts]:
            write.result()


def measure(server: Server, examples: int, classes: int, count: int) -> None:
    """Print what snapshots of a size take."""

    def asked(act: Callable[[], object]) -> int:
        before = len(server.requests)
        act()
        return len(server.requests) - before

    def record(*steps: int) -> None:
        for step in steps:
            recorder.snapshot(step, logits=logits, metrics={"loss": 1.0})
        recorder.flush()

    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, examples)
    logits = rng.normal(size=(examples, classes)).astype(np.float32)
    url = f"s3://{BUCKET}/{examples}"
    before = len(server.requests)
    with anim.Recorder(url, labels=labels) as recorder:
        record(0)
        begun = len(server.requests)
        ours = timed(lambda: record(*range(1, count + 1)))
        each = (len(server.requests) - begun) / count
        plain = timed(lambda: bare(f"bare{examples}", logits, count))
    opening = asked(lambda: anim.open(url))
    run = anim.open(url)
    reading = asked(lambda: [run.snapshots[i] for i in range(count)]) / count
    clock, processor = ours / plain
    print(
        f"{examples:,} x {classes}, {logits.nbytes / 1e6:.1f} MB: {begun - before} requests until "
        f"the first snapshot, {each:.1f} for each after it; {opening} to open, {reading:.1f} to "
        f"read a snapshot\n  {1e3 * ours[0] / count:.0f} ms a snapshot, {clock:.1f} times bare "
        f"writes; processor {processor:.1f} times, with the server's"
    )


def main() -> None:
    with serving() as server:
        os.environ.update(server.environment)
        for size in SIZES:
            measure(server, *size)


if __name__ == "__main__":
    main()

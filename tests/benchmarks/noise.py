"""Seconds that bands, intervals, curves, recalibrations take for 250 snapshots of 100,000 points.

    python tests/benchmarks/noise.py

Each is measured beside bars alone, on the same recording in memory, and printed with the ratio.
"""

import time

import numpy as np

import anim

SNAPSHOTS, POINTS = 250, 100_000


def recording() -> anim.Run:
    """A model that learns, and is over-confident by the end."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, POINTS)
    noise = rng.normal(size=POINTS).astype(np.float32)
    recorder = anim.Recorder(labels=labels)
    for i in range(SNAPSHOTS):
        margin = (2 * labels - 1) * i / SNAPSHOTS + noise
        recorder.snapshot(i, logits=(1 + 3 * i / SNAPSHOTS) * margin)
    return recorder.run()


def fresh(run: anim.Run) -> anim.Run:
    """The same snapshots, of which nothing is known yet."""
    return run.only(range(len(run)))


def seconds(action, run: anim.Run) -> float:
    start = time.perf_counter()
    action(fresh(run))
    return time.perf_counter() - start


def bars(run: anim.Run) -> None:
    run.reliability()


def band_and_intervals(run: anim.Run) -> None:
    bins = run.reliability()
    ideal = np.maximum(bins.confidence, 1 - bins.confidence)
    anim.calibration.consistency_band(bins.counts, ideal)
    anim.calibration.wilson_interval(bins.counts, bins.hits)


ACTIONS = {
    "band and intervals of bars": band_and_intervals,
    "interval of the ECE": lambda run: run.error_interval(),
    "all errors": lambda run: run.errors(),
    "smooth curve": lambda run: run.curve(kind="smooth"),
    "smooth curve, band": lambda run: run.curve_band(kind="smooth"),
    "isotonic curve": lambda run: run.curve(kind="isotonic"),
    "isotonic curve, band": lambda run: run.curve_band(kind="isotonic"),
    "temperature, and its run": lambda run: bars(anim.calibrate(run)[1]),
    "isotonic recalibration, and its run": lambda run: bars(anim.calibrate(run, "isotonic")[1]),
}


def main() -> None:
    run = recording()
    # Compilation is left out: two snapshots are enough for it.
    for action in (bars, *ACTIONS.values()):
        action(run.only([100, 200]))
    print(f"{SNAPSHOTS} snapshots of {POINTS:,} points, on the processor")
    for name, action in ACTIONS.items():
        alone, took = seconds(bars, run), seconds(action, run)
        print(f"{name}: {took:.2f} s, {took / alone:.1f} times bars alone ({alone:.2f} s)")


if __name__ == "__main__":
    main()

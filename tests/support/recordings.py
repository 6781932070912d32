"""Recordings of known predictions."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

import anim

LABELS = np.arange(300) % 3
CLASSES = ["a", "b", "c"]


def logits(step: int) -> np.ndarray:
    """Return the predictions at a step, float32 [300, 3]."""
    return np.random.default_rng(step).normal(size=(300, 3)).astype(np.float32)


def loss(step: int) -> float:
    """Return the scalar that is recorded at a step."""
    return 1 / (step + 1)


def record(path: Path | str, steps: Iterable[int], **options) -> None:
    """Record `logits` and `loss` at some steps; ``options`` are those of `anim.Recorder`."""
    with anim.Recorder(path, labels=LABELS, classes=CLASSES, **options) as recorder:
        for step in steps:
            recorder.snapshot(step, logits=logits(step), metrics={"loss": loss(step)})


def check_recording(path: Path | str, steps: Iterable[int]) -> anim.Run:
    """Assert that a recording holds `logits` and `loss` at exactly these steps."""
    steps, run = list(steps), anim.open(path)
    assert run.steps.tolist() == steps
    for i, step in enumerate(steps):
        np.testing.assert_array_equal(run.logits(i), logits(step))
    np.testing.assert_array_equal(run.recorded["loss"], [loss(step) for step in steps])
    return run


def chunk(path: Path, i: int, name: str = "logits") -> Path:
    """Return the file of the first chunk of snapshot i."""
    return path / name / "c" / str(i) / "0" / "0"

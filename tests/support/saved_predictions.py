"""Predictions to save in files, and the files they are saved in."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

_RNG = np.random.default_rng(0)
LABELS = _RNG.integers(0, 3, 50)
LOGITS = _RNG.normal(size=(4, 50, 3)).astype(np.float32)
PROBS = np.exp(LOGITS) / np.exp(LOGITS).sum(2, keepdims=True)
STEPS = [0, 9, 10, 100]
NAMES = np.array(["ant", "bee", "cat"])


def write_csv(path: Path, header: Sequence[str], rows: Iterable) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])

"""How often intervals, bands and verdicts hold what they say: a simulation with known truth.

    python -m tests.calibration.coverage [DRAWS]

Logits are those of a calibrated model times 0.7 to 1.5. The table has the share of intervals of the
ECE that hold the true error, and the share of models that the test calls miscalibrated; of
calibrated ones, the share whose bars all lie in a band.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from anim import calibration
from tests.support.predictions import softmax

SCALES = (1.0, 1.15, 1.5, 0.7)
SIZES = (200, 1000, 5000, 20_000)
CLASSES = (2, 10)
BINS = 15
_POPULATION = 400_000


@dataclass(frozen=True)
class Population:
    """Attributes: bin, confidence and chance of a hit of each example, and the true ECE."""

    index: np.ndarray
    confidence: np.ndarray
    chance: np.ndarray
    error: float


@lru_cache(maxsize=1)
def population(classes: int, scale: float) -> Population:
    """Return the examples of a model whose logits are ``scale`` times calibrated ones."""
    logits = np.random.default_rng(0).normal(size=(_POPULATION, classes)) * 2
    true, shown = softmax(logits), softmax(scale * logits)
    top, confidence = shown.argmax(1), shown.max(1)
    chance = true[np.arange(_POPULATION), top]
    index = np.minimum((confidence * BINS).astype(int), BINS - 1)
    off = np.bincount(index, chance - confidence, BINS)
    error = 0.0 if scale == 1 else np.abs(off).sum() / _POPULATION
    return Population(index, confidence, chance, float(error))


def samples(whole: Population, size: int, draws: int, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Return counts, accuracy and confidence [draws, BINS] of samples of ``size`` examples."""
    rng = np.random.default_rng(seed)
    sums = np.zeros((3, draws, BINS))
    for i in range(draws):
        some = rng.integers(0, _POPULATION, size)
        index, hits = whole.index[some], rng.random(size) < whole.chance[some]
        for part, weights in zip(sums, (None, hits, whole.confidence[some]), strict=True):
            part[i] = np.bincount(index, weights, BINS)
    counts, hits, scores = sums
    filled = np.where(counts > 0, counts, np.nan)
    return counts, hits / filled, scores / filled


def measured(classes: int, scale: float, size: int, draws: int) -> dict[str, float]:
    """Return shares of samples whose interval, test and bands do something, by name."""
    whole = population(classes, scale)
    bins = samples(whole, size, draws)
    low, high = calibration.error_interval(*bins)
    p_values = calibration.error_p_value(*bins)
    counts, accuracy, confidence = bins
    found = {
        "true error": whole.error,
        "interval holds it": np.mean((low <= whole.error) & (whole.error <= high)),
        "mean width": np.mean(high - low),
        "called miscalibrated": np.mean(p_values <= 0.05),
    }
    for kind in ("simultaneous", "pointwise"):
        band = calibration.consistency_band(counts, confidence, band=kind)
        # Rounding of a share may move it across the end of a band.
        inside = (accuracy >= band.low - 1e-9) & (accuracy <= band.high + 1e-9)
        found[f"all bars inside, {kind}"] = np.mean((inside | (counts == 0)).all(1))
    return found


def main(draws: int) -> None:
    print(f"{draws} samples each")
    print("| K | logits x | N | true ECE | interval holds | width | miscalibrated | bars | each |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for classes in CLASSES:
        for scale in SCALES:
            for size in SIZES:
                found = measured(classes, scale, size, draws)
                values = " | ".join(f"{value:.3f}" for value in found.values())
                print(f"| {classes} | {scale} | {size} | {values} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)

"""Predictions to test statistics with, and the plain definition of their binned errors."""

import importlib
import itertools
import warnings

import numpy as np
import pytest

EXAMPLES = 3000


def reference(name: str):
    """A package to compare with; what needs PyTorch is left out where it is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name.partition(".")[0] in ("netcal", "torch", "torchmetrics"):
            return pytest.importorskip(name, reason="needs pip install -e '.[reference]'")
        return importlib.import_module(name)


def softmax(logits: np.ndarray) -> np.ndarray:
    grown = np.exp(logits - logits.max(-1, keepdims=True))
    return grown / grown.sum(-1, keepdims=True)


def drawn(probs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Labels [N], of the classes as likely as probs [N, K] say."""
    return (probs.cumsum(1) < rng.random((len(probs), 1))).sum(1).clip(max=probs.shape[1] - 1)


def model(examples=EXAMPLES, classes=2, sharpness=1.0, seed=0) -> tuple[np.ndarray, np.ndarray]:
    """Logits [N, K] float64 that are ``sharpness`` times calibrated ones, and labels [N]."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(examples, classes)) * 1.5
    return logits * sharpness, drawn(softmax(logits), rng)


def binary(scores: np.ndarray, seed=0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities [N, 2] of scores [N] of class 1, and labels."""
    probs = np.stack([1 - scores, scores], axis=1)
    return probs, drawn(probs, np.random.default_rng(seed))


def predicted(**options) -> tuple[np.ndarray, np.ndarray]:
    logits, labels = model(**options)
    return softmax(logits), labels


CASES = {
    "two classes": predicted(),
    "ten classes": predicted(classes=10, seed=1),
    "over-confident": predicted(classes=10, sharpness=4, seed=2),
    "under-confident": predicted(classes=3, sharpness=0.4, seed=3),
    "edges of 15 bins": binary(np.resize(np.linspace(0, 1, 16), EXAMPLES), seed=4),
    "edges of 10 bins": binary(np.resize([*np.linspace(0, 1, 11), 0.5], EXAMPLES), seed=5),
    "ties": binary(np.resize([0.2, 0.55, 0.71, 0.71, 0.93], EXAMPLES), seed=6),
}
# Packages differ where a score lies on the edge of a bin, and where ties lie on a quantile.
OFF_EDGES = [name for name in CASES if "edges" not in name]
NO_TIES = [name for name in OFF_EDGES if name != "ties"]

SHARE = np.array([0.75, 0.25])
DEGENERATE = {
    # Probabilities, labels, and by hand: ECE, MCE, L2, Brier score (one class of two), NLL.
    "one example": ([SHARE], [0], 0.25, 0.25, 0.25, 0.0625, -np.log(0.75)),
    "one wrong example": ([SHARE], [1], 0.75, 0.75, 0.75, 0.5625, -np.log(0.25)),
    "all right": ([SHARE] * 4, [0] * 4, 0.25, 0.25, 0.25, 0.0625, -np.log(0.75)),
    "all wrong": ([SHARE] * 4, [1] * 4, 0.75, 0.75, 0.75, 0.5625, -np.log(0.25)),
    "all equal": ([SHARE] * 4, [0, 0, 0, 1], 0, 0, 0, 0.1875, -np.log(0.75**3 * 0.25) / 4),
    "sure and right": ([[1.0, 0.0]] * 4, [0] * 4, 0, 0, 0, 0, 0),
    # The first class is the arg max: it is right in three of four.
    "ties of classes": ([[0.5, 0.5]] * 4, [0, 0, 0, 1], 0.25, 0.25, 0.25, 0.25, np.log(2)),
}


def confidence_and_hits(probs, labels) -> tuple[np.ndarray, np.ndarray]:
    return probs.max(1), probs.argmax(1) == labels


def textbook_bins(scores, hits, edges):
    """Counts, accuracy and confidence of the filled bins, [edge, next) and the last one closed."""
    edges = np.append(edges[:-1], np.inf)
    inside = [(scores >= low) & (scores < high) for low, high in itertools.pairwise(edges)]
    filled = [part for part in inside if part.any()]
    return (
        np.array([part.sum() for part in filled]),
        np.array([hits[part].mean() for part in filled]),
        np.array([scores[part].astype(np.float64).mean() for part in filled]),
    )


def textbook_error(scores, hits, edges, norm="l1") -> float:
    counts, accuracy, confidence = textbook_bins(scores, hits, edges)
    gaps = np.abs(accuracy - confidence)
    return {
        "l1": np.average(gaps, weights=counts),
        "l2": np.sqrt(np.average(gaps**2, weights=counts)),
        "max": gaps.max(),
        "average": gaps.mean(),
    }[norm]

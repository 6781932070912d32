"""Predictions that are drawn, and what NumPy says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

_CLASSES = ("cat", "dog", "bird", "Fish", "été")


@dataclass(frozen=True)
class Predictions:
    """Predictions of a model that learns.

    Attributes:
        steps: S of them, ascending.
        labels: [N] integers in [0, K).
        logits: [S, N, K] float32.
        probs: [S, N, K] float64, as many digits as people save.
        classes: K names.
    """

    steps: tuple[int, ...]
    labels: np.ndarray
    logits: np.ndarray
    probs: np.ndarray
    classes: tuple[str, ...]

    @property
    def names(self) -> np.ndarray:
        """The name of each label, [N]."""
        return np.array(self.classes)[self.labels]

    def hits(self, scores: np.ndarray) -> np.ndarray:
        """Return whether the largest score is that of the label, [S, N], for scores [S, N, K]."""
        return np.argmax(scores, -1) == self.labels

    def says(self, hits: np.ndarray) -> tuple[str, ...]:
        """Return what `anim.record` prints of hits [S, N]: how many examples, how accurate."""
        first, *others = (f"{np.count_nonzero(row) / row.size:.4g}" for row in hits)
        accuracy = f"{first} at first, {others[-1]} at last" if others else first
        count = f"{len(hits)} snapshot{'' if len(hits) == 1 else 's'} of {hits.shape[1]} "
        return count, f"; accuracy {accuracy};"


def likely(rare: int) -> st.SearchStrategy[bool]:
    """Return False once in ``rare`` draws."""
    return st.integers(1, rare).map(lambda drawn: drawn != rare)


@st.composite
def predictions(draw, most_steps: int = 3) -> Predictions:
    """Return predictions of up to five classes for up to forty examples."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    classes, examples = draw(st.integers(2, 5)), draw(st.integers(1, 40))
    steps = draw(st.lists(st.integers(0, 10_000), min_size=1, max_size=most_steps, unique=True))
    digits = draw(st.sampled_from([2, 3, 4, 16]))
    labels = rng.integers(classes, size=examples)
    logits = rng.normal(size=(len(steps), examples, classes))
    logits += np.eye(classes)[labels] * np.linspace(0.2, 2, len(steps))[:, None, None]
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    probs = np.round(weights / weights.sum(-1, keepdims=True), digits)
    names = _CLASSES[:classes]
    return Predictions(tuple(sorted(steps)), labels, logits.astype(np.float32), probs, names)

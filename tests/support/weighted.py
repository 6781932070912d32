"""Outcomes with weights of integers, to be compared with repeated outcomes."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st


@dataclass(frozen=True)
class Outcomes:
    """Attributes: ``scores``, ``hits`` and ``weights``, integers >= 0, of N examples; an order."""

    scores: np.ndarray
    hits: np.ndarray
    weights: np.ndarray
    order: np.ndarray

    @property
    def repeated_scores(self) -> np.ndarray:
        return np.repeat(self.scores, self.weights)

    @property
    def repeated_hits(self) -> np.ndarray:
        return np.repeat(self.hits, self.weights)

    @property
    def kept(self) -> tuple[np.ndarray, np.ndarray]:
        """Scores and hits of weights above 0."""
        return self.scores[self.weights > 0], self.hits[self.weights > 0]

    @property
    def kept_weights(self) -> np.ndarray:
        return self.weights[self.weights > 0]

    def weighted(self, function):
        return function(self.scores, self.hits, weights=self.weights)

    def shuffled(self, function):
        parts = (self.scores, self.hits, self.weights)
        scores, hits, weights = (part[self.order] for part in parts)
        return function(scores, hits, weights=weights)


@st.composite
def outcomes(draw) -> Outcomes:
    count = draw(st.integers(1, 30))
    # Few different scores, so that many are equal, and sure ones among them.
    places = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scores = rng.integers(0, places + 1, count) / places
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    weights = rng.integers(0, 4, count)
    weights[rng.integers(count)] += 1
    hits = rng.random(count) < scores
    return Outcomes(scores.astype(dtype), hits, weights, rng.permutation(count))


def weighted_outcomes(test):
    """Let a test take `Outcomes`, a few of them."""
    return settings(max_examples=25, deadline=None, derandomize=True)(given(one=outcomes())(test))

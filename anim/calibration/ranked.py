"""Outcomes by score, in ascending order: what follows from it depends on no order of examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float, Integer

from anim.calibration.bins import Array, BinSums
from anim.calibration.placing import in_memory
from anim.calibration.scores import check_shapes

# The package offers nothing of it.
__all__: list[str] = []


class Ranked(NamedTuple):
    """Sums over the examples of each of G different scores; float64, in host memory.

    Attributes:
        scores: ascending.
        weights: of the examples, or their number; above 0.
        hits: weights of the hits among them.
        squares: of the squared weights: times p (1 - p), the variance of the weighted hits. The
            effective number of examples is total^2 by the sum of all squares (Kish 1965).
    """

    scores: Float[np.ndarray, "different"]
    weights: Float[np.ndarray, "different"]
    hits: Float[np.ndarray, "different"]
    squares: Float[np.ndarray, "different"]

    @property
    def total(self) -> np.floating:
        """The sum of the weights."""
        return self.weights.sum()


def ranked(
    scores: Float[Array, "examples"],
    hits: Bool[Array, "examples"],
    weights: Float[Array, "examples"] | None = None,
) -> Ranked:
    """Return the outcomes of scores in [0, 1], by score.

    Args:
        scores, hits: of the examples, in any order.
        weights: of the examples, >= 0; None counts them.
    """
    scores, hits = in_memory(scores), in_memory(hits)
    if weights is None and scores.dtype == np.float32:
        return _counted(scores, hits)
    weights = np.ones(len(scores)) if weights is None else in_memory(weights).astype(np.float64)
    is_there = weights > 0
    if not is_there.all():
        scores, hits, weights = scores[is_there], hits[is_there], weights[is_there]
    order = np.argsort(scores)
    ordered, weights = scores[order], weights[order]
    starts = _starts(ordered)
    sums = (np.add.reduceat(part, starts) for part in (weights, weights * hits[order], weights**2))
    return Ranked(ordered[starts].astype(np.float64), *sums)


def _counted(scores: np.ndarray, hits: np.ndarray) -> Ranked:
    """Return the outcomes of float32 scores: integers of these and of the hits are sorted soon."""
    ordered = np.sort((_bits(scores) << 1) | hits.astype(np.uint32))
    return _of_ordered(ordered >> 1, ordered)


def _bits(scores: np.ndarray) -> np.ndarray:
    """Return integers that have the order of float32 scores in [0, 1]: 30 bits each."""
    return np.ascontiguousarray(scores).view(np.uint32)


def _of_ordered(known: np.ndarray, hits: np.ndarray) -> Ranked:
    """Return outcomes by score, from the bits of scores, sorted; the last bits of hits count."""
    starts = _starts(known)
    of_hits = np.add.reduceat((hits & 1).astype(np.float64), starts)
    counts = np.diff(starts, append=len(known)).astype(np.float64)
    return Ranked(known[starts].view(np.float32).astype(np.float64), counts, of_hits, counts)


class RankedOfTwo(NamedTuple):
    """Outcomes of two classes.

    Attributes:
        confidence: by confidence, of which the hits are right predictions.
        score: by the score of class 1, of which the hits are examples of class 1.
        bins: sums over equal-width bins of the confidence for each predicted class, [2, B].
    """

    confidence: Ranked
    score: Ranked
    bins: BinSums


def ranked_of_two(
    confidence: Float[Array, "examples"],
    correct: Bool[Array, "examples"],
    predicted: Integer[Array, "examples"],
    scores: Float[Array, "examples"],
    edges: Float[np.ndarray, "edges"],
) -> RankedOfTwo:
    """Return the outcomes of examples without weights of two classes.

    They are sorted one and a half times: where class 1 is predicted, its score is the confidence.

    Args:
        confidence, scores: of the predicted class, and of class 1; float32.
        correct, predicted: of the examples.
        edges: of the B bins, from `width_edges`.
    """
    arrays = map(in_memory, (confidence, correct, predicted, scores))
    confidence, correct, predicted, scores = arrays
    is_one = predicted == 1
    ordered = np.sort((_bits(confidence) << 2) | (is_one * np.uint32(2)) | correct)
    ones = ordered[(ordered & 2) > 0]
    # Where class 0 is predicted, examples of class 1 are those that are not right.
    below = np.sort(((_bits(scores) << 1) | ~correct)[~is_one])
    both = np.append(below, ((ones >> 2) << 1) | (ones & 1))
    # Rounding may leave scores of class 1 above 1/2 where class 0 is predicted.
    if len(ones) and len(below) and both[len(below) - 1] > both[len(below)]:
        both.sort(kind="stable")
    by_confidence = _of_ordered(ordered >> 2, ordered)
    known = by_confidence.scores, by_confidence.weights, by_confidence.hits
    whole = _width_sums(*known, edges)
    of_one = _width_sums((ones >> 2).view(np.float32), None, (ones & 1).astype(np.float64), edges)
    bins = (np.stack([every - own, own]) for every, own in zip(whole, of_one, strict=True))
    return RankedOfTwo(by_confidence, _of_ordered(both >> 1, both), BinSums(*bins))


def _starts(ordered: np.ndarray) -> np.ndarray:
    is_first = np.empty(len(ordered), bool)
    is_first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return np.flatnonzero(is_first)


def mass_bins(outcomes: Ranked, bins: int) -> tuple[Float[np.ndarray, "{bins}+1"], BinSums]:
    """Return the edges and sums of quantile bins of examples without weights, as of `binned`.

    Args:
        outcomes: by score, of N examples.
        bins: the number of bins.
    """
    until = np.cumsum(outcomes.weights)
    ranks = -(-np.arange(bins + 1) * (int(until[-1]) - 1) // bins)
    at = np.searchsorted(until, ranks, side="right")
    edges = outcomes.scores[at]
    # A bin begins with the score that is its edge, and the last one holds the last edge, too.
    known = outcomes.scores, outcomes.weights, outcomes.hits
    return edges, BinSums(*_sums_from(*known, at[:-1], edges))


def _width_sums(
    scores: np.ndarray, weights: np.ndarray | None, hits: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    edges = edges.astype(np.float64)
    return _sums_from(scores, weights, hits, np.searchsorted(scores, edges[:-1]), edges)


def _sums_from(
    scores: np.ndarray,
    weights: np.ndarray | None,
    hits: np.ndarray,
    starts: np.ndarray,
    edges: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return counts, hits and offsets of bins, see `BinSums`.

    Args:
        scores: ascending.
        weights: of the scores, or None for 1.
        hits: of the scores.
        starts: where in the scores the bins begin; in the first all that are below the second.
        edges: of the bins.
    """
    numbers = np.diff(starts, append=len(scores))
    is_filled = numbers > 0

    def sums(values: np.ndarray) -> np.ndarray:
        found = np.zeros(len(starts))
        if is_filled.any():
            found[is_filled] = np.add.reduceat(values, starts[is_filled], dtype=np.float64)
        return found

    counts = numbers.astype(np.float64) if weights is None else sums(weights)
    totals = sums(scores if weights is None else weights * scores)
    return counts, sums(hits), totals - counts * edges[:-1]


def own_of(weights: Array | None, at: tuple[int, ...]) -> np.ndarray | None:
    """Return the weights of a snapshot, of [N] of all or [..., N]; None if there are none."""
    if weights is None:
        return None
    weights = in_memory(weights)
    return weights if weights.ndim == 1 else weights[at]


def of_each_snapshot(
    function: Callable[[Ranked], Any], scores: Array, hits: Array, weights: Array | None
) -> Any:
    """Return what a function makes of the outcomes of each snapshot, arrays of float64.

    Args:
        function: returns a named tuple of numbers.
        scores: [..., N].
        hits: [N] or [..., N].
        weights: [N] or [..., N], or None.

    Raises:
        ValueError: shapes that do not fit.
    """
    scores, hits = in_memory(scores), in_memory(hits)
    check_shapes(scores.shape, hits.shape, axes=1)
    lead = scores.shape[:-1]
    found = [
        function(ranked(scores[at], hits if hits.ndim == 1 else hits[at], own_of(weights, at)))
        for at in np.ndindex(lead)
    ]
    return jax.tree.map(lambda *parts: np.array(parts, np.float64).reshape(lead)[()], *found)

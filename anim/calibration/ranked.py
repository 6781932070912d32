"""Outcomes by score, in ascending order: what follows from it depends on no order of examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float

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
    bits = np.ascontiguousarray(scores).view(np.uint32)
    ordered = np.sort((bits << 1) | hits.astype(np.uint32))
    known = ordered >> 1
    starts = _starts(known)
    of_hits = np.add.reduceat((ordered & 1).astype(np.float64), starts)
    counts = np.diff(starts, append=len(known)).astype(np.float64)
    return Ranked(known[starts].view(np.float32).astype(np.float64), counts, of_hits, counts)


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
    ends = np.append(at[:-1], len(until))
    sums = (outcomes.weights, outcomes.hits, outcomes.weights * outcomes.scores)
    counts, hits, totals = (np.diff(np.append(0, np.cumsum(part))[ends]) for part in sums)
    return edges, BinSums(counts, hits, totals - counts * edges[:-1])


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

"""Scores that stand for equal parts of all examples, and how many of these are wrong."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Num

from anim.calibration.bins import Array, is_on_host
from anim.calibration.weights import are_whole

# Nothing of it is offered by the package: pictures need it.
__all__: list[str] = []

# Of more examples than this, a dot stands for a hundredth.
MOST_DOTS = 100
# To so many digits equal shares are equal, whatever rounding left of them.
_DIGITS = 9


class DotSums(NamedTuple):
    """What D dots show of N examples: of more than 100, each shows a hundredth, else one.

    With scores in ascending order, the D dots divide the ranks 0 to N into D equal parts. Each of
    the D + 1 ends of these parts lies among examples with equal scores, whose order means nothing.

    Attributes:
        scores: float32, ascending. Dot k of 100 has the score at rank (k + 1/2) / 100, one that
            occurs: NumPy's quantile by the method ``inverted_cdf``.
        starts, stops: int32, the ranks of the first of these equal scores, and of the next larger
            score.
        wrong_before, wrong_until: int32, how many examples of smaller scores are wrong, and how
            many are with those of this score.

    With weights, ranks and numbers of examples are sums of weights, float64.
    """

    scores: Float[Array, "*snapshots dots"]
    starts: Num[Array, "*snapshots dots+1"]
    stops: Num[Array, "*snapshots dots+1"]
    wrong_before: Num[Array, "*snapshots dots+1"]
    wrong_until: Num[Array, "*snapshots dots+1"]


def dot_sums(scores: Float[Array, "examples"], is_wrong: Bool[Array, "examples"]) -> DotSums:
    """Return what dots show of scores in [0, 1], of which some are wrong."""
    if is_on_host(scores):
        return _host_sums(np.asarray(scores), np.asarray(is_wrong))
    return _device_sums(scores, is_wrong)


def _host_sums(scores: np.ndarray, is_wrong: np.ndarray) -> DotSums:
    bits = np.ascontiguousarray(scores, np.float32).view(np.uint32)
    return _sums(np, np.sort((bits << 1) | is_wrong.astype(np.uint32)))


@jax.jit
def _device_sums(scores: jax.Array, is_wrong: jax.Array) -> DotSums:
    bits = jax.lax.bitcast_convert_type(scores.astype(np.float32), np.uint32)
    return _sums(jnp, jnp.sort((bits << 1) | is_wrong.astype(np.uint32)))


def _sums(xp: Any, ordered: Any) -> DotSums:
    """Return the sums of NumPy or JAX arrays.

    Args:
        xp: the library.
        ordered: [N] uint32, sorted: the bits of a score, which have the order of the scores, then
            whether the example is wrong.
    """
    count = ordered.shape[0]
    dots = min(count, MOST_DOTS)
    odd = 2 * np.arange(dots, dtype=np.int64) + 1
    middles = -(-odd * count // (2 * dots)) - 1
    ends = np.minimum(np.arange(dots + 1, dtype=np.int64) * count // dots, count - 1)
    bits, is_wrong = ordered >> 1, (ordered & 1).astype(np.int32)
    wrong = xp.concatenate([xp.zeros(1, np.int32), xp.cumsum(is_wrong, dtype=np.int32)])
    if count > dots:
        starts = xp.searchsorted(bits, bits[ends], side="left")
        stops = xp.searchsorted(bits, bits[ends], side="right")
    else:
        # Each example has its own dot. Among equal scores, the wrong are the last.
        starts, stops = xp.asarray(ends), xp.asarray(ends + 1)
    if xp is np:
        scores = bits[middles].view(np.float32)
    else:
        scores = jax.lax.bitcast_convert_type(bits[middles], np.float32)
    return DotSums(
        scores, starts.astype(np.int32), stops.astype(np.int32), wrong[starts], wrong[stops]
    )


def weighted_dot_sums(scores: np.ndarray, is_wrong: np.ndarray, weights: np.ndarray) -> DotSums:
    """Return what dots show of examples with weights, all in host memory.

    Whole numbers are repeated examples. With other weights there are as many dots as without, each
    of which stands for an equal part of the sum of the weights: ranks and numbers are sums of them.

    Args:
        scores: [N] in [0, 1].
        is_wrong: [N] bool.
        weights: [N] above 0.
    """
    scores, total = np.asarray(scores, np.float32), weights.sum()
    is_whole, is_equal = are_whole(weights), (weights == weights[0]).all()
    if is_whole and total <= MOST_DOTS:
        whole = weights.astype(np.int64)
        return _floats(_host_sums(np.repeat(scores, whole), np.repeat(is_wrong, whole)), 1.0)
    if is_equal and len(scores) <= MOST_DOTS and not is_whole:
        return _floats(_host_sums(scores, is_wrong), weights[0])
    dots = MOST_DOTS if is_whole else min(len(scores), MOST_DOTS)
    order = np.argsort(scores)
    ordered = scores[order]
    reached, wrong = (
        np.append(0, np.cumsum(part[order])) for part in (weights, weights * is_wrong)
    )
    total = reached[-1]
    middles = (2 * np.arange(dots) + 1) * total / (2 * dots) * (1 - 1e-12)
    middles = np.searchsorted(reached[1:], middles, side="left")
    ends = np.searchsorted(reached[1:], np.arange(dots + 1) * total / dots, side="right")
    values = ordered[np.minimum(ends, len(ordered) - 1)]
    starts, stops = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return DotSums(ordered[middles], reached[starts], reached[stops], wrong[starts], wrong[stops])


def _floats(sums: DotSums, weight: float) -> DotSums:
    return DotSums(sums.scores, *(weight * np.asarray(part, np.float64) for part in sums[1:]))


def wrong_dots(sums: DotSums, examples: int | float) -> Bool[np.ndarray, "*snapshots dots"]:
    """Return which dots are drawn as wrong: as many of D as there are wrong examples among D.

    The wrong examples of a dot are those among its ranks; examples with equal scores share theirs
    evenly, so that nothing depends on the order of the examples. Which dots are wrong follows by
    `apportioned`.

    Args:
        sums: of `dot_sums`.
        examples: N, or the sum of their weights.
    """
    starts, stops, before, until = (np.asarray(part, np.float64) for part in sums[1:])
    dots = np.shape(sums.scores)[-1]
    ranks = np.arange(dots + 1) * examples / dots
    within = (ranks - starts) / np.where(stops > starts, stops - starts, 1)
    return apportioned(np.diff(before + within * (until - before)) * dots / examples)


def apportioned(
    shares: Float[np.ndarray, "*snapshots dots"],
) -> Bool[np.ndarray, "*snapshots dots"]:
    """Return which of D dots are wrong: of the first k, as many as their shares add up to.

    Sums are rounded half up. So any range of dots has as many wrong ones as it should, but for one.
    By largest remainder, only the dots with the largest shares would be wrong: none that are sure,
    if errors are rarer among them.

    Args:
        shares: of the examples of each dot that are wrong.
    """
    counts = np.floor(np.round(np.cumsum(shares, axis=-1), _DIGITS) + 0.5)
    return np.diff(counts, prepend=0, axis=-1) > 0

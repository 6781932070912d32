"""From scores to bins: sums over examples, which add up over chunks, devices and hosts."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.typing import ArrayLike
from numpy.typing import DTypeLike

Array = jax.Array | np.ndarray

# The number of bins of an error, unless another one is given.
ERROR_BINS = 15

# The number of examples that are added up before their sums are.
_BLOCK = 1 << 16


class BinSums(NamedTuple):
    """Sums over the examples of each bin; the sums of two sets of examples are added by ``+``.

    Attributes:
        counts: [B] int32, examples in the bin.
        hits: [B] int32, those that count as a hit in the view.
        offsets: [B] float32, sum of (score - lower edge of the bin). These are small numbers that
            are added block by block, and lose less in float32 than a plain sum of scores.
    """

    counts: Array
    hits: Array
    offsets: Array

    def __add__(self, other: BinSums) -> BinSums:  # pyright: ignore[reportIncompatibleMethodOverride]
        return BinSums(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def sums_by(index: jax.Array, values: jax.Array, length: int) -> jax.Array:
    """Return the sums [length, ...] of values [N, ...] with the same index [N].

    Examples are summed in blocks, then the sums of the blocks: adding a small number to a float32
    that has grown large would lose it.
    """
    block = jnp.arange(index.shape[0]) // _BLOCK
    sums = jnp.zeros((-(-index.shape[0] // _BLOCK), length, *values.shape[1:]), values.dtype)
    return sums.at[block, index].add(values).sum(0)


def width_edges(bins: int, dtype: DTypeLike = np.float32) -> np.ndarray:
    """Return the edges [B + 1] that numpy.histogram has on [0, 1] for scores of a dtype."""
    return np.linspace(0, 1, bins + 1, dtype=dtype)


def mass_edges(scores: ArrayLike, bins: int) -> Array:
    """Return the edges [B + 1] of quantile bins, from the minimum of the scores to the maximum.

    Each edge is a score: the smallest one of its bin. Equal scores share a bin, so ties leave bins
    empty.
    """
    scores = scores if isinstance(scores, jax.Array) else np.asarray(scores)
    ranks = -(-np.arange(bins + 1, dtype=np.int64) * (scores.shape[0] - 1) // bins)
    return _ordered(scores)[ranks]


def _ordered(scores: Array) -> Array:
    """Return sorted scores; NumPy sorts those in host memory, as XLA's sort is slow on a CPU."""
    is_on_host = isinstance(scores, np.ndarray) or (
        not isinstance(scores, Tracer) and {one.platform for one in scores.devices()} == {"cpu"}
    )
    return np.sort(np.asarray(scores)) if is_on_host else jnp.sort(scores)


@jax.jit
def width_sums(scores: jax.Array, hits: jax.Array, edges: jax.Array) -> BinSums:
    """Return sums over equal-width bins [k/B, (k+1)/B), the last one closed.

    A score is compared with the edges, as numpy.histogram does: rounding of ``score * B`` does not
    move a score across an edge.

    Args:
        scores: [N] in [0, 1].
        hits: [N] bool.
        edges: [B + 1] from `width_edges`.
    """
    last = edges.shape[0] - 2
    index = jnp.clip((scores * (last + 1)).astype(jnp.int32), 0, last)
    index = index - (scores < edges[index])
    index = index + ((scores >= edges[index + 1]) & (index < last))
    return _sums(index, scores, hits, edges)


@jax.jit
def edge_sums(scores: jax.Array, hits: jax.Array, edges: jax.Array) -> BinSums:
    """Return sums over bins [edge, next edge), the last one closed; see `width_sums`."""
    return _sums(_bin_of(scores, edges), scores, hits, edges)


def _bin_of(scores: jax.Array, edges: jax.Array) -> jax.Array:
    index = jnp.searchsorted(edges, scores, side="right") - 1
    return jnp.clip(index, 0, edges.shape[0] - 2)


@jax.jit
def lifts(scores: jax.Array, edges: jax.Array) -> jax.Array:
    """Return the sums [B] of max(s, 1 - s) - s, where s is the score of class 1.

    By this much a calibrated model is right more often than s says, as it predicts class 0 below
    0.5.

    Args:
        scores: [N] of class 1 of two.
        edges: [B + 1] of the bins.
    """
    return sums_by(_bin_of(scores, edges), jnp.maximum(1 - 2 * scores, 0), edges.shape[0] - 1)


def _sums(index, scores, hits, edges) -> BinSums:
    bins = edges.shape[0] - 1
    by_hit = jnp.zeros(2 * bins, jnp.int32).at[2 * index + hits].add(1).reshape(bins, 2)
    offsets = sums_by(index, scores - edges[index], bins)
    return BinSums(by_hit.sum(1), by_hit[:, 1], offsets)


def binned(scores: jax.Array, hits: jax.Array, bins: int, binning: str) -> tuple[Array, BinSums]:
    """Return the edges [B + 1] and the `BinSums` of scores [N] and hits [N].

    Args:
        scores, hits: [N], as for `width_sums`.
        bins: the number of bins.
        binning: ``"width"`` or ``"mass"``.
    """
    if binning == "width":
        edges = width_edges(bins, scores.dtype)
        return edges, width_sums(scores, hits, edges)
    edges = mass_edges(scores, bins)
    return edges, edge_sums(scores, hits, edges)


def shares(sums: BinSums, edges: ArrayLike) -> tuple[Any, Any]:
    """Return the share of hits and the mean score of each bin, NaN where a bin is empty.

    Args:
        sums: [..., B] each.
        edges: [..., B + 1].

    Returns:
        [..., B] each, float64; of the dtype of the sums inside a compiled function.
    """
    xp: Any = jnp if isinstance(sums.counts, Tracer) else np
    kind = sums.offsets.dtype if xp is jnp else np.float64
    counts, hits, offsets, lower = (xp.asarray(part, kind) for part in (*sums, edges))
    filled = xp.where(counts > 0, counts, xp.nan)
    return hits / filled, lower[..., :-1] + offsets / filled

"""From scores to bins: sums over examples, which add up over chunks, devices and hosts."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

# Examples that are added up one after another.
_BLOCK = 1 << 16


class BinSums(NamedTuple):
    """Sums over the examples of each bin; the sums of two sets of examples are added by ``+``.

    Attributes:
        counts: [B] int32, examples in the bin.
        hits: [B] int32, those that count as a hit in the view.
        offsets: [B] float32, sum of (score - lower edge of the bin). Being small numbers, and added
            block by block, they lose little in float32, unlike a plain sum of scores.
    """

    counts: np.ndarray
    hits: np.ndarray
    offsets: np.ndarray

    def __add__(self, other: BinSums) -> BinSums:
        return BinSums(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def sums_by(index: jax.Array, values: jax.Array, length: int) -> jax.Array:
    """Sums [length, ...] of values [N, ...] over those of equal index [N].

    In blocks of examples, which are added up at last: a float32 that has grown large would take no
    notice of one more small number.
    """
    block = jnp.arange(index.shape[0]) // _BLOCK
    sums = jnp.zeros((-(-index.shape[0] // _BLOCK), length, *values.shape[1:]), values.dtype)
    return sums.at[block, index].add(values).sum(0)


def width_edges(bins: int, dtype=np.float32) -> np.ndarray:
    """Edges [B + 1] of equal-width bins on [0, 1]: those numpy.histogram uses for a dtype."""
    return np.linspace(0, 1, bins + 1, dtype=dtype)


def mass_edges(scores: jax.Array, bins: int) -> jax.Array:
    """Edges [B + 1] of quantile bins, from the least score to the greatest.

    Each is a score: the least one of its bin. Equal scores share a bin, so that ties leave bins
    empty.
    """
    scores = scores if hasattr(scores, "shape") else np.asarray(scores)
    ranks = -(-np.arange(bins + 1, dtype=np.int64) * (scores.shape[0] - 1) // bins)
    return _ordered(scores)[ranks]


def _ordered(scores: jax.Array):
    """Sorted; by NumPy where the scores are in its reach: XLA's sort is slow on a CPU."""
    is_near = not isinstance(scores, jax.core.Tracer) and (
        isinstance(scores, np.ndarray) or scores.device.platform == "cpu"
    )
    return np.sort(np.asarray(scores)) if is_near else jnp.sort(scores)


@jax.jit
def width_sums(scores: jax.Array, hits: jax.Array, edges: jax.Array) -> BinSums:
    """Sums over equal-width bins [k/B, (k+1)/B), the last one closed.

    The bin of a score is decided by comparing it with the edges, as numpy.histogram does, so that
    no rounding of ``score * B`` moves a score over an edge.

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
    """Sums over bins of any width, [edge, next edge), the last one closed; see `width_sums`."""
    return _sums(_bin_of(scores, edges), scores, hits, edges)


def _bin_of(scores: jax.Array, edges: jax.Array) -> jax.Array:
    index = jnp.searchsorted(edges, scores, side="right") - 1
    return jnp.clip(index, 0, edges.shape[0] - 2)


@jax.jit
def lifts(scores: jax.Array, edges: jax.Array) -> jax.Array:
    """[B] sums of max(s, 1 - s) - s: how much more often than a score of class 1 says a calibrated
    model is right, as it predicts class 0 below 0.5.

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


def binned(scores: jax.Array, hits: jax.Array, bins: int, binning: str) -> tuple:
    """Edges [B + 1] and `BinSums` of scores [N] and hits [N].

    Args:
        scores, hits: [N], as for `width_sums`.
        bins: how many.
        binning: ``"width"`` or ``"mass"``.
    """
    if binning == "width":
        edges = width_edges(bins, scores.dtype)
        return edges, width_sums(scores, hits, edges)
    edges = mass_edges(scores, bins)
    return edges, edge_sums(scores, hits, edges)


def shares(sums: BinSums, edges) -> tuple:
    """Share of hits and mean score of each bin [..., B], NaN where a bin is empty.

    In float64, or in their own dtype where they are traced.
    """
    xp = jnp if isinstance(sums.counts, jax.core.Tracer) else np
    kind = sums.offsets.dtype if xp is jnp else np.float64
    counts, hits, offsets, lower = (xp.asarray(part, kind) for part in (*sums, edges))
    filled = xp.where(counts > 0, counts, xp.nan)
    return hits / filled, lower[..., :-1] + offsets / filled

"""From scores to bins: sums over examples, which add up over chunks, devices and hosts."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Bool, Float, Integer, Num
from numpy.typing import DTypeLike

__all__ = [
    "ERROR_BINS",
    "Array",
    "BinSums",
    "binned",
    "edge_sums",
    "lifts",
    "mass_edges",
    "shares",
    "width_edges",
    "width_sums",
]

Array = jax.Array | np.ndarray

# The number of bins of an error, unless another one is given.
ERROR_BINS = 15

# The number of examples that are added up before their sums are.
_BLOCK = 1 << 16


class BinSums(NamedTuple):
    """Sums over the examples of each bin; the sums of two sets of examples are added by ``+``.

    Attributes:
        counts: int32, examples in the bin.
        hits: int32, those that count as a hit in the view.
        offsets: float32, sum of (score - lower edge of the bin). These are small numbers that
            are added block by block, and lose less in float32 than a plain sum of scores.
    """

    counts: Integer[Array, "*snapshots bins"]
    hits: Integer[Array, "*snapshots bins"]
    offsets: Float[Array, "*snapshots bins"]

    def __add__(self, other: BinSums) -> BinSums:  # pyright: ignore[reportIncompatibleMethodOverride]
        return BinSums(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def sums_by(
    index: Integer[Array, "examples"], values: Num[Array, "examples *rest"], length: int
) -> Num[jax.Array, "{length} *rest"]:
    """Return the sums of values with the same index.

    Examples are summed in blocks, then the sums of the blocks: adding a small number to a float32
    that has grown large would lose it.
    """
    block = jnp.arange(index.shape[0]) // _BLOCK
    sums = jnp.zeros((-(-index.shape[0] // _BLOCK), length, *values.shape[1:]), values.dtype)
    return sums.at[block, index].add(values).sum(0)


def width_edges(bins: int, dtype: DTypeLike = np.float32) -> Float[np.ndarray, "{bins}+1"]:
    """Return the edges that numpy.histogram has on [0, 1] for scores of a dtype."""
    return np.linspace(0, 1, bins + 1, dtype=dtype)


def mass_edges(scores: Float[Array, "examples"], bins: int) -> Float[Array, "{bins}+1"]:
    """Return the edges of quantile bins, from the minimum of the scores to the maximum.

    Each edge is a score: the smallest one of its bin. Equal scores share a bin, so ties leave bins
    empty.
    """
    scores = scores if isinstance(scores, jax.Array) else np.asarray(scores)
    ranks = -(-np.arange(bins + 1, dtype=np.int64) * (scores.shape[0] - 1) // bins)
    return _ordered(scores)[ranks]


def _ordered(scores: Float[Array, "examples"]) -> Float[Array, "examples"]:
    """Return sorted scores; NumPy sorts those in host memory, as XLA's sort is slow on a CPU."""
    return np.sort(np.asarray(scores)) if is_on_host(scores) else jnp.sort(scores)


def is_on_host(values: Array) -> bool:
    """Return whether the values are known, and lie in host memory of this process."""
    if isinstance(values, np.ndarray):
        return True
    if isinstance(values, Tracer) or not (
        values.is_fully_addressable or values.is_fully_replicated
    ):
        return False
    return {one.platform for one in values.devices()} == {"cpu"}


@jax.jit
def width_sums(
    scores: Float[Array, "examples"], hits: Bool[Array, "examples"], edges: Float[Array, "edges"]
) -> BinSums:
    """Return sums over equal-width bins [k/B, (k+1)/B), the last one closed.

    A score is compared with the edges, as numpy.histogram does: rounding of ``score * B`` does not
    move a score across an edge.

    Args:
        scores: in [0, 1].
        hits: which examples count as a hit.
        edges: from `width_edges`.
    """
    last = edges.shape[0] - 2
    index = jnp.clip((scores * (last + 1)).astype(jnp.int32), 0, last)
    index = index - (scores < edges[index])
    index = index + ((scores >= edges[index + 1]) & (index < last))
    return _sums(index, scores, hits, edges)


@jax.jit
def edge_sums(
    scores: Float[Array, "examples"], hits: Bool[Array, "examples"], edges: Float[Array, "edges"]
) -> BinSums:
    """Return sums over bins [edge, next edge), the last one closed; see `width_sums`."""
    return _sums(_bin_of(scores, edges), scores, hits, edges)


def _bin_of(
    scores: Float[Array, "examples"], edges: Float[Array, "edges"]
) -> Integer[jax.Array, "examples"]:
    index = jnp.searchsorted(edges, scores, side="right") - 1
    return jnp.clip(index, 0, edges.shape[0] - 2)


@jax.jit
def lifts(
    scores: Float[Array, "examples"], edges: Float[Array, "edges"]
) -> Float[jax.Array, "edges-1"]:
    """Return the sums over bins of max(s, 1 - s) - s, where s is the score of class 1.

    By this much a calibrated model is right more often than s says, as it predicts class 0 below
    0.5.

    Args:
        scores: of class 1 of two.
        edges: of the bins.
    """
    return sums_by(_bin_of(scores, edges), jnp.maximum(1 - 2 * scores, 0), edges.shape[0] - 1)


def _sums(
    index: Integer[Array, "examples"],
    scores: Float[Array, "examples"],
    hits: Bool[Array, "examples"],
    edges: Float[Array, "edges"],
) -> BinSums:
    bins = edges.shape[0] - 1
    by_hit = jnp.zeros(2 * bins, jnp.int32).at[2 * index + hits].add(1).reshape(bins, 2)
    offsets = sums_by(index, scores - edges[index], bins)
    return BinSums(by_hit.sum(1), by_hit[:, 1], offsets)


def binned(
    scores: Float[Array, "examples"], hits: Bool[Array, "examples"], bins: int, binning: str
) -> tuple[Float[Array, "{bins}+1"], BinSums]:
    """Return the edges and the `BinSums` of scores and hits.

    Args:
        scores, hits: as for `width_sums`.
        bins: the number of bins.
        binning: ``"width"`` or ``"mass"``.
    """
    if binning == "width":
        edges = width_edges(bins, scores.dtype)
        return edges, width_sums(scores, hits, edges)
    edges = mass_edges(scores, bins)
    return edges, edge_sums(scores, hits, edges)


def shares(
    sums: BinSums, edges: Float[Array, "*#snapshots edges"]
) -> tuple[Float[Any, "*snapshots edges-1"], Float[Any, "*snapshots edges-1"]]:
    """Return the share of hits and the mean score of each bin, NaN where a bin is empty.

    Args:
        sums: of the bins.
        edges: of the bins, of each snapshot or of all.

    Returns:
        Both as float64; of the dtype of the sums inside a compiled function.
    """
    xp: Any = jnp if isinstance(sums.counts, Tracer) else np
    kind = sums.offsets.dtype if xp is jnp else np.float64
    counts, hits, offsets, lower = (xp.asarray(part, kind) for part in (*sums, edges))
    filled = xp.where(counts > 0, counts, xp.nan)
    return hits / filled, lower[..., :-1] + offsets / filled

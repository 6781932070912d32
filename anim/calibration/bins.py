"""From scores to bins: sums over examples, which add up over chunks, devices and hosts."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Bool, Float, Integer, Num
from numpy.typing import DTypeLike

from anim.calibration.weights import Array, effective_of_sums, unit_of

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

# The number of bins of an error, unless another one is given.
ERROR_BINS = 15

# The number of examples that are added up before their sums are.
_BLOCK = 1 << 16
# Rounding of sums of weights in float32 and float64, relative to them.
_SLACK = {4: 2e-6, 8: 1e-12}


class BinSums(NamedTuple):
    """Sums over the examples of each bin; the sums of two sets of examples are added by ``+``.

    Attributes:
        counts: int32, examples in the bin; with weights the sum of these, a float.
        hits: int32, those that count as a hit in the view; with weights the sum of theirs.
        offsets: float32, sum of (score - lower edge of the bin), times the weight. These are small
            numbers that are added block by block, and lose less in float32 than a plain sum of
            scores.
        squares: the sum of the squared weights; None without weights.
    """

    counts: Num[Array, "*snapshots bins"]
    hits: Num[Array, "*snapshots bins"]
    offsets: Float[Array, "*snapshots bins"]
    squares: Float[Array, "*snapshots bins"] | None = None

    def __add__(self, other: BinSums) -> BinSums:  # pyright: ignore[reportIncompatibleMethodOverride]
        return jax.tree.map(lambda mine, theirs: mine + theirs, self, other)

    @property
    def effective(self) -> Num[Array, "*snapshots bins"]:
        """The effective number of examples of each bin: `effective_of_sums`, or the counts."""
        return self.counts if self.squares is None else effective_of_sums(self.counts, self.squares)


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


def mass_edges(
    scores: Float[Array, "examples"],
    bins: int,
    *,
    weights: Float[Array, "examples"] | None = None,
) -> Float[Array, "{bins}+1"]:
    """Return the edges of quantile bins, from the minimum of the scores to the maximum.

    Each edge is a score: the smallest one of its bin. Equal scores share a bin, so ties leave bins
    empty.

    With weights that are whole numbers, the edges are those of examples that are repeated. Ranks of
    examples with other weights count these in units of sum(w^2) / sum(w), the mean weight of the
    effective number of examples; so they do not depend on the unit of the weights, and the edges
    of equal weights are those without weights.
    """
    scores = scores if isinstance(scores, jax.Array) else np.asarray(scores)
    if weights is not None:
        return _weighted_edges(scores, bins, weights)
    ranks = -(-np.arange(bins + 1, dtype=np.int64) * (scores.shape[0] - 1) // bins)
    return _ordered(scores)[ranks]


def _weighted_edges(scores, bins: int, weights) -> Array:
    is_here = is_on_host(scores) and is_on_host(weights)
    xp: Any = np if is_here else jnp
    scores, weights = xp.asarray(scores), xp.asarray(weights)
    if is_here and len(known := weights[weights > 0]) and (known == known[0]).all():
        return mass_edges(scores[weights > 0], bins)
    order = xp.argsort(scores)
    reached = xp.cumsum(weights[order])
    total, unit = reached[-1], unit_of(weights)
    ranks = unit + np.arange(1, bins + 1) * (total - unit) / bins
    least = xp.minimum(ranks, total) * (1 - _SLACK[reached.dtype.itemsize])
    # The first edge is the least score that has a weight.
    first = xp.searchsorted(reached, xp.zeros(1, reached.dtype), side="right")
    at = xp.concatenate([first, xp.searchsorted(reached, least, side="left")])
    return scores[order][at]


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


def width_sums(
    scores: Float[Array, "examples"],
    hits: Bool[Array, "examples"],
    edges: Float[Array, "edges"],
    *,
    weights: Float[Array, "examples"] | None = None,
) -> BinSums:
    """Return sums over equal-width bins [k/B, (k+1)/B), the last one closed.

    A score is compared with the edges, as numpy.histogram does: rounding of ``score * B`` does not
    move a score across an edge.

    Args:
        scores: in [0, 1].
        hits: which examples count as a hit.
        edges: from `width_edges`.
        weights: of the examples, at least 0. In host memory NumPy adds them up, in float64.
    """
    if weights is None:
        return _width_sums(scores, hits, edges)
    return edge_sums(scores, hits, edges, weights=weights)


@jax.jit
def _width_sums(scores, hits, edges) -> BinSums:
    last = edges.shape[0] - 2
    index = jnp.clip((scores * (last + 1)).astype(jnp.int32), 0, last)
    index = index - (scores < edges[index])
    index = index + ((scores >= edges[index + 1]) & (index < last))
    return _sums(index, scores, hits, edges)


def edge_sums(
    scores: Float[Array, "examples"],
    hits: Bool[Array, "examples"],
    edges: Float[Array, "edges"],
    *,
    weights: Float[Array, "examples"] | None = None,
) -> BinSums:
    """Return sums over bins [edge, next edge), the last one closed; see `width_sums`."""
    if weights is not None and all(map(is_on_host, (scores, hits, edges, weights))):
        scores, hits, edges = map(as_computed, (scores, hits, edges))
        return _host_sums(scores, hits, edges, np.asarray(weights))
    return _edge_sums(scores, hits, edges, weights)


@jax.jit
def _edge_sums(scores, hits, edges, weights) -> BinSums:
    return _sums(_bin_of(scores, edges), scores, hits, edges, weights)


def _bin_of(
    scores: Float[Array, "examples"], edges: Float[Array, "edges"]
) -> Integer[Array, "examples"]:
    xp: Any = np if isinstance(scores, np.ndarray) else jnp
    last = edges.shape[0] - 2
    if xp is np and np.array_equal(edges, width_edges(last + 1, scores.dtype)):
        # Of equal widths, sooner than a search.
        index = np.clip((scores * (last + 1)).astype(np.intp), 0, last)
        index -= scores < edges[index]
        return index + ((scores >= edges[index + 1]) & (index < last))
    return xp.clip(xp.searchsorted(edges, scores, side="right") - 1, 0, last)


def _host_sums(scores, hits, edges, weights) -> BinSums:
    """Return sums of NumPy arrays in float64."""
    index, bins = _bin_of(scores, edges), len(edges) - 1
    by_hit = np.bincount(2 * index + hits, weights, 2 * bins).reshape(bins, 2)
    offsets = scores.astype(np.float64) - edges.astype(np.float64)[index]
    offsets, squares = (
        np.bincount(index, weights * part, bins) for part in (offsets, weights.astype(np.float64))
    )
    return BinSums(by_hit.sum(1), by_hit[:, 1], offsets, squares)


def lifts(
    scores: Float[Array, "examples"],
    edges: Float[Array, "edges"],
    *,
    weights: Float[Array, "examples"] | None = None,
) -> Float[Array, "edges-1"]:
    """Return the sums over bins of max(s, 1 - s) - s, where s is the score of class 1.

    By this much a calibrated model is right more often than s says, as it predicts class 0 below
    0.5.

    Args:
        scores: of class 1 of two.
        edges: of the bins.
        weights: by which they are multiplied.
    """
    if weights is not None and all(map(is_on_host, (scores, edges, weights))):
        scores, edges = map(as_computed, (scores, edges))
        lifted = np.asarray(weights) * np.maximum(1 - 2 * scores.astype(np.float64), 0)
        return np.bincount(_bin_of(scores, edges), lifted, len(edges) - 1)
    return _lifts(scores, edges, weights)


@jax.jit
def _lifts(scores, edges, weights) -> jax.Array:
    lifted = jnp.maximum(1 - 2 * scores, 0)
    lifted = lifted if weights is None else lifted * weights.astype(lifted.dtype)
    return sums_by(_bin_of(jnp.asarray(scores), edges), lifted, edges.shape[0] - 1)


def as_computed(values: Array) -> np.ndarray:
    """Return an array in host memory, of the dtype that JAX has for it."""
    values = np.asarray(values)
    return values.astype(jax.dtypes.canonicalize_dtype(values.dtype), copy=False)


def _sums(
    index: Integer[Array, "examples"],
    scores: Float[Array, "examples"],
    hits: Bool[Array, "examples"],
    edges: Float[Array, "edges"],
    weights: Float[Array, "examples"] | None = None,
) -> BinSums:
    bins = edges.shape[0] - 1
    if weights is not None:
        weights = weights.astype(scores.dtype)
        by_hit = sums_by(2 * index + hits, weights, 2 * bins).reshape(bins, 2)
        offsets, squares = (
            sums_by(index, weights * part, bins) for part in (scores - edges[index], weights)
        )
        return BinSums(by_hit.sum(1), by_hit[:, 1], offsets, squares)
    by_hit = jnp.zeros(2 * bins, jnp.int32).at[2 * index + hits].add(1).reshape(bins, 2)
    offsets = sums_by(index, scores - edges[index], bins)
    return BinSums(by_hit.sum(1), by_hit[:, 1], offsets)


def binned(
    scores: Float[Array, "examples"],
    hits: Bool[Array, "examples"],
    bins: int,
    binning: str,
    *,
    weights: Float[Array, "examples"] | None = None,
) -> tuple[Float[Array, "{bins}+1"], BinSums]:
    """Return the edges and the `BinSums` of scores and hits.

    Args:
        scores, hits, weights: as for `width_sums`.
        bins: the number of bins.
        binning: ``"width"`` or ``"mass"``.
    """
    if binning == "width":
        edges = width_edges(bins, scores.dtype)
        return edges, width_sums(scores, hits, edges, weights=weights)
    edges = mass_edges(scores, bins, weights=weights)
    return edges, edge_sums(scores, hits, edges, weights=weights)


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
    counts, hits, offsets, lower = (xp.asarray(part, kind) for part in (*sums[:3], edges))
    filled = xp.where(counts > 0, counts, xp.nan)
    return hits / filled, lower[..., :-1] + offsets / filled

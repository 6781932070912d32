"""The bins of the scores of every class, from one pass over predictions."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Integer, Num

from anim.calibration.bins import Array, BinSums, width_edges
from anim.calibration.scores import probabilities, real
from anim.calibration.tiles import first_of, is_divided, rows_of_tile, tile, tiles_of

# The package offers nothing of it.
__all__: list[str] = []

# The number of examples that are added up before their sums are: see `anim.calibration.bins`.
BLOCK = 1 << 16
# The same of sums of weights, which are not whole.
_FLOATS = 1 << 10
# Rows of a sum at least, and sums at most.
_FEWEST, _SUMS = 64, 1 << 18


def no_class_bins(
    classes: int, bins: int, dtype: Any = np.float32, *, has_weights: bool = False
) -> BinSums:
    """Return sums [K, B] over no example."""
    kinds = (dtype,) * 4 if has_weights else (jnp.int32, jnp.int32, dtype)
    return BinSums(*(jnp.zeros((classes, bins), kind) for kind in kinds))


def class_bins(
    probs: Float[Array, "examples classes"],
    labels: Integer[Array, "examples"],
    bins: int,
    weights: Float[Array, "examples"] | None = None,
) -> BinSums:
    """Return the sums over equal-width bins of the score of each class against the rest, [K, B].

    The memory is that of the sums: no array of the shape of the probabilities is made.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        bins: the number of bins.
        weights: of the examples, if the sums are to be of these.
    """
    count, classes = probs.shape
    none = no_class_bins(classes, bins, probs.dtype, has_weights=weights is not None)
    added = partial(_added, none, probs, labels, weights=weights)
    if count <= BLOCK:
        return added(0, count)
    if is_divided(probs):
        return _sums_of_divided(probs, labels, bins, weights)
    starts = jnp.arange(0, count, BLOCK)
    blocks = jax.lax.map(lambda start: added(start, start + BLOCK), starts)
    return jax.tree.map(lambda part: part.sum(0), blocks)


def _sums_of_divided(probs, labels, bins: int, weights) -> BinSums:
    """Return the sums of probabilities that devices divide, each of which adds up its own."""
    count, classes = probs.shape
    size = BLOCK if weights is None else _FLOATS
    blocks = tiles_of(count, size)
    # The classes of each block have rows of their own.
    rows = jnp.arange(count) // size * classes
    none = no_class_bins(blocks * classes, bins, probs.dtype, has_weights=weights is not None)
    edges = width_edges(bins, probs.dtype)
    labels, is_new = jnp.asarray(labels), jnp.ones(count, bool)
    sums = _with_rows(none, probs, labels, is_new, edges, rows, weights=weights)
    return jax.tree.map(lambda part: part.reshape(blocks, classes, bins).sum(0), sums)


@partial(jax.jit, static_argnames="of_logits", donate_argnames="sums")
def add_class_bins(
    sums: BinSums,
    values: Num[Array, "examples classes"],
    labels: Integer[Array, "examples"],
    count: Integer[Array, ""] | int,
    weights: Float[Array, "examples"] | None = None,
    *,
    starts: Integer[Array, "examples"] | None = None,
    of_logits: bool,
) -> BinSums:
    """Return sums [K, B] with those of the first ``count`` examples added; the given ones are gone.

    Args:
        sums: as of `class_bins`, of at most `BLOCK` examples together with those to add.
        values: logits or probabilities.
        labels: in [0, classes).
        count: how many of the examples to add; the others are padding.
        weights: of the examples, if the sums are of weights.
        starts: of each example the row of the sums of class 0, where there are more than K rows, as
            several parts of the examples have sums of their own; None for 0.
        of_logits: whether the values are logits.
    """
    options = {"weights": weights, "starts": starts, "of_logits": of_logits}
    return _added(sums, values, labels, 0, count, **options)


def _added(
    sums: BinSums,
    values,
    labels,
    first,
    stop,
    *,
    weights: Any = None,
    starts: Any = None,
    of_logits: bool = False,
) -> BinSums:
    """Return sums with those of examples ``first`` to ``stop``, exclusive, added, by tiles.

    These are at most `BLOCK`.
    """
    labels, starts = jnp.asarray(labels), None if starts is None else jnp.asarray(starts)
    weights = None if weights is None else jnp.asarray(weights, sums.offsets.dtype)
    rows = rows_of_tile(values)
    edges = width_edges(sums.counts.shape[1], sums.offsets.dtype)

    def add_tile(j, sums):
        row = first_of(j, rows, values.shape[0]) + jnp.arange(rows)
        # The first tile and the last share rows with their neighbours.
        is_new = (row >= jnp.maximum(j * rows, first)) & (row < stop)
        probs = real(tile(j, rows, values))
        probs = probabilities(probs) if of_logits else probs
        start = 0 if starts is None else tile(j, rows, starts)
        if weights is None:
            return _with_rows(sums, probs, tile(j, rows, labels), is_new, edges, start)
        own = jnp.where(is_new, tile(j, rows, weights), 0)
        return _with_weights(sums, probs, tile(j, rows, labels), own, edges, start)

    if rows == values.shape[0]:
        return add_tile(0, sums)
    # A number of tiles that is known: the loop has derivatives.
    tiles = tiles_of(min(values.shape[0], BLOCK), rows) + 1
    return jax.lax.fori_loop(0, tiles, lambda k, sums: add_tile(first // rows + k, sums), sums)


def _with_weights(sums: BinSums, probs, labels, weights, edges, first: Any) -> BinSums:
    """Return sums with those of weights of the rows of a tile added; ``first`` as of `_with_rows`.

    A weight that is added to a large sum loses digits: rows are divided among several sums.
    """
    count, rows = probs.shape[0], sums.counts.shape[0]
    bins = len(edges) - 1
    parts = max(1, min(count // _FEWEST, _SUMS // (rows * bins)))
    none = no_class_bins(parts * rows, bins, sums.offsets.dtype, has_weights=True)
    first, is_new = first + jnp.arange(count) % parts * rows, jnp.ones(count, bool)
    apart = _with_rows(none, probs, labels, is_new, edges, first, weights=weights)
    return sums + jax.tree.map(lambda part: part.reshape(parts, rows, bins).sum(0), apart)


def _with_rows(
    sums: BinSums, probs, labels, is_new, edges, first: Any = 0, *, weights: Any = None
) -> BinSums:
    """Return sums with those of the new ones among the rows of a tile added.

    ``first`` is where the sums of class 0 are, for all rows or for each.
    """
    bins = len(edges) - 1
    index = jnp.clip((probs * bins).astype(jnp.int32), 0, bins - 1)
    edges = jnp.asarray(edges)
    index = index - (probs < edges[index])
    index = index + ((probs >= edges[index + 1]) & (index < bins - 1))
    offsets = jnp.where(is_new[:, None], probs - edges[index], 0)
    first = jnp.asarray(first)[..., None]
    classes = jax.lax.broadcasted_iota(jnp.int32, probs.shape, 1) + first
    of_label = jnp.take_along_axis(index, labels[:, None], axis=1)[:, 0]
    counts, hits, totals = map(jnp.asarray, sums[:3])
    if sums.squares is not None:
        weights = jnp.asarray(weights, totals.dtype)
        counted = jnp.broadcast_to(weights[:, None], probs.shape)
        return BinSums(
            counts.at[classes, index].add(counted),
            hits.at[labels + first[..., 0], of_label].add(weights),
            totals.at[classes, index].add(offsets * counted),
            jnp.asarray(sums.squares).at[classes, index].add(counted**2),
        )
    counted = jnp.broadcast_to(is_new[:, None], probs.shape).astype(jnp.int32)
    return BinSums(
        counts.at[classes, index].add(counted),
        hits.at[labels + first[..., 0], of_label].add(is_new.astype(jnp.int32)),
        totals.at[classes, index].add(offsets),
    )

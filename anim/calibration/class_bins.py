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


def no_class_bins(classes: int, bins: int, dtype: Any = np.float32) -> BinSums:
    """Return sums [K, B] over no example."""
    shape = (classes, bins)
    return BinSums(*(jnp.zeros(shape, kind) for kind in (jnp.int32, jnp.int32, dtype)))


def class_bins(
    probs: Float[Array, "examples classes"], labels: Integer[Array, "examples"], bins: int
) -> BinSums:
    """Return the sums over equal-width bins of the score of each class against the rest, [K, B].

    The memory is that of the sums: no array of the shape of the probabilities is made.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        bins: the number of bins.
    """
    count, classes = probs.shape
    none = no_class_bins(classes, bins, probs.dtype)
    if count <= BLOCK:
        return _added(none, probs, labels, 0, count)
    if is_divided(probs):
        return _sums_of_divided(probs, labels, bins)
    starts = jnp.arange(0, count, BLOCK)
    blocks = jax.lax.map(lambda start: _added(none, probs, labels, start, start + BLOCK), starts)
    return BinSums(*(part.sum(0) for part in blocks))


def _sums_of_divided(probs, labels, bins: int) -> BinSums:
    """Return the sums of probabilities that devices divide, each of which adds up its own."""
    count, classes = probs.shape
    blocks = tiles_of(count, BLOCK)
    # The classes of each block have rows of their own.
    rows = jnp.arange(count) // BLOCK * classes
    none = no_class_bins(blocks * classes, bins, probs.dtype)
    edges = width_edges(bins, probs.dtype)
    sums = _with_rows(none, probs, jnp.asarray(labels), jnp.ones(count, bool), edges, rows)
    return BinSums(*(part.reshape(blocks, classes, bins).sum(0) for part in sums))


@partial(jax.jit, static_argnames="of_logits", donate_argnames="sums")
def add_class_bins(
    sums: BinSums,
    values: Num[Array, "examples classes"],
    labels: Integer[Array, "examples"],
    count: Integer[Array, ""] | int,
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
        starts: of each example the row of the sums of class 0, where there are more than K rows, as
            several parts of the examples have sums of their own; None for 0.
        of_logits: whether the values are logits.
    """
    return _added(sums, values, labels, 0, count, starts=starts, of_logits=of_logits)


def _added(
    sums: BinSums, values, labels, first, stop, *, starts: Any = None, of_logits: bool = False
) -> BinSums:
    """Return sums with those of examples ``first`` to ``stop``, exclusive, added, by tiles.

    These are at most `BLOCK`.
    """
    labels, starts = jnp.asarray(labels), None if starts is None else jnp.asarray(starts)
    rows = rows_of_tile(values)
    edges = width_edges(sums.counts.shape[1], sums.offsets.dtype)

    def add_tile(j, sums):
        row = first_of(j, rows, values.shape[0]) + jnp.arange(rows)
        # The first tile and the last share rows with their neighbours.
        is_new = (row >= jnp.maximum(j * rows, first)) & (row < stop)
        probs = real(tile(j, rows, values))
        probs = probabilities(probs) if of_logits else probs
        start = 0 if starts is None else tile(j, rows, starts)
        return _with_rows(sums, probs, tile(j, rows, labels), is_new, edges, start)

    if rows == values.shape[0]:
        return add_tile(0, sums)
    # A number of tiles that is known: the loop has derivatives.
    tiles = tiles_of(min(values.shape[0], BLOCK), rows) + 1
    return jax.lax.fori_loop(0, tiles, lambda k, sums: add_tile(first // rows + k, sums), sums)


def _with_rows(sums: BinSums, probs, labels, is_new, edges, first: Any = 0) -> BinSums:
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
    counted = jnp.broadcast_to(is_new[:, None], probs.shape).astype(jnp.int32)
    counts, hits, totals = map(jnp.asarray, sums)
    return BinSums(
        counts.at[classes, index].add(counted),
        hits.at[labels + first[..., 0], of_label].add(is_new.astype(jnp.int32)),
        totals.at[classes, index].add(offsets),
    )

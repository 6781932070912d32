"""Rows of predictions, a few at a time: they stay in the cache while they are used again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import AxisType
from jaxtyping import Float, Int32, Integer, Num

from anim.calibration.bins import Array
from anim.calibration.scores import mean, total

# The package offers nothing of it.
__all__: list[str] = []

# Values of a tile.
_TILE = 1 << 18
# Of up to so many classes XLA's arg max is fast.
_FEW = 16
# Columns of up to so many classes are combined one by one, if they are long.
_UNROLLED = 6
# So many of the largest scores are found one after the other.
_PASSES = 5


def rows_of_tile(values: Array) -> int:
    """Return how many rows of [N, K] values a tile has: all, where devices divide the values."""
    count, classes = values.shape
    return count if is_divided(values) else min(count, max(1, _TILE // classes))


def is_divided(values: Array) -> bool:
    """Return whether values are of a mesh, whose devices would gather all of them for each tile."""
    mesh: Any = jax.typeof(values).sharding.mesh
    kinds = zip(mesh.axis_sizes, mesh.axis_types, strict=True)
    return any(size > 1 and kind != AxisType.Manual for size, kind in kinds)


def tiles_of(count: int, rows: int) -> int:
    """Return the number of tiles that cover a number of rows."""
    return -(-count // rows)


def tile(j, rows: int, values: Array) -> Num[jax.Array, "{rows} *rest"]:
    """Return the rows of tile j; the last tile begins earlier if fewer are left."""
    return jax.lax.dynamic_slice_in_dim(values, first_of(j, rows, values.shape[0]), rows)


def first_of(j, rows: int, count: int) -> jax.Array:
    """Return the first row of tile j."""
    return jnp.minimum(j * rows, count - rows)


def in_tiles(function: Callable[..., Any], values: Array, *columns: Array | None) -> Any:
    """Return arrays [N, ...] that a function makes of rows, from one tile after the other.

    Args:
        function: of rows [n, K] and of the same rows of the columns; returns arrays [n, ...].
        values: [N, K].
        columns: [N] each, or None.
    """
    count, rows = values.shape[0], rows_of_tile(values)
    if rows == count or values.shape[1] <= _UNROLLED:
        return function(values, *columns)

    def of_tile(j, found):
        part = function(*jax.tree.map(partial(tile, j, rows), (values, *columns)))
        put = partial(
            jax.lax.dynamic_update_slice_in_dim, start_index=first_of(j, rows, count), axis=0
        )
        return jax.tree.map(put, found, part)

    shapes = jax.eval_shape(function, *jax.tree.map(lambda one: one[:rows], (values, *columns)))
    blank = jax.tree.map(lambda one: jnp.zeros((count, *one.shape[1:]), one.dtype), shapes)
    return jax.lax.fori_loop(0, tiles_of(count, rows), of_tile, blank)


def mean_in_tiles(
    function: Callable[..., jax.Array],
    values: Array,
    labels: Array,
    weights: Array | None = None,
) -> Callable[[Any], jax.Array]:
    """Return a function of parameters: the mean over all examples of what a function returns.

    Value and gradient are computed together, a few rows at a time, and nothing else is kept.

    Args:
        function: of parameters, rows [n, K] and their labels [n]; returns [n].
        values: [N, K].
        labels: [N].
        weights: [N] of the examples, for a weighted mean; or None.
    """
    count, classes = values.shape
    # Of so few classes that is not faster.
    rows = count if classes <= _UNROLLED else rows_of_tile(values)

    def with_slope(parameters):
        def of_tile(j, found):
            each, slope = found
            first = first_of(j, rows, count)
            part = tile(j, rows, values), tile(j, rows, jnp.asarray(labels))
            new, pull = jax.vjp(lambda one: function(one, *part), parameters)
            # The last tile shares rows with the one before.
            is_new = first + jnp.arange(rows) >= j * rows
            if weights is None:
                shares = is_new.astype(new.dtype) / count
            else:
                shares = jnp.where(is_new, tile(j, rows, weights) / total(weights), 0)
            (more,) = pull(shares)
            each = jax.lax.dynamic_update_slice_in_dim(each, new, first, 0)
            return each, jax.tree.map(jnp.add, slope, more)

        found = jnp.zeros(count, jax.tree.leaves(parameters)[0].dtype)
        found = found, jax.tree.map(jnp.zeros_like, parameters)
        each, slope = jax.lax.fori_loop(0, tiles_of(count, rows), of_tile, found)
        return mean(each, weights), slope

    @jax.custom_vjp
    def loss(parameters):
        return with_slope(parameters)[0]

    loss.defvjp(with_slope, lambda slope, scale: (jax.tree.map(lambda part: part * scale, slope),))
    return loss


def over_classes(function: Callable[..., Any], combine: Any, values: Array, *columns: Array) -> Any:
    """Return arrays [N]: what a function makes of each value of a row, combined over the classes.

    Args:
        function: of values, and of columns of shapes that go with it; returns arrays of the shape
            of the values.
        combine: ``jnp.add``, ``jnp.maximum`` or ``jnp.minimum``.
        values: [N, K].
        columns: [N] each.
    """
    count, classes = values.shape
    if classes <= _UNROLLED and count * classes > _TILE:
        # On a CPU, sums over a short last axis take many times as long. A program for few values
        # is compiled sooner with them.
        each = (function(values[:, k], *columns) for k in range(classes))
        return reduce(partial(jax.tree.map, combine), each)

    def of_rows(rows, *columns):
        found = function(rows, *(column[:, None] for column in columns))
        return jax.tree.map(partial(combine.reduce, axis=1), found)

    return in_tiles(of_rows, values, *columns)


def largest(scores: Num[Array, "examples classes"]) -> Int32[jax.Array, "examples"]:
    """Return the class of the largest score, the first one among equals.

    On a CPU, XLA's arg max of many takes several times as long as a comparison with the maximum.
    """
    scores = jnp.asarray(scores)
    if scores.shape[1] <= _FEW:
        return scores.argmax(1).astype(jnp.int32)
    is_largest = scores == scores.max(1, keepdims=True)
    classes = jnp.arange(scores.shape[1], dtype=jnp.int32)
    return jnp.where(is_largest, classes, scores.shape[1]).min(1)


def sum_of_largest(
    scores: Float[Array, "examples classes"], k: int
) -> Float[jax.Array, "examples"]:
    """Return the sum of the k largest of the scores of each example.

    A few are found by as many passes, which on a CPU are several times as fast as `jax.lax.top_k`
    among few classes, and as fast among many.

    Args:
        scores: not negative.
        k: in [1, classes].
    """
    scores = jnp.asarray(scores)
    if k > _PASSES:
        return jax.lax.top_k(scores, k)[0].sum(1)
    bound, missing = scores.max(1), k
    total: Any = 0
    for at in range(k):
        if at:
            bound = jnp.where(scores < bound[:, None], scores, -1).max(1)
        count = jnp.minimum((scores == bound[:, None]).sum(1), missing) if k > 1 else 1
        # Below the lowest score there is none, but by then none is missing.
        total, missing = total + count * bound, missing - count
    return total


def rank_of_label(
    scores: Num[Array, "examples classes"],
    predicted: Integer[Array, "examples"],
    labels: Integer[Array, "examples"],
) -> Int32[jax.Array, "examples"]:
    """Return how many classes come before that of the label: first the predicted one.

    The others are in the order of their scores, and among equals in their own.
    """
    scores, labels = jnp.asarray(scores), jnp.asarray(labels)[:, None]
    predicted = jnp.asarray(predicted)[:, None]
    of_label = jnp.take_along_axis(scores, labels, axis=1)
    classes = jax.lax.broadcasted_iota(jnp.int32, scores.shape, 1)
    is_before = (scores > of_label) | ((scores == of_label) & (classes < labels))
    others = (is_before & (classes != predicted)).sum(1, dtype=jnp.int32)
    return jnp.where(predicted[:, 0] == labels[:, 0], 0, others + 1)

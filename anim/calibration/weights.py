"""Weights of examples: their unit, and the effective number of examples.

What is counted, such as shares, errors and fits, is the same as if an example with a whole number
as its weight were repeated so often, and does not depend on the unit of the weights. What chance
does, such as bands, intervals, p-values and the limits of curves, follows from the effective number
of examples. That does not depend on the unit either, and so is not that of repeated examples: twice
the weights are the same evidence, not twice as much.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Num

__all__ = ["effective_number"]

Array = jax.Array | np.ndarray

# The power of 2 of the largest weight from which on another unit is taken.
_FAR = 32


def _library(*values: Any) -> Any:
    return jnp if any(isinstance(one, jax.Array) for one in values) else np


def effective_number(
    weights: Float[Array, "*snapshots examples"],
) -> Float[Array | np.floating, "*snapshots"]:
    """Return the effective number of examples with weights, sum(w)^2 / sum(w^2).

    So many examples of equal weights have a mean of the same variance: all of them if the weights
    are equal, fewer the more they differ, and at least 1.

    Args:
        weights: at least 0, in any unit.

    References:
        Kish 1965, Survey sampling.
    """
    xp = _library(weights)
    shares = relative(weights)
    return effective_of_sums(xp.sum(shares, axis=-1), xp.sum(shares**2, axis=-1))


def effective_of_sums(total: Num[Any, "*shape"], squares: Num[Any, "*shape"]) -> Any:
    """Return the effective number of examples, from sums of their weights, and of the squares.

    It is 0 where there is none, and a whole number where only rounding makes it another.
    """
    xp = _library(total, squares)
    filled = squares > 0
    found = xp.where(filled, total * (total / xp.where(filled, squares, 1)), 0)
    nearest = xp.round(found)
    slack = 1e-9 if found.dtype == np.float64 else 1e-5
    return xp.where(xp.abs(found - nearest) <= slack * nearest, nearest, found)


def relative(weights: Float[Array, "*snapshots examples"]) -> Float[Array, "*snapshots examples"]:
    """Return weights in a unit of which no sum of squares overflows or vanishes in float32.

    Most are as they were; others are divided by a power of 2, which changes no digit.
    """
    xp = _library(weights)
    _, power = xp.frexp(weights.max(-1, keepdims=True))
    return xp.ldexp(weights, xp.where(xp.abs(power) > _FAR, -power, 0))


def unit_of(weights: Float[Array, "examples"]) -> Any:
    """Return what counts as one example: 1 of whole numbers, else their sum(w^2) / sum(w)."""
    xp = _library(weights)
    shares = relative(weights)
    mean = (shares**2).sum() / shares.sum() * (weights.max() / shares.max())
    return xp.where(are_whole(weights), 1, mean)


def are_whole(weights: Float[Array, "examples"]) -> Any:
    """Return whether weights are whole numbers; not if they are so large that all numbers are."""
    if not np.issubdtype(weights.dtype, np.floating):
        return np.True_
    is_exact = weights.max() <= 1 / np.finfo(weights.dtype).eps
    return (weights == _library(weights).floor(weights)).all() & is_exact

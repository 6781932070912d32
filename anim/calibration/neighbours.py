"""How many examples are around places: of few of them a curve says nothing."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Integer, Num

from anim.calibration.bins import sums_by
from anim.calibration.weights import Array, effective_of_sums

# The package offers nothing of it.
__all__: list[str] = []

# Scores at most this far apart are neighbours: about as wide are the bins of 285 examples.
_NEAR = 0.1


@partial(jax.jit, static_argnames=("points",))
def neighbours(scores: Float[Array, "examples"], points: int) -> Integer[jax.Array, "{points}"]:
    """Return how many examples there are around places evenly from 0 to 1, at most 0.1 apart.

    An example is at the place that is nearest. Those around a place are between two, the first not
    above it and the last not below it, with the most between them.
    """
    width = _width(points)
    place = jnp.round(scores * (points - 1)).astype(jnp.int32)
    counts = sums_by(place, jnp.ones_like(place), points)
    before = jnp.pad(jnp.cumsum(jnp.pad(counts, width)), (1, 0))
    here = jnp.arange(points)[:, None] + width
    low = here - jnp.arange(width + 1)
    high = low + width + 1
    is_between = (before[here + 1] > before[low]) & (before[high] > before[here])
    return jnp.where(is_between, before[high] - before[low], 0).max(1)


def _width(points: int) -> int:
    return max(round(_NEAR * (points - 1)), 1)


def effective_neighbours(
    scores: Float[Array, "examples"], weights: Float[Array, "examples"], points: int
) -> Num[np.ndarray, "{points}"]:
    """Return which effective number of `neighbours` with weights there is, in host memory.

    Those with the largest number are taken. Examples without a weight are none.
    """
    scores, weights = np.asarray(scores), np.asarray(weights, np.float64)
    width = _width(points)
    place = np.round(scores * (points - 1)).astype(np.int64)
    sums = np.stack([np.bincount(place, part, points) for part in (weights, weights**2)])
    padded = np.pad(sums, ((0, 0), (width, width)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, width + 1, axis=1)
    counts = effective_of_sums(*windows.sum(-1))
    # Window k begins at place k - width, and ends at place k.
    filled = padded[0] > 0
    places = np.arange(points)[:, None] + width
    low = places - np.arange(width + 1)
    before = np.pad(np.cumsum(filled), (1, 0))
    is_between = (before[places + 1] > before[low]) & (before[low + width + 1] > before[places])
    return np.where(is_between, counts[low], 0).max(1)

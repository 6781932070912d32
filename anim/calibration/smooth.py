"""Errors and curves without bins: kernel smoothing, and isotonic regression."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.fft import dct, idct
from jaxtyping import Bool, Float, Integer

from anim.calibration.bins import Array, sums_by
from anim.calibration.scores import check_shapes, mean, over_snapshots, real

__all__ = [
    "Curve",
    "SmoothError",
    "isotonic_curve",
    "isotonic_steps",
    "kernel_curve",
    "smooth_calibration_error",
]

# Cells of [0, 1]; the narrowest kernel covers a few.
_CELLS = 4096
_NARROWEST = 1e-3
_HALVINGS = 14
# Scores at most this far apart are neighbours: about as wide are the bins of 285 examples.
_NEAR = 0.1


class SmoothError(NamedTuple):
    """Attributes: ``error`` in [0, 1], and the ``bandwidth`` it is measured at."""

    error: Float[jax.Array, "*snapshots"]
    bandwidth: Float[jax.Array, "*snapshots"]


def spread(
    scores: Float[jax.Array, "examples"], *weights: Float[Array, "examples"]
) -> Float[jax.Array, "weights cells"]:
    """Return sums of weights at scores, shared by the two nearest centres of cells."""
    place = scores * _CELLS - 0.5
    low = jnp.floor(place)
    share = place - low
    low = low.astype(jnp.int32)
    stacked = jnp.stack(weights, axis=1)
    below, above = (
        sums_by(jnp.clip(cell, 0, _CELLS - 1), stacked * part[:, None], _CELLS)
        for cell, part in ((low, 1 - share), (low + 1, share))
    )
    return (below + above).T


def smoothed(
    waves: Float[jax.Array, "*rest cells"], bandwidth: Float[jax.Array, ""]
) -> Float[jax.Array, "*rest cells"]:
    """Return cells smoothed by a Gaussian reflected at 0 and 1, from their cosines."""
    decay = jnp.exp(-0.5 * (jnp.pi * bandwidth * jnp.arange(_CELLS)) ** 2)
    return idct(waves * decay.astype(waves.dtype))


@over_snapshots(1)
def smooth_calibration_error(
    scores: Float[Array, "*snapshots examples"], hits: Bool[Array, "*#snapshots examples"]
) -> SmoothError:
    """Return the smooth ECE, the mean |smoothed residual| at the bandwidth that equals it.

    It needs no bins, is continuous in the scores, and is within a constant factor of the true
    distance from calibration. Scores are put on 4096 cells; the bandwidth is at least 0.001.

    Args:
        scores: in [0, 1].
        hits: of each snapshot, or of all.

    Returns:
        `SmoothError` of each snapshot.

    Raises:
        ValueError: no example, or shapes that do not fit.

    References:
        Błasiok and Nakkiran 2024, Smooth ECE (arXiv 2309.12236), definitions 1 to 3. Their package
        relplot omits half of the weight of scores within 0.001 of 0 or 1; here it counts.
    """
    scores = real(scores)
    residuals = dct(spread(scores, hits - scores)[0])

    def error(bandwidth):
        return jnp.abs(smoothed(residuals, bandwidth)).sum() / scores.shape[0]

    def halve(_, ends):
        low, high = ends
        middle = (low + high) / 2
        is_below = error(middle) > middle
        return jnp.where(is_below, middle, low), jnp.where(is_below, high, middle)

    ends = jnp.asarray(_NARROWEST, scores.dtype), jnp.ones((), scores.dtype)
    _, bandwidth = jax.lax.fori_loop(0, _HALVINGS, halve, ends)
    return SmoothError(error(bandwidth), bandwidth)


class Curve(NamedTuple):
    """A curve over scores.

    Attributes:
        share: share of hits at each point; NaN where there are too few examples.
        support: effective number of examples at each point.
        distance: the mean of |curve(s) - s| over the scores s of all examples: of the curve as it
            is between the points, and there where it has few examples, too.
    """

    share: Float[Array, "*snapshots points"]
    support: Float[Array, "*snapshots points"]
    distance: Float[Array, "*snapshots"] | np.floating


@over_snapshots(1, static=("points",))
def kernel_curve(
    scores: Float[Array, "*snapshots examples"],
    hits: Bool[Array, "*#snapshots examples"],
    points: int,
) -> Curve:
    """Return the share of hits by kernel regression, with the bandwidth of the smooth ECE.

    Args:
        scores: in [0, 1].
        hits: of each snapshot, or of all.
        points: the number of places, evenly from 0 to 1.

    Returns:
        A `Curve`; NaN where the kernel reaches less than one example, or a number that
        rounding loses among very many.

    References:
        Nadaraya 1964 and Watson 1964; with this kernel and bandwidth, as in relplot: Błasiok and
        Nakkiran 2024, section 4.
    """
    scores = real(scores)
    bandwidth = smooth_calibration_error(scores, hits).bandwidth
    both = dct(spread(scores, jnp.ones_like(scores), hits.astype(scores.dtype)), axis=1)
    cells = smoothed(both, bandwidth)
    density, of_hits = at_places(cells, points)
    support = density * reach(bandwidth)
    is_supported = support >= least_support(scores)
    share = jnp.clip(jnp.where(is_supported, of_hits / density, jnp.nan), 0, 1)
    density, of_hits = _at(cells, scores)
    # Rounding may lose one example among very many.
    own = jnp.where(density > 0, jnp.clip(of_hits / density, 0, 1), scores)
    return Curve(share, support, mean(jnp.abs(own - scores)))


def least_support(scores: jax.Array) -> float:
    """Return the minimum support of a curve; the transforms round by a part of all examples."""
    return max(1.0, 8 * scores.shape[0] * float(jnp.finfo(scores.dtype).eps))


def at_places(
    cells: Float[jax.Array, "*rest cells"], points: int
) -> Float[jax.Array, "*rest {points}"]:
    """Return the values of cells at places evenly from 0 to 1."""
    return _at(cells, jnp.linspace(0, 1, points))


def _at(
    cells: Float[jax.Array, "*rest cells"], scores: Float[jax.Array, "examples"]
) -> Float[jax.Array, "*rest examples"]:
    """Return the values of cells at scores, on lines between their centres."""
    place = scores * _CELLS - 0.5
    low = jnp.clip(place.astype(jnp.int32), 0, _CELLS - 2)
    share = jnp.clip(place - low, 0, 1)
    return cells[..., low] * (1 - share) + cells[..., low + 1] * share


def reach(bandwidth: jax.Array) -> jax.Array:
    """Return the number of cells over which a Gaussian averages: 2 sqrt(pi) bandwidths."""
    return _CELLS * 2 * np.sqrt(np.pi) * bandwidth


@partial(jax.jit, static_argnames=("points",))
def neighbours(scores: Float[Array, "examples"], points: int) -> Integer[jax.Array, "{points}"]:
    """Return how many examples there are around places evenly from 0 to 1, at most 0.1 apart.

    An example is at the place that is nearest. Those around a place are between two, the first not
    above it and the last not below it, with the most between them.
    """
    width = max(round(_NEAR * (points - 1)), 1)
    place = jnp.round(scores * (points - 1)).astype(jnp.int32)
    counts = sums_by(place, jnp.ones_like(place), points)
    before = jnp.pad(jnp.cumsum(jnp.pad(counts, width)), (1, 0))
    here = jnp.arange(points)[:, None] + width
    low = here - jnp.arange(width + 1)
    high = low + width + 1
    is_between = (before[here + 1] > before[low]) & (before[high] > before[here])
    return jnp.where(is_between, before[high] - before[low], 0).max(1)


def isotonic_steps(
    scores: Float[Array, "examples"], hits: Bool[Array, "examples"]
) -> tuple[
    Float[np.ndarray, "2 blocks"], Float[np.ndarray, "blocks"], Integer[np.ndarray, "blocks"]
]:
    """Return the non-decreasing function of the scores nearest to the hits, by least squares.

    Args:
        scores: of the examples, in any order.
        hits: which examples are hits.

    Returns:
        For each block of equal value: the first and the last score, the value as float64, and the
        number of examples.

    References:
        Ayer et al. 1955; for reliability curves, CORP: Dimitriadis, Gneiting and Jordan 2021
        (PNAS 118, e2016191118).
    """
    scores, hits = np.asarray(scores), np.asarray(hits, np.float64)
    check_shapes(scores.shape, hits.shape, axes=1)
    # Here, as the import takes long, and most pictures have no such curve.
    from scipy.optimize import isotonic_regression

    order = np.argsort(scores)
    ordered, outcomes = scores[order], hits[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    counts = np.diff(np.append(starts, len(ordered)))
    means = np.add.reduceat(outcomes, starts) / counts
    fit = isotonic_regression(means, weights=counts)
    first = fit.blocks[:-1]
    firsts, lasts = ordered[starts[first]], ordered[starts[fit.blocks[1:] - 1]]
    return np.stack([firsts, lasts]), fit.x[first], np.add.reduceat(counts, first)


def isotonic_curve(
    scores: Float[Array, "examples"], hits: Bool[Array, "examples"], points: int
) -> Curve:
    """Return the share of hits by isotonic regression, a curve that never falls.

    Args:
        scores: in [0, 1].
        hits: which examples are hits.
        points: the number of places, evenly from 0 to 1.

    Returns:
        A `Curve`, linear between blocks of equal value, and NaN beyond the scores; the places
        next to the minimum and the maximum count as inside. The support is the number of examples
        in a block; in one between two larger ones that of the smaller of these, as its value lies
        between theirs; and between two blocks the smaller number.

    References:
        See `isotonic_steps`.
    """
    ends, values, counts = isotonic_steps(scores, hits)
    place = np.linspace(0, 1, points)
    known = ends.T.ravel()
    share = np.interp(place, known, np.repeat(values, 2))
    bounded = np.minimum(np.maximum.accumulate(counts), np.maximum.accumulate(counts[::-1])[::-1])
    last = len(counts) - 1
    below = np.clip(np.searchsorted(ends[0], place, side="right") - 1, 0, last)
    above = np.clip(np.searchsorted(ends[1], place, side="left"), 0, last)
    support = np.minimum(bounded[below], bounded[above])
    is_beyond = beyond(place, known[0], known[-1])
    own, scores = np.repeat(values, counts), np.sort(np.asarray(scores)).astype(np.float64)
    return Curve(
        np.where(is_beyond, np.nan, share),
        np.where(is_beyond, 0.0, support),
        np.abs(own - scores).mean(),
    )


def beyond(
    place: Float[np.ndarray, "points"], least: float | np.floating, greatest: float | np.floating
) -> Bool[np.ndarray, "points"]:
    """Return which places no score supports: those next to the end ones count as inside."""
    half = 0.5 / max(len(place) - 1, 1) * (1 + 1e-9)
    return (place < least - half) | (place > greatest + half)

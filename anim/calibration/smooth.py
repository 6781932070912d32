"""Errors and curves without bins: kernel smoothing, and isotonic regression."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.fft import dct, idct
from jaxtyping import Bool, Float, Num

from anim.calibration.bins import Array, sums_by
from anim.calibration.scores import check_shapes, mean, over_snapshots, real, total
from anim.calibration.weights import effective_of_sums

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


# By this much rounding makes equal shares differ, of sums of weights.
_ROUNDED = 1e-12


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
    scores: Float[Array, "*snapshots examples"],
    hits: Bool[Array, "*#snapshots examples"],
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> SmoothError:
    """Return the smooth ECE, the mean |smoothed residual| at the bandwidth that equals it.

    It needs no bins, is continuous in the scores, and is within a constant factor of the true
    distance from calibration. Scores are put on 4096 cells; the bandwidth is at least 0.001.

    Args:
        scores: in [0, 1].
        hits: of each snapshot, or of all.
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        `SmoothError` of each snapshot.

    Raises:
        ValueError: no example, or shapes that do not fit.

    References:
        Błasiok and Nakkiran 2024, Smooth ECE (arXiv 2309.12236), definitions 1 to 3. Their package
        relplot omits half of the weight of scores within 0.001 of 0 or 1; here it counts.
    """
    scores = real(scores)
    residuals = hits - scores if weights is None else weights * (hits - scores)
    residuals = dct(spread(scores, residuals)[0])
    whole = scores.shape[0] if weights is None else total(weights)

    def error(bandwidth):
        return jnp.abs(smoothed(residuals, bandwidth)).sum() / whole

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
        support: effective number of examples at each point, see `effective_number`.
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
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Curve:
    """Return the share of hits by kernel regression, with the bandwidth of the smooth ECE.

    Args:
        scores: in [0, 1].
        hits: of each snapshot, or of all.
        points: the number of places, evenly from 0 to 1.
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        A `Curve`; NaN where the kernel reaches less than one example, or a number that
        rounding loses among very many.

    References:
        Nadaraya 1964 and Watson 1964; with this kernel and bandwidth, as in relplot: Błasiok and
        Nakkiran 2024, section 4.
    """
    scores = real(scores)
    bandwidth = smooth_calibration_error(scores, hits, weights=weights).bandwidth
    ones = jnp.ones_like(scores) if weights is None else weights
    both = dct(spread(scores, ones, ones * hits.astype(scores.dtype)), axis=1)
    cells = smoothed(both, bandwidth)
    density, of_hits = at_places(cells, points)
    support, is_supported = supported(density, scores, bandwidth, weights)
    share = jnp.clip(jnp.where(is_supported, of_hits / density, jnp.nan), 0, 1)
    density, of_hits = _at(cells, scores)
    # Rounding may lose one example among very many.
    own = jnp.where(density > 0, jnp.clip(of_hits / density, 0, 1), scores)
    return Curve(share, support, mean(jnp.abs(own - scores), weights))


def supported(
    density: Float[jax.Array, "points"],
    scores: Float[jax.Array, "examples"],
    bandwidth: Float[jax.Array, ""],
    weights: Float[Array, "examples"] | None,
) -> tuple[Float[jax.Array, "points"], Bool[jax.Array, "points"]]:
    """Return the support of a kernel curve, and where that is enough.

    It is one example at least, and the transforms round by a part of all examples.

    Args:
        density: of examples, or of their weights, at places evenly from 0 to 1.
        scores, bandwidth, weights: of the curve.
    """
    least = 8 * float(jnp.finfo(scores.dtype).eps)
    support = density * reach(bandwidth)
    if weights is None:
        return support, support >= max(1.0, scores.shape[0] * least)
    is_exact = support >= total(weights) * least
    # Of the weights around a place, how much one example is.
    sums = around(spread(scores, weights, weights**2), bandwidth, density.shape[0])
    unit = sums[1] / jnp.where(sums[0] > 0, sums[0], 1)
    support = jnp.where(unit > 0, support / jnp.where(unit > 0, unit, 1), 0)
    return support, is_exact & (support >= 1)


def around(
    sums: Float[jax.Array, "rest cells"], bandwidth: Float[jax.Array, ""], points: int
) -> Float[jax.Array, "rest {points}"]:
    """Return what a Gaussian reflected at 0 and 1 averages of cells around places, up to a factor.

    Unlike `smoothed`, without what transforms round: small sums beside large ones have all digits.
    """
    middles = (jnp.arange(_CELLS) + 0.5) / _CELLS
    place = jnp.linspace(0, 1, points)[:, None]
    near = sum(
        jnp.exp(-0.5 * ((image - place) / bandwidth) ** 2)
        for image in (middles, -middles, 2 - middles)
    )
    return jnp.matmul(sums, jnp.asarray(near).T, precision="highest")


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


def isotonic_steps(
    scores: Float[Array, "examples"],
    hits: Bool[Array, "examples"],
    *,
    weights: Float[Array, "examples"] | None = None,
) -> tuple[Float[np.ndarray, "2 blocks"], Float[np.ndarray, "blocks"], Num[np.ndarray, "blocks"]]:
    """Return the non-decreasing function of the scores nearest to the hits, by least squares.

    Args:
        scores: of the examples, in any order.
        hits: which examples are hits.
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        For each block of equal value: the first and the last score, the value as float64, and the
        number of examples, or the sum of their weights.

    References:
        Ayer et al. 1955; for reliability curves, CORP: Dimitriadis, Gneiting and Jordan 2021
        (PNAS 118, e2016191118).
    """
    ends, values, counts, _ = _steps(*_weighed(scores, hits, weights))
    return ends, values, counts


def _weighed(scores, hits, weights) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return arrays in host memory, without examples that have no weight."""
    scores, hits = np.asarray(scores), np.asarray(hits, np.float64)
    check_shapes(scores.shape, hits.shape, axes=1)
    if weights is None:
        return scores, hits, None
    weights = np.asarray(weights, np.float64)
    counts = weights > 0
    return scores[counts], hits[counts], weights[counts]


def _steps(
    scores: np.ndarray, hits: np.ndarray, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Return `isotonic_steps`, and the numbers of examples of blocks: in fact, and effective."""
    # Here, as the import takes long, and most pictures have no such curve.
    from scipy.optimize import isotonic_regression

    order = np.argsort(scores)
    ordered, outcomes = scores[order], hits[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    numbers = np.diff(np.append(starts, len(ordered)))
    own = None if weights is None else weights[order]
    counts = numbers if own is None else np.add.reduceat(own, starts)
    means = np.add.reduceat(outcomes if own is None else own * outcomes, starts) / counts
    fit = isotonic_regression(means, weights=counts)
    first = fit.blocks[:-1]
    if own is not None:
        # Sums of weights may make shares differ that are equal.
        first = first[np.append(True, np.diff(fit.x[first]) > _ROUNDED)]
    stops = np.append(first[1:], len(starts))
    firsts, lasts = ordered[starts[first]], ordered[starts[stops - 1]]
    counts = np.add.reduceat(counts, first)
    if own is None:
        known = counts, counts
    else:
        squares = np.add.reduceat(own**2, starts[first])
        known = np.add.reduceat(numbers, first), effective_of_sums(counts, squares)
    return np.stack([firsts, lasts]), fit.x[first], counts, known


def isotonic_curve(
    scores: Float[Array, "examples"],
    hits: Bool[Array, "examples"],
    points: int,
    *,
    weights: Float[Array, "examples"] | None = None,
) -> Curve:
    """Return the share of hits by isotonic regression, a curve that never falls.

    Args:
        scores: in [0, 1].
        hits: which examples are hits.
        points: the number of places, evenly from 0 to 1.
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        A `Curve`, linear between blocks of equal value, and NaN beyond the scores; the places
        next to the minimum and the maximum count as inside. The support is the number of examples
        in a block, with weights the effective one; in one between two larger ones that of the
        smaller of these, as its value lies between theirs; and between two blocks the smaller
        number.

    References:
        See `isotonic_steps`.
    """
    scores, hits, weights = _weighed(scores, hits, weights)
    ends, values, _, (numbers, counts) = _steps(scores, hits, weights)
    place = np.linspace(0, 1, points)
    known = ends.T.ravel()
    share = np.interp(place, known, np.repeat(values, 2))
    bounded = np.minimum(np.maximum.accumulate(counts), np.maximum.accumulate(counts[::-1])[::-1])
    last = len(counts) - 1
    below = np.clip(np.searchsorted(ends[0], place, side="right") - 1, 0, last)
    above = np.clip(np.searchsorted(ends[1], place, side="left"), 0, last)
    support = np.minimum(bounded[below], bounded[above])
    is_beyond = beyond(place, known[0], known[-1])
    order = np.argsort(scores) if weights is not None else None
    ordered = np.sort(scores) if order is None else scores[order]
    far = np.abs(np.repeat(values, numbers) - ordered.astype(np.float64))
    return Curve(
        np.where(is_beyond, np.nan, share),
        np.where(is_beyond, 0.0, support),
        far.mean() if weights is None else np.average(far, weights=weights[order]),
    )


def beyond(
    place: Float[np.ndarray, "points"], least: float | np.floating, greatest: float | np.floating
) -> Bool[np.ndarray, "points"]:
    """Return which places no score supports: those next to the end ones count as inside."""
    half = 0.5 / max(len(place) - 1, 1) * (1 + 1e-9)
    return (place < least - half) | (place > greatest + half)

"""Where the curves of a calibrated model lie by chance, given its scores."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.fft import dct
from jax.scipy.special import ndtri
from jaxtyping import Bool, Float

from anim.calibration.bins import Array, width_edges, width_sums
from anim.calibration.noise import LEVEL, Interval, drawn_shares
from anim.calibration.scores import over_snapshots, real
from anim.calibration.smooth import (
    at_places,
    beyond,
    reach,
    smooth_calibration_error,
    smoothed,
    spread,
    supported,
)
from anim.settings import BANDS, one_of

__all__ = ["isotonic_band", "kernel_band"]

_DRAWS = 400
_CELLS = 512


def kernel_band(
    scores: Float[Array, "*snapshots examples"],
    hits: Bool[Array, "*#snapshots examples"],
    points: int,
    level: float = LEVEL,
    band: str = BANDS[0],
    seed: int = 0,
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Interval:
    """Return where the `kernel_curve` of a calibrated model lies by chance, given these scores.

    It is not centred on the ideal: a wide kernel bends the curve of a calibrated model too. The
    examples are taken to be independent, and the bandwidth to be given.

    Args:
        scores, hits, points: as for `kernel_curve`, whose bandwidth is used.
        level: approximate probability of the band. At 95 %, 0.92 to 0.96 of simultaneous bands
            were measured to hold the curve, as the bandwidth follows the hits.
        band: ``simultaneous``: that the curve lies inside at all places; ``pointwise``: that it
            does at one place.
        seed: seeds the draws of a simultaneous band.
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        Shares at each place; NaN where `kernel_curve` is.

    Raises:
        SettingError: an unknown band.

    References:
        The variance of the Nadaraya-Watson estimate, for outcomes that are 1 with the probability
        of their scores; a consistency band as in Bröcker and Smith 2007. At all places: see
        `isotonic_band`.
    """
    one_of("band", band, BANDS)
    low, high, bandwidth = _kernel_band(scores, hits, points, level, weights=weights)
    if band == BANDS[1]:
        return Interval(low, high)
    rows = np.broadcast_to(scores, (*low.shape[:-1], np.shape(scores)[-1]))
    own = None if weights is None else np.broadcast_to(weights, rows.shape)
    ends = np.full((2, *low.shape), np.nan)
    for at in np.ndindex(low.shape[:-1]):
        drawn = _drawn_hits(rows[at], seed, None if own is None else own[at])
        curves = _kernel_draws(drawn, float(bandwidth[at]), points)
        ends[(slice(None), *at)] = _envelope(curves, level, band)
    is_known = np.isfinite(low)
    return Interval(*(np.where(is_known, end, np.nan) for end in ends))


@over_snapshots(1, static=("points", "level"))
def _kernel_band(scores, hits, points: int, level: float, *, weights=None):
    """Return the ends of the pointwise band [P] and the bandwidth []."""
    scores = real(scores)
    bandwidth = smooth_calibration_error(scores, hits, weights=weights).bandwidth
    ones = jnp.ones_like(scores) if weights is None else weights
    sums = spread(scores, ones, ones * scores, ones**2 * scores * (1 - scores))
    density, of_scores = smoothed(dct(sums[:2], axis=1), bandwidth)
    # The square of a Gaussian is a Gaussian narrower by the root of 2.
    variance = smoothed(dct(sums[2]), bandwidth / np.sqrt(2))
    density, of_scores, variance = at_places(jnp.stack([density, of_scores, variance]), points)
    # Of few heavy examples, rounding may leave less than nothing.
    variance = variance if weights is None else jnp.maximum(variance, 0)
    _, is_supported = supported(density, scores, bandwidth, weights)
    density = jnp.where(is_supported, density, jnp.nan)
    centre = of_scores / density
    half = ndtri((1 + level) / 2) * jnp.sqrt(variance / (density**2 * reach(bandwidth)))
    return jnp.clip(centre - half, 0, 1), jnp.clip(centre + half, 0, 1), bandwidth


def _kernel_draws(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray], bandwidth: float, points: int
) -> Float[np.ndarray, "draws {points}"]:
    """Return kernel curves of drawn hits, see `_drawn_hits`, with one bandwidth."""
    counts, middles, draws = drawn
    place = np.linspace(0, 1, points)
    # Reflected at 0 and 1, as in `kernel_curve`.
    weights = sum(
        np.exp(-0.5 * ((image - place) / bandwidth) ** 2)
        for image in (middles[:, None], -middles[:, None], 2 - middles[:, None])
    )
    density = counts @ weights
    return np.divide(draws @ weights, density, out=np.zeros((_DRAWS, points)), where=density > 0)


def isotonic_band(
    scores: Float[Array, "examples"],
    hits: Bool[Array, "examples"],
    points: int,
    level: float = LEVEL,
    band: str = BANDS[0],
    seed: int = 0,
    *,
    weights: Float[Array, "examples"] | None = None,
) -> Interval:
    """Return where the `isotonic_curve` of a calibrated model lies by chance, given these scores.

    Hits are drawn with the probability of their scores and regressed, 400 times; scores in the same
    one of 512 cells are taken as equal, and the examples as independent.

    Args:
        scores, hits, points, weights: as for `isotonic_curve`. No hit moves the band.
        level: approximate probability of the band. At 95 %, 0.94 to 0.98 of simultaneous bands
            were measured to hold the curve.
        band: ``simultaneous``: that the curve lies inside at all places; ``pointwise``: that it
            does at one place.
        seed: seeds the draws.

    Returns:
        Shares at each place, float64; NaN beyond the scores.

    Raises:
        SettingError: an unknown band.

    References:
        Dimitriadis, Gneiting and Jordan 2021 (PNAS 118, e2016191118), consistency bands; at all
        places, the largest deviation in units of pointwise quantiles: Myllymäki et al. 2017, Global
        envelope tests for spatial processes, section 3.
    """
    one_of("band", band, BANDS)
    from scipy.optimize import isotonic_regression

    scores = np.asarray(scores if weights is None else scores[np.asarray(weights) > 0])
    weights = None if weights is None else np.asarray(weights)[np.asarray(weights) > 0]
    counts, middles, draws = _drawn_hits(scores, seed, weights)
    place = np.linspace(0, 1, points)
    curves = [
        np.interp(place, middles, isotonic_regression(draw / counts, weights=counts).x)
        for draw in draws
    ]
    low, high = _envelope(np.stack(curves), level, band)
    is_beyond = beyond(place, float(scores.min()), float(scores.max()))
    return Interval(*(np.where(is_beyond, np.nan, end) for end in (low, high)))


def _drawn_hits(
    scores: Float[Array, "examples"], seed: int, weights: Float[Array, "examples"] | None
) -> tuple[
    Float[np.ndarray, "cells"], Float[np.ndarray, "cells"], Float[np.ndarray, "draws cells"]
]:
    """Return counts and mean scores of filled cells, and hits that a calibrated model may have.

    With weights, counts and hits are sums of these; the draws are of the effective numbers.
    """
    scores, hits = np.asarray(scores), np.zeros(np.shape(scores), bool)
    edges = width_edges(_CELLS, scores.dtype)
    weights = None if weights is None else np.asarray(weights, np.float64)
    sums = jax.device_get(width_sums(scores, hits, edges, weights=weights))
    filled = sums.counts > 0
    counts = sums.counts[filled].astype(float)
    middles = np.clip(edges[:-1][filled] + sums.offsets[filled] / counts, 0, 1).astype(float)
    rng, size = np.random.default_rng(seed), (_DRAWS, len(counts))
    if weights is not None:
        return counts, middles, counts * drawn_shares(sums.effective[filled], middles, size, rng)
    draws = rng.binomial(counts.astype(int), middles, size=size)
    return counts, middles, draws.astype(float)


def _envelope(
    curves: Float[np.ndarray, "draws places"], level: float, band: str
) -> tuple[Float[np.ndarray, "places"], Float[np.ndarray, "places"]]:
    """Return the ends between which a curve drawn like these lies with a probability.

    Quantiles are those of one more draw; linear ones would be too close together.
    """
    quantiles = [(1 - level) / 2, 0.5, (1 + level) / 2]
    if band == BANDS[1]:
        low, _, high = np.quantile(curves, quantiles, axis=0, method="weibull")
        return low, high
    # Angles, whose spread hardly depends on the share; near 0 and 1 the shares are skewed.
    angles = np.arcsin(np.sqrt(curves.clip(0, 1)))
    # One half says how wide it is beside the other places, the other half how wide as a whole.
    scales, angles = np.split(angles, 2)
    low, middle, high = np.quantile(scales, quantiles, axis=0, method="weibull")
    least = np.maximum(scales.std(0), 1e-9)
    below, above = np.maximum(middle - low, least), np.maximum(high - middle, least)
    far = np.maximum((middle - angles) / below, (angles - middle) / above).max(1)
    factor = np.quantile(far, level, method="weibull")
    ends = middle - factor * below, middle + factor * above
    return tuple(np.sin(end.clip(0, np.pi / 2)) ** 2 for end in ends)  # pyright: ignore[reportReturnType]

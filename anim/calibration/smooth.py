"""Errors and curves without bins: kernel smoothing, and isotonic regression."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.fft import dct, idct
from scipy.optimize import isotonic_regression

from anim.calibration.scores import check_shapes, over_snapshots, real

# Cells of [0, 1]; a few to the narrowest kernel.
_CELLS = 4096
_NARROWEST = 1e-3
_HALVINGS = 14


class SmoothError(NamedTuple):
    """Attributes: ``error`` [...] in [0, 1], and the ``bandwidth`` [...] it is measured at."""

    error: jax.Array
    bandwidth: jax.Array


def _spread(scores: jax.Array, *weights: jax.Array) -> jax.Array:
    """[W, cells] sums of weights at scores, each shared between the two nearest cells' centres."""
    place = scores * _CELLS - 0.5
    low = jnp.floor(place)
    share = place - low
    low = low.astype(jnp.int32)
    cells = jnp.zeros((_CELLS, len(weights)), scores.dtype)
    stacked = jnp.stack(weights, axis=1)
    cells = cells.at[jnp.clip(low, 0, _CELLS - 1)].add(stacked * (1 - share)[:, None])
    return cells.at[jnp.clip(low + 1, 0, _CELLS - 1)].add(stacked * share[:, None]).T


def _smoothed(waves: jax.Array, bandwidth: jax.Array) -> jax.Array:
    """Cells [..., cells] under a Gaussian that is reflected at 0 and 1, from their cosines."""
    decay = jnp.exp(-0.5 * (jnp.pi * bandwidth * jnp.arange(_CELLS)) ** 2)
    return idct(waves * decay.astype(waves.dtype))


@over_snapshots(1)
def smooth_calibration_error(scores: jax.Array, hits: jax.Array) -> SmoothError:
    """smECE: the mean |smoothed residual|, at the bandwidth that equals it.

    It needs no bins, moves continuously with the scores, and is within a constant factor of the
    true distance from calibration. Scores are put on 4096 cells, and a kernel of less than 0.001 is
    not tried.

    Args:
        scores: [..., N] in [0, 1]; leading axes are snapshots.
        hits: [N] bool, or [..., N].

    References:
        Błasiok and Nakkiran 2024, Smooth ECE (arXiv 2309.12236), definitions 1 to 3. Their package
        relplot leaves half of the weight of scores within 0.001 of 0 or 1 out; here it counts.
    """
    scores = real(scores)
    residuals = dct(_spread(scores, hits - scores)[0])

    def error(bandwidth):
        return jnp.abs(_smoothed(residuals, bandwidth)).sum() / scores.shape[0]

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
        share: [..., P] share of hits at each point; NaN where there is nothing to tell it from.
        support: [..., P] how many examples tell it.
    """

    share: np.ndarray
    support: np.ndarray


@partial(jax.jit, static_argnames="points")
def kernel_curve(scores: jax.Array, hits: jax.Array, points: int) -> Curve:
    """Share of hits by kernel regression, at the bandwidth of `smooth_calibration_error`.

    Args:
        scores: [N] in [0, 1].
        hits: [N] bool.
        points: P places, evenly from 0 to 1.

    Returns:
        A `Curve` [P]; fewer than one example in reach of the kernel tell nothing.

    References:
        Nadaraya 1964 and Watson 1964; with this kernel and bandwidth, as in relplot: Błasiok and
        Nakkiran 2024, section 4.
    """
    scores = real(scores)
    bandwidth = smooth_calibration_error(scores, hits).bandwidth
    both = dct(_spread(scores, jnp.ones_like(scores), hits.astype(scores.dtype)), axis=1)
    density, of_hits = _smoothed(both, bandwidth)
    # The cells' centres around each place.
    place = jnp.linspace(0, 1, points) * _CELLS - 0.5
    low = jnp.clip(place.astype(jnp.int32), 0, _CELLS - 2)
    share = jnp.clip(place - low, 0, 1)
    density, of_hits = (
        part[low] * (1 - share) + part[low + 1] * share for part in (density, of_hits)
    )
    # A Gaussian averages over 2 sqrt(pi) bandwidths.
    support = density * _CELLS * 2 * np.sqrt(np.pi) * bandwidth
    told = support >= 1
    return Curve(jnp.clip(jnp.where(told, of_hits / density, jnp.nan), 0, 1), support)


def isotonic_steps(scores, hits) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The non-decreasing function of the scores that is nearest to the hits, least squares.

    Args:
        scores: [N].
        hits: [N] bool.

    Returns:
        For each of M blocks of equal value: first and last score [2, M], the value [M] float64 and
        the number of examples [M].

    References:
        Ayer et al. 1955; for reliability curves, CORP: Dimitriadis, Gneiting and Jordan 2021
        (PNAS 118, e2016191118).
    """
    scores, hits = np.asarray(scores), np.asarray(hits, np.float64)
    check_shapes(scores.shape, hits.shape, axes=1)
    order = np.argsort(scores)
    ordered, outcomes = scores[order], hits[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    counts = np.diff(np.append(starts, len(ordered)))
    means = np.add.reduceat(outcomes, starts) / counts
    fit = isotonic_regression(means, weights=counts)
    first = fit.blocks[:-1]
    firsts, lasts = ordered[starts[first]], ordered[starts[fit.blocks[1:] - 1]]
    return np.stack([firsts, lasts]), fit.x[first], np.add.reduceat(counts, first)


def isotonic_curve(scores, hits, points: int) -> Curve:
    """Share of hits by isotonic regression: a curve that never falls, without any knob.

    Args:
        scores: [N] in [0, 1].
        hits: [N] bool.
        points: P places, evenly from 0 to 1.

    Returns:
        A `Curve` [P], straight between two blocks of equal value, NaN beyond the scores.

    References:
        See `isotonic_steps`.
    """
    ends, values, counts = isotonic_steps(scores, hits)
    place = np.linspace(0, 1, points)
    known = ends.T.ravel()
    share = np.interp(place, known, np.repeat(values, 2))
    support = np.interp(place, known, np.repeat(counts, 2))
    is_beyond = (place < known[0]) | (place > known[-1])
    return Curve(np.where(is_beyond, np.nan, share), np.where(is_beyond, 0.0, support))

"""Tests of calibration without bins: Spiegelhalter's, and those of cumulative differences.

The examples are taken to be independent: duplicates or groups of alike ones make p too small.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import ndtr

from anim.calibration.bins import Array
from anim.calibration.ranked import Ranked, of_each_snapshot

__all__ = [
    "CumulativeDifferences",
    "SpiegelhalterTest",
    "cumulative_differences",
    "spiegelhalter_test",
]

# Terms of each series: more are below rounding, as below and above this number either is used.
_TERMS, _BETWEEN = 20, 1.5


class SpiegelhalterTest(NamedTuple):
    """Attributes: ``z``, standard normal if calibrated, and ``p``, its two-sided p-value."""

    z: Float[Any, "*snapshots"]
    p: Float[Any, "*snapshots"]


def spiegelhalter_test(
    scores: Float[Array, "*snapshots examples"],
    hits: Bool[Array, "*#snapshots examples"],
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> SpiegelhalterTest:
    """Return by how many standard deviations the Brier score is off that of a calibrated model.

    Above 0 it is larger than the scores promise: they are too far from 1/2, over-confident. Pass
    the score of class 1 of two, or the confidence, see `scores_and_hits`. It is blind to scores
    that are too large below 1/2 and to as many above it.

    Args:
        scores: in [0, 1].
        hits: of each snapshot, or of all.
        weights: of the examples, >= 0; None counts each once. They are no repetitions: z is in
            units of the standard deviation of the weighted sum. Where weights have nothing to do
            with scores, that is of as many examples as their effective number (Kish).

    Returns:
        `SpiegelhalterTest` of each snapshot, float64. If all scores are 0, 1/2 or 1, the Brier
        score has no variance: z is 0 where it is as promised, else infinite.

    References:
        Spiegelhalter 1986, Probabilistic prediction in patient management and clinical trials
        (Statistics in Medicine 5); weights: the variance of a weighted sum.
    """
    return of_each_snapshot(spiegelhalter, scores, hits, weights)


def spiegelhalter(outcomes: Ranked) -> SpiegelhalterTest:
    """Return the test of outcomes by score; see `spiegelhalter_test`."""
    scores, weights, hits, squares = outcomes
    slope = 1 - 2 * scores
    off = ((hits - weights * scores) * slope).sum()
    deviation = np.sqrt((squares * slope * slope * scores * (1 - scores)).sum())
    z = _in_units(off, deviation, outcomes)
    return SpiegelhalterTest(z, 2 * ndtr(-np.abs(z)))


class CumulativeDifferences(NamedTuple):
    """How far cumulative sums of hits and of scores are apart, and p-values of it.

    Attributes:
        kuiper: their range, in [0, 1]; ECCE-R in the paper.
        kuiper_p: its p-value.
        kolmogorov_smirnov: the largest distance, in [0, 1]; ECCE-MAD in the paper.
        kolmogorov_smirnov_p: its p-value.
    """

    kuiper: Float[Any, "*snapshots"]
    kuiper_p: Float[Any, "*snapshots"]
    kolmogorov_smirnov: Float[Any, "*snapshots"]
    kolmogorov_smirnov_p: Float[Any, "*snapshots"]


def cumulative_differences(
    scores: Float[Array, "*snapshots examples"],
    hits: Bool[Array, "*#snapshots examples"],
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> CumulativeDifferences:
    """Return the range and the maximum of the cumulative differences of hits and scores.

    With scores in ascending order, C_k is the sum of (hit - score) over the first k examples,
    divided by N. Its range is the largest miscalibration of any interval of scores, times the share
    of the examples there. There are no bins and no parameters. Examples with equal scores come
    together, so that nothing depends on their order; the paper puts them in an order at random.

    Args:
        scores: in [0, 1].
        hits: of each snapshot, or of all.
        weights: of the examples, >= 0; None counts each once. Of integers, the range and the
            maximum are those of repetitions, and p-values are not: these follow from the standard
            deviation of the weighted sum, see `spiegelhalter_test`.

    Returns:
        `CumulativeDifferences` of each snapshot, float64. P-values are those of the range and of
        the maximum of a Brownian motion, which hold for many examples; for few of them, or few
        different scores, they are too large, and no model is called miscalibrated too often.

    References:
        Arrieta-Ibarra, Gujral, Tannen, Tygert and Xu 2022, Metrics of calibration for probabilistic
        predictions (JMLR 23, arXiv 2202.00100); the distributions: Feller 1951,
        The asymptotic distribution of the range of sums of independent random variables.
    """
    return of_each_snapshot(differences, scores, hits, weights)


def differences(outcomes: Ranked) -> CumulativeDifferences:
    """Return the statistics of outcomes by score; see `cumulative_differences`."""
    scores, weights, hits, _ = outcomes
    walk = weights * scores
    np.cumsum(np.subtract(hits, walk, out=walk), out=walk)
    deviation = np.sqrt(_variance(outcomes))
    # It begins at 0.
    least, most = np.minimum(walk.min(), 0), np.maximum(walk.max(), 0)
    kuiper, greatest = most - least, np.maximum(most, -least)
    return CumulativeDifferences(
        kuiper / outcomes.total,
        beyond_range(_in_units(kuiper, deviation, outcomes)),
        greatest / outcomes.total,
        beyond_maximum(_in_units(greatest, deviation, outcomes)),
    )


def _variance(outcomes: Ranked) -> np.floating:
    """Return the variance of the weighted sum of hits, if calibrated."""
    found = 1 - outcomes.scores
    found *= outcomes.scores
    found *= outcomes.squares
    return found.sum()


def _in_units(value: Any, deviation: Any, outcomes: Ranked) -> Any:
    """Return a sum in units of its standard deviation, which is 0 where all scores are sure."""
    if deviation > 0:
        return value / deviation
    # Sums of scores are rounded.
    is_none = np.abs(value) <= 1e-12 * outcomes.total
    return np.float64(0) if is_none else np.copysign(np.inf, value)


def beyond_range(x: float | np.floating) -> np.floating:
    """Return the probability that a Brownian motion on [0, 1] has a range above x >= 0."""
    k = np.arange(1, _TERMS + 1)
    if x > _BETWEEN:
        return np.clip(8 * ((-1.0) ** (k - 1) * k * ndtr(-k * x)).sum(), 0, 1)
    if x <= 0:
        return np.float64(1)
    squares = ((k - 0.5) * np.pi) ** 2
    return np.clip(1 - ((8 / x**2 + 2 / squares) * np.exp(-2 * squares / x**2)).sum(), 0, 1)


def beyond_maximum(x: float | np.floating) -> np.floating:
    """Return the probability that the absolute value of a Brownian motion on [0, 1] exceeds x."""
    k = np.arange(_TERMS)
    if x > _BETWEEN:
        return np.clip(4 * ((-1.0) ** k * ndtr(-(2 * k + 1) * x)).sum(), 0, 1)
    if x <= 0:
        return np.float64(1)
    odd = k + 0.5
    terms = (-1.0) ** k / odd * np.exp(-((odd * np.pi / x) ** 2) / 2)
    return np.clip(1 - 2 / np.pi * terms.sum(), 0, 1)

"""What chance does to bars, given the number of examples, which are taken to be independent."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Integer, Num
from scipy.special import bdtr, gammaincinv, gammaln, ndtri, xlog1py, xlogy

from anim.calibration.bins import Array
from anim.settings import BANDS, one_of

__all__ = ["LEVEL", "Interval", "binomial_quantile", "consistency_band", "wilson_interval"]

LEVEL = 0.95
# Rounding of cumulative probabilities.
_ROUNDING = 1e-11
# Up to this number of hits or misses, the interval of a share has limits of its own.
_FEW = 3


class Interval(NamedTuple):
    """Attributes: ``low`` and ``high``, arrays of one shape."""

    low: Float[Any, "*shape"]
    high: Float[Any, "*shape"]


def consistency_band(
    counts: Num[Array, "*#snapshots bins"],
    ideal: Float[Array, "*#snapshots bins"],
    level: float = LEVEL,
    band: str = BANDS[0],
) -> Interval:
    """Return where the bars of a calibrated model lie, by chance alone, given their counts.

    Args:
        counts: examples in each bin; of examples with weights the effective number, which is
            rounded down, so that the band is rather too wide.
        ideal: the share that a calibrated model has there: the bin's mean score (in the score
            view, the mean score of the predicted class).
        level: minimum probability of the band.
        band: ``simultaneous``: that all bars of a snapshot lie inside; ``pointwise``: that a
            single bar does. Of 50 bars, each inside with 95 %, a few are usually outside.

    Returns:
        Shares of each bin: exact binomial quantiles; NaN where a bin is empty.

    Raises:
        SettingError: an unknown band.

    References:
        Bröcker and Smith 2007, Increasing the reliability of reliability diagrams. All bars at
        once: Šidák 1967, for bins that are independent given their counts.
    """
    one_of("band", band, BANDS)
    counts, ideal = np.asarray(counts, float), np.clip(ideal, 0, 1)
    filled = np.where(counts > 0, np.maximum(np.floor(counts), 1), np.nan)
    bars = (counts > 0).sum(-1, keepdims=True) if band == BANDS[0] else 1
    tail = np.broadcast_to((1 - level ** (1 / np.maximum(bars, 1))) / 2, counts.shape)
    return Interval(*(binomial_quantile(q, filled, ideal) / filled for q in (tail, 1 - tail)))


def binomial_quantile(
    q: float | Float[Array, "*#shape"], n: Num[Array, "*#shape"], p: Float[Array, "*#shape"]
) -> Float[np.ndarray, "*shape"]:
    """Return the smallest number of successes whose cumulative probability is at least q.

    The same as ``scipy.stats.binom.ppf``, whose import takes half a second.

    Args:
        q: in (0, 1).
        n, p: trials, rounded down to a whole number, and the probability of success; NaN where
            there is nothing to compute.

    Returns:
        The quantiles, float64; NaN where n or p is.

    References:
        The first guess: Cornish and Fisher 1938. It is corrected until it is right.
    """
    q, n, p = np.broadcast_arrays(*(np.asarray(one, float) for one in (q, n, p)))
    known = np.isfinite(n) & np.isfinite(p)
    found, q, n, p = np.full(n.shape, np.nan), q[known], n[known].astype(np.intp), p[known]
    z = ndtri(q)
    guess = n * p + z * np.sqrt(n * p * (1 - p)) + (z**2 - 1) * (1 - 2 * p) / 6
    k = np.clip(np.floor(guess), 0, n)
    unsettled = np.arange(k.size)
    while unsettled.size:
        step = _step(q[unsettled], k[unsettled], n[unsettled], p[unsettled])
        k[unsettled] += step
        unsettled = unsettled[step != 0]
    found[known] = k
    return found


def drawn_shares(
    n: Float[np.ndarray, "cases"],
    p: Float[np.ndarray, "cases"],
    size: tuple[int, int],
    rng: np.random.Generator,
) -> Float[np.ndarray, "draws cases"]:
    """Return shares of successes among n trials, which need not be a whole number.

    Each draw has one of the two whole numbers of trials next to n, so often that the variance of
    all is p (1 - p) / n, as that of a mean with weights of the effective number n.
    """
    low = np.maximum(np.floor(n), 1)
    trials = np.broadcast_to(low, size)
    if (n > low).any():
        # The mean of 1 / trials is 1 / n.
        is_high = np.random.default_rng(len(n)).random(size) < (low + 1) * (1 - low / n)
        trials = low + is_high
    return rng.binomial(trials.astype(np.int64), p, size=size) / trials


def _step(
    q: Float[np.ndarray, "cases"],
    k: Num[np.ndarray, "cases"],
    n: Num[np.ndarray, "cases"],
    p: Float[np.ndarray, "cases"],
) -> Integer[np.ndarray, "cases"]:
    """Return -1, 0 or 1: the way from k to the quantile."""
    reached = bdtr(k, n, p)
    before = np.where(k > 0, reached - np.exp(_log_probability(k, n, p)), -1)
    # The difference has fewer digits than the cumulative probability itself.
    is_close = (np.abs(before - q) < 1e-9) & (k > 0)
    before[is_close] = bdtr(k[is_close] - 1, n[is_close], p[is_close])
    # Where a probability equals q, bdtr may miss it by the last bits.
    q = q - _ROUNDING
    return np.where(reached < q, 1, np.where(before >= q, -1, 0))


def _log_probability(
    k: Num[np.ndarray, "cases"], n: Num[np.ndarray, "cases"], p: Float[np.ndarray, "cases"]
) -> Float[np.ndarray, "cases"]:
    """Return the logarithm of the binomial probability of k successes."""
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return ways + xlogy(k, p) + xlog1py(n - k, -p)


def wilson_interval(
    counts: Num[Array, "*snapshots bins"], hits: Num[Array, "*snapshots bins"], level: float = LEVEL
) -> Interval:
    """Return where the true share of hits of each bin lies, at a confidence level.

    The examples of a bin are taken to be independent. The level holds on average over true shares.
    At 95 %, the interval covers any share p with n p and n (1 - p) of at least 0.1 with a
    probability of 0.919 or more; without the modification for 3 hits or misses and fewer, 0.79.

    Args:
        counts, hits: examples in each bin, and hits among them. They need not be whole numbers:
            of examples with weights these are the effective number, and the share of hits of it.
        level: the confidence level.

    Returns:
        Shares of each bin; NaN where a bin is empty.

    References:
        Wilson 1927; near 0 and 1 the limits of a Poisson distribution: Brown, Cai and DasGupta
        2001, Interval estimation for a binomial proportion, section 4.1.1.
    """
    z = ndtri((1 + level) / 2)
    filled = np.where(np.asarray(counts) > 0, counts, np.nan)
    share = hits / filled
    centre = share + z**2 / (2 * filled)
    reach = z * np.sqrt(share * (1 - share) / filled + (z / (2 * filled)) ** 2)
    low, high = ((centre + sign * reach) / (1 + z**2 / filled) for sign in (-1, 1))
    return Interval(
        np.fmin(low, _least_share(filled, hits, level)).clip(0),
        np.fmax(high, 1 - _least_share(filled, filled - hits, level)).clip(max=1),
    )


def _least_share(
    filled: Float[np.ndarray, "*shape"], hits: Num[Array, "*shape"], level: float
) -> Float[np.ndarray, "*shape"]:
    """Return the lower limit of a share with few hits, and NaN for more than a few.

    Exactly 0 for no hit, without what rounding leaves.
    """
    is_few = (hits >= 0) & (hits <= _FEW)
    # The mean of a Poisson distribution that reaches this many hits with probability 1 - level.
    mean = gammaincinv(np.where(is_few & (hits > 0), hits, 1), 1 - level)
    return np.where(is_few, np.where(hits > 0, mean, 0) / filled, np.nan)

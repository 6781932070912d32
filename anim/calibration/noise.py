"""What chance alone does to bars and errors, given the number of examples."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Integer, Num
from scipy.special import bdtr, gammaln, ndtri, xlog1py, xlogy

from anim.calibration.binned_errors import expected_error_of_bins
from anim.calibration.bins import Array, BinSums, shares

__all__ = [
    "Interval",
    "binomial_quantile",
    "consistency_band",
    "error_interval",
    "expected_error_if_calibrated",
    "wilson_interval",
]

LEVEL = 0.95
_RESAMPLES = 500


class Interval(NamedTuple):
    """Attributes: ``low`` and ``high``, arrays of one shape."""

    low: Float[Any, "*shape"]
    high: Float[Any, "*shape"]


def consistency_band(
    counts: Num[Array, "*#snapshots bins"],
    ideal: Float[Array, "*#snapshots bins"],
    level: float = LEVEL,
) -> Interval:
    """Return where the bars of a calibrated model lie, by chance alone, given their counts.

    Args:
        counts: examples in each bin.
        ideal: the share that a calibrated model has there: the bin's mean score (in the score
            view, the mean score of the predicted class).
        level: minimum probability that a bar lies inside.

    Returns:
        Shares of each bin: exact binomial quantiles; NaN where a bin is empty.

    References:
        Bröcker and Smith 2007, Increasing the reliability of reliability diagrams.
    """
    counts, ideal = np.asarray(counts, float), np.clip(ideal, 0, 1)
    tail = (1 - level) / 2
    filled = np.where(counts > 0, counts, np.nan)
    return Interval(*(binomial_quantile(q, filled, ideal) / filled for q in (tail, 1 - tail)))


def binomial_quantile(
    q: float, n: Num[Array, "*#shape"], p: Float[Array, "*#shape"]
) -> Float[np.ndarray, "*shape"]:
    """Return the smallest number of successes whose cumulative probability is at least q.

    The same as ``scipy.stats.binom.ppf``, whose import takes half a second.

    Args:
        q: in (0, 1).
        n, p: trials, and the probability of success; NaN where there is nothing to compute.

    Returns:
        The quantiles, float64; NaN where n or p is.

    References:
        The first guess: Cornish and Fisher 1938. It is corrected until it is right.
    """
    n, p = np.broadcast_arrays(np.asarray(n, float), np.asarray(p, float))
    known = np.isfinite(n) & np.isfinite(p)
    found, n, p = np.full(n.shape, np.nan), n[known].astype(np.intp), p[known]
    z = ndtri(q)
    guess = n * p + z * np.sqrt(n * p * (1 - p)) + (z**2 - 1) * (1 - 2 * p) / 6
    k = np.clip(np.floor(guess), 0, n)
    unsettled = np.arange(k.size)
    while unsettled.size:
        step = _step(q, k[unsettled], n[unsettled], p[unsettled])
        k[unsettled] += step
        unsettled = unsettled[step != 0]
    found[known] = k
    return found


def _step(
    q: float,
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

    Args:
        counts, hits: examples in each bin, and hits among them.
        level: the confidence level.

    Returns:
        Shares of each bin; NaN where a bin is empty.

    References:
        Wilson 1927; Brown, Cai and DasGupta 2001, Interval estimation for a binomial proportion.
    """
    z = ndtri((1 + level) / 2)
    filled = np.where(np.asarray(counts) > 0, counts, np.nan)
    share = hits / filled
    centre = share + z**2 / (2 * filled)
    reach = z * np.sqrt(share * (1 - share) / filled + (z / (2 * filled)) ** 2)
    low, high = ((centre + sign * reach) / (1 + z**2 / filled) for sign in (-1, 1))
    # Exactly 0 and 1, without what rounding leaves.
    return Interval(np.where(share == 0, 0.0, low), np.where(share == 1, 1.0, high))


def expected_error_if_calibrated(
    counts: Num[Array, "*snapshots bins"], confidence: Float[Array, "*snapshots bins"]
) -> Float[np.ndarray | np.floating, "*snapshots"]:
    """Return the mean ECE (L1) of a calibrated model with these bins, which chance keeps above 0.

    Args:
        counts, confidence: examples in each bin, and their mean score.

    Returns:
        The mean absolute deviation of a binomial share, weighted by the examples.

    References:
        De Moivre 1730, as in Diaconis and Zabell 1991, Closed form summation for classical
        distributions; its use for ECE: Roelofs et al. 2022 (arXiv 2012.08668).
    """
    counts = np.asarray(counts, float)
    p = np.where(counts > 0, confidence, 0.5).clip(0, 1)
    above = np.minimum(np.floor(counts * p) + 1, counts)
    log_term = (
        gammaln(counts + 1)
        - gammaln(above)
        - gammaln(counts - above + 1)
        + xlogy(above, p)
        + xlog1py(counts - above + 1, -p)
    )
    # E|X - np|, where m = floor(np) + 1: 2 m C(n, m) p^m (1 - p)^(n - m + 1).
    deviation = np.where((counts > 0) & (p > 0) & (p < 1), 2 * np.exp(log_term), 0.0)
    total = counts.sum(-1)
    return deviation.sum(-1) / np.where(total > 0, total, np.nan)


def _resampled(cells: BinSums, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return counts and hits [_RESAMPLES, C] of bootstrap samples of the examples in C cells."""
    parts = np.stack([cells.counts - cells.hits, cells.hits]).astype(float)
    drawn = rng.multinomial(int(parts.sum()), (parts / parts.sum()).ravel(), size=_RESAMPLES)
    misses, hits = drawn.reshape(_RESAMPLES, 2, -1).transpose(1, 0, 2)
    return misses + hits, hits


def error_interval(
    cells: BinSums, edges: Float[Array, "edges"], bins: int, level: float = LEVEL, seed: int = 0
) -> Interval:
    """Return a bootstrap interval of the ECE (L1).

    Examples are drawn with replacement by drawing the numbers that fall into many small cells, hits
    and misses apart: the scores in one cell are practically equal.

    Args:
        cells: sums of one snapshot over bins x M cells, each bin cut into M.
        edges: of the cells, bins x M + 1.
        bins: number of bins of the ECE.
        level: the confidence level.
        seed: seeds the draws.

    Returns:
        The basic bootstrap interval, two numbers of at least 0: it assumes that the draws differ
        from the ECE as the ECE differs from the error of infinitely many examples. Near 0 they do
        not: the interval begins at 0 if a calibrated model has such an ECE with probability
        ``level``. It is approximate, less exact near 0; NaN without any example.

    References:
        Efron and Tibshirani 1993, chapter 13; Davison and Hinkley 1997, section 5.2; at 0, the test
        of Vaicenavicius et al. 2019 (arXiv 1902.06977), after Bröcker and Smith 2007.
    """
    _, score = shares(cells, edges)
    if not np.any(cells.counts):
        return Interval(np.float64(np.nan), np.float64(np.nan))
    rng = np.random.default_rng(seed)
    counts, hits = _resampled(cells, rng)

    def by_bin(values):
        return values.reshape(*values.shape[:-1], bins, -1).sum(-1)

    def error(counts, hits):
        whole = np.where(by_bin(counts) > 0, by_bin(counts), np.nan)
        confidence = by_bin(counts * np.nan_to_num(score)) / whole
        return expected_error_of_bins(by_bin(counts), by_bin(hits) / whole, confidence)

    here = error(cells.counts, cells.hits)
    least, most = np.quantile(error(counts, hits), [(1 - level) / 2, (1 + level) / 2])
    low, high = np.maximum(2 * here - most, 0.0), np.maximum(2 * here - least, here)
    chances = np.clip(np.nan_to_num(score), 0, 1)
    calibrated = rng.binomial(cells.counts, chances, size=(_RESAMPLES, len(score)))
    if here <= np.quantile(error(cells.counts, calibrated), level):
        low = np.zeros_like(low)
    return Interval(low, high)

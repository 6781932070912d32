"""What chance alone does to bars and errors, given how many examples there are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, ndtri, xlog1py, xlogy
from scipy.stats import binom

from anim.calibration.bins import BinSums, shares
from anim.calibration.errors import expected_calibration_error

LEVEL = 0.95
_RESAMPLES = 500


class Interval(NamedTuple):
    """Attributes: ``low`` and ``high``, arrays of one shape."""

    low: np.ndarray
    high: np.ndarray


def consistency_band(counts, ideal, level: float = LEVEL) -> Interval:
    """Where the bars of a calibrated model lie, by chance alone, given their counts.

    Args:
        counts: [..., B] examples in each bin.
        ideal: [..., B] the share that a calibrated model has there: the bin's mean score (of the
            score view, the mean score of the predicted class).
        level: how many of its bars lie inside, at least.

    Returns:
        Shares [..., B]: exact binomial quantiles; NaN where a bin is empty.

    References:
        Bröcker and Smith 2007, Increasing the reliability of reliability diagrams.
    """
    counts, ideal = np.asarray(counts, float), np.clip(ideal, 0, 1)
    tail = (1 - level) / 2
    filled = np.where(counts > 0, counts, np.nan)
    return Interval(*(binom.ppf(q, filled, ideal) / filled for q in (tail, 1 - tail)))


def wilson_interval(counts, hits, level: float = LEVEL) -> Interval:
    """Where the true share of hits of each bin lies, with the confidence of ``level``.

    Args:
        counts, hits: [..., B] examples, and hits among them.
        level: the confidence.

    Returns:
        Shares [..., B]; NaN where a bin is empty.

    References:
        Wilson 1927; Brown, Cai and DasGupta 2001, Interval estimation for a binomial proportion.
    """
    z = ndtri((1 + level) / 2)
    filled = np.where(np.asarray(counts) > 0, counts, np.nan)
    share = hits / filled
    centre = share + z**2 / (2 * filled)
    reach = z * np.sqrt(share * (1 - share) / filled + (z / (2 * filled)) ** 2)
    low, high = ((centre + sign * reach) / (1 + z**2 / filled) for sign in (-1, 1))
    # Exactly, where rounding would leave a trace.
    return Interval(np.where(share == 0, 0.0, low), np.where(share == 1, 1.0, high))


def expected_error_if_calibrated(counts, confidence) -> np.ndarray:
    """The mean ECE (L1) of a calibrated model with these bins: never 0, for there is chance.

    Args:
        counts, confidence: [..., B] examples, and their mean score.

    Returns:
        [...]: the mean absolute deviation of a binomial share, weighted by the examples.

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


def error_interval(
    cells: BinSums, edges, bins: int, level: float = LEVEL, seed: int = 0
) -> Interval:
    """A bootstrap interval of the ECE (L1).

    Examples are drawn again with replacement by drawing how many fall into each of many small
    cells, hits and misses apart: the scores in one cell are as good as equal.

    Args:
        cells: sums of one snapshot over bins x M cells, each bin cut into M.
        edges: of the cells.
        bins: of the error.
        level: the confidence.
        seed: seeds the draws.

    Returns:
        The basic bootstrap interval, two numbers not below 0: the draws spread around the ECE as it
        does around the error of infinitely many examples, and lie above it by as much. Near 0 they
        do not, and it begins at 0 wherever the ECE is one that a calibrated model has in ``level``
        of the cases. Approximate, the more so the nearer to 0; NaN where there is no example.

    References:
        Efron and Tibshirani 1993, chapter 13; Davison and Hinkley 1997, section 5.2; at 0, the test
        of Vaicenavicius et al. 2019 (arXiv 1902.06977), after Bröcker and Smith 2007.
    """
    _, score = shares(cells, edges)
    parts = np.stack([cells.counts - cells.hits, cells.hits]).astype(float)
    if not parts.any():
        return Interval(np.float64(np.nan), np.float64(np.nan))
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(int(parts.sum()), (parts / parts.sum()).ravel(), size=_RESAMPLES)
    misses, hits = drawn.reshape(_RESAMPLES, 2, -1).transpose(1, 0, 2)
    counts = misses + hits

    def by_bin(values):
        return values.reshape(*values.shape[:-1], bins, -1).sum(-1)

    def error(counts, hits):
        whole = np.where(by_bin(counts) > 0, by_bin(counts), np.nan)
        confidence = by_bin(counts * np.nan_to_num(score)) / whole
        return expected_calibration_error(by_bin(counts), by_bin(hits) / whole, confidence)

    here = error(cells.counts, cells.hits)
    least, most = np.quantile(error(counts, hits), [(1 - level) / 2, (1 + level) / 2])
    low, high = np.maximum(2 * here - most, 0.0), np.maximum(2 * here - least, here)
    calibrated = rng.binomial(
        cells.counts, np.clip(np.nan_to_num(score), 0, 1), size=(_RESAMPLES, len(score))
    )
    if here <= np.quantile(error(cells.counts, calibrated), level):
        low = np.zeros_like(low)
    return Interval(low, high)

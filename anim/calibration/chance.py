"""The ECE that chance alone gives a calibrated model, and the test that compares one with it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Num
from scipy.special import gammaln, xlog1py, xlogy

from anim.calibration.bins import Array
from anim.calibration.noise import drawn_shares

__all__ = ["error_p_value", "expected_error_if_calibrated"]

# With this number of draws, a p-value of exactly 0.05 is possible.
_DRAWS = 999


def expected_error_if_calibrated(
    counts: Num[Array, "*snapshots bins"],
    confidence: Float[Array, "*snapshots bins"],
    *,
    effective: Num[Array, "*snapshots bins"] | None = None,
) -> Float[np.ndarray | np.floating, "*snapshots"]:
    """Return the mean ECE (L1) of a calibrated model with these bins, which chance keeps above 0.

    Args:
        counts, confidence: examples in each bin, and their mean score.
        effective: the effective number of examples of each bin, if the counts are sums of weights:
            see `BinSums.effective`.

    Returns:
        The mean absolute deviation of a binomial share, weighted by the examples.

    References:
        De Moivre 1730, as in Diaconis and Zabell 1991, Closed form summation for classical
        distributions; its use for ECE: Roelofs et al. 2022 (arXiv 2012.08668).
    """
    weights = counts = np.asarray(counts, float)
    p = np.where(counts > 0, confidence, 0.5).clip(0, 1)
    counts = counts if effective is None else np.asarray(effective, float)
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
    if effective is not None:
        deviation = deviation * (weights / np.where(counts > 0, counts, 1))
    total = weights.sum(-1)
    return deviation.sum(-1) / np.where(total > 0, total, np.nan)


def error_p_value(
    counts: Num[Array, "*snapshots bins"],
    accuracy: Float[Array, "*snapshots bins"],
    confidence: Float[Array, "*snapshots bins"],
    seed: int = 0,
    *,
    effective: Num[Array, "*snapshots bins"] | None = None,
) -> Float[np.ndarray | np.floating, "*snapshots"]:
    """Return how likely a calibrated model is to show an ECE (L1) this large or larger, by chance.

    A model is called miscalibrated where this is at most 0.05; of calibrated models 5 % are. The
    examples are taken to be independent: duplicates or groups of alike ones make it too small.

    Args:
        counts: examples in each bin.
        accuracy, confidence: the share of hits and the mean score of each bin.
        seed: seeds the draws, which are the same for each snapshot.
        effective: as for `expected_error_if_calibrated`.

    Returns:
        The p-value of a Monte Carlo test with 999 draws of the hits, at least 0.001; NaN without
        any example.

    References:
        Vaicenavicius et al. 2019 (arXiv 1902.06977), after Bröcker and Smith 2007; the p-value:
        Davison and Hinkley 1997, section 4.2.
    """
    counts = np.asarray(counts, float)
    chances = np.where(counts > 0, confidence, 0.0).clip(0, 1)
    off = counts * np.abs(np.where(counts > 0, accuracy, 0.0) - chances)
    numbers = counts if effective is None else np.asarray(effective, float)
    bins = counts.shape[-1]
    found = [
        _p_value(*one, np.random.default_rng(seed))
        for one in zip(
            counts.reshape(-1, bins),
            chances.reshape(-1, bins),
            numbers.reshape(-1, bins),
            off.sum(-1).ravel(),
            strict=True,
        )
    ]
    return np.reshape(found, counts.shape[:-1])[()]


def _p_value(
    counts: Float[np.ndarray, "bins"],
    chances: Float[np.ndarray, "bins"],
    numbers: Float[np.ndarray, "bins"],
    off: float,
    rng: np.random.Generator,
) -> float:
    """Return the p-value of a number of examples by which the hits are off, over all bins.

    Hits are drawn of ``numbers`` of examples, which are the counts if these are no sums of weights.
    """
    filled = counts > 0
    if not filled.any():
        return np.nan
    counts, chances, numbers = counts[filled], chances[filled], numbers[filled]
    size = _DRAWS, len(counts)
    if (numbers == counts).all():
        hits = rng.binomial(counts.astype(np.int64), chances, size=size)
    else:
        hits = counts * drawn_shares(numbers, chances, size, rng)
    drawn = np.abs(hits - counts * chances).sum(1)
    # Equal errors differ by what rounding of a mean score leaves.
    return (1 + (drawn >= off - 1e-6 * counts.sum()).sum()) / (1 + _DRAWS)

"""Calibration errors of bins, from their counts, accuracies and confidences."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Num

from anim.calibration.bins import Array

__all__ = [
    "average_error_of_bins",
    "debiased_error_of_bins",
    "expected_error_of_bins",
    "maximum_error_of_bins",
    "root_mean_square_error_of_bins",
]


def _gaps(counts: Array, accuracy: Array, confidence: Array):
    """Return weights, gaps and presence of bins, and the library to compute with.

    The gap is |accuracy - confidence|, 0 where a bin is empty. The library is JAX if the counts are
    a JAX array, else NumPy.
    """
    xp: Any = jnp if isinstance(counts, jax.Array) else np
    counts, accuracy, confidence = map(xp.asarray, (counts, accuracy, confidence))
    filled = counts > 0
    total = xp.sum(counts, axis=-1, keepdims=True)
    weights = counts / xp.where(total > 0, total, xp.nan)
    return weights, xp.where(filled, xp.abs(accuracy - confidence), 0.0), filled, xp


def expected_error_of_bins(
    counts: Num[Array, "*#snapshots bins"],
    accuracy: Float[Array, "*#snapshots bins"],
    confidence: Float[Array, "*#snapshots bins"],
) -> Float[Array | np.floating, "*snapshots"]:
    """Return the ECE (L1), the mean over examples of |accuracy - confidence| of their bins.

    Args:
        counts: examples in each bin; empty bins are left out.
        accuracy, confidence: the share of hits and the mean score of each bin.

    Returns:
        The error; NaN without any example.

    References:
        Naeini et al. 2015; Guo et al. 2017 (arXiv 1706.04599), equation 3.
    """
    weights, gaps, _, xp = _gaps(counts, accuracy, confidence)
    return xp.sum(weights * gaps, axis=-1)


def root_mean_square_error_of_bins(
    counts: Num[Array, "*#snapshots bins"],
    accuracy: Float[Array, "*#snapshots bins"],
    confidence: Float[Array, "*#snapshots bins"],
) -> Float[Array | np.floating, "*snapshots"]:
    """Return the L2 error, the root of the mean over examples of the squared gaps of their bins.

    Args and Returns as for `expected_error_of_bins`.

    References:
        Hendrycks et al. 2019 (arXiv 1812.04606), section 4.1; Kumar et al. 2019.
    """
    weights, gaps, _, xp = _gaps(counts, accuracy, confidence)
    return xp.sqrt(xp.sum(weights * gaps**2, axis=-1))


def maximum_error_of_bins(
    counts: Num[Array, "*#snapshots bins"],
    accuracy: Float[Array, "*#snapshots bins"],
    confidence: Float[Array, "*#snapshots bins"],
) -> Float[Array | np.floating, "*snapshots"]:
    """Return the MCE, the largest |accuracy - confidence| of the filled bins.

    Args and Returns as for `expected_error_of_bins`.

    References:
        Naeini et al. 2015; Guo et al. 2017 (arXiv 1706.04599), equation 5.
    """
    _, gaps, filled, xp = _gaps(counts, accuracy, confidence)
    return xp.where(filled.any(axis=-1), gaps.max(axis=-1), xp.nan)


def average_error_of_bins(
    counts: Num[Array, "*#snapshots bins"],
    accuracy: Float[Array, "*#snapshots bins"],
    confidence: Float[Array, "*#snapshots bins"],
) -> Float[Array | np.floating, "*snapshots"]:
    """Return the ACE, the mean over filled bins of |accuracy - confidence|, with equal weights.

    Args and Returns as for `expected_error_of_bins`.

    References:
        Neumann et al. 2018, Relaxed softmax; netcal calls it ACE.
    """
    _, gaps, filled, xp = _gaps(counts, accuracy, confidence)
    bins = filled.sum(axis=-1)
    return xp.sum(gaps, axis=-1) / xp.where(bins > 0, bins, xp.nan)


def debiased_error_of_bins(
    counts: Num[Array, "*#snapshots bins"],
    accuracy: Float[Array, "*#snapshots bins"],
    confidence: Float[Array, "*#snapshots bins"],
    *,
    effective: Num[Array, "*#snapshots bins"] | None = None,
) -> Float[Array | np.floating, "*snapshots"]:
    """Return the L2 error without what noise adds to it, the variance of the accuracy of a bin.

    The plain L2 error of a calibrated model is above 0, and grows with the number of bins. A bin
    with one example counts as 0, as does a negative sum.

    Args and Returns as for `expected_error_of_bins`; and

    Args:
        effective: the effective number of examples of each bin, if the counts are sums of weights:
            see `BinSums.effective`.

    References:
        Kumar, Liang and Ma 2019, Verified uncertainty calibration (arXiv 1909.10155), section 4.
    """
    weights, gaps, filled, xp = _gaps(counts, accuracy, confidence)
    examples = xp.asarray(counts if effective is None else effective)
    several = examples > 1
    share = xp.where(filled, accuracy, 0.0)
    variance = share * (1 - share) / xp.where(several, examples - 1, 1)
    squares = xp.where(several, gaps**2 - variance, 0.0)
    return xp.sqrt(xp.maximum(xp.sum(weights * squares, axis=-1), 0.0))

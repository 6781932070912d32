"""Calibration errors of bins, and of predictions by their bins."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Float, Integer, Num

from anim.calibration.bins import ERROR_BINS, Array, binned, shares
from anim.calibration.scores import (
    check_shapes,
    mean,
    one_by_one,
    over_snapshots,
    real,
)
from anim.calibration.views import CONFIDENCE, ClassView, scores_and_hits
from anim.settings import BINNINGS, one_of, whole

__all__ = [
    "average_calibration_error",
    "calibration_error",
    "debiased_calibration_error",
    "expected_calibration_error",
    "maximum_calibration_error",
    "root_mean_square_calibration_error",
    "signed_gap",
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


def expected_calibration_error(
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


def root_mean_square_calibration_error(
    counts: Num[Array, "*#snapshots bins"],
    accuracy: Float[Array, "*#snapshots bins"],
    confidence: Float[Array, "*#snapshots bins"],
) -> Float[Array | np.floating, "*snapshots"]:
    """Return the L2 error, the root of the mean over examples of the squared gaps of their bins.

    Args and Returns as for `expected_calibration_error`.

    References:
        Hendrycks et al. 2019 (arXiv 1812.04606), section 4.1; Kumar et al. 2019.
    """
    weights, gaps, _, xp = _gaps(counts, accuracy, confidence)
    return xp.sqrt(xp.sum(weights * gaps**2, axis=-1))


def maximum_calibration_error(
    counts: Num[Array, "*#snapshots bins"],
    accuracy: Float[Array, "*#snapshots bins"],
    confidence: Float[Array, "*#snapshots bins"],
) -> Float[Array | np.floating, "*snapshots"]:
    """Return the MCE, the largest |accuracy - confidence| of the filled bins.

    Args and Returns as for `expected_calibration_error`.

    References:
        Naeini et al. 2015; Guo et al. 2017 (arXiv 1706.04599), equation 5.
    """
    _, gaps, filled, xp = _gaps(counts, accuracy, confidence)
    return xp.where(filled.any(axis=-1), gaps.max(axis=-1), xp.nan)


def average_calibration_error(
    counts: Num[Array, "*#snapshots bins"],
    accuracy: Float[Array, "*#snapshots bins"],
    confidence: Float[Array, "*#snapshots bins"],
) -> Float[Array | np.floating, "*snapshots"]:
    """Return the ACE, the mean over filled bins of |accuracy - confidence|, with equal weights.

    Args and Returns as for `expected_calibration_error`.

    References:
        Neumann et al. 2018, Relaxed softmax; netcal calls it ACE.
    """
    _, gaps, filled, xp = _gaps(counts, accuracy, confidence)
    bins = filled.sum(axis=-1)
    return xp.sum(gaps, axis=-1) / xp.where(bins > 0, bins, xp.nan)


def debiased_calibration_error(
    counts: Num[Array, "*#snapshots bins"],
    accuracy: Float[Array, "*#snapshots bins"],
    confidence: Float[Array, "*#snapshots bins"],
) -> Float[Array | np.floating, "*snapshots"]:
    """Return the L2 error without what noise adds to it, the variance of the accuracy of a bin.

    The plain L2 error of a calibrated model is above 0, and grows with the number of bins. A bin
    with one example counts as 0, as does a negative sum.

    Args and Returns as for `expected_calibration_error`.

    References:
        Kumar, Liang and Ma 2019, Verified uncertainty calibration (arXiv 1909.10155), section 4.
    """
    weights, gaps, filled, xp = _gaps(counts, accuracy, confidence)
    examples = xp.asarray(counts)
    several = examples > 1
    share = xp.where(filled, accuracy, 0.0)
    variance = share * (1 - share) / xp.where(several, examples - 1, 1)
    squares = xp.where(several, gaps**2 - variance, 0.0)
    return xp.sqrt(xp.maximum(xp.sum(weights * squares, axis=-1), 0.0))


_OF_BINS = {
    "l1": expected_calibration_error,
    "l2": root_mean_square_calibration_error,
    "max": maximum_calibration_error,
    "average": average_calibration_error,
}


def calibration_error(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    *,
    norm: str = "l1",
    bins: int = ERROR_BINS,
    binning: str = "width",
    debias: bool = False,
    classwise: bool = False,
) -> Float[jax.Array, "*snapshots"]:
    """Return the binned calibration error of predictions; by default the ECE of Guo et al. 2017.

    Args:
        probs: probabilities of 2 classes or more.
        labels: in [0, classes).
        norm: ``l1`` (ECE), ``l2``, ``max`` (MCE) or ``average`` (ACE).
        bins: the number of bins.
        binning: ``width`` or ``mass``.
        debias: whether to subtract what noise adds; for the norm ``l2`` only.
        classwise: whether to average the errors of the scores of all classes, instead of the error
            of the largest score.

    Returns:
        The error, of the dtype of the probabilities.

    Raises:
        ValueError: fewer than two classes, no example, or an unknown option.

    References:
        See the function of bins for each norm; class-wise: Kull et al. 2019 (arXiv 1910.12656).
    """
    probs, labels = (
        values if isinstance(values, jax.Array) else np.asarray(values)
        for values in (probs, labels)
    )
    check_shapes(probs.shape, labels.shape)
    one_of("norm", norm, _OF_BINS)
    one_of("binning", binning, BINNINGS)
    whole("bins", bins, 1)
    if debias and norm != "l2":
        raise ValueError(f"debias: expected norm 'l2', got {norm!r}")
    views = tuple(map(ClassView, range(probs.shape[-1]))) if classwise else (CONFIDENCE,)
    of_bins = debiased_calibration_error if debias else _OF_BINS[norm]
    options = {"views": views, "bins": bins, "binning": binning, "of_bins": of_bins}
    if binning == "mass" and probs.size and not isinstance(probs, Tracer):
        # Not compiled as a whole, so that NumPy sorts scores in host memory.
        return one_by_one(partial(_mean_error, **options), probs, labels)
    return _mapped_error(probs, labels, **options)


def _mean_error(probs, labels, *, views, bins, binning, of_bins):
    probs, labels = real(probs), jnp.asarray(labels)
    errors = []
    for view in views:
        scores, hits = scores_and_hits(probs, labels, view)
        errors.append(_error(*binned(scores, hits, bins, binning), of_bins))
    return jnp.stack(errors).mean()


_mapped_error = over_snapshots(2, static=("views", "bins", "binning", "of_bins"))(_mean_error)


@partial(jax.jit, static_argnames="of_bins")
def _error(edges, sums, of_bins):
    return of_bins(sums.counts, *shares(sums, edges))


@over_snapshots(2)
def signed_gap(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
) -> Float[jax.Array, "*snapshots"]:
    """Return mean confidence minus accuracy; above 0 a model is over-confident as a whole.

    Args:
        probs: probabilities.
        labels: in [0, classes).

    Returns:
        The gap, in [-1, 1].

    References:
        The bias of a forecast: Murphy 1973; for top-label confidence, Guo et al. 2017, section 2.
    """
    confidence, correct = scores_and_hits(real(probs), labels, CONFIDENCE)
    return mean(confidence - correct)

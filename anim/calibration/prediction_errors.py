"""Calibration errors of predictions, by their bins."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Float, Integer

from anim.calibration.binned_errors import (
    average_error_of_bins,
    debiased_error_of_bins,
    expected_error_of_bins,
    maximum_error_of_bins,
    root_mean_square_error_of_bins,
)
from anim.calibration.bins import ERROR_BINS, Array, binned, is_on_host, shares, width_edges
from anim.calibration.class_bins import class_bins
from anim.calibration.scores import (
    check_shapes,
    mean,
    one_by_one,
    over_snapshots,
    real,
)
from anim.calibration.views import CONFIDENCE, scores_and_hits
from anim.errors import SettingError
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

_OF_BINS = {
    "l1": expected_error_of_bins,
    "l2": root_mean_square_error_of_bins,
    "max": maximum_error_of_bins,
    "average": average_error_of_bins,
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
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return the binned calibration error of predictions; by default the ECE of Guo et al. 2017.

    Args:
        probs: probabilities of 2 classes or more; of two also [N] or [N, 1], that of class 1. The
            confidence is the largest one, 1 - p where p < 0.5.
        labels: in [0, classes), also one-hot [N, K].
        norm: ``l1`` (ECE), ``l2``, ``max`` (MCE) or ``average`` (ACE).
        bins: the number of bins.
        binning: ``width`` or ``mass``.
        debias: whether to subtract what noise adds; for the norm ``l2`` only.
        classwise: whether to average the errors of the scores of all classes, instead of the error
            of the largest score.
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        The error, of the dtype of the probabilities.

    Raises:
        ValueError: fewer than two classes, no example, or an unknown option.

    References:
        See the function of bins for each norm; class-wise: Kull et al. 2019 (arXiv 1910.12656).
    """
    probs, labels = map(_as_array, (probs, labels))
    check_shapes(probs.shape, labels.shape)
    one_of("norm", norm, _OF_BINS)
    one_of("binning", binning, BINNINGS)
    whole("bins", bins, 1)
    if debias and norm != "l2":
        raise SettingError("debias", f"expected norm 'l2', got {norm!r}")
    of_bins = debiased_error_of_bins if debias else _OF_BINS[norm]
    options = {"bins": bins, "binning": binning, "of_bins": of_bins}
    if binning == "mass" and probs.size and not isinstance(probs, Tracer):
        # Not compiled as a whole, so that NumPy sorts scores in host memory.
        error = _error_of_classes if classwise else _error_of_confidence
        return one_by_one(partial(error, **options), probs, labels, weights=weights)
    return _mapped_error(probs, labels, classwise=classwise, weights=weights, **options)


def _as_array(values) -> Array:
    return values if isinstance(values, jax.Array) else np.asarray(values)


def _error_of_confidence(probs, labels, *, bins, binning, of_bins, weights=None):
    scores, hits = scores_and_hits(real(probs), jnp.asarray(labels), CONFIDENCE)
    return _error(*binned(scores, hits, bins, binning, weights=weights), of_bins)


def _error_of_classes(probs, labels, *, bins, binning, of_bins, weights=None):
    """Return the mean error of the scores of all classes; one program for any number of them."""
    probs, labels = real(probs), jnp.asarray(labels)
    if binning == "width":
        edges = width_edges(bins, probs.dtype)
        return _error(edges, class_bins(probs, labels, bins, weights), of_bins).mean()
    classes = np.arange(probs.shape[1])
    if is_on_host(probs):
        # A transposed copy has the scores of a class side by side.
        columns, labels = np.ascontiguousarray(np.asarray(probs).T), np.asarray(labels)
        pairs = ((scores, labels == k) for k, scores in enumerate(columns))
        of_pair = partial(binned, bins=bins, binning=binning, weights=weights)
        errors = [_error(*of_pair(*pair), of_bins) for pair in pairs]
        return jnp.asarray(np.stack(jax.device_get(errors))).mean()

    def of_class(k):
        pair = jnp.take(probs, k, axis=1), labels == k
        return _error(*binned(*pair, bins, binning, weights=weights), of_bins)

    return jax.lax.map(of_class, classes).mean()


@over_snapshots(2, static=("classwise", "bins", "binning", "of_bins"))
def _mapped_error(probs, labels, *, classwise, **options):
    return (_error_of_classes if classwise else _error_of_confidence)(probs, labels, **options)


@partial(jax.jit, static_argnames="of_bins")
def _error(edges, sums, of_bins):
    found = shares(sums, edges)
    if sums.squares is not None and of_bins is debiased_error_of_bins:
        return of_bins(sums.counts, *found, effective=sums.effective)
    return of_bins(sums.counts, *found)


def expected_calibration_error(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    bins: int = ERROR_BINS,
    *,
    binning: str = "width",
    classwise: bool = False,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return the ECE (L1), the mean |accuracy - confidence| of the bins of predictions.

    Args:
        probs: probabilities of 2 classes or more; of two also [N] or [N, 1], that of class 1. The
            confidence is the largest one, 1 - p where p < 0.5.
        labels: in [0, classes), also one-hot [N, K].
        bins: the number of bins.
        binning: ``width`` or ``mass``.
        classwise: whether to average the errors of the scores of all classes, instead of the error
            of the largest score.
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        The error, of the dtype of the probabilities.

    References:
        Naeini et al. 2015; Guo et al. 2017 (arXiv 1706.04599), equation 3.
    """
    options = {"norm": "l1", "bins": bins, "binning": binning, "classwise": classwise}
    options["weights"] = weights
    return calibration_error(probs, labels, **options)


def root_mean_square_calibration_error(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    bins: int = ERROR_BINS,
    *,
    binning: str = "width",
    classwise: bool = False,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return the L2 error, the root of the mean squared gap of the bins of predictions.

    Args and Returns as for `expected_calibration_error`; see `root_mean_square_error_of_bins`.
    """
    options = {"norm": "l2", "bins": bins, "binning": binning, "classwise": classwise}
    options["weights"] = weights
    return calibration_error(probs, labels, **options)


def maximum_calibration_error(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    bins: int = ERROR_BINS,
    *,
    binning: str = "width",
    classwise: bool = False,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return the MCE, the largest |accuracy - confidence| of the bins of predictions.

    Args and Returns as for `expected_calibration_error`; see `maximum_error_of_bins`.
    """
    options = {"norm": "max", "bins": bins, "binning": binning, "classwise": classwise}
    options["weights"] = weights
    return calibration_error(probs, labels, **options)


def average_calibration_error(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    bins: int = ERROR_BINS,
    *,
    binning: str = "width",
    classwise: bool = False,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return the ACE, the mean |accuracy - confidence| of filled bins with equal weights.

    Args and Returns as for `expected_calibration_error`; see `average_error_of_bins`.
    """
    options = {"norm": "average", "bins": bins, "binning": binning, "classwise": classwise}
    options["weights"] = weights
    return calibration_error(probs, labels, **options)


def debiased_calibration_error(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    bins: int = ERROR_BINS,
    *,
    binning: str = "width",
    classwise: bool = False,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return the L2 error without what noise adds to it.

    Args and Returns as for `expected_calibration_error`; see `debiased_error_of_bins`.
    """
    options = {"norm": "l2", "bins": bins, "binning": binning, "classwise": classwise}
    options["weights"] = weights
    return calibration_error(probs, labels, debias=True, **options)


@over_snapshots(2)
def signed_gap(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return mean confidence minus accuracy; above 0 a model is over-confident as a whole.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        The gap, in [-1, 1].

    References:
        The bias of a forecast: Murphy 1973; for top-label confidence, Guo et al. 2017, section 2.
    """
    confidence, correct = scores_and_hits(real(probs), labels, CONFIDENCE)
    return mean(confidence - correct, weights)

"""Calibration errors by predicted class, and of the scores of all classes pooled."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float, Integer

from anim.calibration.binned_errors import expected_error_of_bins
from anim.calibration.bins import ERROR_BINS, Array, BinSums, shares, width_edges
from anim.calibration.class_bins import class_bins
from anim.calibration.placing import in_memory
from anim.calibration.ranked import own_of
from anim.calibration.scores import check_shapes, over_snapshots, real
from anim.calibration.tiles import largest

__all__ = ["TopLabelErrors", "pooled_calibration_error", "top_label_calibration_error"]


class TopLabelErrors(NamedTuple):
    """Calibration errors given the predicted class.

    Attributes:
        error: mean of those of the classes, weighted by how often each is predicted.
        of_classes: the ECE of the examples of which a class is predicted; NaN where none is.
        shares: how often each class is predicted; they sum to 1.
    """

    error: Float[Any, "*snapshots"]
    of_classes: Float[Any, "*snapshots classes"]
    shares: Float[Any, "*snapshots classes"]


def top_label_calibration_error(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    bins: int = ERROR_BINS,
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> TopLabelErrors:
    """Return the errors of the confidence by predicted class, and their mean (top-label ECE).

    Over- and under-confidence of different classes cancel in the ECE, and not here: it is at least
    as large. More bins have fewer examples each, so that chance adds more to it.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        bins: number of equal-width bins of the confidence, for each predicted class.
        weights: of the examples, >= 0; None counts each once. Weights of integers are repetitions.

    Returns:
        `TopLabelErrors` of each snapshot, float64.

    References:
        Gupta and Ramdas 2022, Top-label calibration and multiclass-to-binary reductions (arXiv
        2107.08353).
    """
    probs, labels = (
        values if isinstance(values, jax.Array) else np.asarray(values)
        for values in (probs, labels)
    )
    check_shapes(probs.shape, labels.shape)
    found = []
    for at in np.ndindex(probs.shape[:-2]):
        of_labels = in_memory(labels if labels.ndim == 1 else labels[at])
        confidence, predicted = map(in_memory, _confident(probs[at]))
        correct = predicted == of_labels
        own, edges = own_of(weights, at), width_edges(bins, confidence.dtype)
        sums = top_label_bins(confidence, correct, predicted, edges, probs.shape[-1], own)
        found.append(top_label_errors(sums, edges))
    lead = probs.shape[:-2]
    return TopLabelErrors(
        *(np.stack(part).reshape(lead + part[0].shape)[()] for part in zip(*found, strict=True))
    )


def _confident(probs: Array) -> tuple[Array, Array]:
    """Return confidences and predicted classes, from where the probabilities are."""
    if isinstance(probs, np.ndarray):
        return probs.max(1), probs.argmax(1)
    return _confident_there(probs)


@jax.jit
def _confident_there(probs: jax.Array) -> tuple[jax.Array, jax.Array]:
    return probs.max(1), largest(probs)


def top_label_bins(
    confidence: Float[Array, "examples"],
    correct: Bool[Array, "examples"],
    predicted: Integer[Array, "examples"],
    edges: Float[np.ndarray, "edges"],
    classes: int,
    weights: Float[Array, "examples"] | None = None,
) -> BinSums:
    """Return sums over equal-width bins of the confidence for each predicted class, [K, B].

    Args:
        confidence, correct, predicted: of the examples.
        edges: of B bins, from `width_edges`.
        classes: K.
        weights: of the examples, or None.

    Returns:
        Sums in host memory, float64.
    """
    confidence, correct, predicted = map(np.asarray, (confidence, correct, predicted))
    bins = len(edges) - 1
    bin_of = np.clip((confidence * bins).astype(np.int32), 0, bins - 1)
    bin_of -= confidence < edges[bin_of]
    bin_of += (confidence >= edges[bin_of + 1]) & (bin_of < bins - 1)
    index = predicted.astype(np.int64) * bins + bin_of
    offsets = confidence.astype(np.float64) - edges[bin_of]
    size = classes * bins
    if weights is None:
        counts = np.bincount(index, minlength=size)
        hits = np.bincount(index[correct], minlength=size)
    else:
        offsets = offsets * weights
        counts = np.bincount(index, weights, size)
        hits = np.bincount(index, weights * correct, size)
    sums = (counts, hits, np.bincount(index, offsets, size))
    return BinSums(*(part.astype(np.float64).reshape(classes, bins) for part in sums))


def top_label_errors(sums: BinSums, edges: Float[np.ndarray, "edges"]) -> TopLabelErrors:
    """Return the errors of the sums [K, B] of `top_label_bins`."""
    each = np.asarray(expected_error_of_bins(sums.counts, *shares(sums, edges)))
    of_class = np.asarray(sums.counts).sum(1)
    how_often = of_class / of_class.sum()
    error = (how_often * np.where(of_class > 0, each, 0)).sum()
    return TopLabelErrors(error, each, how_often)


@over_snapshots(2, static=("bins",))
def pooled_calibration_error(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    bins: int = ERROR_BINS,
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return the ECE (L1) of the scores of all classes in the same bins, N K of them.

    The score of each class of each example is compared with whether that is its label. Errors of
    different classes may cancel, which they do not in the class-wise ECE. With many classes most
    scores are near 0, and so is the error.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        bins: the number of equal-width bins.
        weights: of the examples, >= 0; None counts each once.

    Returns:
        The error, of the dtype of the probabilities.

    References:
        Nixon et al. 2019, Measuring calibration in deep learning (arXiv 1904.01685): all
        predictions, neither given the class nor only the largest.
    """
    probs = real(probs)
    edges = width_edges(bins, probs.dtype)
    return pooled_error(class_bins(probs, labels, bins, weights), edges)


def pooled_error(sums: BinSums, edges: Float[np.ndarray, "edges"]) -> Any:
    """Return the `pooled_calibration_error` of the sums [K, B] of the bins of each class."""
    pooled = jax.tree.map(lambda part: part.sum(0), sums)
    return expected_error_of_bins(pooled.counts, *shares(pooled, edges))

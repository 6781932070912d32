"""Whether a model returns logits or probabilities."""

from __future__ import annotations

import numpy as np

from anim.checks.predictions import rows_are_probs


def kind_of(values: np.ndarray, declared: str | None = None) -> str:
    """Return what predictions are: ``logits`` or ``probs``.

    Args:
        values: [N, K], [N, 1] or [N] predictions.
        declared: what the model says of itself, for example by its last activation; it decides
            unless each row is a distribution over two classes or more.

    Raises:
        ValueError: no numbers, or neither the values nor the model decide it.
    """
    if values.dtype.kind in "OUS":
        found = repr(values.item()) if values.ndim == 0 else values.dtype
        raise ValueError(f"predictions: expected an array of numbers, got {found}")
    has_classes = values.ndim == 2 and values.shape[1] > 1
    if has_classes and rows_are_probs(values):
        return "probs"
    if declared is not None:
        return declared
    if not has_classes:
        raise ValueError(
            "outputs: expected 'logits' or 'probs' for a model with one output, got None"
        )
    # A last layer that begins at zero returns nothing but zeros.
    if values.size and values.min() >= 0 and values.max() <= 1 and values.any():
        raise ValueError(
            "outputs: expected 'logits' or 'probs' for values in [0, 1] whose rows do not sum "
            "to 1, got None; outputs='logits' if the loss takes their softmax, as it may of a last "
            "ReLU (one sigmoid a class is neither)"
        )
    return "logits"


def declared_by(values: np.ndarray) -> str | None:
    """Return ``logits`` if numbers of one output are no probabilities; None if they may be.

    Numbers outside of [0, 1] are logits, as are zeros alone, the output of a last layer that begins
    at zero.

    Args:
        values: [N, K], [N, 1] or [N] predictions.
    """
    has_one = values.ndim == 1 or values.shape[1] == 1
    is_logit = bool(((values < 0) | (values > 1)).any()) or not values.any()
    return "logits" if has_one and is_logit else None

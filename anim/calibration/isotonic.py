"""Recalibration of probabilities by isotonic functions, and their fit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Integer

from anim.calibration.placing import in_memory
from anim.calibration.scores import check_shapes
from anim.calibration.smooth import isotonic_steps
from anim.calibration.weights import Array

__all__ = [
    "IsotonicScale",
    "apply_isotonic",
    "fit_isotonic",
]


class IsotonicScale(NamedTuple):
    """Attributes: ``knots``, for each class (of two, the second only) scores and shares."""

    knots: tuple[tuple[Float[np.ndarray, "knots"], Float[np.ndarray, "knots"]], ...]


def fit_isotonic(
    probs: Float[Array, "examples classes"],
    labels: Integer[Array, "examples"],
    *,
    weights: Float[Array, "examples"] | None = None,
) -> IsotonicScale:
    """Return, for each class, the non-decreasing function of its score nearest to the labels.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        weights: of the examples, at least 0; None counts each the same.

    References:
        Zadrozny and Elkan 2002, Transforming classifier scores into accurate multiclass
        probability estimates.
    """
    probs, labels = in_memory(probs), in_memory(labels)
    weights = None if weights is None else in_memory(weights)
    check_shapes(probs.shape, labels.shape)
    classes = (1,) if probs.shape[1] == 2 else range(probs.shape[1])
    knots = []
    for k in classes:
        ends, values, _ = isotonic_steps(probs[:, k], labels == k, weights=weights)
        knots.append((ends.T.ravel(), np.repeat(values, 2)))
    return IsotonicScale(tuple(knots))


def apply_isotonic(
    probs: Float[Array, "examples classes"], scale: IsotonicScale
) -> Float32[np.ndarray, "examples classes"]:
    """Return probabilities: the functions of all classes, made to sum to 1.

    Where the functions of all classes are 0, the probabilities stay as they were.
    """
    probs = in_memory(probs)
    if probs.shape[1] == 2:
        score = np.interp(probs[:, 1], *scale.knots[0])
        return np.stack([1 - score, score], axis=1).astype(np.float32)
    found = np.stack(
        [np.interp(column, *pair) for column, pair in zip(probs.T, scale.knots, strict=True)], 1
    )
    total = found.sum(1, keepdims=True)
    whole = np.divide(found, total, out=probs.astype(np.float64), where=total > 0)
    return whole.astype(np.float32)

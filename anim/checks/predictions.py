"""Probabilities, logits and confidences: their shapes and values."""

from __future__ import annotations

import jax
import numpy as np

from anim.checks.arrays import as_array, raise_first
from anim.errors import NotFiniteError

# How far the sum of a row of probabilities may be from 1, for example by rounding to float16.
SUM_TOLERANCE = 1e-3


def _own_floats(name: str, given) -> np.ndarray:
    """Return float32 values in memory that nobody else changes."""
    values = as_array(name, given)
    if values.dtype.kind in "OSUMmc":
        raise ValueError(f"{name}: expected numbers, got {values.dtype}")
    floats = values.astype(np.float32, copy=False)
    is_own = floats is not values or isinstance(given, (list, tuple, jax.Array))
    return floats if is_own else floats.copy()


def checked_scores(name: str, given, examples: int) -> np.ndarray:
    """Return logits or probs as float32 [N, K]."""
    values = _own_floats(name, given)
    shape = values.shape
    if shape in ((examples,), (examples, 1)):
        of_class_1 = values.reshape(-1)
        of_class_0 = 1 - of_class_1 if name == "probs" else np.zeros_like(of_class_1)
        values = np.stack([of_class_0, of_class_1], axis=1)
    if values.ndim != 2 or values.shape[0] != examples or values.shape[1] < 2:
        raise ValueError(f"{name}: expected shape [{examples}, K] with K >= 2, got {list(shape)}")
    if not np.isfinite(values).all():
        raise_first(name, "finite numbers", values, ~np.isfinite(values), NotFiniteError)
    if name == "probs":
        outside = (values < 0) | (values > 1)
        if outside.any():
            raise_first(name, "numbers in [0, 1] (did you pass logits?)", values, outside)
        sums = values.sum(1)
        off = np.abs(sums - 1) > SUM_TOLERANCE
        if off.any():
            raise_first(name, "rows that sum to 1 (did you pass logits?)", sums, off)
    return values


def checked_confidence(given, examples: int) -> np.ndarray:
    """Return the score of the predicted class, float32 [N]."""
    values = _own_floats("confidence", given)
    _check_shape("confidence", values, examples)
    if not np.isfinite(values).all():
        raise_first("confidence", "finite numbers", values, ~np.isfinite(values), NotFiniteError)
    outside = (values < 0) | (values > 1)
    if outside.any():
        raise_first("confidence", "numbers in [0, 1]", values, outside)
    return values


def checked_correct(given, examples: int) -> np.ndarray:
    """Return whether the predicted class is the label, bool [N]."""
    values = as_array("correct", given)
    _check_shape("correct", values, examples)
    other = ~np.isin(values, (0, 1))
    if other.any():
        raise_first("correct", "true or false", values, other)
    return values.astype(bool)


def _check_shape(name: str, values: np.ndarray, examples: int) -> None:
    if values.shape != (examples,):
        raise ValueError(f"{name}: expected shape [{examples}], got {list(values.shape)}")


def rows_are_probs(values: np.ndarray) -> bool:
    """Return whether scores [N, K] are in [0, 1] and each row sums to 1."""
    if not values.size or values.min() < 0 or values.max() > 1:
        return False
    sums = values.sum(1, dtype=np.float64)
    return bool((np.abs(sums - 1) <= SUM_TOLERANCE).all())

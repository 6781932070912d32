"""Stated confidences, and whether they were right."""

from __future__ import annotations

import jax
import numpy as np

from anim.checks.arrays import as_array, raise_first, widened
from anim.checks.predictions import check_finite, check_scores, is_extension
from anim.checks.rounding import narrowed


def checked_confidence(given, ignored: np.ndarray) -> np.ndarray:
    """Return the score of the predicted class, float32 [N]; 0 for rows that are ignored [N]."""
    numbers = _numbers("confidence", given)
    _check_shape("confidence", numbers, len(ignored))
    numbers = _without(ignored, numbers)
    values = _own_floats(given, numbers)
    check_finite("confidence", values, numbers)
    is_percent = values.size and values.min() >= 0 and 2 < values.max() <= 100
    hint = " (percentages: divide them by 100)" if is_percent else ""
    return check_scores("confidence", values, numbers.dtype, lambda: hint)


def checked_correct(given, ignored: np.ndarray) -> np.ndarray:
    """Return whether the predicted class is the label, bool [N]; not for rows that are ignored."""
    values = widened(as_array("correct", given))
    _check_shape("correct", values, len(ignored))
    values = _without(ignored, values)
    other = ~np.isin(values, (0, 1))
    if other.any():
        raise_first("correct", "true or false", values, other)
    return values.astype(bool)


def _numbers(name: str, given) -> np.ndarray:
    """Return numbers of the dtype that was given."""
    values = as_array(name, given)
    if values.dtype.kind not in "biuf" and not is_extension(values.dtype):
        raise ValueError(f"{name}: expected numbers, got {values.dtype}")
    return values


def _own_floats(given, values: np.ndarray) -> np.ndarray:
    """Return values as float32, in memory that nobody else changes; see `narrowed`."""
    if values.dtype != np.float32:
        return narrowed(widened(values), np.dtype(np.float32))
    is_own = isinstance(given, (list, tuple, jax.Array))
    return values if is_own else values.copy()


def _without(ignored: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return values [N] with 0 in rows that are ignored."""
    if not ignored.any():
        return values
    values = values.copy()
    values[ignored] = 0
    return values


def _check_shape(name: str, values: np.ndarray, examples: int) -> None:
    if values.shape != (examples,):
        raise ValueError(f"{name}: expected shape [{examples}], got {list(values.shape)}")

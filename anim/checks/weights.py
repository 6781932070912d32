"""Weights of examples."""

from __future__ import annotations

import numpy as np

from anim.checks.arrays import as_array, raise_first, widened
from anim.errors import SettingError


def checked_weights(weights, examples: int) -> np.ndarray:
    """Return weights of examples as float64 [N].

    Args:
        weights: [N] or [N, 1] finite numbers, at least 0; of 0 an example counts nowhere.
        examples: N.

    Raises:
        ValueError: another shape, or weights that are no such numbers.
    """
    values = widened(as_array("weights", weights))
    if values.dtype.kind not in "biuf":
        raise SettingError("weights", f"expected numbers, got {values.dtype}")
    if values.shape == (examples, 1):
        values = values[:, 0]
    if values.shape != (examples,):
        found = list(values.shape)
        raise SettingError("weights", f"expected shape [{examples}], got {found}")
    found = values.astype(np.float64)
    is_weight = np.isfinite(found) & (found >= 0)
    if not is_weight.all():
        raise_first("weights", "finite numbers >= 0", values, ~is_weight)
    return found

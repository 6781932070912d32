"""Weights of examples."""

from __future__ import annotations

import numpy as np

from anim.checks.arrays import as_array, raise_first, widened
from anim.errors import SettingError

# Beyond, squares of weights are no normal numbers.
_LARGEST = 1e100


def checked_weights(weights, examples: int | tuple[int, ...]) -> np.ndarray:
    """Return weights of examples as float64 [N].

    Args:
        weights: [N] or [N, 1] finite numbers, at least 0; of 0 an example counts nowhere. The
            largest is between 1e-100 and 1e100.
        examples: N; or the shape of predictions [S, N] of which each may have its own weights.

    Raises:
        ValueError: another shape, or weights that are no such numbers.
    """
    values = widened(as_array("weights", weights))
    if values.dtype.kind not in "biuf":
        raise SettingError("weights", f"expected numbers, got {values.dtype}")
    lead = (examples,) if isinstance(examples, int) else examples
    if values.shape == (lead[-1], 1) != lead:
        values = values[:, 0]
    if values.shape not in (lead, lead[-1:]):
        found = list(values.shape)
        raise SettingError("weights", f"expected shape [{lead[-1]}], got {found}")
    found = values.astype(np.float64)
    is_weight = np.isfinite(found) & (found >= 0)
    if not is_weight.all():
        raise_first("weights", "finite numbers >= 0", values, ~is_weight)
    largest = found.max(-1, initial=0)
    is_far = (largest > _LARGEST) | ((largest > 0) & (largest < 1 / _LARGEST))
    if is_far.any():
        problem = f"expected weights of which the largest is in [{1 / _LARGEST:g}, {_LARGEST:g}]"
        raise SettingError("weights", f"{problem}, got {np.max(largest):g}")
    return found

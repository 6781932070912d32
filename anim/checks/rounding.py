"""How far rounding may move probabilities: what the dtype that they were computed in can say."""

from __future__ import annotations

import ml_dtypes
import numpy as np

# Rows of three or four decimals, as tables and logs have them, are probabilities in any dtype.
SUM_TOLERANCE = 1e-3
# A softmax in float32 over 50 000 classes is off by no more.
FLOAT32_SUM = 1e-5
# No bound of rounding excuses more: a row that is further off was not summed.
LARGEST_SLACK = 0.1
# How far a score may be outside of [0, 1]: 1 - p in float32 is off by a few 1e-8.
_BEYOND = 1e-6
# Compiled code takes smaller numbers of float32 for 0.
_LEAST = float(np.finfo(np.float32).tiny)

# How far from an integer float32 leaves a number of four decimals, times 10,000.
_WHOLE = 2e-3

# The least precise one first.
_KINDS = (ml_dtypes.bfloat16, np.float16, np.float32)


def sum_tolerance(dtype: np.dtype, classes: int) -> float:
    """Return how far the sum of a row of probabilities may be from 1, by rounding in a dtype.

    With the unit roundoff u, half of the machine epsilon, a softmax over K classes is off by
    (K - 1) u where its numerators are added one by one, by u where the quotients are rounded, and
    by half of the smallest number of the dtype where they underflow. It is at least 0.001, and not
    more than 0.1.

    Args:
        dtype: that the probabilities were computed in; of integers there is no rounding.
        classes: K.

    References:
        Higham 2002, Accuracy and stability of numerical algorithms, section 4.2.
    """
    return min(max(_rounding(dtype, classes), SUM_TOLERANCE), LARGEST_SLACK)


def sums_within(
    values: np.ndarray, dtype: np.dtype | None = None, *, are_rounded: bool = False
) -> float:
    """Return how far sums of rows of probabilities may be from 1.

    Args:
        values: [..., K]; they may be widened, and say themselves how precise they are.
        dtype: that they were given in; None for that of ``values``.
        are_rounded: whether they may be rounded to two decimals or more. That moves each value by
            at most 0.005, or 0.0005 and so on.
    """
    kinds, classes = (dtype or values.dtype, coarsest(values)), values.shape[-1]
    slack = max(sum_tolerance(kind, classes) for kind in kinds)
    if are_rounded:
        slack = max(slack, min(SUM_TOLERANCE + _of_decimals(values) * classes, LARGEST_SLACK))
    return slack


def _of_decimals(values: np.ndarray) -> float:
    """Return how far rounding moved values: half of the last decimal that all of them have."""
    for decimals in (2, 3, 4):
        scaled = values * 10.0**decimals
        if np.abs(scaled - np.round(scaled)).max() < _WHOLE:
            return 0.5 * 10.0**-decimals
    return 0.0


def score_tolerance(dtype: np.dtype) -> float:
    """Return how far a probability may be outside of [0, 1], by rounding in a dtype."""
    return max(_rounding(dtype, 1), _BEYOND)


def _rounding(dtype: np.dtype, classes: int) -> float:
    if dtype.kind in "biu":
        return 0.0
    kind = ml_dtypes.finfo(dtype)
    return (classes + 1) * float(kind.eps) / 2 + classes * float(kind.smallest_subnormal) / 2


def coarsest(values: np.ndarray) -> np.dtype:
    """Return the least precise dtype that holds all values exactly.

    An array that was widened, for example from bfloat16 to float32, has the precision that it was
    computed in.
    """
    if values.dtype.kind != "f":
        return values.dtype
    kinds = [kind for kind in map(np.dtype, _KINDS) if kind.itemsize < values.dtype.itemsize]
    # A few rows rule out most kinds, and all rows are compared with those that are left.
    return next(
        (kind for kind in kinds if _holds(kind, values[:8]) and _holds(kind, values)), values.dtype
    )


def _holds(kind: np.dtype, values: np.ndarray) -> bool:
    with np.errstate(over="ignore"):
        return bool((values.astype(kind).astype(values.dtype) == values).all())


def narrowed(values: np.ndarray, dtype: np.dtype, middle: float | None = None) -> np.ndarray:
    """Return values of another dtype, with the predicted class of each example unchanged.

    Where rounding makes a tie of the largest score and an earlier one, the largest is moved up by
    one unit in the last place: without that, another class would be predicted.

    Args:
        values: [..., K], or [N] for class 1 of two; other [N] are only rounded.
        dtype: floats.
        middle: of [N], above which class 1 is predicted.
    """
    with np.errstate(over="ignore"):
        narrow = values.astype(dtype)
    if values.dtype.itemsize <= narrow.dtype.itemsize or not values.size:
        return narrow
    if middle is not None:
        lost = (values > middle) & ~(narrow > max(middle, _LEAST))
        narrow[lost] = _above(narrow[lost])
        return narrow
    return narrow if values.ndim < 2 else with_classes_of(values, narrow)


def with_classes_of(values: np.ndarray, computed: np.ndarray) -> np.ndarray:
    """Return scores that were computed from others, with the predicted class of each example.

    Where rounding makes a tie of the largest score and an earlier one, the largest is moved up by
    one unit in the last place.

    Args:
        values: [..., K] scores; the first one among equals is predicted.
        computed: [..., K], in the order of ``values`` but for ties; changed if it can be written.
    """
    best = values.argmax(-1)
    lost = np.nonzero(computed.argmax(-1) != best)
    if lost[0].size:
        computed = computed if computed.flags.writeable else computed.copy()
        at = (*lost, best[lost])
        computed[at] = _above(computed[at])
    return computed


def _above(values: np.ndarray) -> np.ndarray:
    """Return the next numbers above that no device takes for 0."""
    above = np.nextafter(values, values.dtype.type(np.inf))
    return np.where(np.abs(above) < _LEAST, values.dtype.type(_LEAST), above)

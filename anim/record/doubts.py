"""Signs that predictions do not belong to their labels, though nothing in a file is wrong."""

from __future__ import annotations

MAY_BE = "labels may be shifted or of other rows, or columns of scores swapped"
# Predictions of other software differ in ties and rounding: this many rows, or this share of them.
_FEW, _SHARE = 3, 0.01


def is_more_than_a_few(rows: int, total: int) -> bool:
    """Return whether predicted classes differ from scores in more rows than ties explain."""
    return rows > max(_FEW, _SHARE * total)

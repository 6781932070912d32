"""Signs that predictions do not belong to their labels, though nothing in a file is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from anim.run import Run

MAY_BE = "labels may be shifted or of other rows, or columns of scores swapped"
# Predictions of other software differ in ties and rounding: this many rows, or this share of them.
_FEW, _SHARE = 3, 0.01


def is_more_than_a_few(rows: int, total: int) -> bool:
    """Return whether predicted classes differ from scores in more rows than ties explain."""
    return rows > max(_FEW, _SHARE * total)


def doubt_of(run: Run) -> str | None:
    """Return why predictions may not belong to the labels; None without such a sign."""
    counts = np.bincount(run.labels)
    label, share = int(counts.argmax()), float(counts.max() / counts.sum())
    accuracy = accuracy_of(run, len(run) - 1)
    if accuracy >= share:
        return None
    return (
        f"the accuracy at last, {accuracy:.4g}, is below {share:.4g}, the share of the most "
        f"frequent label, {run.classes[label]}: {MAY_BE}"
    )


def accuracy_of(run: Run, i: int) -> float:
    """Return the accuracy of a snapshot, which shows whether it was read rightly."""
    snapshot = run.snapshots[i]
    if not run.has_scores:
        return float(snapshot["correct"].mean())
    return float((snapshot[run.kind].argmax(1) == run.labels).mean())

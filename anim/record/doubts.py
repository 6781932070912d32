"""Signs that predictions are not what their names say, though nothing in a file is wrong."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from anim.run import Run

MAY_BE = "labels may be shifted or of other rows, or columns of scores swapped"
# Predictions of other software differ in ties and rounding: this many rows, or this share of them.
_FEW, _SHARE = 3, 0.01
# One of so many orders of rows is no coincidence.
_ORDERS = 1000
# Logits of classes that rise and fall together like this are rare.
_CORRELATED = 0.5


def is_more_than_a_few(rows: int, total: int) -> bool:
    """Return whether predicted classes differ from scores in more rows than ties explain."""
    return rows > max(_FEW, _SHARE * total)


def doubt_of(run: Run) -> str | None:
    """Return why predictions may not belong to the labels; None without such a sign.

    Rows count the same whatever their weights: a model was trained for other weights, perhaps.
    """
    counts = np.bincount(run.labels)
    label, share = int(counts.argmax()), float(counts.max() / counts.sum())
    accuracy = float(np.mean(_is_right(run, len(run) - 1)))
    if accuracy >= share or has_no_classes(run):
        return None
    plain = "" if run.weights is None else " without weights"
    return (
        f"the accuracy{plain} at last, {accuracy:.4g}, is below {share:.4g}, the share of the most "
        f"frequent label, {run.classes[label]}: {MAY_BE}"
    )


def has_no_classes(run: Run) -> bool:
    """Return whether confidences and what is right were recorded, and no label."""
    return not run.has_scores and not run.labels.any()


def accuracy_of(run: Run, i: int) -> float:
    """Return the accuracy of a snapshot, by weight, which shows whether it was read rightly."""
    return float(np.average(_is_right(run, i), weights=run.weights))


def _is_right(run: Run, i: int) -> np.ndarray:
    """Return which predicted classes of a snapshot are the labels, [N] bool."""
    snapshot = run.snapshots[i]
    if run.has_scores:
        return snapshot[run.kind].argmax(1) == run.labels
    return snapshot["correct"]


def is_by_rank(values: np.ndarray) -> bool:
    """Return whether scores [N, K] fall from column to column in each row, not in the same way."""
    falls = (np.diff(values, axis=1) <= 0).all()
    return bool(falls and len(values) > _FEW and np.ptp(values, axis=0).any())


def ranked_beside(columns: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return other columns that are numbered as those of scores are (``index_0`` as ``prob_0``)."""
    numbers = [_number(name) for name in columns]
    by_stem: dict[str, list[str]] = {}
    for name in others:
        if _number(name) is not None:
            by_stem.setdefault(re.sub(r"\d+$", "", name), []).append(name)
    found = (n for n in by_stem.values() if [_number(one) for one in n] == numbers)
    return next(found, [])


def _number(name: str) -> int | None:
    match = re.search(r"\d+$", name)
    return None if match is None else int(match[0])


def is_threshold(values: np.ndarray, predicted: np.ndarray) -> bool:
    """Return whether class 1 is predicted [N] from some value [N] on, not by chance."""
    zero, one = values[predicted == 0], values[predicted == 1]
    is_sure = math.comb(len(values), len(zero)) > _ORDERS
    return bool(is_sure and zero.max() < one.min())


def are_alike(values: np.ndarray) -> bool:
    """Return whether logits [N, K] rise and fall together, as those of K models do."""
    if len(values) <= _FEW or not np.ptp(values, axis=0).all():
        return False
    return bool(np.corrcoef(values.T).min() > _CORRELATED)


def repeats_of(ids: Sequence[str], labels: np.ndarray) -> int:
    """Return in how many rows each id is; 1 if numbers differ, or an id has several labels [N]."""
    counts = set(Counter(ids).values())
    times = counts.pop()
    distinct = set(zip(ids, labels.tolist(), strict=True))
    return times if not counts and len(distinct) * times == len(ids) else 1

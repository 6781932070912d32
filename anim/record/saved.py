"""One snapshot out of a file, and what its numbers and names mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from anim.checks.layout import Layout
from anim.checks.rounding import SUM_TOLERANCE, coarsest, sums_within
from anim.errors import SettingError


@dataclass(frozen=True)
class Saved:
    """One snapshot out of a file.

    Attributes:
        source: the file, for messages.
        step: when it was taken; None if what the file holds does not say.
        labels: [N] numbers or names; None if the file has none.
        given: arguments of `anim.Recorder.snapshot`, but ``pred_label`` [N] in place of
            ``correct`` where there are predicted labels.
        classes: K names, if columns have them.
        is_named: whether the file itself says what the scores are.
        notes: what columns of a table were taken for, a line for each role.
        ids: N ids of the examples, if the file has any.
        is_moved: whether rows were put in another order than that of the file.
        weights: [N] float64; None if the file has none.
        groups: [N] names of groups, by the name of each grouping.
        positions: [N] int64, where rows stand among all of the snapshot, if some were left out.
        whole: how many rows these were, then.
        layout: where the examples were in arrays of tokens or pixels.
    """

    source: Path
    step: int | None
    labels: np.ndarray | None
    given: Mapping[str, np.ndarray]
    classes: tuple[str, ...] | None = None
    is_named: bool = False
    notes: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None
    is_moved: bool = False
    weights: np.ndarray | None = None
    groups: Mapping[str, np.ndarray] = field(default_factory=dict)
    positions: np.ndarray | None = None
    whole: int | None = None
    layout: Layout | None = None


def scores_of(path: Path, values: np.ndarray) -> dict[str, np.ndarray]:
    """Return scores as ``logits`` or as ``probs``, decided by their values.

    Args:
        path: the file, for messages.
        values: [N, K], or [N] for class 1 of two classes.

    Raises:
        SettingError: an array of another shape, or not of numbers.
    """
    if values.ndim not in (1, 2) or values.dtype.kind not in "fiu":
        problem = f"expected numbers [N, K] or [N], got {values.dtype} of shape {values.shape}"
        raise SettingError("FILE", f"{str(path)!r}: {problem}")
    return {"logits" if as_probs(values) is None else "probs": values}


def as_probs(values: np.ndarray) -> np.ndarray | None:
    """Return probabilities, rounded ones or percentages as probabilities; None for other values.

    Rows whose sum differs from 1 by no more than rounding explains, and by 0.1, are divided by it.

    Args:
        values: [N, K], [N, 1] or [N].
    """
    if not values.size or not values.min() >= 0:
        return None
    if values.ndim == 1 or values.shape[1] == 1:
        return values if values.max() <= 1 else None
    sums = values.sum(1, dtype=np.float64, keepdims=True)
    if values.max() <= 1 and np.abs(sums - 1).max() <= SUM_TOLERANCE:
        return values
    own = coarsest(values)
    for whole in (1, 100):
        slack = sums_within(values / whole, own, are_rounded=True)
        if values.max() <= whole and np.abs(sums / whole - 1).max() <= slack:
            return values / sums
    return None


def one_sign(values: np.ndarray) -> str | None:
    """Return why scores of class 1 are hardly logits: all have one sign; None if they may be.

    Percentages, distances and margins are never negative, logarithms of probabilities never
    positive. As logits they would give wrong numbers that look right.

    Args:
        values: [N] or [N, 1], not empty.
    """
    low, high = values.min(), values.max()
    if low < 0 < high:
        return None
    hint = "divide percentages by 100" if low >= 0 else "exp makes probabilities of logarithms"
    expected = "expected probabilities in [0, 1], or logits of both signs"
    return f"{expected}, got {low:g} to {high:g}; {hint}"


def probs_rows(values: np.ndarray) -> np.ndarray:
    """Return which rows of scores [N, K] are in [0, 1] and sum to 1, [N] bool."""
    inside = (values >= 0).all(1) & (values <= 1).all(1)
    return inside & (np.abs(values.sum(1) - 1) <= SUM_TOLERANCE)

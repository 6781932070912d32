"""Positions of the rows of one process among those of all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from anim.checks.arrays import as_array
from anim.checks.labels import listed
from anim.errors import SettingError
from anim.run.examples import Examples
from anim.run.ranks import ALONE, rank_of

# Positions that an error lists.
LISTED = 5


def checked_index(index) -> np.ndarray:
    """Return positions [n] as int64.

    Raises:
        SettingError: they are no integers >= 0.
    """
    values = as_array("index", index)
    if values.dtype.kind not in "iu" or values.ndim != 1:
        found = f"{values.dtype} of shape {list(values.shape)}"
        raise SettingError("index", f"expected integers of shape [n], got {found}")
    if len(values) and values.min() < 0:
        raise SettingError("index", f"expected positions >= 0, got {values.min()}")
    return values.astype(np.int64)


class Places:
    """Where positions are among others.

    Args:
        held: [n] positions, in any order.
    """

    def __init__(self, held: np.ndarray):
        self._order = np.argsort(held, kind="stable")
        self._sorted = held[self._order]

    def find(self, positions: np.ndarray, name: str, problem: str) -> np.ndarray:
        """Return where each position is.

        Raises:
            SettingError: some are not there; with this name and beginning.
        """
        at = np.searchsorted(self._sorted, positions)
        is_there = at < len(self._sorted)
        is_there[is_there] = self._sorted[at[is_there]] == positions[is_there]
        if not is_there.all():
            raise SettingError(name, f"{problem}{_some(positions[~is_there])}")
        return self._order[at]


def check_once(index: np.ndarray) -> None:
    """Raise SettingError if one process has a position twice."""
    positions, counts = np.unique(index, return_counts=True)
    if (counts > 1).any():
        some = _some(positions[counts > 1])
        raise SettingError("index", f"expected each position once in a process, got {some} twice")


def check_again(positions: np.ndarray, again: Examples, known: Examples) -> None:
    """Raise SettingError unless examples that come again have the labels and weights known.

    Args:
        positions: [n] of them.
        again: n examples.
        known: all of them.
    """
    before = known.take(positions)
    for name, found, first in (
        ("label", again.labels_beside(before), before.labels),
        ("weight", again.weights, before.weights),
    ):
        if found is None or first is None:
            continue
        other = found != first
        if other.any():
            problem = f"expected the same {name} each time a position comes, got another for"
            raise SettingError(f"{name}s", f"{problem} {_some(np.unique(positions[other]))}")


def _some(positions: np.ndarray) -> str:
    return listed(positions[: LISTED + 1].tolist(), LISTED)


def _hint_of_others() -> str:
    """Return what a process that records alone may have meant, if there are others."""
    try:
        is_alone = rank_of() == ALONE
    except SettingError:
        is_alone = False
    if is_alone:
        return ""
    return "; to record with other processes, pass a path that all share, and no process_count=1"


def order_of(index: np.ndarray) -> np.ndarray:
    """Return the row of each example: of those that are there twice, the first one."""
    positions, order = np.unique(index, return_index=True)
    missing = np.setdiff1d(np.arange(len(positions)), positions)
    if len(missing):
        problem = f"expected each position from 0 on, got none of {_some(missing)}"
        raise SettingError("index", f"{problem}{_hint_of_others()}")
    return order


def check_complete(
    rows: np.ndarray, examples: int, named: Callable[[np.ndarray], np.ndarray]
) -> None:
    """Raise SettingError unless sorted rows are 0 to N - 1, each of them once.

    Args:
        rows: [n].
        examples: N.
        named: rows to what they are called.
    """
    again = rows[1:][rows[1:] == rows[:-1]]
    if again.size:
        some = listed(named(again).tolist(), LISTED)
        problem = f"expected each example once, got index {some} more often than once"
        raise SettingError("collecting", problem)
    if len(rows) < examples:
        # The rows on both sides of each gap, without an array of all that could be missing.
        edges = np.concatenate([[-1], rows, [examples]])
        gaps = np.flatnonzero(np.diff(edges) > 1)[:LISTED]
        missing = [row for gap in gaps for row in _between(int(edges[gap]), int(edges[gap + 1]))]
        some = listed(named(np.array(missing)).tolist(), LISTED)
        problem = f"expected {examples} examples, got {len(rows)}: index {some} "
        problem += "missing" if examples - len(rows) > 1 else "is missing"
        raise SettingError("collecting", problem)


def _between(before: int, after: int) -> range:
    """Return the first rows of a gap, one more than an error lists."""
    return range(before + 1, min(after, before + LISTED + 2))

"""Which rows of the whole one process records, and how it is given them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anim.checks.arrays import as_array
from anim.checks.labels import checked_labels, listed
from anim.errors import ElementError, RecordingError, SettingError
from anim.run.checking import checked_snapshot
from anim.run.local_rows import LocalRows, local_rows
from anim.run.ranks import Rank
from anim.run.snapshots import Snapshot

# Positions that an error lists.
_LISTED = 5


@dataclass(eq=False)
class Piece:
    """Predictions for some rows of a process, in one array each.

    Attributes:
        rows: of those of the process.
        given: ``logits``, ``probs``, ...: what was given of them.
    """

    rows: slice
    given: Mapping[str, Any]


class OwnRows:
    """The rows that one process records.

    A process that is alone records all rows: in their order, or in that of ``index``. One of many
    records the rows of an array over all of them that it holds, or its own ones with ``index``.

    Args:
        rank: of this process.
        index: [n] positions of its rows among all; None if arrays say which, or if it is alone.

    Attributes:
        rank: as given.
        index: [n] int64; None as long as it is not known.
    """

    def __init__(self, rank: Rank, index=None):
        self.rank = rank
        self.index = None if index is None else _checked_index(index)
        # Labels of rows that this process holds, whoever records them, by position.
        self._held: tuple[np.ndarray, np.ndarray] | None = None
        self._order: np.ndarray | None = None
        if self.index is not None and rank.count == 1:
            self._order = _order_of(self.index)

    @property
    def is_shared(self) -> bool:
        """Whether other processes record other rows."""
        return self.rank.count > 1

    def labels_of(self, labels, classes: Sequence[str] | None) -> np.ndarray | None:
        """Return the labels of the rows of this process, [n] int32.

        Args:
            labels: as for `anim.Recorder`; None if they are not known yet.
            classes: K names, or None.

        Returns:
            None if the labels are not known yet, or not which of them are of these rows.

        Raises:
            ValueError: as of `checked_labels`, or nobody knows which rows these are of.
        """
        if labels is None:
            return self._held_labels()
        found = self._found("labels", labels, shares=False)
        if found is not None:
            whole = checked_labels(_joined(found), classes) if found.blocks else np.empty(0, int)
            self._held = found.index, whole.astype(np.int32)
            return self._held_labels()
        self._check_known("labels")
        return self._arranged("labels", checked_labels(labels, classes))

    def pieces_of(self, given: Mapping[str, object]) -> list[Piece]:
        """Return the predictions for the rows of this process; learn which rows these are.

        Args:
            given: what was given of ``logits``, ``probs``, ``confidence`` and ``correct``.

        Raises:
            SettingError: nobody knows which rows these are of, or they are not those from before.
        """
        given = {name: values for name, values in given.items() if values is not None}
        found = {name: self._found(name, values) for name, values in given.items()}
        over_all = {name: one for name, one in found.items() if one is not None}
        if not over_all:
            for name in given:
                self._check_known(name)
            return [Piece(slice(None), given)]
        if len(over_all) < len(given):
            raise SettingError(next(iter(given)), "expected all arrays over several processes")
        names = list(over_all)
        for name in names:
            self._learn(name, over_all[name].index)
        stops = np.cumsum([0, *map(len, over_all[names[0]].blocks)]).tolist()
        return [
            Piece(slice(*span), {name: over_all[name].blocks[i] for name in names})
            for i, span in enumerate(itertools.pairwise(stops))
        ]

    def checked(self, pieces: Sequence[Piece], labels: np.ndarray, keep: str) -> Snapshot:
        """Return the arrays of a snapshot, as `checked_snapshot` does; none if there are no rows.

        Raises:
            ValueError: predictions of a wrong shape or value.
        """
        parts = []
        for piece in pieces:
            # One that is alone is given rows in the order of ``index``.
            own = labels[piece.rows if self._order is None else self.index]
            try:
                parts.append(checked_snapshot(piece.given, own, keep))
            except ElementError as error:
                row = (piece.rows.start or 0) + error.index[0]
                raise error.at_row(row if self.index is None else int(self.index[row])) from error
        if not parts:
            return {}
        whole = {
            name: values if len(parts) == 1 else np.concatenate([part[name] for part in parts])
            for name, values in parts[0].items()
        }
        return {name: self._arranged(name, values) for name, values in whole.items()}

    def settle(self, index: np.ndarray, labels: np.ndarray, place: str) -> None:
        """Take the rows of a recording that is continued.

        Args:
            index: [n] positions of the rows of this process in it.
            labels: [n] int32 of these.
            place: where it is, for the error.

        Raises:
            RecordingError: it has other rows, or other labels than those that this process holds.
        """
        if self.index is not None and not np.array_equal(index, self.index):
            problem = f"process {self.rank.index} recorded other rows to {place!r} before"
            raise RecordingError(f"index: {problem}")
        self.index = index
        held = self._held_labels()
        if held is not None and not np.array_equal(held, labels):
            raise RecordingError(f"labels: {place!r} was recorded with different labels")

    def _found(self, name: str, given, *, shares: bool = True) -> LocalRows | None:
        found = local_rows(name, given, shares=shares)
        if found is not None and not self.is_shared:
            problem = (
                "expected an array of this process, as it records alone, got one over several; "
                "record in all of them, with a path that they share, and without process_count=1"
            )
            raise SettingError(name, problem)
        return found

    def _learn(self, name: str, index: np.ndarray) -> None:
        if self.index is None:
            self.index = index
        if not np.array_equal(self.index, index):
            problem = "expected the rows of this process as before, got others: arrays are sharded"
            raise SettingError(name, f"{problem} in the same way at each step")

    def _check_known(self, name: str) -> None:
        """Raise SettingError if nobody knows which rows a plain array has."""
        if self.is_shared and self.index is None:
            problem = (
                f"expected index= with the positions of its rows in the whole, or an array over "
                f"all {self.rank.count} processes, as this is process {self.rank.index} of them; "
                "process_count=1 records on this one alone"
            )
            raise SettingError(name, problem)

    def _held_labels(self) -> np.ndarray | None:
        """Return the labels [n] int32 of the rows, of those that are held."""
        if self._held is None or self.index is None:
            return None
        positions, labels = self._held
        order = np.argsort(positions, kind="stable")
        at = np.searchsorted(positions, self.index, sorter=order)
        rows = order[np.minimum(at, len(order) - 1)] if len(order) else np.empty(0, int)
        is_there = positions[rows] == self.index if len(order) else np.zeros(len(self.index), bool)
        if not is_there.all():
            missing = listed(self.index[~is_there][: _LISTED + 1].tolist(), _LISTED)
            problem = "expected them sharded like the predictions, or replicated"
            here = f"process {self.rank.index}"
            raise SettingError("labels", f"{problem}; {here} has none of {missing}")
        return labels[rows]

    def _arranged(self, name: str, values: np.ndarray) -> np.ndarray:
        """Return rows of a process that is alone in the order of the whole."""
        if self.index is not None and len(values) != len(self.index):
            problem = f"expected {len(values)} positions, as there are {name}"
            raise SettingError("index", f"{problem}, got {len(self.index)}")
        return values if self._order is None else values[self._order]


def _joined(found: LocalRows) -> np.ndarray:
    return np.concatenate([as_array("labels", block) for block in found.blocks])


def _checked_index(index) -> np.ndarray:
    values = as_array("index", index)
    if values.dtype.kind not in "iu" or values.ndim != 1:
        found = f"{values.dtype} of shape {list(values.shape)}"
        raise SettingError("index", f"expected integers of shape [n], got {found}")
    if len(values) and values.min() < 0:
        raise SettingError("index", f"expected positions >= 0, got {values.min()}")
    return values.astype(np.int64)


def _order_of(index: np.ndarray) -> np.ndarray:
    """Return the row of each example: of those that are there twice, the first one."""
    positions, order = np.unique(index, return_index=True)
    missing = np.setdiff1d(np.arange(len(positions)), positions)
    if len(missing):
        some = listed(missing[: _LISTED + 1].tolist(), _LISTED)
        raise SettingError("index", f"expected each position from 0 on, got none of {some}")
    return order

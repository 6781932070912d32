"""Which rows of the whole one process records, and how it is given them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anim.errors import ElementError, OtherRowsError, SettingError
from anim.run.checking import checked_snapshot
from anim.run.examples import Examples
from anim.run.held import HeldExamples, check_recorded
from anim.run.intake import Intake, Told
from anim.run.local_rows import LocalRows, local_rows
from anim.run.positions import (
    Places,
    check_again,
    check_once,
    checked_index,
    order_of,
)
from anim.run.ranks import Rank
from anim.run.seen import Seen
from anim.run.snapshots import Snapshot


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
        intake: checks examples.

    Attributes:
        rank, intake: as given.
        index: [n] int64, in the order in which rows are recorded; None as long as it is not known.
        given: [n] int64, in the order in which rows come; None if that is the same.
    """

    def __init__(self, rank: Rank, index=None, intake: Intake | None = None):
        self.rank = rank
        self.intake = Intake() if intake is None else intake
        self.index = self.given = None if index is None else checked_index(index)
        # Examples that this process holds, whoever records them, by position.
        self._held: HeldExamples | None = None
        self._places: Places | None = None
        self._order: np.ndarray | None = None
        self._is_padded = False
        if self.index is not None and rank.count == 1:
            self._order = order_of(self.index)
            self._is_padded = len(self._order) < len(self.index)
        elif self.index is not None:
            check_once(self.index)

    @property
    def is_plain(self) -> bool:
        """Whether this process records all rows, in their order."""
        return not self.is_shared and self.index is None

    @property
    def is_shared(self) -> bool:
        """Whether other processes record other rows."""
        return self.rank.count > 1

    def examples_of(self, told: Told) -> Examples | None:
        """Return the examples of the rows of this process.

        Args:
            told: of the rows of this process, or in arrays over several.

        Returns:
            None if the labels are not known yet, or not which of them are of these rows.

        Raises:
            ValueError: as of `Intake`, or nobody knows which rows these are of.
        """
        if told.labels is None:
            told.check_alone()
            return self._held_examples()
        found = self._found("labels", told.labels, shares=False)
        if found is not None:
            self._held = HeldExamples(found, told, self.intake)
            return self._held_examples()
        self.check_known("labels")
        return self.arranged_examples(self.intake(told))

    def examples_given(self, told: Told, known: Examples | None) -> Examples:
        """Return the examples of a snapshot.

        Args:
            told: as for `examples_of`.
            known: those of the recorder, if it has them.

        Raises:
            ValueError: as of `examples_of`, or they are not those that are known.
        """
        own = self.examples_of(told)
        if known is None:
            if own is None:
                problem = "expected labels for the recorder, or with its first snapshot, got none"
                raise SettingError("labels", problem)
            return own
        if told.labels is not None and own is not None:
            own.check_same(known)
        return known

    def arranged_examples(self, examples: Examples) -> Examples:
        """Return examples in the order in which they are recorded.

        Raises:
            SettingError: they are more or fewer than their positions.
        """
        self._check_count("labels", len(examples))
        found = examples if self._order is None else examples.take(self._order)
        if self._is_padded:
            assert self.index is not None
            check_again(self.index, examples, found)
        return found

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
                self.check_known(name)
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

    def checked(
        self, pieces: Sequence[Piece], labels: np.ndarray, keep: str, seen: Seen
    ) -> Snapshot:
        """Return the arrays of a snapshot, as `checked_snapshot` does; none if there are no rows.

        Args:
            pieces: from `pieces_of`.
            labels: [n] int32 of the rows.
            keep: one of `anim.settings.KEEPS`.
            seen: gets what scores were that are reduced.

        Raises:
            ValueError: predictions of a wrong shape or value.
        """
        parts = []
        for piece in pieces:
            own = labels[piece.rows] if self._order is None else labels[self._recorded_rows()]
            try:
                parts.append(checked_snapshot(piece.given, own, keep, seen))
            except ElementError as error:
                row = (piece.rows.start or 0) + error.index[0]
                index = self.index if self.given is None else self.given
                raise error.at_row(row if index is None else int(index[row])) from error
        if not parts:
            return {}
        whole = {
            name: values if len(parts) == 1 else np.concatenate([part[name] for part in parts])
            for name, values in parts[0].items()
        }
        return {name: self.arranged(name, values) for name, values in whole.items()}

    def settle(self, index: np.ndarray, examples: Examples, place: str) -> None:
        """Take the rows of a recording that is continued.

        Args:
            index: [n] positions of the rows of this process in it.
            examples: n, of these rows.
            place: where it is, for the error.

        Raises:
            OtherRowsError: it has other rows, or other labels than those that this process holds.
        """
        if self.given is not None and not np.array_equal(index, self.given):
            if not np.array_equal(np.sort(index), np.sort(self.given)):
                problem = f"process {self.rank.index} recorded other rows to {place!r} before"
                raise OtherRowsError(f"index: {problem}")
            self._order = Places(self.given).find(index, "index", "")
        self.index = index
        held = self._held_examples()
        if held is not None:
            check_recorded(held, examples, place)

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

    def check_known(self, name: str) -> None:
        """Raise SettingError if nobody knows which rows a plain array has."""
        if self.is_shared and self.index is None:
            problem = (
                f"expected index= with the positions of its rows in the whole, or an array over "
                f"all {self.rank.count} processes, as this is process {self.rank.index} of them; "
                "process_count=1 records on this one alone"
            )
            raise SettingError(name, problem)

    def rows_at(self, positions: np.ndarray) -> np.ndarray:
        """Return which rows of this process have these positions.

        Raises:
            SettingError: it has none of some.
        """
        assert self.index is not None
        if self._places is None:
            self._places = Places(self.index)
        problem = f"expected the rows of process {self.rank.index} as before, got "
        return self._places.find(positions, "index", problem)

    def examples_at(self, positions: np.ndarray) -> Examples | None:
        """Return the examples at these positions, if labels over all processes are held."""
        return None if self._held is None else self._held.at(positions)

    def _held_examples(self) -> Examples | None:
        return None if self.index is None else self.examples_at(self.index)

    def _recorded_rows(self) -> np.ndarray:
        """Return where each row that comes is recorded."""
        assert self.given is not None
        # The rows of one that is alone are recorded at their positions.
        return self.rows_at(self.given) if self.is_shared else self.given

    def arranged(self, name: str, values: np.ndarray) -> np.ndarray:
        """Return rows in the order in which they are recorded.

        Raises:
            SettingError: they are more or fewer than their positions.
        """
        self._check_count(name, len(values))
        return values if self._order is None else values[self._order]

    def _check_count(self, name: str, count: int) -> None:
        if self.index is not None and count != len(self.index):
            problem = f"expected {count} positions, as there are {name}"
            raise SettingError("index", f"{problem}, got {len(self.index)}")

    def is_first(self, rows: slice) -> np.ndarray | None:
        """Return which rows that come are recorded [n] bool; None for all of them.

        A process that records alone may be given a position again, as the samplers of several pad
        their shares: what comes first is recorded.
        """
        if not self._is_padded:
            return None
        assert self.index is not None and self._order is not None
        places = np.arange(*rows.indices(len(self.index)))
        return self._order[self.index[rows]] == places

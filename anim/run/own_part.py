"""Collects the predictions of one snapshot, of which this process has some rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from anim.checks.arrays import as_array
from anim.errors import ElementError, SettingError
from anim.run.checking import needed_labels
from anim.run.collecting import Part
from anim.run.examples import Examples
from anim.run.held import HeldExamples
from anim.run.intake import Told
from anim.run.local_rows import LocalRows, local_rows
from anim.run.own_rows import OwnRows
from anim.run.positions import check_again, check_once, checked_index
from anim.run.snapshots import Given


class OwnPart(Part):
    """The predictions of one snapshot, of which this process adds its rows batch by batch.

    A batch is either an array over all processes, which follows those before; or rows of this
    process, with ``index`` of their positions in the whole, unless the recorder has it.

    Args:
        rows: of this process; those of the first snapshot are learned.
        arguments: as for `Part`, with the examples of these rows.
    """

    def __init__(self, rows: OwnRows, *arguments: Any):
        super().__init__(*arguments)
        self._own = rows
        self._learned: list[np.ndarray] = []
        self._pending = np.empty(0, np.int64)
        # Positions of rows that are left out, as they came before, and their examples.
        self._padding: list[tuple[np.ndarray, Examples]] = []
        # Rows of this process so far, and of all of them in arrays over all.
        self._done = self._of_all = 0

    def _add(self, given: dict[str, Any], told: Told, index) -> None:
        """As `Part._add`; arrays over all processes are those of n examples of the whole."""
        found = {name: local_rows(name, values) for name, values in given.items()}
        over_all = {name: one for name, one in found.items() if one is not None}
        if not over_all:
            self._add_own(given, told, index)
            return
        first = next(iter(over_all.values()))
        if len(over_all) < len(given) or not self._own.is_shared:
            problem = "expected all arrays over several processes, or none, as recorded by them"
            raise SettingError(next(iter(given)), problem)
        if index is not None:
            problem = "expected none with arrays over several processes, which come in order; of a "
            problem += (
                "batch with padding, add the rows of this process without it, and their index"
            )
            raise SettingError("index", problem)
        self._add_over_all(over_all, first, told)

    def _add_over_all(
        self, over_all: Mapping[str, LocalRows], first: LocalRows, told: Told
    ) -> None:
        own = self._examples_among(told, first)
        start, base = 0, self._of_all
        for i, block in enumerate(first.blocks):
            rows = slice(start, start + len(block))
            self._add_at(
                {name: one.blocks[i] for name, one in over_all.items()},
                None if own is None else own.take(rows),
                base + first.index[rows],
            )
            start = rows.stop
        self._of_all += first.count

    def _examples_among(self, told: Told, first: LocalRows) -> Examples | None:
        """Return the examples of the rows of a batch that this process has."""
        if told.labels is None:
            told.check_alone()
            return None
        held = local_rows("labels", told.labels, shares=False)
        if held is None:
            problem = "expected an array over several processes, like the predictions"
            raise SettingError("labels", problem)
        return HeldExamples(held, told, self._intake).at(first.index)

    def _add_own(self, given: dict[str, Any], told: Told, index) -> None:
        labels = needed_labels(told, given, self._known is not None)
        told = told._replace(labels=labels)
        own = None if told.labels is None else self._checked_examples(told, index)
        if own is None:
            told.check_alone()
        if index is not None:
            self._add_at(given, own, checked_index(index))
            return
        self._own.check_known(next(iter(given), "index"))
        known = self._own.index if self._own.given is None else self._own.given
        assert known is not None
        count = len(own) if own is not None else len(next(iter(given.values()), ()))
        positions = known[self._done : self._done + count]
        if len(positions) < count:
            problem = f"expected {len(known)} examples of this process, got more"
            raise SettingError("collecting", problem)
        first = self._own.is_first(slice(self._done, self._done + count))
        if first is not None and not first.all():
            self._add_first(given, own, positions, first)
            return
        self._add_at(given, own, positions)

    def _checked_examples(self, told: Told, index) -> Examples:
        try:
            return self._intake(told)
        except ElementError as error:
            if index is None:
                raise
            raise error.at_row(int(checked_index(index)[error.index[0]])) from error

    def _add_first(
        self, given: Mapping[str, Any], own: Examples | None, positions, first: np.ndarray
    ) -> None:
        """Add the rows of a batch that come for the first time."""
        done = self._done
        if first.any():
            arrays = {name: as_array(name, values)[first] for name, values in given.items()}
            self._add_at(arrays, None if own is None else own.take(first), positions[first])
        if own is not None:
            self._padding.append((positions[~first], own.take(~first)))
        self._done = done + len(positions)

    def _add_at(self, given: dict[str, Any], own: Examples | None, positions: np.ndarray) -> None:
        """Add rows at these positions of the whole."""
        if self._own.index is not None and self._own.is_shared:
            rows = self._own.rows_at(positions)
        elif self._own.is_shared:
            rows = np.arange(self._done, self._done + len(positions))
            self._pending = positions
            own = self._own.examples_at(positions) if own is None else own
        else:
            rows = positions
        self._add_rows(given, own, rows)
        self._done += len(positions)
        # Not of a batch that was refused, as the caller may go on with others.
        self._learned.append(self._pending)
        self._pending = self._pending[:0]

    def whole(self) -> tuple[Given, Examples]:
        """As `Part.whole`, of the rows of this process; nothing if it has none."""
        if self._own.is_shared and self._own.index is None and (self._learned or self._of_all):
            index = np.concatenate([np.empty(0, np.int64), *self._learned])
            check_once(index)
            found = super().whole() if len(index) else ({}, Examples.none())
            self._own.index = index
            return found
        if self._own.index is not None and not len(self._own.index) and not self._done:
            return {}, Examples.none()
        snapshot, examples = super().whole()
        for positions, again in self._padding:
            check_again(positions, again, examples)
        return snapshot, examples

    def _expected(self, found: int) -> int:
        index = self._own.index
        return super()._expected(found) if index is None else len(np.unique(index))

    def _positions_of(self, rows: np.ndarray) -> np.ndarray:
        if self._own.index is not None and self._own.is_shared:
            return self._own.index[rows]
        learned = np.concatenate([*self._learned, self._pending])
        return learned[rows] if len(learned) else rows

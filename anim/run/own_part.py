"""Collects the predictions of one snapshot, of which this process has some rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from anim.checks.arrays import as_array
from anim.checks.labels import checked_labels
from anim.errors import SettingError
from anim.run.collecting import Part
from anim.run.local_rows import LocalRows, local_rows
from anim.run.own_rows import HeldLabels, OwnRows
from anim.run.positions import check_once, check_one_label, checked_index
from anim.run.snapshots import Given


class OwnPart(Part):
    """The predictions of one snapshot, of which this process adds its rows batch by batch.

    A batch is either an array over all processes, which follows those before; or rows of this
    process, with ``index`` of their positions in the whole, unless the recorder has it.

    Args:
        rows: of this process; those of the first snapshot are learned.
        arguments: as for `Part`, with the labels of these rows.
    """

    def __init__(self, rows: OwnRows, *arguments: Any):
        super().__init__(*arguments)
        self._own = rows
        self._learned: list[np.ndarray] = []
        self._pending = np.empty(0, np.int64)
        # Positions and labels of rows that are left out, as they came before.
        self._padding: list[tuple[np.ndarray, np.ndarray]] = []
        # Rows of this process so far, and of all of them in arrays over all.
        self._done = self._of_all = 0

    def add(
        self,
        *,
        logits=None,
        probs=None,
        confidence=None,
        correct=None,
        labels=None,
        index=None,
    ) -> None:
        """As `Part.add`; arrays over all processes are those of n examples of the whole."""
        given = {"logits": logits, "probs": probs, "confidence": confidence, "correct": correct}
        given = {name: values for name, values in given.items() if values is not None}
        found = {name: local_rows(name, values) for name, values in given.items()}
        over_all = {name: one for name, one in found.items() if one is not None}
        if not over_all:
            self._add_own(given, labels, index)
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
        self._add_over_all(over_all, first, labels)

    def _add_over_all(self, over_all: Mapping[str, LocalRows], first: LocalRows, labels) -> None:
        own = self._labels_among(labels, first)
        start, base = 0, self._of_all
        for i, block in enumerate(first.blocks):
            rows = slice(start, start + len(block))
            self._add(
                {name: one.blocks[i] for name, one in over_all.items()},
                None if own is None else own[rows],
                base + first.index[rows],
            )
            start = rows.stop
        self._of_all += first.count

    def _labels_among(self, labels, first: LocalRows) -> np.ndarray | None:
        """Return the labels of the rows of a batch that this process has."""
        if labels is None:
            return None
        held = local_rows("labels", labels, shares=False)
        if held is None:
            problem = "expected an array over several processes, like the predictions"
            raise SettingError("labels", problem)
        return HeldLabels(held, self._classes).at(first.index)

    def _add_own(self, given: Mapping[str, Any], labels, index) -> None:
        if index is not None:
            positions = checked_index(index)
        else:
            self._own.check_known(next(iter(given), "index"))
            known = self._own.index if self._own.given is None else self._own.given
            assert known is not None
            own = None if labels is None else checked_labels(labels, self._classes)
            count = len(own) if own is not None else len(next(iter(given.values()), ()))
            positions = known[self._done : self._done + count]
            if len(positions) < count:
                problem = f"expected {len(known)} examples of this process, got more"
                raise SettingError("collecting", problem)
            first = self._own.is_first(slice(self._done, self._done + count))
            if first is not None and not first.all():
                self._add_first(given, own, positions, first)
                return
        self._add(given, labels, positions)

    def _add_first(self, given: Mapping[str, Any], labels, positions, first: np.ndarray) -> None:
        """Add the rows of a batch that come for the first time."""
        done = self._done
        if first.any():
            arrays = {name: as_array(name, values)[first] for name, values in given.items()}
            self._add(arrays, None if labels is None else labels[first], positions[first])
        if labels is not None:
            self._padding.append((positions[~first], labels[~first]))
        self._done = done + len(positions)

    def _add(self, given: Mapping[str, Any], labels, positions: np.ndarray) -> None:
        """Add rows at these positions of the whole."""
        if self._own.index is not None and self._own.is_shared:
            rows = self._own.rows_at(positions)
        elif self._own.is_shared:
            rows = np.arange(self._done, self._done + len(positions))
            self._pending = positions
            labels = self._own.labels_at(positions) if labels is None else labels
        else:
            rows = positions
        super().add(**given, labels=labels, index=rows)
        self._done += len(positions)
        # Not of a batch that was refused, as the caller may go on with others.
        self._learned.append(self._pending)
        self._pending = self._pending[:0]

    def whole(self) -> tuple[Given, np.ndarray]:
        """As `Part.whole`, of the rows of this process; nothing if it has none."""
        if self._own.is_shared and self._own.index is None and (self._learned or self._of_all):
            index = np.concatenate([np.empty(0, np.int64), *self._learned])
            check_once(index)
            found = super().whole() if len(index) else ({}, np.empty(0, np.int32))
            self._own.index = index
            return found
        if self._own.index is not None and not len(self._own.index) and not self._done:
            return {}, np.empty(0, np.int32)
        snapshot, labels = super().whole()
        for positions, again in self._padding:
            check_one_label(positions, again, labels)
        return snapshot, labels

    def _expected(self, found: int) -> int:
        index = self._own.index
        return super()._expected(found) if index is None else len(np.unique(index))

    def _positions_of(self, rows: np.ndarray) -> np.ndarray:
        if self._own.index is not None and self._own.is_shared:
            return self._own.index[rows]
        learned = np.concatenate([*self._learned, self._pending])
        return learned[rows] if len(learned) else rows

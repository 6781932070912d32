"""The arrays of a recording to which many processes write, each its own chunks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import tensorstore as ts

from anim.run.examples import Examples
from anim.run.snapshots import Given
from anim.run.store import described, schema
from anim.run.store.chunks import Writes
from anim.run.store.processes.shares import Plan, Positions, parts_of
from anim.run.store.store import Store

# Slots that there will never be: an array that assumes them is never resized.
ANY = 1 << 40
_DIMENSIONS = ("snapshot", "example", "class")


class SideBySide:
    """The arrays of a recording, with a share of the rows for each process.

    Args:
        store: of the recording.
        plan: where the rows of each process lie.
        rank: of this process.
    """

    def __init__(self, store: Store, plan: Plan, rank: int):
        self.plan = plan
        self._store, self._rank = store, rank
        self._arrays = {
            name: schema.assumed(store, name, _described(plan, name, ANY)) for name in plan.arrays
        }

    def create(self, session: int) -> None:
        """Create the arrays of predictions, labels and positions, in process 0.

        Args:
            session: its id, which makes their metadata unlike those of another recording: stamps
                are made of the content on S3.
        """
        plan, store = self.plan, self._store
        described.announce(store, plan.attributes)
        for name in (*described.keys_of(plan.attributes), "index"):
            made = {**self._of_rows(name), "attributes": {"anim-session": f"{session:x}"}}
            schema.write_array(store, name, made)
        for name in plan.arrays:
            schema.write_array(store, name, _described(plan, name, 0))

    def describe(self, examples: Examples, index: np.ndarray) -> None:
        """Write what the rows of this process are.

        Args:
            examples: n.
            index: [n] int64, their positions among all.
        """
        writes, share = Writes(), self.plan.share(self._rank)
        groups = {
            name: examples.groups[name].named(names)
            for name, names in self.plan.attributes.get("groups", {}).items()
            if len(examples)
        }
        known = described.arrays_of(replace(examples, groups=groups))
        for key in (*described.keys_of(self.plan.attributes), "index"):
            values = (
                index if key == "index" else known.get(key, np.empty(0, described.dtype_of(key)))
            )
            writes.add_to(self._whole(key)[share], self._filled(values, described.FILL.get(key, 0)))
        writes.finish()

    def described(self) -> tuple[Examples, np.ndarray]:
        """Return the examples, and the positions [n] int64, of the rows of this process."""
        share, keys = self.plan.share(self._rank), described.keys_of(self.plan.attributes)
        reads = {key: self._whole(key)[share].read() for key in (*keys, "index")}
        found = {key: read.result() for key, read in reads.items()}
        index = found.pop("index")
        is_row = index >= 0
        index, found = index[is_row], {key: values[is_row] for key, values in found.items()}
        if (found["labels"] == schema.NO_LABEL).any():
            # Of rows that are there twice, the first ones have the labels.
            all_labels, places = (self._whole(name).read().result() for name in ("labels", "index"))
            labels = np.full(places.max() + 1, schema.NO_LABEL, np.int32)
            first = all_labels != schema.NO_LABEL
            labels[places[first]] = all_labels[first]
            found["labels"] = labels[index]
        return described.assembled(found, self.plan.attributes), index

    def write(self, slot: int, snapshot: Given) -> None:
        """Write the rows of this process to a slot; nothing is committed by that."""
        first, writes = self.plan.share(self._rank).start, Writes()
        for name, values in snapshot.items():
            # The rows of a chunk that is not full are written with what fills it up.
            whole = len(values) // self.plan.chunk * self.plan.chunk
            writes.add(self._arrays[name], slot, values, first, whole)
            rest = self._filled(values[whole : len(values)], 0, self.plan.rows - whole)
            writes.add(self._arrays[name], slot, rest, first + whole)
        writes.finish()

    def no_rows(self) -> Given:
        """Return what a process writes that has no rows."""
        return {name: np.empty((0, *row), dtype) for name, (row, dtype) in self.plan.arrays.items()}

    def drop_duplicates(self) -> None:
        """Take the label from rows that are there twice, in process 0.

        Raises:
            SettingError: positions are missing, or an example has two labels.
        """
        labels, index = self._whole("labels"), self._whole("index")
        positions = Positions(self.plan.examples)
        for part in parts_of(self.plan):
            again = positions.take(index[part].read().result(), labels[part].read().result())
            if again.any():
                rows = part.start + np.flatnonzero(again)
                labels[rows].write(schema.NO_LABEL).result()
        positions.check()

    def resize(self, slots: int) -> None:
        """Give the arrays of predictions this number of slots, in process 0."""
        for name in self.plan.arrays:
            schema.write_array(self._store, name, _described(self.plan, name, slots))

    def _whole(self, name: str) -> ts.TensorStore:
        return schema.assumed(self._store, name, self._of_rows(name))

    def _of_rows(self, name: str) -> dict:
        plan, dtype = self.plan, described.dtype_of(name)
        chunk = plan.rows if plan.rows <= schema.LABELS_PER_CHUNK else plan.chunk
        return schema.metadata(dtype, [plan.total], [chunk], ["example"])

    def _filled(self, values: np.ndarray, fill: int, rows: int | None = None) -> np.ndarray:
        """Return the last rows of this process, and what fills up its share."""
        missing = (self.plan.rows if rows is None else rows) - len(values)
        if not missing:
            return values
        return np.concatenate([values, np.full((missing, *values.shape[1:]), fill, values.dtype)])


def plan_on(store: Store, kind: str, examples: int) -> Plan:
    """Return where the rows of each process lie in a recording.

    Args:
        store: of the recording.
        kind: of its snapshots.
        examples: N.
    """
    layouts = {name: schema.layout_of(store, name) for name in schema.arrays_of(store, kind)}
    arrays = {
        name: (layout.shape[2:], schema.open_array(store, name).dtype.name)
        for name, layout in layouts.items()
    }
    ranks, first = schema.ranks_of(store), layouts[kind]
    about = schema.read_group(store)
    known = ("weights", "groups", "multilabel", "drawn")
    attributes = {name: about[name] for name in known if name in about}
    return Plan(ranks, first.shape[1] // ranks, first.chunk[1], examples, arrays, attributes)


def _described(plan: Plan, name: str, slots: int) -> dict:
    row, dtype = plan.arrays[name]
    shape = [slots, plan.total, *row]
    return schema.metadata(dtype, shape, [1, plan.chunk, *row], _DIMENSIONS[: len(shape)])

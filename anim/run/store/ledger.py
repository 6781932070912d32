"""What process 0 alone writes to a recording of many: steps and scalars."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote

import numpy as np
import tensorstore as ts
from numpy.typing import DTypeLike

from anim.run.store import schema
from anim.run.store.store import Store

# Slots that there will never be: an array that assumes them is never resized.
ANY = 1 << 40


class Ledger:
    """The steps and scalars of a recording, each in a slot.

    Args:
        store: of the recording.
        by_slot: steps of the snapshots that are kept, by their slots.

    Attributes:
        steps: of the snapshots that are committed.
        used: the first slot behind them.
        size: slots that the arrays have.
    """

    def __init__(self, store: Store, by_slot: Mapping[int, int]):
        self.steps = list(by_slot.values())
        self.used = max(by_slot, default=-1) + 1
        self.size = 0
        self._store = store
        self._steps = _series(store, "steps", np.int64)
        self._scalars: dict[str, ts.TensorStore] = {}

    @classmethod
    def begun(cls, store: Store, ranks: int) -> Ledger:
        """Create the array of steps, and that of the marks of processes."""
        marks = schema.metadata(np.int64, [0, ranks, 2], [1, 1, 2], ["snapshot", "process", "mark"])
        # A mark is an object of 16 bytes that any process writes without a library.
        marks["codecs"] = marks["codecs"][:1]
        schema.write_array(store, "done", marks)
        ledger = cls(store, {})
        ledger._describe(0)
        return ledger

    @classmethod
    def resumed(cls, store: Store, last: int) -> Ledger:
        """Open the steps of a recording, and drop those after ``last``."""
        by_slot = schema.committed_slots(store)
        ledger = cls(store, {slot: step for slot, step in by_slot.items() if step <= last})
        for slot in by_slot.keys() - dict.fromkeys(range(ledger.used)).keys():
            ledger._steps[slot].write(schema.NO_STEP).result()
        ledger.size = schema.layout_of(store, "steps").shape[0]
        for key in schema.series(store):
            name = unquote(key.removeprefix("metrics/"))
            ledger._scalars[name] = _series(store, key, np.float64)
        return ledger

    @property
    def scalars(self) -> frozenset[str]:
        """The names of the scalars."""
        return frozenset(self._scalars)

    def grow(self, size: int) -> None:
        """Make room for this number of slots."""
        # There is a chunk before the metadata say that there are steps: else these were lost.
        self._steps[self.size : size].write(schema.NO_STEP).result()
        self._describe(size)

    def commit(self, slot: int, step: int, metrics: Mapping[str, float]) -> None:
        """Write the scalars of a snapshot, and then its step, which commits it."""
        for name in metrics.keys() - self._scalars.keys():
            self._scalars[name] = self._new_scalar(name)
        writes = [self._scalars[name][slot].write(value) for name, value in metrics.items()]
        for write in writes:
            write.result()
        self._steps[slot].write(step).result()
        self.steps.append(step)
        self.used = slot + 1

    def _describe(self, size: int) -> None:
        for name in self._scalars:
            schema.write_array(self._store, _key(name), _metadata(np.float64, size))
        schema.write_array(self._store, "steps", _metadata(np.int64, size))
        self.size = size

    def _new_scalar(self, name: str) -> ts.TensorStore:
        if not schema.has(self._store, "metrics"):
            schema.write_group(self._store, {}, "metrics/")
        schema.write_array(self._store, _key(name), _metadata(np.float64, self.size))
        return _series(self._store, _key(name), np.float64)


def _key(name: str) -> str:
    return f"metrics/{quote(name, safe='')}"


def _metadata(dtype: DTypeLike, size: int) -> dict:
    return schema.metadata(dtype, [size], [schema.STEPS_PER_CHUNK], ["snapshot"])


def _series(store: Store, key: str, dtype: DTypeLike) -> ts.TensorStore:
    return schema.assumed(store, key, _metadata(dtype, ANY))

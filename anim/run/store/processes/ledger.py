"""What process 0 alone writes to a recording of many: steps and scalars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

import numpy as np

from anim.run.store import schema
from anim.run.store.chunks import Writes
from anim.run.store.store import Store


class Ledger:
    """The steps and scalars of a recording, each in a slot.

    Args:
        store: of the recording.
        arrays: the names of those of predictions, if they are known.
        steps: the array of steps.
        by_slot: steps of the snapshots that are kept, by their slots.

    Attributes:
        steps: of the snapshots that are committed.
        used: the first slot behind them.
    """

    def __init__(
        self,
        store: Store,
        arrays: Iterable[str],
        steps: schema.Growing,
        by_slot: Mapping[int, int],
    ):
        self.steps = list(by_slot.values())
        self.used = max(by_slot, default=-1) + 1
        self._store, self._steps = store, steps
        self._names = ["index", "done", *arrays]
        self._scalars: dict[str, schema.Growing] = {}

    @classmethod
    def begun(cls, store: Store, ranks: int) -> Ledger:
        """Create the array of steps, and that of the marks of processes."""
        marks = schema.metadata(np.int64, [0, ranks, 2], [1, 1, 2], ["snapshot", "process", "mark"])
        # A mark is an object of 16 bytes that any process writes without a library.
        marks["codecs"] = marks["codecs"][:1]
        schema.write_array(store, "done", marks)
        ledger = cls(store, (), schema.create_series(store, "steps", np.int64), {})
        ledger.name_arrays(())
        return ledger

    @classmethod
    def resumed(cls, store: Store, kind: str, last: int) -> Ledger:
        """Open the steps of a recording, and drop those after ``last``."""
        by_slot = schema.committed_slots(store)
        kept = {slot: step for slot, step in by_slot.items() if step <= last}
        used = max(kept, default=-1) + 1
        names, keys = schema.arrays_of(store, kind), schema.series(store)
        # Whoever believed to be process 0 until now commits nothing more.
        steps = schema.reopened(store, "steps", used, schema.NO_STEP)
        ledger = cls(store, names, steps, kept)
        for key in keys:
            name = unquote(key.removeprefix("metrics/"))
            ledger._scalars[name] = schema.reopened(store, key, used, np.nan)
        ledger.name_arrays(names)
        return ledger

    @property
    def scalars(self) -> frozenset[str]:
        """The names of the scalars."""
        return frozenset(self._scalars)

    def name_arrays(self, names: Iterable[str]) -> None:
        """Say which arrays of predictions there are."""
        self._names = ["index", "done", *names]
        schema.name_arrays(self._store, self._names, self._scalars)

    def commit(self, slot: int, step: int, metrics: Mapping[str, float]) -> None:
        """Write the scalars of a snapshot, and then its step, which commits it."""
        new = metrics.keys() - self._scalars.keys()
        for name in new:
            self._scalars[name] = self._new_scalar(name)
        if new:
            schema.name_arrays(self._store, self._names, self._scalars)
        writes = Writes()
        for name, value in metrics.items():
            self._scalars[name] = schema.grown(self._scalars[name], slot + 1)
            writes.add_to(self._scalars[name][slot], value)
        writes.finish()
        self._steps = schema.grown(self._steps, slot + 1)
        self._steps[slot].write(step).result()
        self.steps.append(step)
        self.used = slot + 1

    def _new_scalar(self, name: str) -> schema.Growing:
        if not schema.has(self._store, "metrics"):
            schema.write_group(self._store, {}, "metrics/")
        return schema.create_series(self._store, f"metrics/{quote(name, safe='')}", np.float64)

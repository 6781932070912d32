"""The arrays of a recording on disk, which grow by a snapshot at a time."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote

import numpy as np

from anim.run.snapshots import Form, Given
from anim.run.store import schema
from anim.run.store.chunks import Writes, rows_of_chunk
from anim.run.store.folders.draft import Draft
from anim.run.store.store import Store


class GrowingArrays:
    """The arrays of a recording; nobody else writes to them.

    Args:
        store: of the recording.

    Attributes:
        steps: the steps of the snapshots that are committed.
    """

    def __init__(self, store: Store):
        self.steps: list[int] = []
        self._store = store
        self._steps: schema.Growing | None = None
        self._arrays: dict[str, schema.Growing] = {}
        self._series: dict[str, schema.Growing] = {}

    def begin(self) -> None:
        """Create the array of steps."""
        self._steps = schema.create_series(self._store, "steps", np.int64)

    @classmethod
    def resumed(cls, store: Store, kind: str, steps: list[int]) -> GrowingArrays:
        """Open the arrays of a recording, and drop all snapshots but the first ones.

        Args:
            store: of the recording.
            kind: of its snapshots.
            steps: of the snapshots that stay.
        """
        growing, count = cls(store), len(steps)
        growing.steps = steps
        growing._steps = schema.reopened(store, "steps", count, schema.NO_STEP)
        for name in schema.arrays_of(store, kind):
            growing._arrays[name] = schema.reopened(store, name, count)
        for key in schema.series(store):
            name = unquote(key.removeprefix("metrics/"))
            growing._series[name] = schema.reopened(store, key, count, np.nan)
        schema.name_arrays(store, growing._arrays, growing._series)
        return growing

    @property
    def form(self) -> Form:
        """Shape and dtype of each array of a snapshot; empty before the first snapshot."""
        return {
            name: (array.shape[1:], array.dtype.numpy_dtype) for name, array in self._arrays.items()
        }

    @property
    def scalars(self) -> frozenset[str]:
        """The names of the scalars that have a folder."""
        return frozenset(self._series)

    def append(self, step: int, snapshot: Given, metrics: Mapping[str, float]) -> None:
        """Write one snapshot; it is committed when this returns.

        Raises:
            ValueError: TensorStore could not write it.
        """
        count = len(self.steps)
        if not self._arrays:
            self._arrays = {
                name: schema.create_snapshots(self._store, name, values.shape, values.dtype)
                for name, values in snapshot.items()
            }
        new = metrics.keys() - self._series.keys()
        for name in new:
            self._series[name] = self._new_series(name)
        if new or not count:
            schema.name_arrays(self._store, self._arrays, self._series)
        for arrays, given in ((self._arrays, snapshot), (self._series, metrics)):
            for name in given:
                arrays[name] = schema.grown(arrays[name], count + 1)
        writes, drafts = Writes(), {}
        for name, value in metrics.items():
            writes.add_to(self._series[name][count], value)
        for name, values in snapshot.items():
            array = self._arrays[name]
            if isinstance(values, Draft) and values.chunk == rows_of_chunk(array):
                drafts[f"{name}/c/{count}"] = values
            else:
                writes.add(array, count, values)
        writes.finish()
        for key, draft in drafts.items():
            draft.move(key)
        assert self._steps is not None
        self._steps = schema.grown(self._steps, count + 1)
        self._steps[count].write(step).result()
        self.steps.append(step)

    def trim(self, count: int) -> None:
        """Resize all arrays to a number of snapshots; the steps of a folder have it already."""
        steps = (self._steps,) if self._steps is not None and self._store.names_arrays else ()
        for array in (*steps, *self._arrays.values(), *self._series.values()):
            schema.resized(array, count)

    def _new_series(self, name: str) -> schema.Growing:
        if not schema.has(self._store, "metrics"):
            schema.write_group(self._store, {}, "metrics/")
        return schema.create_series(self._store, f"metrics/{quote(name, safe='')}", np.float64)

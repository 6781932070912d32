"""Snapshots on disk, read one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorstore as ts

from anim.errors import RecordingError
from anim.run.snapshots import Snapshot
from anim.run.store import schema
from anim.run.store.claims import Layout

# Of values that are not in [0, 1].
_LIMITS = {"logits": (-np.inf, np.inf), "nll": (0, np.inf), "brier": (0, 2)}


class StoredSnapshots:
    """Snapshots on disk: each is read when it is asked for, and the next one ahead of time.

    Args:
        arrays: [S or more, N, ...] by name, and where their chunks lie.
        steps: S steps, to name a snapshot that is damaged.
        check: called after each read; raises RecordingError unless the recording is the same.
    """

    def __init__(
        self,
        arrays: Mapping[str, tuple[ts.TensorStore, Layout]],
        steps: Sequence[int],
        check: Callable[[], None],
    ):
        self._arrays = arrays
        self._steps = steps
        self._check = check
        self._ahead: tuple[int, dict[str, ts.Future | _Refused]] | None = None

    def __len__(self) -> int:
        return len(self._steps)

    def __getitem__(self, i: int) -> Snapshot:
        """Return snapshot i.

        Raises:
            IndexError: there is no snapshot i.
            RecordingError: the snapshot cannot be read, or holds values out of range; or another
                recording took the place of this one.
        """
        i = range(len(self))[i]
        ahead = self._ahead
        futures = ahead[1] if ahead is not None and ahead[0] == i else self.begin_read(i)
        self._ahead = (i + 1, self.begin_read(i + 1)) if i + 1 < len(self) else None
        try:
            try:
                values = {name: future.result() for name, future in futures.items()}
            finally:
                # Its chunks lie where those of an earlier recording lay.
                self._check()
            for name, array in values.items():
                _check_values(name, array)
        except ValueError as error:
            where = f"snapshot {i} (step {self._steps[i]})"
            raise RecordingError(f"{where} is damaged: {schema.brief(error)}") from error
        return values

    def begin_read(self, i: int) -> dict[str, ts.Future | _Refused]:
        """Start reading the arrays of snapshot i, and return their futures."""
        schema.check_process()
        return {name: _begin(array, layout, i) for name, (array, layout) in self._arrays.items()}


class _Refused:
    """Stands for the future of an array that is not read."""

    def __init__(self, error: ValueError):
        self._error = error

    def result(self) -> np.ndarray:
        raise self._error


def _begin(array: ts.TensorStore, layout: Layout, i: int) -> ts.Future | _Refused:
    try:
        layout.check_chunks(i, i)
    except ValueError as error:
        return _Refused(error)
    return array[i].read()


def _check_values(name: str, values: np.ndarray) -> None:
    """Raise ValueError for values that a recorder refuses, which another program may write."""
    low, high = _LIMITS.get(name, (0, 1))
    smallest, largest = values.min(), values.max()
    is_finite = np.isfinite(smallest) and np.isfinite(largest)
    if not (is_finite and low <= smallest and largest <= high):
        expected = "finite numbers" if high == np.inf else f"numbers in [0, {high}]"
        raise ValueError(f"{name}: expected {expected}, got {smallest} to {largest}")

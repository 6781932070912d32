"""Passes over the snapshots of a run, each of which reads all of them once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence

import jax
import numpy as np

from anim.errors import NoRecalibrationError, RecordingError
from anim.run.snapshots import Snapshot, SnapshotSequence
from anim.run.statistics import Predictions


class Chosen:
    """Some of the snapshots, read when they are asked for."""

    def __init__(self, snapshots: SnapshotSequence, indices: Sequence[int]):
        self._snapshots, self._indices = snapshots, indices

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, i: int) -> Snapshot:
        return self._snapshots[int(self._indices[i])]


class Passes:
    """Statistics of snapshots, each of them computed once.

    Args:
        snapshots: S of them.
        labels: [N].

    Attributes:
        is_read: [S] bool, of the last pass: snapshots that could be read.
        lacks_recalibration: [S] bool: those that have no recalibration.
    """

    def __init__(self, snapshots: SnapshotSequence, labels: np.ndarray):
        self._snapshots, self._labels = snapshots, labels
        self._found: dict[Callable, object] = {}
        self.is_read = self.lacks_recalibration = np.zeros(len(snapshots), bool)

    def compute(
        self, statistics: Iterable[Callable], progress: Callable[[int, int], None] | None = None
    ) -> dict:
        """Reads each snapshot once, for what is not known yet of the statistics.

        One that cannot be read has no example in its bins; a warning names it.

        Args:
            statistics: functions of `anim.run.statistics.Predictions`, which are their own keys.
            progress: called with (snapshots read, snapshots in all).

        Returns:
            The values of all snapshots by statistic, stacked.

        Raises:
            RecordingError: none can be read.
        """
        wanted = [one for one in dict.fromkeys(statistics) if one not in self._found]
        if not wanted:
            return self._found
        labels = jax.numpy.asarray(self._labels)
        lacks_recalibration = np.zeros(len(self._snapshots), bool)
        rows: list[list | None] = []
        unscaled = None
        for i in range(len(self._snapshots)):
            if progress is not None:
                progress(i, len(self._snapshots))
            row = None
            try:
                predictions = Predictions(self._snapshots[i], labels)
                row = [statistic(predictions) for statistic in wanted]
            except NoRecalibrationError as error:
                lacks_recalibration[i], unscaled = True, error.snapshot
            except RecordingError as error:
                warnings.warn(f"{error}; it is left out", stacklevel=4)
            # The last one is waited for while this one is computed: no queue of arrays in memory.
            if rows and rows[-1] is not None:
                rows[-1] = jax.device_get(rows[-1])
            rows.append(row)
        rows = jax.device_get(rows)
        self.is_read = np.array([row is not None for row in rows])
        self.lacks_recalibration = lacks_recalibration
        form = next((row for row in rows if row is not None), None)
        if form is None:
            if unscaled is None:
                raise RecordingError("no snapshot can be read")
            form = [statistic(Predictions(unscaled, labels)) for statistic in wanted]
        self._found.update(zip(wanted, _stacked(rows, jax.device_get(form)), strict=True))
        return self._found


def _stacked(rows: list[list | None], form: list) -> list:
    """Values of all snapshots, of the form of one of them: NaN or 0 where it could not be read."""

    def blank(values):
        is_real = np.issubdtype(np.asarray(values).dtype, np.floating)
        return np.full_like(values, np.nan if is_real else 0)

    nothing = jax.tree.map(blank, form)
    rows = [nothing if row is None else row for row in rows]
    return jax.tree.map(lambda *values: np.stack(values), *rows)

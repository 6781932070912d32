"""Passes over the snapshots of a run: each reads a snapshot once for several statistics."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import numpy as np

from anim.errors import NoRecalibrationError, RecordingError
from anim.run import dividing
from anim.run.blocks import blocks_of
from anim.run.caller import warn_caller
from anim.run.predictions import Needs, Statistic, blank, reduced
from anim.run.snapshots import SnapshotSequence

if TYPE_CHECKING:
    from anim.run.run import Run

Progress = Callable[[int, int], None]


class Found(NamedTuple):
    """A statistic of every snapshot.

    Attributes:
        values: what the statistic returns, each array stacked to [S, ...]; NaN, or 0 for integers,
            for snapshots that could not be read.
        is_read: [S] bool, the snapshots that could be read.
    """

    values: Any
    is_read: np.ndarray


class Passes:
    """Computes statistics of snapshots, and keeps them.

    A value that is known is not computed again. Whether a snapshot could be read is kept per
    statistic: one that could not be read is tried again when the statistic is next asked for, so
    that no result depends on what was asked before.

    Args:
        snapshots: S of them.
        labels: [N].
        weights: [N] float64 above 0, or None.
    """

    def __init__(
        self,
        snapshots: SnapshotSequence,
        labels: np.ndarray,
        weights: np.ndarray | None = None,
    ):
        self._snapshots, self._labels, self._weights = snapshots, labels, weights
        self._rows: dict[Statistic, list[Any]] = {}
        self._found: dict[Statistic, Found] = {}
        self._unreadable: set[int] = set()
        # Snapshots without a recalibration.
        self._empty: set[int] = set()

    def compute(
        self, statistics: Iterable[Statistic], progress: Progress | None = None
    ) -> dict[Statistic, Found]:
        """Compute statistics, reading each snapshot at most once.

        A snapshot that cannot be read is left out; a warning names it the first time.

        Args:
            statistics: see `anim.run.statistics`.
            progress: called with (snapshots read, snapshots to read).

        Raises:
            RecordingError: no snapshot can be read.
        """
        wanted = tuple(dict.fromkeys(statistics))
        for one in wanted:
            self._rows.setdefault(one, [None] * len(self._snapshots))
        missing = self._missing(wanted)
        if (group := dividing.group()) is not None:
            self._read_together(missing, group, progress)
            missing = self._missing(wanted)
        self._read(missing, progress)
        return {one: self._stacked(one) for one in wanted}

    def prepare(
        self,
        run: Run,
        statistics_of: Callable[[Run], Sequence[Statistic]],
        progress: Progress | None = None,
    ) -> None:
        """Compute what is going to be asked for.

        Args:
            run: whose passes these are.
            statistics_of: what is going to be asked of a run.
            progress: see `compute`.
        """
        self.compute(statistics_of(run), progress)

    def _missing(self, wanted: Sequence[Statistic]) -> dict[int, list[Statistic]]:
        """Return the statistics to compute, by snapshot."""
        missing = {
            i: [one for one in wanted if self._rows[one][i] is None]
            for i in range(len(self._snapshots))
            if i not in self._empty
        }
        return {i: statistics for i, statistics in missing.items() if statistics}

    def _read(self, missing: Mapping[int, Sequence[Statistic]], progress: Progress | None) -> None:
        before: tuple | None = None
        for done, (i, statistics) in enumerate(missing.items()):
            if progress is not None:
                progress(done, len(missing))
            row = self._row(i, statistics)
            # Wait for the row before while this one is computed, so that none queue up in memory.
            self._keep(before)
            before = None if row is None else (i, statistics, row)
        self._keep(before)

    def _read_together(
        self,
        missing: Mapping[int, Sequence[Statistic]],
        group: dividing.Group,
        progress: Progress | None,
    ) -> None:
        """Read a part of the snapshots, and take the rows of others from other processes."""
        names = {i: [*map(_lasting_name, statistics)] for i, statistics in missing.items()}
        part = group.part_of(list(missing), f"{names} {self._fingerprint(list(missing))}")
        if part is None:
            dividing.disband()
            return
        self._read({i: missing[i] for i in part}, progress)
        known = {i: [self._rows[one][i] for one in missing[i]] for i in part}
        rows = {i: row for i, row in known.items() if all(one is not None for one in row)}
        parts = group.exchanged((rows, self._empty & set(part)))
        if parts is None:
            dividing.disband()
            return
        for rows, empty in parts:
            self._empty |= empty
            for i, row in rows.items():
                self._keep((i, missing[i], row))

    def _fingerprint(self, indices: Sequence[int]) -> str:
        """Return what tells these snapshots from those of other runs, in every process.

        Paths may differ from host to host: the labels and weights are compared, and the beginnings
        of the first and the last snapshot.
        """
        digest = hashlib.sha256(self._labels.tobytes())
        if self._weights is not None:
            digest.update(self._weights.tobytes())
        for i in dict.fromkeys((*indices[:1], *indices[-1:])):
            # One that cannot be read here may be readable elsewhere: then they work alone.
            with contextlib.suppress(RecordingError):
                for name, values in sorted(
                    next(iter(blocks_of(self._snapshots, i))).arrays.items()
                ):
                    digest.update(f"{name} {values.shape} {values.dtype}".encode())
                    digest.update(np.asarray(values).tobytes())
        return digest.hexdigest()

    def _row(self, i: int, statistics: Sequence[Statistic]) -> list | None:
        """Return the statistics of a snapshot, which may still be computed; None if unreadable."""
        try:
            blocks = blocks_of(self._snapshots, i)
            predictions = reduced(blocks, self._labels, Needs.of(statistics), self._weights)
            return [statistic(predictions) for statistic in statistics]
        except NoRecalibrationError:
            self._empty.add(i)
        except RecordingError as error:
            if i not in self._unreadable:
                warn_caller(f"{error}; it is left out")
            self._unreadable.add(i)
        return None

    def _keep(self, computed: tuple | None) -> None:
        if computed is None:
            return
        i, statistics, row = computed
        for statistic, values in zip(statistics, jax.device_get(row), strict=True):
            self._rows[statistic][i] = values
            self._found.pop(statistic, None)

    def _stacked(self, statistic: Statistic) -> Found:
        if statistic not in self._found:
            rows = self._rows[statistic]
            form = next((row for row in rows if row is not None), None)
            if form is None:
                form = self._form(statistic)
            nothing = jax.tree.map(_blank, form)
            full = [nothing if row is None else row for row in rows]
            values = jax.tree.map(lambda *values: np.stack(values), *full)
            self._found[statistic] = Found(values, np.array([row is not None for row in rows]))
        return self._found[statistic]

    def _form(self, statistic: Statistic) -> Any:
        """Return what a statistic looks like if none of the snapshots has it."""
        if not self._empty:
            raise RecordingError("no snapshot can be read")
        found = blank(len(self._labels), Needs.of([statistic]), self._weights)
        return jax.device_get(statistic(found))


def _blank(values: np.ndarray) -> np.ndarray:
    is_real = np.issubdtype(np.asarray(values).dtype, np.floating)
    return np.full_like(values, np.nan if is_real else 0)


def _lasting_name(statistic: Statistic) -> str:
    """Return what a statistic is called in every process: without addresses of functions."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(statistic))

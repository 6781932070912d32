"""Appends to a recording on disk; `anim.run.store.schema` documents its layout."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import re
import shutil
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import tensorstore as ts

from anim.errors import RecordingError
from anim.run.about import About
from anim.run.run import Run
from anim.run.snapshots import KINDS, Form, Snapshot
from anim.run.store import lock, schema
from anim.run.store.reader import open_recording

# Whose versions a recording notes: the import name and the name of the distribution.
_DISTRIBUTIONS = {
    "anim": "calibanim",
    "numpy": "numpy",
    "tensorstore": "tensorstore",
    "jax": "jax",
}


class Writer:
    """A `SnapshotStore` in a folder; only one process at a time can write to it.

    Args:
        path: a folder; created if missing.
        labels: [N] int32; None takes those of the recording, or those that `define` sets.
        classes: K names; None takes those of the recording, if it has them.
        about: the caption of the run.
        resume: continue the existing recording: True after its last committed snapshot, a step
            after the snapshot of that step, dropping later ones.
        overwrite: replace the existing recording.

    Raises:
        RecordingError: the folder holds something else, or another process writes to it.
    """

    def __init__(
        self,
        path: Path,
        labels: np.ndarray | None,
        classes: tuple[str, ...] | None,
        about: About,
        *,
        resume: bool | int,
        overwrite: bool,
    ):
        self.path = path
        self.labels: np.ndarray | None = labels
        self.classes: tuple[str, ...] | None = classes
        is_there = _check_folder(path, may_continue=resume is not False or overwrite)
        path.mkdir(parents=True, exist_ok=True)
        self.steps: list[int] = []
        self._arrays: dict[str, ts.TensorStore] = {}
        self._series: dict[str, ts.TensorStore] = {}
        # Released by `close`, by the garbage collector or at exit, whichever is first.
        self._unlock = weakref.finalize(self, lock.release, lock.acquire(path))
        try:
            lock.remove_chunk_locks(path)
            if is_there and not overwrite and schema.committed_steps(path):
                self._resume(resume)
            else:
                self._create(about)
        except ValueError as error:
            self.close()
            raise _system_error(error, path) from error
        except BaseException:
            self.close()
            raise

    def _create(self, about: About) -> None:
        arrays = [name for names in KINDS.values() for name in names]
        for name in ("steps", *arrays, "metrics", "labels"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        schema.write_group(self.path, {"anim": _description(self.classes, about)})
        if self.labels is not None:
            self.define(self.labels)
        self._steps = schema.create_series(self.path / "steps", np.int64)

    def define(self, labels: np.ndarray) -> None:
        """Write the labels, [N] int32; before the first `append`.

        Raises:
            OSError: the system could not write them.
        """
        folder, shape = self.path / "labels", labels.shape
        try:
            array = schema.create(folder, labels.dtype, shape, shape, ["example"])
            array.write(labels).result()
        except ValueError as error:
            raise _system_error(error, self.path) from error
        self.labels = labels

    def _resume(self, last: bool | int) -> None:
        found = schema.open_array(self.path / "labels").read().result()
        if self.labels is not None and not np.array_equal(found, self.labels):
            raise RecordingError(f"labels: {str(self.path)!r} was recorded with different labels")
        self.labels = found.astype(np.int32)
        recorded = schema.read_group(self.path)["classes"]
        if self.classes is None:
            self.classes = None if recorded is None else tuple(recorded)
        elif recorded is not None and list(self.classes) != recorded:
            raise RecordingError(f"classes: {str(self.path)!r} was recorded with {recorded}")
        kind = schema.kind_of(self.path)
        if kind is None:
            raise RecordingError(f"{str(self.path)!r} has steps, but no predictions")
        self._steps = schema.open_array(self.path / "steps")
        self.steps = schema.committed(self._steps)
        if last is not True:
            self.steps = [step for step in self.steps if step <= last]
        count = len(self.steps)
        # Resizing keeps the values in a chunk: they would reappear when the array grows again.
        self._steps[count:].write(schema.NO_STEP).result()
        self._steps = schema.resized(self._steps, count)
        for name in KINDS[kind]:
            self._arrays[name] = schema.resized(schema.open_array(self.path / name), count)
        for folder in schema.series_folders(self.path):
            series = schema.open_array(folder)
            series[min(count, series.shape[0]) :].write(np.nan).result()
            self._series[unquote(folder.name)] = schema.resized(series, count)

    @property
    def form(self) -> Form:
        """Shape and dtype of each array of a snapshot; empty before the first snapshot."""
        return {
            name: (array.shape[1:], array.dtype.numpy_dtype) for name, array in self._arrays.items()
        }

    def append(self, step: int, snapshot: Snapshot, metrics: Mapping[str, float]) -> None:
        """Write one snapshot; it is committed when this returns.

        Raises:
            OSError: the system could not write it, for example because the disk is full.
        """
        try:
            self._append(step, snapshot, metrics)
        except ValueError as error:
            raise _system_error(error, self.path) from error

    def _append(self, step: int, snapshot: Snapshot, metrics: Mapping[str, float]) -> None:
        count = len(self.steps)
        if not self._arrays:
            self._arrays = {
                name: schema.create_snapshots(self.path / name, values.shape, values.dtype)
                for name, values in snapshot.items()
            }
        for name in metrics.keys() - self._series.keys():
            self._series[name] = self._new_series(name)
        writes = []
        for arrays, given in ((self._arrays, snapshot), (self._series, metrics)):
            for name, values in given.items():
                arrays[name] = schema.resized(arrays[name], count + 1)
                writes.append(arrays[name][count].write(values))
        for write in writes:
            write.result()
        self._steps = schema.resized(self._steps, count + 1)
        self._steps[count].write(step).result()
        self.steps.append(step)

    def _new_series(self, name: str) -> ts.TensorStore:
        if not (self.path / "metrics" / "zarr.json").exists():
            schema.write_group(self.path / "metrics", {})
        return schema.create_series(self.path / "metrics" / quote(name, safe=""), np.float64)

    def run(self) -> Run:
        """Open the recording, with the snapshots so far.

        Raises:
            RecordingError: there is no snapshot yet.
        """
        return open_recording(self.path)

    def close(self) -> None:
        """Resize all arrays to one length, as readers of Zarr expect, and release the folder."""
        with contextlib.suppress(ValueError):
            for array in (*self._arrays.values(), *self._series.values()):
                schema.resized(array, len(self.steps))
        self._unlock()


def _check_folder(path: Path, *, may_continue: bool) -> bool:
    """Return whether there is a recording in the folder, possibly without a snapshot.

    Args:
        path: of the folder.
        may_continue: whether a recording with snapshots may be resumed or replaced.

    Raises:
        RecordingError: there is something else, or a recording that may not be touched.
    """
    if path.exists() and not path.is_dir():
        raise RecordingError(f"{str(path)!r} is a file, not a folder")
    if not path.exists() or all(file.name == schema.PART for file in path.iterdir()):
        return False
    schema.read_group(path)
    if not may_continue and schema.committed_steps(path):
        raise RecordingError(
            f"there is already a recording at {str(path)!r}: resume=True continues it, "
            "overwrite=True replaces it"
        )
    return True


def _system_error(error: ValueError, path: Path) -> Exception:
    """Return the OSError that TensorStore's error reports, or a RecordingError."""
    code = re.search(r"os_error_code='(\d+)'", str(error))
    if code is None:
        return RecordingError(f"{str(path)!r} cannot be written: {error}")
    return OSError(int(code[1]), os.strerror(int(code[1])), str(path))


def _description(classes: Sequence[str] | None, about: About) -> dict:
    return {
        "schema": schema.SCHEMA,
        "classes": None if classes is None else list(classes),
        "caption": about.caption,
        "steps_per_epoch": about.steps_per_epoch,
        "versions": {name: _version(found) for name, found in _DISTRIBUTIONS.items()},
    }


def _version(distribution: str) -> str | None:
    """Return the installed version; None for a package that is used without being installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None

"""Appends to a recording on disk; `anim.run.store.schema` says what is written in which order."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import re
import shutil
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import tensorstore as ts

from anim.errors import RecordingError
from anim.run.checks import KINDS
from anim.run.run import About, Run
from anim.run.store import schema
from anim.run.store.reader import open

# `is_being_recorded` holds the lock for a moment: no reason to give up.
_LOCK_ATTEMPTS, _LOCK_PAUSE = 5, 0.02


class Writer:
    """Appends snapshots to a recording; only one process at a time can.

    Args:
        path: a folder, made where it is missing.
        labels: [N] int32.
        classes: K names, or None.
        about: what a caption says of the run.
        resume: go on with the recording that is there, after its last whole snapshot, or after
            that of a step, which drops later ones.
        overwrite: replace the recording that is there.

    Raises:
        RecordingError: something else is there, or another process writes to it.
    """

    def __init__(
        self,
        path: Path,
        labels: np.ndarray,
        classes: Sequence[str] | None,
        about: About,
        *,
        resume: bool | int,
        overwrite: bool,
    ):
        self.path = path
        if path.exists() and not path.is_dir():
            raise RecordingError(f"{str(path)!r} is a file, not a folder")
        there = path.exists() and any(file.name != schema.PART for file in path.iterdir())
        if there:
            schema.read_group(path)
            if resume is False and not overwrite and schema.committed_steps(path):
                raise RecordingError(
                    f"there is a recording at {str(path)!r}: resume=True goes on with it, "
                    "overwrite=True replaces it"
                )
        path.mkdir(parents=True, exist_ok=True)
        self.steps: list[int] = []
        self._arrays: dict[str, ts.TensorStore] = {}
        self._series: dict[str, ts.TensorStore] = {}
        # Given back by `close`, by the garbage collector or at exit, whichever is first.
        self._unlock = weakref.finalize(self, _release, _lock(path))
        try:
            _clear_locks(path)
            if there and not overwrite and schema.committed_steps(path):
                self._resume(labels, classes, resume)
            else:
                self._create(labels, classes, about)
        except ValueError as error:
            self.close()
            raise _system_error(error, path) from error
        except BaseException:
            self.close()
            raise

    def _create(self, labels: np.ndarray, classes: Sequence[str] | None, about: About) -> None:
        arrays = [name for names in KINDS.values() for name in names]
        for name in ("steps", *arrays, "metrics", "labels"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        schema.write_group(self.path, {"anim": _description(classes, about)})
        folder = self.path / "labels"
        schema.create(folder, labels.dtype, labels.shape, labels.shape, ["example"]).write(
            labels
        ).result()
        self._steps = schema.create_series(self.path / "steps", np.int64)

    def _resume(self, labels: np.ndarray, classes: Sequence[str] | None, last: bool | int) -> None:
        if not np.array_equal(schema.open_array(self.path / "labels").read().result(), labels):
            raise RecordingError(f"labels: {str(self.path)!r} was recorded with other ones")
        recorded = schema.read_group(self.path)["classes"]
        if classes is not None and recorded is not None and list(classes) != recorded:
            raise RecordingError(f"classes: {str(self.path)!r} was recorded with {recorded}")
        self._steps = schema.open_array(self.path / "steps")
        self.steps = schema.committed(self._steps)
        if last is not True:
            self.steps = [step for step in self.steps if step <= last]
        count = len(self.steps)
        # What is cut off would come back when the array grows into the same chunk again.
        self._steps[count:].write(schema.NO_STEP).result()
        self._steps = schema.resized(self._steps, count)
        for name in KINDS[schema.kind_of(self.path)]:
            self._arrays[name] = schema.resized(schema.open_array(self.path / name), count)
        for folder in schema.series_folders(self.path):
            series = schema.open_array(folder)
            series[min(count, series.shape[0]) :].write(np.nan).result()
            self._series[unquote(folder.name)] = schema.resized(series, count)

    @property
    def form(self) -> dict[str, tuple]:
        """Shape and dtype of each array of a snapshot; empty before the first."""
        return {
            name: (array.shape[1:], array.dtype.numpy_dtype) for name, array in self._arrays.items()
        }

    def append(
        self, step: int, snapshot: Mapping[str, np.ndarray], metrics: Mapping[str, float]
    ) -> None:
        """Writes one snapshot; it is safe when this returns.

        Raises:
            OSError: the system would not write it, for want of room for example.
        """
        try:
            self._append(step, snapshot, metrics)
        except ValueError as error:
            raise _system_error(error, self.path) from error

    def _append(self, step: int, snapshot, metrics) -> None:
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
        return open(self.path)

    def close(self) -> None:
        """Leaves all arrays at one length, as readers of Zarr expect, and lets others write."""
        with contextlib.suppress(ValueError):
            for array in (*self._arrays.values(), *self._series.values()):
                schema.resized(array, len(self.steps))
        self._unlock()


def _lock(path: Path) -> int:
    """A lock on the folder, which the system takes back however the process ends."""
    import fcntl

    descriptor = os.open(path, os.O_RDONLY)
    for attempt in range(_LOCK_ATTEMPTS):
        time.sleep(_LOCK_PAUSE if attempt else 0)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except OSError as error:
            problem = error
    os.close(descriptor)
    raise RecordingError(
        f"another recorder is writing to {str(path)!r}; close it first"
    ) from problem


def is_being_recorded(path: Path) -> bool:
    """Whether a recorder, of any process, is writing to the recording at a path right now."""
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _release(descriptor: int) -> None:
    import fcntl

    # Closing is not enough where a process that was forked meanwhile holds a copy.
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _clear_locks(path: Path) -> None:
    """TensorStore's own lock files, which a killed writer leaves half-written beside a chunk."""
    for left in path.rglob("*.__lock"):
        left.unlink(missing_ok=True)


def _system_error(error: ValueError, path: Path) -> Exception:
    """What TensorStore says of the system, as Python says it."""
    code = re.search(r"os_error_code='(\d+)'", str(error))
    if code is None:
        return RecordingError(f"{str(path)!r} cannot be written: {error}")
    return OSError(int(code[1]), os.strerror(int(code[1])), str(path))


def _description(classes: Sequence[str] | None, about: About) -> dict:
    packages = ("anim", "numpy", "tensorstore", "jax")
    return {
        "schema": schema.SCHEMA,
        "classes": None if classes is None else list(classes),
        "caption": about.caption,
        "steps_per_epoch": about.steps_per_epoch,
        "versions": {name: _version(name) for name in packages},
    }


def _version(package: str) -> str | None:
    """None where it runs from a folder that was never installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None

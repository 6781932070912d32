"""Reads recordings on disk, one snapshot at a time."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import tensorstore as ts

from anim.checks.labels import check_range
from anim.errors import RecordingError
from anim.run.about import About
from anim.run.replicas import Replicas
from anim.run.run import Run, class_names
from anim.run.snapshots import KINDS, Snapshot
from anim.run.store import schema
from anim.run.store.place import local_folder
from anim.settings import MAX_REPLICAS


class StoredSnapshots:
    """Snapshots on disk: each is read when it is asked for, and the next one ahead of time.

    Args:
        arrays: [S or more, N, ...] by name.
        steps: S steps, to name a snapshot that is damaged.
    """

    def __init__(self, arrays: Mapping[str, ts.TensorStore], steps: Sequence[int]):
        self._arrays = arrays
        self._steps = steps
        self._ahead: tuple[int, dict[str, ts.Future]] | None = None

    def __len__(self) -> int:
        return len(self._steps)

    def __getitem__(self, i: int) -> Snapshot:
        """Return snapshot i.

        Raises:
            IndexError: there is no snapshot i.
            RecordingError: the snapshot cannot be read, or holds values out of range.
        """
        i = range(len(self))[i]
        ahead = self._ahead
        futures = ahead[1] if ahead is not None and ahead[0] == i else self.begin_read(i)
        self._ahead = (i + 1, self.begin_read(i + 1)) if i + 1 < len(self) else None
        try:
            values = {name: future.result() for name, future in futures.items()}
            for name, array in values.items():
                _check_values(name, array)
        except ValueError as error:
            where = f"snapshot {i} (step {self._steps[i]})"
            raise RecordingError(f"{where} is damaged: {schema.brief(error)}") from error
        return values

    def begin_read(self, i: int) -> dict[str, ts.Future]:
        """Start reading the arrays of snapshot i, and return their futures."""
        return {name: array[i].read() for name, array in self._arrays.items()}


def _check_values(name: str, values: np.ndarray) -> None:
    """Raise ValueError for values that a recorder refuses, which another program may write."""
    low, high = (-np.inf, np.inf) if name == "logits" else (0, 1)
    smallest, largest = values.min(), values.max()
    is_finite = np.isfinite(smallest) and np.isfinite(largest)
    if not (is_finite and low <= smallest and largest <= high):
        expected = "finite numbers" if name == "logits" else "numbers in [0, 1]"
        raise ValueError(f"{name}: expected {expected}, got {smallest} to {largest}")


def open(path: str | os.PathLike) -> Run | Replicas:
    """Open a recording; its predictions are read as they are needed.

    Args:
        path: the folder that an `anim.Recorder` wrote to, or is writing to; or a folder that
            contains such folders, named ``seed=0``, ``seed=1``, ...

    Returns:
        A `Run` with the snapshots that were committed when it was opened; `Replicas` if the folder
        contains several recordings.

    Raises:
        RecordingError: no recording, a recording without a snapshot, or one that cannot be read.
    """
    path = local_folder(path)
    if seeds := _seeds(path):
        try:
            return Replicas([open_recording(seed) for seed in seeds], path.resolve().name)
        except ValueError as error:
            raise RecordingError(f"{str(path)!r} holds no replicas: {error}") from error
    return open_recording(path)


def open_recording(path: Path) -> Run:
    """Open the recording in a folder, as `open` does; replicas are not looked for."""
    about = schema.read_group(path)
    try:
        return _opened(path, about)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise RecordingError(f"{str(path)!r} cannot be read: {schema.brief(error)}") from error


def _seeds(path: Path) -> list[Path]:
    """Return the folders named ``seed=N`` that hold recordings, in the order of N."""
    if not path.is_dir() or schema.is_group(path):
        return []
    found = {
        int(match[1]): child
        for child in path.iterdir()
        if (match := re.fullmatch(r"seed=(0|[1-9]\d{0,9})", child.name)) and schema.is_group(child)
    }
    if len(found) > MAX_REPLICAS:
        raise RecordingError(
            f"{str(path)!r}: expected at most {MAX_REPLICAS} replicas, got {len(found)}"
        )
    return [found[seed] for seed in sorted(found)]


def _opened(path: Path, about: dict) -> Run:
    # Steps are read first: the snapshots they name stay there while a writer appends more.
    steps = schema.committed_steps(path)
    kind = schema.kind_of(path)
    if not steps:
        raise RecordingError(f"{str(path)!r} has no snapshot yet")
    if kind is None:
        raise ValueError("its predictions are missing")
    if steps[0] < 0 or np.any(np.diff(steps) <= 0):
        raise ValueError("its steps do not increase")
    labels = schema.open_array(path / "labels").read().result()
    arrays = {name: schema.open_array(path / name) for name in KINDS[kind]}
    _check_arrays(arrays, labels, len(steps))
    form = {name: (array.shape[1:], array.dtype.numpy_dtype) for name, array in arrays.items()}
    classes = class_names(about["classes"], form, labels)
    if kind != "confidence" and len(classes) != arrays[kind].shape[2]:
        raise ValueError(f"{len(classes)} names for {arrays[kind].shape[2]} classes")
    if labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError("labels: expected non-negative integers")
    check_range(labels, len(classes))
    return Run(
        steps,
        labels,
        StoredSnapshots(arrays, steps),
        kind=kind,
        classes=tuple(map(_printable, classes)),
        series={
            _printable(unquote(folder.name)): _series(folder, len(steps))
            for folder in schema.series_folders(path)
        },
        about=_about(about),
        name=path.resolve().name,
    )


def _check_arrays(arrays: Mapping[str, ts.TensorStore], labels: np.ndarray, count: int) -> None:
    """Raise ValueError unless each array has the dtype and shape of ``count`` snapshots."""
    rank = 2 if "confidence" in arrays else 3
    for name, array in arrays.items():
        shape, dtype = tuple(array.shape), array.dtype.numpy_dtype
        expected = "bool" if name == "correct" else "float"
        if dtype.kind != expected[0]:
            raise ValueError(f"{name}: expected {expected}, got {dtype}")
        if len(shape) != rank or shape[0] < count or shape[1:2] != labels.shape:
            raise ValueError(
                f"{name}: expected {count} snapshots of {len(labels)} examples, got shape {shape}"
            )


def _about(attributes: Mapping) -> About:
    steps_per_epoch = attributes["steps_per_epoch"]
    if not (steps_per_epoch is None or (type(steps_per_epoch) is int and steps_per_epoch > 0)):
        raise ValueError(f"steps_per_epoch: expected a positive integer, got {steps_per_epoch!r}")
    return About(_printable(attributes["caption"]), steps_per_epoch)


def _printable(text: object) -> str:
    """Return a text on one line, without characters that would control a terminal."""
    return "".join(
        mark if mark.isprintable() or unicodedata.category(mark) == "Zs" else " "
        for mark in str(text)
    )


def _series(folder: Path, count: int) -> np.ndarray:
    """Return recorded scalars, [count] float64; NaN for snapshots without a value."""
    array = schema.open_array(folder)
    found = array[: min(count, array.shape[0])].read().result()
    return np.append(found, np.full(count - len(found), np.nan)).astype(np.float64)

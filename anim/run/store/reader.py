"""Reads a recording on disk, one snapshot at a time."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import tensorstore as ts

from anim.errors import RecordingError
from anim.run.checks import KINDS, check_range
from anim.run.replicas import Replicas
from anim.run.run import About, Run, class_names
from anim.run.store import schema
from anim.settings import MAX_REPLICAS


class Snapshots(Sequence):
    """Predictions on disk, read when they are asked for, the next one ahead of time.

    Args:
        arrays: [S or more, N, ...] by name.
        steps: of the S snapshots, to name one that is damaged.
    """

    def __init__(self, arrays: Mapping[str, ts.TensorStore], steps: Sequence[int]):
        self._arrays = arrays
        self._steps = steps
        self._ahead: tuple[int, dict[str, ts.Future]] | None = None

    def __len__(self) -> int:
        return len(self._steps)

    def _begin(self, i: int) -> dict[str, ts.Future]:
        return {name: array[i].read() for name, array in self._arrays.items()}

    def __getitem__(self, i: int) -> dict[str, np.ndarray]:
        i = range(len(self))[i]
        futures = self._begin(i) if self._ahead is None or self._ahead[0] != i else self._ahead[1]
        self._ahead = (i + 1, self._begin(i + 1)) if i + 1 < len(self) else None
        where = f"snapshot {i} (step {self._steps[i]})"
        try:
            values = {name: future.result() for name, future in futures.items()}
            for name, array in values.items():
                _check_values(name, array)
        except ValueError as error:
            raise RecordingError(f"{where} is damaged: {_brief(error)}") from error
        return values


def _check_values(name: str, values: np.ndarray) -> None:
    """Others may have written them."""
    low, high = (-np.inf, np.inf) if name == "logits" else (0, 1)
    least, largest = values.min(), values.max()
    if not (low <= least and largest <= high and np.isfinite(least) and np.isfinite(largest)):
        raise ValueError(f"{name} from {least} to {largest}")


def _brief(error: Exception) -> str:
    """TensorStore's message without the technical details that it ends with."""
    return re.split(r" \[[a-z_ ]+=", str(error), maxsplit=1)[0]


def open(path: str | os.PathLike) -> Run | Replicas:
    """Opens a recording; its predictions are read as they are needed.

    Args:
        path: the folder a `anim.Recorder` wrote to, or is writing to; or one that holds such
            folders, named ``seed=0``, ``seed=1``, ...

    Returns:
        A `Run` of the snapshots that were whole when it was opened; `Replicas` of several.

    Raises:
        RecordingError: no recording, one without a snapshot, or one that can't be read.
    """
    path = Path(path)
    if seeds := _seeds(path):
        try:
            return Replicas([open(seed) for seed in seeds], path.resolve().name)
        except ValueError as error:
            raise RecordingError(f"{str(path)!r} holds no replicas: {error}") from error
    about = schema.read_group(path)
    try:
        return _opened(path, about)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise RecordingError(f"{str(path)!r} cannot be read: {_brief(error)}") from error


def _seeds(path: Path) -> list[Path]:
    """Folders of recordings that differ in their seed, in its order."""
    if not path.is_dir() or schema.is_group(path):
        return []
    found = {
        int(match[1]): child
        for child in path.iterdir()
        if (match := re.fullmatch(r"seed=(0|[1-9]\d{0,9})", child.name)) and schema.is_group(child)
    }
    if len(found) > MAX_REPLICAS:
        raise RecordingError(f"{str(path)!r} holds {len(found)} of at most {MAX_REPLICAS} replicas")
    return [found[seed] for seed in sorted(found)]


def _opened(path: Path, about: dict) -> Run:
    # The steps first: what they name is there, even if a writer goes on meanwhile.
    steps = schema.committed_steps(path)
    if not steps:
        raise RecordingError(f"{str(path)!r} holds no snapshot yet")
    if steps[0] < 0 or np.any(np.diff(steps) <= 0):
        raise ValueError("its steps do not increase")
    labels = schema.open_array(path / "labels").read().result()
    kind = schema.kind_of(path)
    arrays = {name: schema.open_array(path / name) for name in KINDS[kind]}
    rank = 2 if kind == "confidence" else 3
    for name, array in arrays.items():
        shape = tuple(array.shape)
        expected = "b" if name == "correct" else "f"
        if array.dtype.numpy_dtype.kind != expected:
            raise ValueError(f"{name} is of {array.dtype.name}")
        if len(shape) != rank or shape[0] < len(steps) or shape[1:2] != labels.shape:
            raise ValueError(f"{name} has shape {shape} for {len(labels)} labels")
    form = {name: (array.shape[1:], array.dtype.numpy_dtype) for name, array in arrays.items()}
    classes = class_names(about["classes"], form, labels)
    if rank == 3 and len(classes) != arrays[kind].shape[2]:
        raise ValueError(f"{len(classes)} names for {arrays[kind].shape[2]} classes")
    if labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError("its labels are no integers of at least 0")
    check_range(labels, len(classes))
    return Run(
        steps,
        labels,
        Snapshots(arrays, steps),
        kind=kind,
        classes=tuple(map(_printable, classes)),
        series={
            _printable(unquote(folder.name)): _series(folder, len(steps))
            for folder in schema.series_folders(path)
        },
        about=_about(about),
        name=path.resolve().name,
    )


def _about(attributes: Mapping) -> About:
    steps_per_epoch = attributes["steps_per_epoch"]
    if not (steps_per_epoch is None or (type(steps_per_epoch) is int and steps_per_epoch > 0)):
        raise ValueError(f"steps_per_epoch is {steps_per_epoch!r}")
    return About(_printable(attributes["caption"]), steps_per_epoch)


def _printable(text) -> str:
    """A text of others as one line, without what would steer a terminal."""
    return "".join(
        mark if mark.isprintable() or unicodedata.category(mark) == "Zs" else " "
        for mark in str(text)
    )


def _series(folder: Path, count: int) -> np.ndarray:
    """[count] float64; NaN for snapshots that came without."""
    array = schema.open_array(folder)
    found = array[: min(count, array.shape[0])].read().result()
    return np.append(found, np.full(count - len(found), np.nan)).astype(np.float64)

"""Recordings on disk: a Zarr v3 group, written and read by TensorStore.

    zarr.json               classes, caption and versions, under "anim" in the attributes
    labels/                 [N] int32
    logits/ or probs/       [S, N, K] float32, chunked by snapshot and by examples
    metrics/NAME/           [S] float64
    steps/                  [S] int64; a snapshot is there once its step is

The step is written last, in one piece: whatever stops the process, a snapshot is there as a whole
or not at all.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorstore as ts

from anim.run.run import About, Run

SCHEMA = 1
KINDS = ("logits", "probs")
_CHUNK_BYTES = 1 << 24
_STEPS_PER_CHUNK = 4096
_NO_STEP = -1
_OURS = (".lock", ".zarr.json.part")


class RecordingError(RuntimeError):
    """A folder that holds no recording, or one that can't be read or written."""


def _array(folder: Path, **creation):
    """An array of the recording: an open one, or a new one where metadata are given."""
    spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": f"{folder}/"}}
    return ts.open({**spec, **creation}, create=bool(creation), open=not creation).result()


def _create(folder: Path, dtype: str, shape, chunk, fill, dimensions) -> ts.TensorStore:
    metadata = {
        "data_type": dtype,
        "shape": list(shape),
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(chunk)}},
        "fill_value": fill,
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
        "dimension_names": list(dimensions),
    }
    return _array(folder, metadata=metadata)


def _write_group(folder: Path, attributes: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
    temporary = folder / ".zarr.json.part"
    temporary.write_text(json.dumps(content, indent=1))
    temporary.replace(folder / "zarr.json")


def _read_group(path: Path) -> dict:
    """What the recording says of itself."""
    if not path.exists():
        raise RecordingError(f"there is no recording at {str(path)!r}")
    try:
        about = json.loads((path / "zarr.json").read_bytes())["attributes"]["anim"]
        schema = about["schema"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingError(f"{str(path)!r} is no recording") from error
    if schema != SCHEMA:
        raise RecordingError(
            f"{str(path)!r} has schema {schema}, this version reads {SCHEMA}; "
            "a newer one of anim may read it"
        )
    return about


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
        there = path.exists() and any(file.name not in _OURS for file in path.iterdir())
        if there:
            _read_group(path)
            if resume is False and not overwrite:
                raise RecordingError(
                    f"there is a recording at {str(path)!r}: resume=True goes on with it, "
                    "overwrite=True replaces it"
                )
        path.mkdir(parents=True, exist_ok=True)
        self._series: dict[str, ts.TensorStore] = {}
        self._values: ts.TensorStore | None = None
        self._lock = _lock(path)
        try:
            if there and not overwrite and _recorded_steps(path):
                self._resume(labels, classes, resume)
            else:
                self._create(labels, classes, about)
        except BaseException:
            self.close()
            raise

    def _create(self, labels: np.ndarray, classes: Sequence[str] | None, about: About) -> None:
        for name in ("steps", *KINDS, "metrics", "labels"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        _write_group(self.path, {"anim": _description(classes, about)})
        store = _create(self.path / "labels", "int32", labels.shape, labels.shape, 0, ["example"])
        store.write(labels).result()
        self._steps = _create(
            self.path / "steps", "int64", [0], [_STEPS_PER_CHUNK], _NO_STEP, ["snapshot"]
        )
        self.steps: list[int] = []
        self.kind: str | None = None

    def _resume(self, labels: np.ndarray, classes: Sequence[str] | None, last: bool | int) -> None:
        if not np.array_equal(_array(self.path / "labels").read().result(), labels):
            raise RecordingError(f"labels: {str(self.path)!r} was recorded with other ones")
        recorded = _read_group(self.path)["classes"]
        if classes is not None and recorded is not None and list(classes) != recorded:
            raise RecordingError(f"classes: {str(self.path)!r} was recorded with {recorded}")
        self._steps = _array(self.path / "steps")
        self.steps = _committed(self._steps)
        if last is not True:
            self.steps = [step for step in self.steps if step <= last]
        count = len(self.steps)
        # What is cut off would come back when the array grows into the same chunk again.
        self._steps[count:].write(_NO_STEP).result()
        self._steps = _resized(self._steps, count)
        self.kind = _kind(self.path)
        self._values = _resized(_array(self.path / self.kind), count)
        self._series = {
            folder.name: _resized(_array(folder), count) for folder in _series_folders(self.path)
        }

    @property
    def series(self) -> tuple[str, ...]:
        return tuple(self._series)

    @property
    def width(self) -> int | None:
        """K, once there is a snapshot."""
        return None if self._values is None else self._values.shape[2]

    def append(
        self, step: int, kind: str, values: np.ndarray, metrics: Mapping[str, float]
    ) -> None:
        """Writes one snapshot; it is safe when this returns.

        Raises:
            OSError: the system would not write it, for want of room for example.
        """
        try:
            self._append(step, kind, values, metrics)
        except ValueError as error:
            raise _system_error(error, self.path) from error

    def _append(self, step: int, kind: str, values: np.ndarray, metrics) -> None:
        count = len(self.steps)
        if self._values is None:
            self._begin(kind, values.shape, tuple(metrics))
        self._values = _resized(self._values, count + 1)
        writes = [self._values[count].write(values)]
        for name, value in metrics.items():
            self._series[name] = _resized(self._series[name], count + 1)
            writes.append(self._series[name][count].write(value))
        for write in writes:
            write.result()
        self._steps = _resized(self._steps, count + 1)
        self._steps[count].write(step).result()
        self.steps.append(step)

    def _begin(self, kind: str, shape: tuple[int, int], names: Sequence[str]) -> None:
        rows = min(shape[0], max(1, _CHUNK_BYTES // (4 * shape[1])))
        self._values = _create(
            self.path / kind,
            "float32",
            [0, *shape],
            [1, rows, shape[1]],
            "NaN",
            ["snapshot", "example", "class"],
        )
        if names:
            _write_group(self.path / "metrics", {})
        for name in names:
            self._series[name] = _create(
                self.path / "metrics" / name,
                "float64", [0], [_STEPS_PER_CHUNK], "NaN", ["snapshot"],
            )  # fmt: skip
        self.kind = kind

    def run(self) -> Run:
        return open(self.path)

    def close(self) -> None:
        os.close(self._lock)


def _lock(path: Path) -> int:
    """A lock that the system takes back when the process ends, however that happens."""
    import fcntl

    descriptor = os.open(path / ".lock", os.O_CREAT | os.O_RDWR, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise RecordingError(f"another recorder is writing to {str(path)!r}") from error
    return descriptor


def _system_error(error: ValueError, path: Path) -> Exception:
    """What TensorStore says of the system, as Python says it."""
    code = re.search(r"os_error_code='(\d+)'", str(error))
    if code is None:
        return RecordingError(f"{str(path)!r} cannot be written: {error}")
    return OSError(int(code[1]), os.strerror(int(code[1])), str(path))


def _description(classes: Sequence[str] | None, about: About) -> dict:
    packages = ("anim", "numpy", "tensorstore", "jax")
    return {
        "schema": SCHEMA,
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


def _resized(store: ts.TensorStore, count: int) -> ts.TensorStore:
    """The array with so many snapshots."""
    if store.shape[0] == count:
        return store
    return store.resize(exclusive_max=[count, *[None] * (store.rank - 1)]).result()


def _committed(store: ts.TensorStore) -> list[int]:
    """The steps that were written, up to the first that was not."""
    steps = store.read().result().tolist()
    return steps[: steps.index(_NO_STEP)] if _NO_STEP in steps else steps


def _recorded_steps(path: Path) -> list[int]:
    return _committed(_array(path / "steps")) if (path / "steps" / "zarr.json").exists() else []


def _kind(path: Path) -> str | None:
    return next((kind for kind in KINDS if (path / kind / "zarr.json").exists()), None)


def _series_folders(path: Path) -> list[Path]:
    return sorted(file.parent for file in (path / "metrics").glob("*/zarr.json"))


class Snapshots(Sequence):
    """Predictions on disk, read when they are asked for, the next one ahead of time.

    Args:
        store: [S or more, N, K].
        steps: of the S snapshots, to name one that is damaged.
    """

    def __init__(self, store: ts.TensorStore, steps: Sequence[int]):
        self._store = store
        self._steps = steps
        self._ahead: tuple[int, ts.Future] | None = None

    @property
    def width(self) -> int:
        return self._store.shape[2]

    def __len__(self) -> int:
        return len(self._steps)

    def __getitem__(self, i: int) -> np.ndarray:
        i = range(len(self))[i]
        future = self._store[i].read()
        if self._ahead is not None and self._ahead[0] == i:
            future = self._ahead[1]
        self._ahead = (i + 1, self._store[i + 1].read()) if i + 1 < len(self) else None
        where = f"snapshot {i} (step {self._steps[i]})"
        try:
            values = future.result()
        except ValueError as error:
            raise RecordingError(f"{where} cannot be read: {error}") from error
        if not np.isfinite(values).all():
            raise RecordingError(f"{where} is damaged: a part of it is missing")
        return values


def open(path: str | os.PathLike) -> Run:
    """Opens a recording; its predictions are read as they are needed.

    Args:
        path: the folder a `anim.Recorder` wrote to, or is writing to.

    Returns:
        A `Run` of the snapshots that were whole when it was opened.

    Raises:
        RecordingError: no recording, one without a snapshot, or one that can't be read.
    """
    path = Path(path)
    about = _read_group(path)
    try:
        steps = _recorded_steps(path)
        if not steps:
            raise RecordingError(f"{str(path)!r} holds no snapshot yet")
        labels = _array(path / "labels").read().result()
        store = _array(path / _kind(path))
        series = {
            folder.name: _array(folder)[: len(steps)].read().result()
            for folder in _series_folders(path)
        }
    except (ValueError, TypeError) as error:
        raise RecordingError(f"{str(path)!r} cannot be read: {error}") from error
    return Run(
        steps,
        labels,
        Snapshots(store, steps),
        kind=_kind(path),
        classes=about["classes"],
        series=series,
        about=About(about["caption"], about["steps_per_epoch"]),
    )

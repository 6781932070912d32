"""How a recording lies on disk: a Zarr v3 group of arrays, opened by TensorStore.

    zarr.json               classes, caption and versions, under "anim" in the attributes
    labels/                 [N] int32
    logits/ or probs/       [S, N, K] float32 or float16, chunked by snapshot and by examples; or
    confidence/, correct/   [S, N] float32 and bool
    metrics/NAME/           [S] float64, NaN where a snapshot came without; NAME percent-encoded
    steps/                  [S] int64; a snapshot is there once its step is

The step is written last, in one piece: whatever stops the process, a snapshot is there as a whole
or not at all. Every chunk ends in its CRC-32C.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorstore as ts

from anim.errors import RecordingError
from anim.run.checks import KINDS

SCHEMA = 1
NO_STEP = -1
# The group's file before it is whole.
PART = ".zarr.json.part"
_CHUNK_BYTES = 1 << 24
_STEPS_PER_CHUNK = 4096
_DIMENSIONS = ("snapshot", "example", "class")
# What an array may claim to hold without a file to show for it, and how far one may be compressed.
_FREE_BYTES = 1 << 24
_LARGEST_RATIO = 1000


def _spec(folder: Path, **more) -> dict:
    is_series = folder.name == "steps" or folder.parent.name == "metrics"
    return {
        "driver": "zarr3",
        "kvstore": {"driver": "file", "path": f"{folder.resolve()}/"},
        # A chunk of a snapshot is a file, whatever is in it: one that is missing is damage.
        "store_data_equal_to_fill_value": True,
        "fill_missing_data_reads": is_series,
        **more,
    }


def create(folder: Path, dtype, shape: Sequence[int], chunk: Sequence[int], dimensions):
    """A new array, in place of one that a failed attempt left behind."""
    dtype = np.dtype(dtype)
    fill = {"f": "NaN", "i": NO_STEP, "b": False}[dtype.kind]
    metadata = {
        "data_type": dtype.name,
        "shape": list(shape),
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(chunk)}},
        "fill_value": fill,
        "codecs": [
            {"name": "bytes", "configuration": {"endian": "little"}}
            if dtype.itemsize > 1
            else {"name": "bytes"},
            {"name": "crc32c"},
        ],
        "dimension_names": list(dimensions),
    }
    spec = _spec(folder, metadata=metadata)
    return ts.open(spec, create=True, delete_existing=True).result()


def create_series(folder: Path, dtype) -> ts.TensorStore:
    """A new array of one number a snapshot."""
    return create(folder, dtype, [0], [_STEPS_PER_CHUNK], _DIMENSIONS[:1])


def create_snapshots(folder: Path, shape: Sequence[int], dtype) -> ts.TensorStore:
    """A new array of an array a snapshot."""
    row_bytes = np.dtype(dtype).itemsize * int(np.prod(shape[1:]))
    rows = min(shape[0], max(1, _CHUNK_BYTES // row_bytes))
    chunk = [1, rows, *shape[1:]]
    return create(folder, dtype, [0, *shape], chunk, _DIMENSIONS[: len(chunk)])


def open_array(folder: Path) -> ts.TensorStore:
    """An array that is there.

    Raises:
        RecordingError: it claims to hold far more than its files do: reading it would fill the
            memory with nothing.
    """
    array = ts.open(_spec(folder)).result()
    itemsize = array.dtype.numpy_dtype.itemsize
    chunk = array.chunk_layout.read_chunk.shape or array.shape
    claimed = max(np.prod(shape, dtype=object) for shape in (array.shape, chunk)) * itemsize
    if claimed > _FREE_BYTES:
        held = _bytes_under(folder, (claimed - _FREE_BYTES) / _LARGEST_RATIO)
        if claimed > _FREE_BYTES + _LARGEST_RATIO * held:
            raise RecordingError(
                f"{str(folder)!r} claims {claimed:,} bytes, its files hold {held:,}"
            )
    return array


def _bytes_under(folder: Path, enough: float) -> int:
    """How many bytes its files hold, or at least how many of them are enough."""
    held = 0
    for inside, _, names in os.walk(folder):
        for name in names:
            # One that a writer had for a moment is gone again.
            with contextlib.suppress(FileNotFoundError):
                held += (Path(inside) / name).stat().st_size
        if held >= enough:
            break
    return held


def resized(array: ts.TensorStore, count: int) -> ts.TensorStore:
    """The array with so many snapshots."""
    if array.shape[0] == count:
        return array
    return array.resize(exclusive_max=[count, *[None] * (array.rank - 1)]).result()


def write_group(folder: Path, attributes: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
    temporary = folder / PART
    temporary.write_text(json.dumps(content, indent=1))
    temporary.replace(folder / "zarr.json")


def is_group(path: Path) -> bool:
    """Whether something was recorded there, or will be."""
    return (path / "zarr.json").is_file()


def read_group(path: Path) -> dict:
    """What the recording says of itself."""
    if not path.exists():
        raise RecordingError(f"there is no recording at {str(path)!r}")
    try:
        about = json.loads((path / "zarr.json").read_bytes())["attributes"]["anim"]
        schema = about["schema"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecordingError(f"{str(path)!r} is no recording{_hint(path)}") from error
    if schema != SCHEMA:
        raise RecordingError(
            f"{str(path)!r} has schema {schema!r}, this version reads {SCHEMA}; "
            "a newer one of anim may read it"
        )
    return about


def _hint(path: Path) -> str:
    """What the caller may have meant."""
    if path.is_file():
        return "; python -m anim.record makes one of saved predictions"
    inside = sorted({str(file.parent) for file in path.glob("*/zarr.json")})
    inside += sorted({str(file.parent.parent) for file in path.glob("*/seed=*/zarr.json")})
    return f"; there are {', '.join(inside[:5])}" if inside else ""


def committed(steps: ts.TensorStore) -> list[int]:
    """The steps that were written, up to the first that was not."""
    if steps.shape[0] == 0:
        return []
    values = steps.read().result().tolist()
    return values[: values.index(NO_STEP)] if NO_STEP in values else values


def committed_steps(path: Path) -> list[int]:
    """The steps of the recording; none where it has not begun."""
    is_begun = (path / "steps" / "zarr.json").exists()
    return committed(open_array(path / "steps")) if is_begun else []


def kind_of(path: Path) -> str | None:
    """Which of `KINDS` the snapshots are; None before the first."""
    return next((kind for kind in KINDS if (path / kind / "zarr.json").exists()), None)


def stamp(file: Path) -> tuple[int, int] | None:
    """What tells a file from another that is written in its place; None where there is none."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def stamp_of_snapshot(path: Path, kind: str, i: int) -> tuple[int, int] | None:
    """The `stamp` of the first chunk of a snapshot, where `create_snapshots` puts it."""
    chunk = path / kind / "c" / str(i) / "0"
    return stamp(chunk if kind == "confidence" else chunk / "0")


def series_folders(path: Path) -> list[Path]:
    return sorted(file.parent for file in (path / "metrics").glob("*/zarr.json"))

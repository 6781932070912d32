"""How a recording lies on disk: a Zarr v3 group of arrays, opened by TensorStore.

    zarr.json               classes, caption and versions, under "anim" in the attributes
    labels/                 [N] int32
    logits/ or probs/       [S, N, K] float32 or float16, chunked by snapshot and by examples; or
    confidence/, correct/   [S, N] float32 and bool
    metrics/NAME/           [S] float64, NaN where a snapshot has no value; NAME percent-encoded
    steps/                  [S] int64; a snapshot counts as committed once its step is written

The step is written last, in one piece: whenever the process stops, a snapshot is there completely
or not at all. Every chunk ends with its CRC-32C.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorstore as ts
from numpy.typing import DTypeLike

from anim.errors import RecordingError
from anim.run.scalars import MOST_SCALARS
from anim.run.snapshots import KINDS
from anim.run.store.claims import LARGEST_GROUP, Layout, layout_of, read_json
from anim.run.store.place import address
from anim.settings import value_text

SCHEMA = 1
NO_STEP = -1
# The file of the group while it is being written.
PART = ".zarr.json.part"
_CHUNK_BYTES = 1 << 24
_STEPS_PER_CHUNK = 4096
_DIMENSIONS = ("snapshot", "example", "class")
# The size that an array may claim without files to show for it, and the largest compression.
_FREE_BYTES = 1 << 25
_LARGEST_RATIO = 100


# The process that opened an array first.
_FIRST_PROCESS: list[int] = []


def check_process() -> None:
    """Raise RecordingError in a process in which TensorStore would end the process, or hang."""
    if not _FIRST_PROCESS:
        _FIRST_PROCESS.append(os.getpid())
    if _FIRST_PROCESS[0] != os.getpid():
        raise RecordingError(
            f"process {os.getpid()} was forked from process {_FIRST_PROCESS[0]}, which had a "
            "recording open, and cannot open recordings; start it by the 'spawn' method"
        )


def _spec(folder: Path, **more) -> dict:
    check_process()
    is_series = folder.name == "steps" or folder.parent.name == "metrics"
    return {
        "driver": "zarr3",
        "kvstore": {"driver": "file", "path": address(folder)},
        # The lock on the folder is enough, and works where the system has no file locks.
        "context": {"file_io_locking": {"mode": "none"}},
        # Every chunk of a snapshot is a file, whatever its values: a missing one is damage.
        "store_data_equal_to_fill_value": True,
        "fill_missing_data_reads": is_series,
        **more,
    }


def create(
    folder: Path,
    dtype: DTypeLike,
    shape: Sequence[int],
    chunk: Sequence[int],
    dimensions: Sequence[str],
) -> ts.TensorStore:
    """Create an array, replacing one that a failed attempt left behind.

    Args:
        folder: of the array.
        dtype: of its values: float, int or bool.
        shape: of the array.
        chunk: shape of each chunk.
        dimensions: a name for each dimension.
    """
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


def create_series(folder: Path, dtype: DTypeLike) -> ts.TensorStore:
    """Create an empty array with one number per snapshot."""
    return create(folder, dtype, [0], [_STEPS_PER_CHUNK], _DIMENSIONS[:1])


def create_snapshots(folder: Path, shape: Sequence[int], dtype: DTypeLike) -> ts.TensorStore:
    """Create an empty array with one array of this shape and dtype per snapshot."""
    row_bytes = np.dtype(dtype).itemsize * math.prod(shape[1:])
    rows = min(shape[0], max(1, _CHUNK_BYTES // row_bytes))
    chunk = [1, rows, *shape[1:]]
    return create(folder, dtype, [0, *shape], chunk, _DIMENSIONS[: len(chunk)])


def open_array(folder: Path) -> ts.TensorStore:
    """Open an existing array.

    Raises:
        RecordingError: its metadata claims far more bytes than its files can hold, so reading it
            would fill the memory with fill values.
        OSError, ValueError: its files cannot be read, or hold no such array.
    """
    return _open(layout_of(folder))


def open_snapshots(folder: Path) -> tuple[ts.TensorStore, Layout]:
    """Open an array as `open_array` does; also return its layout, to check each chunk."""
    layout = layout_of(folder)
    return _open(layout), layout


def _open(layout: Layout) -> ts.TensorStore:
    folder, shape = layout.folder, layout.shape
    claimed = max(math.prod(shape) * layout.itemsize, layout.chunk_bytes)
    if claimed > _FREE_BYTES:
        held = _bytes_under(folder, enough=(claimed - _FREE_BYTES) / _LARGEST_RATIO)
        if claimed > _FREE_BYTES + _LARGEST_RATIO * held:
            raise RecordingError(
                f"{str(folder)!r} claims to hold {claimed:,} bytes, but its files have {held:,}"
            )
    if len(shape) == 1 and shape[0]:
        # Such an array is read as a whole.
        layout.check_chunks(0, shape[0] - 1)
    return ts.open(_spec(folder)).result()


def _bytes_under(folder: Path, enough: float) -> int:
    """Return the size of the files in a folder; stop counting once there are enough bytes."""
    held = 0
    for inside, _, names in os.walk(folder):
        for name in names:
            # A temporary file of a writer may be gone by now.
            with contextlib.suppress(FileNotFoundError):
                held += (Path(inside) / name).stat().st_size
        if held >= enough:
            break
    return held


def resized(array: ts.TensorStore, count: int) -> ts.TensorStore:
    """Return the array resized to this number of snapshots."""
    if array.shape[0] == count:
        return array
    return array.resize(exclusive_max=[count, *[None] * (array.rank - 1)]).result()


def write_group(folder: Path, attributes: dict) -> None:
    """Make a folder a Zarr group with these attributes.

    Raises:
        RecordingError: they would be too long to be read again, as the names of classes are long.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
    text = json.dumps(content, indent=1)
    if len(text) > LARGEST_GROUP:
        raise RecordingError(
            f"expected names of classes and a caption of at most {LARGEST_GROUP:,} characters, "
            f"got {len(text):,}"
        )
    temporary = folder / PART
    with temporary.open("w") as file:
        file.write(text)
        file.flush()
        # Otherwise the file could be empty after the system has crashed.
        os.fsync(file.fileno())
    temporary.replace(folder / "zarr.json")


def is_group(path: Path) -> bool:
    """Return whether the folder is a Zarr group: a recording, or one that has just begun."""
    return (path / "zarr.json").is_file()


# Files of a folder that may be saved predictions.
_SAVED = frozenset((".csv", ".tsv", ".npz", ".npy", ".parquet", ".feather", ".jsonl"))


def read_group(path: Path) -> dict:
    """Return the attributes of a recording: ``classes``, ``caption``, ``steps_per_epoch``, ...

    Raises:
        RecordingError: there is no recording, or one of another schema.
    """
    if not path.exists():
        raise RecordingError(f"there is no recording at {str(path)!r}")
    try:
        about = read_json(path / "zarr.json", LARGEST_GROUP)["attributes"]["anim"]
        schema = about["schema"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingError(f"{str(path)!r} is not a recording{_hint(path)}") from error
    if type(schema) is not int or schema != SCHEMA:
        raise RecordingError(
            f"{str(path)!r} has schema {value_text(schema)}, but this version of anim reads "
            f"schema {SCHEMA}; a newer version may read it"
        )
    return about


def _hint(path: Path) -> str:
    """Return what the caller may have meant, to end an error with."""
    if path.is_file() or any(file.suffix.lower() in _SAVED for file in path.glob("*.*")):
        return "; python -m anim.record turns saved predictions into one"
    inside = sorted({str(file.parent) for file in path.glob("*/zarr.json")})
    inside += sorted({str(file.parent.parent) for file in path.glob("*/seed=*/zarr.json")})
    return f"; it contains {', '.join(inside[:5])}" if inside else ""


def brief(error: Exception) -> str:
    """Return TensorStore's message without the technical details at its end."""
    return re.split(r" \[[a-z_ ]+=", str(error), maxsplit=1)[0]


def committed(steps: ts.TensorStore) -> list[int]:
    """Return the steps that were written, up to the first that was not."""
    if steps.rank != 1 or steps.dtype.numpy_dtype.kind != "i":
        raise ValueError(f"steps: expected integers of shape [S], got {steps.dtype.name}")
    if steps.shape[0] == 0:
        return []
    values = steps.read().result().tolist()
    return values[: values.index(NO_STEP)] if NO_STEP in values else values


def committed_steps(path: Path) -> list[int]:
    """Return the steps of a recording; an empty list before its first snapshot."""
    is_begun = (path / "steps" / "zarr.json").exists()
    return committed(open_array(path / "steps")) if is_begun else []


def lacks_steps(path: Path) -> bool:
    """Return whether a recording has predictions, but not the steps that go with them."""
    steps = path / "steps"
    if not (steps / "zarr.json").exists():
        return kind_of(path) is not None
    # The last step may not have been written yet.
    chunks = math.ceil((open_array(steps).shape[0] - 1) / _STEPS_PER_CHUNK)
    return not all((steps / "c" / str(chunk)).exists() for chunk in range(chunks))


def kind_of(path: Path) -> str | None:
    """Return the kind of the snapshots (see `KINDS`); None before the first one."""
    return next((kind for kind in KINDS if (path / kind / "zarr.json").exists()), None)


def renew(file: Path) -> None:
    """Replace a file by one of the same content, and another `stamp`."""
    copy = file.with_name(f".{file.name}.part")
    copy.write_bytes(file.read_bytes())
    copy.replace(file)


def stamp(file: Path) -> tuple[int, int] | None:
    """Return what changes when a file is replaced (inode, time); None if there is no file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def stamp_of_snapshot(path: Path, kind: str, i: int) -> tuple[int, int] | None:
    """Return the `stamp` of the first chunk of snapshot i, as laid out by `create_snapshots`."""
    chunk = path / kind / "c" / str(i) / "0"
    return stamp(chunk if kind == "confidence" else chunk / "0")


def series_folders(path: Path) -> list[Path]:
    """Return the folders of the recorded scalars.

    Raises:
        ValueError: there are more than a recording may hold.
    """
    files = (path / "metrics").glob("*/zarr.json")
    folders = [file.parent for file in itertools.islice(files, MOST_SCALARS + 1)]
    if len(folders) > MOST_SCALARS:
        raise ValueError(f"metrics: expected at most {MOST_SCALARS:,} scalars")
    return sorted(folders)

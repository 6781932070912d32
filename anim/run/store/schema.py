"""How a recording lies in a `Store`: a Zarr v3 group of arrays, opened by TensorStore.

    zarr.json               classes, caption and versions, under "anim" in the attributes
    labels/                 [N] int32; -1 is no example: a row that fills up a block
    logits/ or probs/       [S, N, K] float32 or float16, chunked by snapshot and by examples; or
    confidence/, correct/   [S, N] float32 and bool; beside them, where they are known,
    nll/, brier/            [S, N] float32
    metrics/NAME/           [S] float64, NaN where a snapshot has no value; NAME percent-encoded
    steps/                  [S] int64; a snapshot counts as committed once its step is written

The step is written last, in one piece: whenever the process stops, a snapshot is there completely
or not at all. Every chunk ends with its CRC-32C.

Several processes record their rows to blocks of their own, each a whole number of chunks:

    index/                  [N] int64, the place of each row among all examples; absent if rows
                            are in order
    done/                   [S, P, 2] int64, chunks of [1, 1, 2] without a CRC: the session in which
                            each of P processes wrote its rows of a snapshot, and the step of these
    session.json, ranks/    what the processes say to each other; see `anim.run.store.session`

Process 0 writes the step, once all of them have marked it in its session. A step of -1 before
others is of a snapshot that a session could not commit. Schema 1 had none of ``index``, ``done``,
``nll``, ``brier``, no label of -1, and no step of -1 before others.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Sequence

import numpy as np
import tensorstore as ts
from numpy.typing import DTypeLike

from anim.errors import RecordingError
from anim.run.scalars import MOST_SCALARS
from anim.run.snapshots import ARRAYS, KINDS, OPTIONAL
from anim.run.store.claims import LARGEST_GROUP, Layout, layout_of, read_json
from anim.run.store.store import Store
from anim.settings import value_text

SCHEMA = 2
_READ = (1, SCHEMA)
NO_STEP = -1
NO_LABEL = -1
STEPS_PER_CHUNK = 4096
_DIMENSIONS = ("snapshot", "example", "class")
# Everything that a new recording replaces.
ALL = ("steps", *ARRAYS, "metrics", "labels", "index", "done")
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


def _spec(store: Store, array: str, **more) -> dict:
    check_process()
    return {
        "driver": "zarr3",
        **store.spec(array),
        # Every chunk of a snapshot is a file, whatever its values: a missing one is damage.
        "store_data_equal_to_fill_value": True,
        "fill_missing_data_reads": array == "steps" or array.startswith("metrics/"),
        **more,
    }


def create(
    store: Store,
    array: str,
    dtype: DTypeLike,
    shape: Sequence[int],
    chunk: Sequence[int],
    dimensions: Sequence[str],
) -> ts.TensorStore:
    """Create an array, replacing one that a failed attempt left behind.

    Args:
        store: of the recording.
        array: its key.
        dtype: of its values: float, int or bool.
        shape: of the array.
        chunk: shape of each chunk.
        dimensions: a name for each dimension.
    """
    described = metadata(dtype, shape, chunk, dimensions)
    spec = _spec(store, array, metadata=described)
    return ts.open(spec, create=True, delete_existing=True).result()


def assumed(store: Store, array: str, described: dict) -> ts.TensorStore:
    """Return an array that has this `metadata`, or will have it, without a look at the store."""
    spec = _spec(store, array, metadata=described)
    return ts.open(spec, open=True, assume_metadata=True).result()


def write_array(store: Store, array: str, described: dict) -> None:
    """Write the `metadata` of an array, which creates or resizes it, in one piece."""
    whole = {"zarr_format": 3, "node_type": "array", "attributes": {}, **described}
    whole["chunk_key_encoding"] = {"name": "default", "configuration": {"separator": "/"}}
    store.write(f"{array}/zarr.json", json.dumps(whole).encode())


def metadata(
    dtype: DTypeLike, shape: Sequence[int], chunk: Sequence[int], dimensions: Sequence[str]
) -> dict:
    """Return what ``zarr.json`` says of an array, for TensorStore; see `create`."""
    dtype = np.dtype(dtype)
    fill = {"f": "NaN", "i": NO_STEP, "b": False}[dtype.kind]
    return {
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


def create_series(store: Store, array: str, dtype: DTypeLike) -> ts.TensorStore:
    """Create an empty array with one number per snapshot."""
    return create(store, array, dtype, [0], [STEPS_PER_CHUNK], _DIMENSIONS[:1])


def create_snapshots(
    store: Store, array: str, shape: Sequence[int], dtype: DTypeLike
) -> ts.TensorStore:
    """Create an empty array with one array of this shape and dtype per snapshot."""
    row_bytes = np.dtype(dtype).itemsize * math.prod(shape[1:])
    rows = min(shape[0], max(1, store.chunk_bytes // row_bytes))
    chunk = [1, rows, *shape[1:]]
    return create(store, array, dtype, [0, *shape], chunk, _DIMENSIONS[: len(chunk)])


def open_array(store: Store, array: str) -> ts.TensorStore:
    """Open an existing array.

    Raises:
        RecordingError: its metadata claims far more bytes than its files can hold, so reading it
            would fill the memory with fill values.
        OSError, ValueError: it cannot be read, or is no such array.
    """
    return _open(layout_of(store, array))


def open_snapshots(store: Store, array: str) -> tuple[ts.TensorStore, Layout]:
    """Open an array as `open_array` does; also return its layout, to check each chunk."""
    layout = layout_of(store, array)
    return _open(layout), layout


def _open(layout: Layout) -> ts.TensorStore:
    store, array, shape = layout.store, layout.array, layout.shape
    claimed = max(math.prod(shape) * layout.itemsize, layout.chunk_bytes)
    if claimed > _FREE_BYTES:
        store.check_claim(array, claimed, (claimed - _FREE_BYTES) / _LARGEST_RATIO)
    if len(shape) == 1 and shape[0]:
        # Such an array is read as a whole.
        layout.check_chunks(0, shape[0] - 1)
    return ts.open(_spec(store, array)).result()


def reopened(store: Store, array: str, count: int, empty: float | None = None) -> ts.TensorStore:
    """Open an array to which a writer appends, without all but its first snapshots.

    Args:
        store: of the recording.
        array: its key.
        count: of the snapshots that stay.
        empty: what a series holds where there is no snapshot; None for arrays of predictions.
    """
    found = open_array(store, array)
    if empty is not None:
        # Resizing keeps the values in a chunk: they would reappear when the array grows again.
        found[min(count, found.shape[0]) :].write(empty).result()
    return resized(found, count)


def resized(array: ts.TensorStore, count: int) -> ts.TensorStore:
    """Return the array resized to this number of snapshots."""
    if array.shape[0] == count:
        return array
    return array.resize(exclusive_max=[count, *[None] * (array.rank - 1)]).result()


def write_group(store: Store, attributes: dict, group: str = "") -> None:
    """Make the recording, or a key in it, a Zarr group with these attributes.

    Raises:
        RecordingError: they would be too long to be read again, as the names of classes are long.
    """
    content = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
    text = json.dumps(content, indent=1)
    if len(text) > LARGEST_GROUP:
        raise RecordingError(
            f"expected names of classes and a caption of at most {LARGEST_GROUP:,} characters, "
            f"got {len(text):,}"
        )
    store.write(f"{group}zarr.json", text.encode())


def is_group(store: Store) -> bool:
    """Return whether it is a Zarr group: a recording, or one that has just begun."""
    return store.exists("zarr.json")


def read_group(store: Store) -> dict:
    """Return the attributes of a recording: ``classes``, ``caption``, ``steps_per_epoch``, ...

    Raises:
        RecordingError: there is no recording, or one of another schema.
    """
    if not store.exists(""):
        raise RecordingError(f"there is no recording at {store.name!r}")
    try:
        about = read_json(store, "zarr.json", LARGEST_GROUP)["attributes"]["anim"]
        schema = about["schema"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingError(f"{store.name!r} is not a recording{store.hint()}") from error
    if type(schema) is not int or schema not in _READ:
        raise RecordingError(
            f"{store.name!r} has schema {value_text(schema)}, but this version of anim reads "
            f"schemas up to {SCHEMA}; a newer version may read it"
        )
    return about


def brief(error: Exception) -> str:
    """Return TensorStore's message without the technical details at its end."""
    return re.split(r" \[[a-z_ ]+=", str(error), maxsplit=1)[0]


def committed(steps: ts.TensorStore) -> list[int]:
    """Return the steps that were written, up to the first that was not."""
    values = _values_of(steps)
    return values[: values.index(NO_STEP)] if NO_STEP in values else values


def _values_of(steps: ts.TensorStore) -> list[int]:
    if steps.rank != 1 or steps.dtype.numpy_dtype.kind != "i":
        raise ValueError(f"steps: expected integers of shape [S], got {steps.dtype.name}")
    return steps.read().result().tolist() if steps.shape[0] else []


def committed_steps(store: Store) -> list[int]:
    """Return the steps of a recording; an empty list before its first snapshot."""
    return list(committed_slots(store).values())


def committed_slots(store: Store) -> dict[int, int]:
    """Return the steps of a recording, by their places in its arrays, in order.

    These are 0 to S - 1, unless sessions of many processes ended with slots that they had claimed.
    """
    if not has(store, "steps"):
        return {}
    steps = open_array(store, "steps")
    if not has(store, "done"):
        return dict(enumerate(committed(steps)))
    return {slot: step for slot, step in enumerate(_values_of(steps)) if step != NO_STEP}


def has(store: Store, array: str) -> bool:
    """Return whether a recording has an array."""
    return store.exists(f"{array}/zarr.json")


def ranks_of(store: Store) -> int:
    """Return how many processes made a recording."""
    return layout_of(store, "done").shape[1] if has(store, "done") else 1


def lacks_steps(store: Store) -> bool:
    """Return whether a recording has predictions, but not the steps that go with them."""
    if not has(store, "steps"):
        return kind_of(store) is not None
    # The last step may not have been written yet.
    chunks = math.ceil((open_array(store, "steps").shape[0] - 1) / STEPS_PER_CHUNK)
    return not all(store.exists(f"steps/c/{chunk}") for chunk in range(chunks))


def kind_of(store: Store) -> str | None:
    """Return the kind of the snapshots (see `KINDS`); None before the first one."""
    return next((kind for kind in KINDS if has(store, kind)), None)


def arrays_of(store: Store, kind: str) -> list[str]:
    """Return the names of the arrays of a recording: those of its kind, and optional ones."""
    return [*KINDS[kind], *(name for name in OPTIONAL.get(kind, ()) if has(store, name))]


def first_chunk(kind: str, i: int) -> str:
    """Return the key of the first chunk of snapshot i, as laid out by `create_snapshots`."""
    return f"{kind}/c/{i}/0" if kind == "confidence" else f"{kind}/c/{i}/0/0"


def series(store: Store) -> list[str]:
    """Return the keys of the recorded scalars, in order.

    Raises:
        ValueError: there are more than a recording may hold.
    """
    keys = (f"metrics/{name}" for name in store.names("metrics"))
    found = [key for key in keys if has(store, key)]
    if len(found) > MOST_SCALARS:
        raise ValueError(f"metrics: expected at most {MOST_SCALARS:,} scalars")
    return found

"""How a recording lies in a `Store`: a Zarr v3 group of arrays, opened by TensorStore.

    zarr.json               classes (names, or how many), caption and versions, under "anim" in the
                            attributes
    labels/                 [N] int32; -1 is no example: a row that is ignored, or fills up a block
    weights/                [N] float64, if there are any: then the recording has schema 3
    groups/NAME/            [N] int32, the place of each example's group among the names of the
                            attribute "groups"; NAME percent-encoded
    logits/ or probs/       [S, N, K] float32 or float16, chunked by snapshot and by examples; or
    confidence/, correct/   [S, N] float32 and bool; beside them, where they are known,
    nll/, brier/            [S, N] float32
    metrics/NAME/           [S] float64, NaN where a snapshot has no value; NAME percent-encoded
    steps/                  [S] int64; a snapshot counts as committed once its step is written

The step is written last, in one piece: whenever the process stops, a snapshot is there completely
or not at all. Every chunk ends with its CRC-32C.

Several processes record their rows to blocks of their own, each a whole number of chunks:

    index/                  [N] int64, the place of each row among all; absent if rows are in order
    done/                   [S, P, 2] int64, chunks of [1, 1, 2] without a CRC: the session in which
                            each of P processes wrote its rows of a snapshot, and the step of these
    session.json, ranks/    what the processes say to each other; see `store/processes/session.py`

Process 0 writes the step, once all of them have marked it in its session. A step of -1 before
others is of a snapshot that a session could not commit. Schema 1 had none of ``index``, ``done``,
``nll``, ``brier``, no label of -1, and no step of -1 before others.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import tensorstore as ts
from numpy.typing import DTypeLike

from anim.checks.labels import NO_LABEL as NO_LABEL
from anim.run.snapshots import ARRAYS
from anim.run.store.buckets.arrays import NO_STEP, BucketArray, is_end
from anim.run.store.claims import MOST_CHUNKS, Layout, layout_of
from anim.run.store.forked import check_process
from anim.run.store.group import SCHEMA as SCHEMA
from anim.run.store.group import WEIGHTED as WEIGHTED
from anim.run.store.group import arrays_of as arrays_of
from anim.run.store.group import classes_of as classes_of
from anim.run.store.group import count_classes as count_classes
from anim.run.store.group import has as has
from anim.run.store.group import is_group as is_group
from anim.run.store.group import kind_of as kind_of
from anim.run.store.group import name_arrays as name_arrays
from anim.run.store.group import read_group as read_group
from anim.run.store.group import series as series
from anim.run.store.group import write_group as write_group
from anim.run.store.store import Store

# An array to which a recorder writes.
Growing: TypeAlias = ts.TensorStore | BucketArray

STEPS_PER_CHUNK = 4096
# More labels, or positions, are several chunks: a reader of a bucket refuses those of 256 MB.
LABELS_PER_CHUNK = 1 << 24
_DIMENSIONS = ("snapshot", "example", "class")
# Everything that a new recording replaces.
ALL = ("steps", *ARRAYS, "metrics", "labels", "weights", "groups", "index", "done")
# Arrays with one number per example, or groups of them.
_OF_EXAMPLES = ("labels", "weights", "groups", "index")
# Bytes of them that are read at once.
_PIECE = 1 << 26
# The size that an array may claim without files to show for it, and the largest compression.
_FREE_BYTES = 1 << 25
_LARGEST_RATIO = 100


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
) -> Growing:
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
    return store.created(array, _spec(store, array, metadata=described))


def assumed(store: Store, array: str, described: dict) -> ts.TensorStore:
    """Return an array that has this `metadata`, or will have it, without a look at the store."""
    spec = _spec(store, array, metadata=described)
    return ts.open(spec, open=True, assume_metadata=True, context=store.context).result()


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


def series_metadata(dtype: DTypeLike) -> dict:
    """Return the `metadata` of an empty array with one number per snapshot."""
    return metadata(dtype, [0], [STEPS_PER_CHUNK], _DIMENSIONS[:1])


def create_series(store: Store, array: str, dtype: DTypeLike) -> Growing:
    """Create an empty array with one number per snapshot."""
    return create(store, array, dtype, [0], [STEPS_PER_CHUNK], _DIMENSIONS[:1])


def create_snapshots(store: Store, array: str, shape: Sequence[int], dtype: DTypeLike) -> Growing:
    """Create an empty array with one array of this shape and dtype per snapshot."""
    rows = min(shape[0], rows_of_chunk(store, shape[1:], dtype))
    described = snapshots_metadata(shape, dtype, rows)
    return store.created(array, _spec(store, array, metadata=described))


def snapshots_metadata(
    shape: Sequence[int], dtype: DTypeLike, rows: int, snapshots: int = 0
) -> dict:
    """Return the `metadata` of an array with one array of this shape per snapshot.

    Args:
        shape: [N, ...].
        dtype: of its values.
        rows: of a chunk.
        snapshots: S.
    """
    chunk = [1, rows, *shape[1:]]
    return metadata(dtype, [snapshots, *shape], chunk, _DIMENSIONS[: len(chunk)])


def rows_of_chunk(store: Store, row: Sequence[int], dtype: DTypeLike) -> int:
    """Return how many rows of a shape a chunk of a store holds, at least 1, of large arrays."""
    return max(1, store.chunk_bytes // (np.dtype(dtype).itemsize * math.prod(row)))


def open_array(store: Store, array: str) -> ts.TensorStore:
    """Open an existing array.

    Raises:
        RecordingError: its metadata claims far more bytes than its files can hold, so reading it
            would fill the memory with fill values.
        OSError, ValueError: it cannot be read, or is no such array.
    """
    return _open(layout_of(store, array))


def open_with_layout(store: Store, array: str) -> tuple[ts.TensorStore, Layout]:
    """Open an array as `open_array` does; also return its layout, to check each chunk."""
    layout = layout_of(store, array)
    return _open(layout), layout


def read_in_pieces(array: ts.TensorStore, layout: Layout) -> np.ndarray:
    """Return all values of an array with one number per example.

    A chunk that is missing ends it, however many more of them its metadata claim.

    Raises:
        ValueError: it cannot be read, or is larger than the memory.
    """
    try:
        found = np.empty(array.shape, array.dtype.numpy_dtype)
    except MemoryError as error:
        raise ValueError(f"{layout.array}: {array.shape[0]:,} do not fit into memory") from error
    rows = layout.chunk[0] * max(1, min(_PIECE // layout.chunk_bytes, MOST_CHUNKS))
    for start in range(0, len(found), rows):
        stop = min(start + rows, len(found))
        layout.check_chunks(start, stop - 1)
        found[start:stop] = array[start:stop].read().result()
    return found


def _open(layout: Layout) -> ts.TensorStore:
    store, array, shape = layout.store, layout.array, layout.shape
    store.check_chunk(array, layout.chunk_bytes)
    claimed = max(math.prod(shape) * layout.itemsize, layout.chunk_bytes)
    if claimed > _FREE_BYTES:
        store.check_claim(array, claimed, (claimed - _FREE_BYTES) / _LARGEST_RATIO)
    if len(shape) == 1 and shape[0] and array.partition("/")[0] not in _OF_EXAMPLES:
        # Such an array is read as a whole, and has values where it has no chunk.
        layout.check_chunks(0, shape[0] - 1)
    return ts.open(_spec(store, array), context=store.context).result()


def reopened(store: Store, array: str, count: int, empty: float | None = None) -> Growing:
    """Open an array to which a writer appends, without all but its first snapshots.

    Args:
        store: of the recording.
        array: its key.
        count: of the snapshots that stay.
        empty: what a series holds where there is no snapshot; None for arrays of predictions.
    """
    if (own := store.reopened(array, count, empty)) is not None:
        return own
    found = open_array(store, array)
    if empty is not None:
        # Resizing keeps the values in a chunk: they would reappear when the array grows again.
        found[min(count, found.shape[0]) :].write(empty).result()
    return resized(found, count)


def grown(array: Growing, count: int) -> Growing:
    """Return the array with room for at least this number of snapshots."""
    return array.grown(count) if isinstance(array, BucketArray) else resized(array, count)


def resized(array: Growing, count: int) -> Growing:
    """Return the array resized to this number of snapshots."""
    if isinstance(array, BucketArray):
        return array.resized(count)
    if array.shape[0] == count:
        return array
    return array.resize(exclusive_max=[count, *[None] * (array.rank - 1)]).result()


def brief(error: Exception) -> str:
    """Return TensorStore's message without the technical details at its end."""
    return re.split(r" \[[a-z_ ]+=", str(error), maxsplit=1)[0]


def committed(steps: ts.TensorStore) -> list[int]:
    """Return the steps that were written, up to the first that was not."""
    values = _values_of(steps)
    return values[: int(np.append(is_end(values), True).argmax())].tolist()


def _values_of(steps: ts.TensorStore) -> np.ndarray:
    if steps.rank != 1 or steps.dtype.numpy_dtype.kind != "i":
        raise ValueError(f"steps: expected integers of shape [S], got {steps.dtype.name}")
    return steps.read().result() if steps.shape[0] else np.zeros(0, np.int64)


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
    values = _values_of(steps)
    return {int(slot): int(values[slot]) for slot in np.flatnonzero(~is_end(values))}


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


def first_chunk(kind: str, i: int) -> str:
    """Return the key of the first chunk of snapshot i, as laid out by `create_snapshots`."""
    return f"{kind}/c/{i}/0" if kind == "confidence" else f"{kind}/c/{i}/0/0"

"""Snapshots on disk, read in blocks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import tensorstore as ts

from anim.errors import RecordingError
from anim.run import blocks
from anim.run.blocks import Block, joined
from anim.run.snapshots import Snapshot
from anim.run.store import schema
from anim.run.store.buckets.problems import bucket_error, is_of_request
from anim.run.store.claims import MOST_CHUNKS, Layout

# Bytes that chunks of the same rows may make together: they are read at once.
_LARGEST_BLOCK = 1 << 31
# Of values that are not in [0, 1].
_LIMITS = {"logits": (-np.inf, np.inf), "nll": (0, np.inf), "brier": (0, 2)}


class StoredSnapshots:
    """Snapshots on disk: a block is read when it is asked for, and the next one ahead of time.

    Args:
        arrays: [S or more, N, ...] by name, and where their chunks lie.
        steps: S steps, to name a snapshot that is damaged.
        check: called after a snapshot was read, and if that failed; raises RecordingError unless
            the recording is the same.
    """

    def __init__(
        self,
        arrays: Mapping[str, tuple[ts.TensorStore, Layout]],
        steps: Sequence[int],
        check: Callable[[], None],
    ):
        self._arrays = arrays
        self._steps = steps
        self._check = check
        self._examples = next(iter(arrays.values()))[0].shape[1]
        self._rows = min(self._examples, max(_rows_of(*one) for one in arrays.values()))
        # Of one snapshot and row: the block that begins there.
        self._ahead: dict[tuple[int, int], dict[str, ts.Future | _Refused]] = {}

    def __len__(self) -> int:
        return len(self._steps)

    def __getitem__(self, i: int) -> Snapshot:
        """Return snapshot i.

        Raises:
            IndexError: there is no snapshot i.
            RecordingError: the snapshot cannot be read, or holds values out of range; or another
                recording took the place of this one.
            BucketError: the bucket that it is in cannot be reached.
        """
        return joined(self.blocks(i), self._examples)

    def blocks(self, i: int) -> Iterator[Block]:
        """Yield snapshot i in blocks of whole chunks.

        Raises:
            IndexError, RecordingError: as if it was read at once.
        """
        i = range(len(self))[i]
        for start in range(0, self._examples, self._rows):
            futures = self._ahead.pop((i, start), None) or self.begin_read(i, start)
            # Chunks are checked before they are read: none after one that is refused.
            if not any(isinstance(one, _Refused) for one in futures.values()):
                self._read_ahead(i, start + self._rows)
            stop = min(start + self._rows, self._examples)
            values = self._values(i, futures)
            if stop == self._examples:
                # Its chunks lie where those of an earlier recording lay.
                self._check()
            yield Block(slice(start, stop), values)

    def _read_ahead(self, i: int, start: int) -> None:
        """Start reading the block that follows, of this snapshot or of the next one."""
        if start >= self._examples:
            i, start = i + 1, 0
        self._ahead = {(i, start): self.begin_read(i, start)} if i < len(self) else {}

    def _values(self, i: int, futures: Mapping[str, ts.Future | _Refused]) -> Snapshot:
        try:
            values = {name: future.result() for name, future in futures.items()}
            for name, array in values.items():
                _check_values(name, array)
        except ValueError as error:
            if is_of_request(error):
                # The snapshot may be as it should be, and the next one, too.
                self._ahead = {}
                store = next(iter(self._arrays.values()))[1].store
                raise bucket_error(store.name, error) from error
            self._check()
            where = f"snapshot {i} (step {self._steps[i]})"
            raise RecordingError(f"{where} is damaged: {schema.brief(error)}") from error
        return values

    def begin_read(self, i: int, start: int) -> dict[str, ts.Future | _Refused]:
        """Start reading the block of snapshot i that begins at a row, and return its futures."""
        schema.check_process()
        rows = slice(start, min(start + self._rows, self._examples))
        return {
            name: _begin(array, layout, i, rows) for name, (array, layout) in self._arrays.items()
        }


def _rows_of(array: ts.TensorStore, layout: Layout) -> int:
    """Return the rows of a block of an array: whole chunks, of a size and a number that suit."""
    rows = layout.chunk[1]
    row_bytes = array.dtype.numpy_dtype.itemsize * math.prod(array.shape[2:])
    most = min(blocks.BLOCK_BYTES // (rows * row_bytes), MOST_CHUNKS // layout.chunks_across())
    return rows * max(1, most)


class _Refused:
    """Stands for the future of an array that is not read."""

    def __init__(self, error: ValueError):
        self._error = error

    def result(self) -> np.ndarray:
        raise self._error


def _check_block(array: ts.TensorStore, rows: slice) -> None:
    """Raise ValueError for a block that only a damaged recording, or an odd one, can have."""
    size = (rows.stop - rows.start) * math.prod(array.shape[2:]) * array.dtype.numpy_dtype.itemsize
    if size > _LARGEST_BLOCK:
        raise ValueError(
            f"expected chunks of fewer rows: those of {rows.stop - rows.start:,} are {size:,} bytes"
        )


def _begin(array: ts.TensorStore, layout: Layout, i: int, rows: slice) -> ts.Future | _Refused:
    try:
        _check_block(array, rows)
        layout.check_chunks(i, i, rows)
    except ValueError as error:
        return _Refused(error)
    return array[i, rows].read()


def _check_values(name: str, values: np.ndarray) -> None:
    """Raise ValueError for values that a recorder refuses, which another program may write."""
    low, high = _LIMITS.get(name, (0, 1))
    smallest, largest = values.min(), values.max()
    is_finite = np.isfinite(smallest) and np.isfinite(largest)
    if not (is_finite and low <= smallest and largest <= high):
        expected = "finite numbers" if high == np.inf else f"numbers in [0, {high}]"
        raise ValueError(f"{name}: expected {expected}, got {smallest} to {largest}")

"""Writes rows of arrays on disk chunk by chunk, few of them at a time."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import Any

import tensorstore as ts

from anim.run.snapshots import Kept
from anim.run.store.buckets.arrays import BucketArray
from anim.run.store.buckets.guarded import Several

# Bytes that are being written at a time: enough to keep a disk busy.
_IN_FLIGHT = 1 << 24


class Writes:
    """Rows that are being written.

    They are not copied, so they must not be changed any more.
    """

    def __init__(self):
        self._pending: deque[tuple[ts.WriteFutures | Several, int]] = deque()
        self._bytes = 0

    def add(
        self,
        array: ts.TensorStore | BucketArray,
        slot: int,
        values: Kept,
        first: int = 0,
        rows: int | None = None,
    ) -> None:
        """Write rows to a snapshot; wait while too many bytes are being written.

        Args:
            array: [S, N, ...], with S greater than ``slot``.
            slot: of the snapshot.
            values: [n, ...], to be written from row ``first`` on, where a chunk begins.
            first: as said.
            rows: how many of them; None for all.

        Raises:
            ValueError: TensorStore could not write earlier ones; nothing is under way then.
        """
        try:
            self._begin(array, slot, values, first, rows)
        except BaseException:
            self._drain()
            raise

    def add_to(self, part: Any, values: Any) -> None:
        """Write values to a small part of an array, of which nothing else is under way."""
        try:
            self._pending.append((part.write(values), 0))
        except BaseException:
            self._drain()
            raise

    def _begin(
        self,
        array: ts.TensorStore | BucketArray,
        slot: int,
        values: Kept,
        first: int,
        rows: int | None,
    ) -> None:
        rows = len(values) if rows is None else rows
        bytes_of_row = max(values.nbytes // max(len(values), 1), 1)
        chunk = rows_of_chunk(array)
        # A bucket is far away: several of its chunks are under way.
        most = _IN_FLIGHT * (4 if isinstance(array, BucketArray) else 1)
        # Whole chunks: writing to a part of one would read the rest of it.
        step = max(_IN_FLIGHT // 4 // (chunk * bytes_of_row), 1) * chunk
        for start in range(0, rows, step):
            block = values[start : min(start + step, rows)]
            while self._pending and self._bytes + block.nbytes > most:
                self._wait()
            place = slot, slice(first + start, first + start + len(block))
            if isinstance(array, BucketArray):
                write = array[place].write(block)
            else:
                write = array[place].write(block, can_reference_source_data_indefinitely=True)
            self._pending.append((write, block.nbytes))
            self._bytes += block.nbytes

    def finish(self) -> None:
        """Wait until all is written.

        Raises:
            ValueError: TensorStore could not write it; nothing is under way then.
        """
        try:
            while self._pending:
                self._wait()
        except BaseException:
            self._drain()
            raise

    def _drain(self) -> None:
        """Wait until nothing is under way: what comes late could be in the place of another's."""
        while self._pending:
            write, size = self._pending.popleft()
            self._bytes -= size
            if isinstance(write, Several):
                write.drain()
            else:
                with contextlib.suppress(Exception):
                    write.result()

    def _wait(self) -> None:
        write, size = self._pending.popleft()
        self._bytes -= size
        write.result()


def rows_of_chunk(array: ts.TensorStore | BucketArray) -> int:
    """Return how many rows of a snapshot a chunk has."""
    if isinstance(array, BucketArray):
        return array.chunk_rows
    shape = array.chunk_layout.write_chunk.shape
    assert shape is not None
    assert shape[1] is not None
    return shape[1]

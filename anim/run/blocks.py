"""Snapshots read in blocks of rows: no statistic needs [N, K] predictions at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from anim.run.snapshots import Snapshot, SnapshotSequence

# Bytes of a block: a chunk of a recording on disk. Several are in memory at a time.
BLOCK_BYTES = 1 << 22


class Block(NamedTuple):
    """Some of the examples of a snapshot.

    Attributes:
        rows: their n positions among the N examples.
        arrays: of a snapshot, with these n examples.
    """

    rows: slice | np.ndarray
    arrays: Snapshot

    @property
    def examples(self) -> int:
        """The number of examples."""
        return len(next(iter(self.arrays.values())))


def blocks_of(snapshots: SnapshotSequence, i: int) -> Iterator[Block]:
    """Yield all examples of snapshot i, in blocks.

    A sequence may have a method ``blocks``, which is given i; else the snapshot is cut.

    Raises:
        RecordingError: the snapshot cannot be read; it may be raised between two blocks.
    """
    blocks = getattr(snapshots, "blocks", None)
    return sliced(snapshots[i]) if blocks is None else blocks(i)


def sliced(snapshot: Snapshot) -> Iterator[Block]:
    """Yield the examples of a snapshot in memory."""
    count = len(next(iter(snapshot.values())))
    rows = rows_of_block(snapshot)
    for start in range(0, count, rows):
        part = slice(start, min(start + rows, count))
        yield Block(part, {name: values[part] for name, values in snapshot.items()})


def rows_of_block(snapshot: Mapping[str, np.ndarray]) -> int:
    """Return how many examples a block has, at least 1."""
    count = max(len(next(iter(snapshot.values()))), 1)
    return max(1, BLOCK_BYTES * count // sum(values.nbytes for values in snapshot.values()))


def joined(blocks: Iterable[Block], count: int) -> dict[str, np.ndarray]:
    """Return the arrays of a snapshot of ``count`` examples."""
    found: dict[str, np.ndarray] = {}
    for block in blocks:
        if block.examples == count and isinstance(block.rows, slice):
            return dict(block.arrays)
        for name, values in block.arrays.items():
            if name not in found:
                found[name] = np.empty((count, *values.shape[1:]), values.dtype)
            found[name][block.rows] = values
    return found


def aligned(blocks: Iterable[Block], count: int, convert: Callable[[Snapshot], Any]) -> np.ndarray:
    """Return what is made of the rows of a snapshot, [N, K] float32, in memory that JAX can use.

    Args:
        blocks: of all N examples.
        count: N.
        convert: rows of a snapshot to [n, K] numbers.
    """
    found = None
    for block in blocks:
        values = np.asarray(convert(block.arrays))
        if found is None:
            # JAX copies memory that does not begin at a multiple of 64 bytes.
            size = 4 * count * values.shape[1]
            memory = np.empty(size + 64, np.uint8)
            start = -memory.ctypes.data % 64
            found = memory[start : start + size].view(np.float32).reshape(count, -1)
        found[block.rows] = values
    if found is None:
        raise ValueError("expected at least one block")
    return found


def selected(blocks: Iterable[Block], places: np.ndarray) -> Iterator[Block]:
    """Yield some of the examples, in blocks that have the same number of them, but for the last.

    Args:
        blocks: of all N examples.
        places: of the first examples or all N, the position of each among those selected; -1 for
            the others.
    """
    total = int((places >= 0).sum())
    size = held = 0
    parts: list[Block] = []
    for block in blocks:
        rows = _positions(block)
        is_in = rows < len(places)
        place = places[np.where(is_in, rows, 0)]
        is_in &= place >= 0
        arrays = {name: np.asarray(one)[is_in] for name, one in block.arrays.items()}
        parts.append(Block(place[is_in], arrays))
        size, held = size or min(block.examples, total), held + parts[-1].examples
        while held and held >= size:
            whole = _concatenated(parts)
            yield _cut(whole, slice(None, size))
            parts = [_cut(whole, slice(size, None))]
            held -= size
    if held:
        yield _concatenated(parts)


def _concatenated(parts: list[Block]) -> Block:
    if len(parts) == 1:
        return parts[0]
    arrays = {
        name: np.concatenate([part.arrays[name] for part in parts]) for name in parts[0].arrays
    }
    return Block(np.concatenate([_positions(part) for part in parts]), arrays)


def _cut(block: Block, part: slice) -> Block:
    arrays = {name: values[part] for name, values in block.arrays.items()}
    return Block(_in_order(_positions(block)[part]), arrays)


def _positions(block: Block) -> np.ndarray:
    rows = block.rows
    return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows


def _in_order(rows: np.ndarray) -> slice | np.ndarray:
    """Return positions as a slice if they follow each other."""
    if len(rows) and (np.diff(rows) == 1).all():
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def padded(values: np.ndarray, rows: int) -> np.ndarray:
    """Return values with as many rows, those added are 0: one shape is compiled once."""
    if len(values) == rows:
        return values
    found = np.zeros((rows, *values.shape[1:]), values.dtype)
    found[: len(values)] = values
    return found

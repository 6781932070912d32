"""Subsets of a run: some of its snapshots, or some of its examples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from anim.run.blocks import Block, blocks_of, joined, selected
from anim.run.examples import Examples
from anim.run.snapshots import Snapshot, SnapshotSequence


class SomeSnapshots:
    """Some of the snapshots.

    Args:
        snapshots: S of them.
        indices: integers in [0, S).
    """

    def __init__(self, snapshots: SnapshotSequence, indices: np.ndarray):
        self._snapshots, self._indices = snapshots, indices

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, i: int, /) -> Snapshot:
        return self._snapshots[int(self._indices[i])]

    def blocks(self, i: int) -> Iterator[Block]:
        """Yield snapshot i in blocks; see `anim.run.blocks.blocks_of`."""
        return blocks_of(self._snapshots, int(self._indices[i]))


class SomeExamples:
    """Some of the examples of each snapshot.

    Args:
        snapshots: S of them.
        indices: integers in [0, N), each at most once.
    """

    def __init__(self, snapshots: SnapshotSequence, indices: np.ndarray):
        self._snapshots, self._indices = snapshots, indices
        self._places = np.full(indices.max() + 1, -1)
        self._places[indices] = np.arange(len(indices))

    def __len__(self) -> int:
        return len(self._snapshots)

    def __getitem__(self, i: int, /) -> Snapshot:
        return joined(self.blocks(i), len(self._indices))

    def blocks(self, i: int) -> Iterator[Block]:
        """Yield snapshot i in blocks; see `anim.run.blocks.blocks_of`."""
        return selected(blocks_of(self._snapshots, i), self._places)


def counting(examples: Examples, snapshots: SnapshotSequence) -> tuple[Examples, SnapshotSequence]:
    """Return the examples that count, and of each snapshot what was predicted for them.

    Raises:
        ValueError: none does.
    """
    ignored = examples.ignored
    if ignored is None:
        return examples, snapshots
    examples.check_some()
    rows = np.flatnonzero(~ignored)
    return examples.take(rows), SomeExamples(snapshots, rows)

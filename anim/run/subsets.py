"""Subsets of a run: some of its snapshots, or some of its examples."""

from __future__ import annotations

import numpy as np

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


class SomeExamples:
    """Some of the examples of each snapshot.

    Args:
        snapshots: S of them.
        indices: integers in [0, N).
    """

    def __init__(self, snapshots: SnapshotSequence, indices: np.ndarray):
        self._snapshots, self._indices = snapshots, indices

    def __len__(self) -> int:
        return len(self._snapshots)

    def __getitem__(self, i: int, /) -> Snapshot:
        snapshot = self._snapshots[i]
        return {name: np.asarray(array)[self._indices] for name, array in snapshot.items()}

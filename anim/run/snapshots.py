"""What one snapshot holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

# The arrays of a snapshot, by kind of snapshot; a kind is named after its first array.
KINDS = {
    "logits": ("logits",),
    "probs": ("probs",),
    "confidence": ("confidence", "correct"),
}

Snapshot = Mapping[str, np.ndarray]
Form = dict[str, tuple[tuple[int, ...], np.dtype]]


class SnapshotSequence(Protocol):
    """Snapshots in the order of their steps; each may be read when it is asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, i: int, /) -> Snapshot: ...


def form_of(snapshot: Snapshot) -> Form:
    """Return the shape and dtype of each array of a snapshot."""
    return {name: (values.shape, values.dtype) for name, values in snapshot.items()}

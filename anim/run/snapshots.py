"""What one snapshot holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from anim.checks.labels import MAX_CLASSES

# The arrays of a snapshot, by kind of snapshot; a kind is named after its first array.
KINDS = {
    "logits": ("logits",),
    "probs": ("probs",),
    "confidence": ("confidence", "correct"),
}

# More arrays that snapshots of a kind may have, all of them or none: what is kept of the scores.
OPTIONAL = {"confidence": ("nll", "brier")}
# All arrays that there may be.
ARRAYS = tuple(name for kind in KINDS for name in (*KINDS[kind], *OPTIONAL.get(kind, ())))


class Kept(Protocol):
    """An array of a snapshot that is to be written: in memory, or read row by row."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype: ...

    @property
    def nbytes(self) -> int: ...

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice, /) -> np.ndarray: ...


class Waiting(Kept, Protocol):
    """Rows that wait on a disk, and are an array of a snapshot once all are there."""

    def follow(self, places: np.ndarray, /) -> bool:
        """Return whether rows may be written to these places."""
        ...

    def write(self, places: np.ndarray, values: np.ndarray, /) -> None:
        """Write rows [n, ...] to places [n] that `follow`; they may be changed afterwards."""
        ...

    def end(self, count: int, /) -> None:
        """Wait until ``count`` rows are written, those that are left."""
        ...

    def discard(self) -> None:
        """Remove the rows that are not recorded."""
        ...


Snapshot = Mapping[str, np.ndarray]
# What a recorder hands over.
Given = Mapping[str, np.ndarray | Waiting]
Form = dict[str, tuple[tuple[int, ...], np.dtype]]


class SnapshotSequence(Protocol):
    """Snapshots in the order of their steps; each may be read when it is asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, i: int, /) -> Snapshot: ...


def form_of(snapshot: Given) -> Form:
    """Return the shape and dtype of each array of a snapshot."""
    return {name: (values.shape, values.dtype) for name, values in snapshot.items()}


def bytes_of(snapshot: Given) -> int:
    """Return the bytes of a snapshot that are in memory."""
    return sum(values.nbytes for values in snapshot.values() if isinstance(values, np.ndarray))


def discard(snapshot: Given) -> None:
    """Remove rows of a snapshot that wait on a disk."""
    for values in snapshot.values():
        if not isinstance(values, np.ndarray):
            values.discard()


def like(snapshot: Given, form: Form) -> Given:
    """Return a snapshot without optional arrays that those before it lack.

    Args:
        snapshot: arrays by name.
        form: of the snapshots before; empty if there are none.
    """
    extra = [name for names in OPTIONAL.values() for name in names]
    if not form or not any(name in snapshot and name not in form for name in extra):
        return snapshot
    return {name: values for name, values in snapshot.items() if name in form or name not in extra}


def class_names(classes: Sequence[str] | None, form: Form, labels: np.ndarray) -> tuple[str, ...]:
    """Return the names given, or "0", "1", ... for as many classes as the snapshots have.

    Args:
        classes: K names, or None.
        form: shape and dtype of each array of a snapshot.
        labels: [N], from which K follows if the snapshots do not have it.

    Raises:
        ValueError: there are more classes than anybody has, as a label is an identifier or broken.
    """
    if classes is not None:
        return tuple(classes)
    shape, _ = next(iter(form.values()))
    count = shape[1] if len(shape) == 2 else max(int(labels.max()) + 1, 2)
    if count > MAX_CLASSES:
        raise ValueError(f"labels: expected at most {MAX_CLASSES:,} classes, got {count:,}")
    return numbered(count)


def numbered(count: int) -> tuple[str, ...]:
    """Return the names of K classes that have none: "0", "1", ..."""
    return tuple(map(str, range(count)))

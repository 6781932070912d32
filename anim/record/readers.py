"""Reads files of saved predictions; one function for each kind of file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from anim.errors import SettingError
from anim.record.array_classes import sign_classes
from anim.record.arrays import read_npy, read_npz
from anim.record.label_tables import LabelTable, labels_of_rows
from anim.record.saved import Saved
from anim.record.schema import NOTHING_WANTED, Wanted
from anim.record.snapshots import snapshots_in
from anim.record.tables import TABLES, is_table, read_table


def read(
    path: Path,
    labels: np.ndarray | LabelTable | None = None,
    wanted: Wanted = NOTHING_WANTED,
) -> Iterator[Saved]:
    """Yield the snapshots in a file: arrays (``.npz``, ``.npy``) or a table.

    Nothing in the file is executed: object arrays (pickles) are refused. Scores without a name are
    probs if they are in [0, 1] and each row sums to 1, and logits otherwise.

    Args:
        path: the file.
        labels: [N], or with their ids; None takes those in the file.
        wanted: what columns of a table are.

    Raises:
        SettingError: a file of another kind, or one without predictions.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None and not is_table(path):
        known = ", ".join((*_READERS, *TABLES))
        raise SettingError("FILE", f"expected one of {known}, got {str(path)!r}")
    try:
        if reader is None:
            yield from _of_table(path, labels, wanted)
            return
        for snapshot in reader(path):
            yield _with_labels(snapshot, labels)
    except FileNotFoundError as error:
        raise SettingError("FILE", f"there is no file {str(path)!r}") from error
    except SettingError:
        raise
    except (ValueError, OSError) as error:
        raise _unreadable(path, error) from error


def _of_table(
    path: Path, labels: np.ndarray | LabelTable | None, wanted: Wanted
) -> Iterator[Saved]:
    """Yield the snapshots in a table."""
    import pyarrow as pa

    try:
        table = read_table(path)
        yield from snapshots_in(table, wanted, labels_of_rows(labels, table, wanted))
    # Some are a TypeError, KeyError or NotImplementedError, too: others of these are our fault.
    except pa.ArrowException as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> SettingError:
    first = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return SettingError("FILE", f"{str(path)!r} cannot be read: {first}")


def _with_labels(snapshot: Saved, labels: np.ndarray | LabelTable | None) -> Saved:
    """Return a snapshot out of arrays with the labels that were given."""
    if isinstance(labels, LabelTable):
        source = repr(str(snapshot.source))
        problem = f"the labels in {labels.table.source!r} have ids, {source} has not"
        if snapshot.ids is not None:
            problem = f"labels with ids are joined to tables only, and {source} holds arrays"
        hint = "give a file with one label per line, in its order"
        raise SettingError("labels", f"{problem}; {hint}")
    if labels is None:
        return snapshot
    snapshot = replace(snapshot, labels=np.asarray(labels))
    classes = snapshot.classes or sign_classes(snapshot.labels, None, snapshot.given)
    return replace(snapshot, classes=classes)


_READERS = {
    ".npz": read_npz,
    ".npy": read_npy,
}

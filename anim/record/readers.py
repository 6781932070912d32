"""Reads files of saved predictions; one function for each kind of file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from anim.errors import SettingError
from anim.record.array_classes import sign_classes
from anim.record.arrays import read_npy, read_npz
from anim.record.label_tables import LabelTable, labels_of_rows
from anim.record.lm_eval import Samples, checked_samples, joined
from anim.record.lm_eval_files import step_beside
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
    if wanted.class_axis is not None and reader is not read_npz:
        problem = f"applies to arrays of tokens or pixels in .npz files, got {str(path)!r}"
        raise SettingError("class_axis", problem)
    try:
        if reader is None:
            yield from _of_table(path, labels, wanted)
            return
        given = None if labels is None or isinstance(labels, LabelTable) else np.asarray(labels)
        for snapshot in reader(path, wanted, given):
            yield _with_labels(snapshot, labels)
    except FileNotFoundError as error:
        raise SettingError("FILE", f"there is no file {str(path)!r}") from error
    except SettingError:
        raise
    except (ValueError, OSError) as error:
        raise _unreadable(path, error) from error


def read_together(
    files: Mapping[str, Path],
    labels: np.ndarray | LabelTable | None = None,
    wanted: Wanted = NOTHING_WANTED,
) -> Iterator[Saved]:
    """Yield the snapshots in a file, or the one in the samples of several tasks.

    Args:
        files: by task, see `anim.record.lm_eval_files.snapshots_of`.
        labels, wanted: as for `read`.

    Raises:
        SettingError: as for `read`; files of tasks that are no logs of samples.
    """
    if len(files) == 1:
        yield from read(next(iter(files.values())), labels, wanted)
        return
    found = [next(read(path, labels, wanted), None) for path in files.values()]
    snapshots = [one for one in found if one is not None and "logits" in one.given]
    if len(snapshots) < len(files):
        listed_ = " and ".join(repr(str(path)) for path in files.values())
        raise SettingError("FILE", f"expected logs of samples of multiple choice, got {listed_}")
    yield joined(snapshots, list(files))


def _of_table(
    path: Path, labels: np.ndarray | LabelTable | None, wanted: Wanted
) -> Iterator[Saved]:
    """Yield the snapshots in a table."""
    import pyarrow as pa

    try:
        table = read_table(path)
        if isinstance(table, Samples):
            saved = checked_samples(table, labels is not None, wanted)
            yield replace(saved, step=step_beside(path))
            return
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
    own = np.asarray(labels)
    own = own if snapshot.layout is None else snapshot.layout.flat("labels", own)
    if snapshot.positions is not None and own.shape[:1] == (snapshot.whole,):
        own = own[snapshot.positions]
    snapshot = replace(snapshot, labels=own)
    classes = snapshot.classes or sign_classes(snapshot.labels, None, snapshot.given)
    return replace(snapshot, classes=classes)


_READERS = {
    ".npz": read_npz,
    ".npy": read_npy,
}

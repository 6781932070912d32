"""Rows that are no examples, as their label says: they are left out before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from anim.errors import SettingError
from anim.record.cells import Coded, is_list, is_text, key_of
from anim.record.rows import rows_by_step
from anim.record.schema import Schema, Wanted, column_of_labels, columns_of_rows
from anim.record.spelling import is_missing
from anim.record.stated import is_of_answers
from anim.record.tables import Table, listed, shown


@dataclass(frozen=True)
class Kept:
    """The rows of a table that are examples.

    Attributes:
        table: of these rows.
        truth: their labels from elsewhere; None if the table has them.
        whole: the table with all rows.
        rows: [n] of the whole; None if they are all.
        note: what was left out, for the lines that say what was read; empty if nothing was asked.
    """

    table: Table
    truth: Coded | None
    whole: Table
    rows: np.ndarray | None = None
    note: str = ""

    def positions(self, step: str | None, rows: np.ndarray) -> np.ndarray | None:
        """Return where rows of a step stand among all of that step; None if none is left out.

        Args:
            step: the column of steps; None if all rows are of one.
            rows: [n] of the table.
        """
        if self.rows is None:
            return None
        if step is None:
            return self.rows[rows]
        steps = self.whole.column(step).dictionary_encode().indices.fill_null(-1)
        codes = steps.to_numpy(zero_copy_only=False)
        order = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes[order], codes[order])
        places = np.empty(len(codes), np.int64)
        places[order] = np.arange(len(codes)) - starts
        return places[self.rows[rows]]


def without_ignored(table: Table, wanted: Wanted, truth: Coded | None) -> Kept:
    """Return the rows of a table whose labels are not to be ignored.

    Args:
        table: the table.
        wanted: what the user says.
        truth: labels that are not in the table: [N] of all rows, or of those of each step.

    Raises:
        SettingError: no row is left.
    """
    if not wanted.ignore:
        return Kept(table, truth, table)
    if truth is None:
        column = column_of_labels(table, wanted)
        if column is None and is_of_answers(table, wanted, truth):
            problem = f"expected a column of labels in {table.source!r}, got none; leave it out"
            raise SettingError("ignore", problem)
        texts = None if column is None else _texts(table, column)
        if texts is None:
            # Without a column of labels, or one of lists, which is refused where it is read.
            return Kept(table, truth, table)
        values, codes = texts
    else:
        truth = _of_all_rows(table, wanted, truth)
        values, codes = list(truth.values), truth.codes
    drops = np.array([is_ignored(value, wanted.ignore) for value in values], bool)
    keeps = ~drops[codes]
    note = note_of(values, np.bincount(codes, minlength=len(values)), wanted.ignore)
    if keeps.all():
        return Kept(table, truth, table, None, note)
    if not keeps.any():
        table.fail(f"expected rows with another label than {listed(wanted.ignore)}, got none")
    rows = np.flatnonzero(keeps)
    return Kept(_some_rows(table, rows), _some_labels(truth, keeps), table, rows, note)


def is_ignored(label: str, ignore: Sequence[str]) -> bool:
    """Return whether a label, spelled as in the file, is one of those to be ignored.

    Whole numbers are the same with zeros around them. What stands for a missing value, such as
    ``nan``, is any of these words, and an empty cell.
    """
    keys = {key_of(one.strip()) for one in ignore}
    gone = is_missing(label) and any(map(is_missing, ignore))
    return gone or key_of(label.strip()) in keys


def note_of(labels: Sequence[str], counts: np.ndarray, ignore: Sequence[str]) -> str:
    """Return how many rows are left out of how many, and because of which labels.

    Args:
        labels: distinct ones, as in the file.
        counts: of the rows of each.
        ignore: those to be ignored.
    """
    left, parts = 0, []
    for one in ignore:
        count = sum(
            int(number)
            for label, number in zip(labels, counts, strict=True)
            if is_ignored(label, [one])
        )
        left += count
        parts.append(f"{shown(one)[1:-1] or 'empty'} in {count}")
    return f"{left} of {int(np.sum(counts))} rows left out, label {', '.join(parts)}"


def kept_labels(labels: np.ndarray, ignore: Sequence[str]) -> tuple[np.ndarray, str]:
    """Return which labels [N] are not to be ignored, [N] bool, and what is said of the others.

    Args:
        labels: [N] or [N, 1] numbers or names.
        ignore: labels as texts.
    """
    values, codes = np.unique(labels.reshape(len(labels)), return_inverse=True)
    texts = [str(value) for value in values.tolist()]
    note = note_of(texts, np.bincount(codes, minlength=len(texts)), ignore)
    drops = np.array([is_ignored(text, ignore) for text in texts], bool)
    return ~drops[codes], note


def ignored_labels(ignore) -> tuple[str, ...]:
    """Return labels to be ignored as texts.

    Args:
        ignore: a number or a name, several of them, or None.

    Raises:
        SettingError: something else.
    """
    if ignore is None:
        return ()
    several = [ignore] if isinstance(ignore, (str, int, float, np.generic)) else list(ignore)
    for one in several:
        if isinstance(one, (bool, np.bool_)) or not isinstance(one, (str, int, float, np.generic)):
            problem = f"expected a label, such as -100 or 'pad', or several, got {shown(one)}"
            raise SettingError("ignore", problem)
    return tuple(dict.fromkeys(key_of(str(one)) for one in several))


def _texts(table: Table, name: str) -> tuple[list[str], np.ndarray] | None:
    """Return the distinct texts in a column, and which one each row has; None if it has lists."""
    import pyarrow as pa

    from anim.record.arrow import compute as pc

    column = table.column(name)
    if is_list(column.type) or pa.types.is_nested(column.type):
        return None
    column = column if is_text(column.type) else pc.cast(column, pa.string())
    encoded = pc.fill_null(pc.utf8_trim_whitespace(column), "").dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)


def _of_all_rows(table: Table, wanted: Wanted, truth: Coded) -> Coded:
    """Return the labels of all rows, of which those of each step may have been given."""
    if len(truth.codes) == table.rows:
        return truth
    step, key = columns_of_rows(table, wanted, truth)
    schema = Schema(truth, step=step, id=key)
    return of_all_rows(table, truth, [rows for _, rows in rows_by_step(table, schema)])


def of_all_rows(table: Table, truth: Coded, groups: list[np.ndarray]) -> Coded:
    """Return the labels of all rows; those from elsewhere may be of the rows of each step.

    Raises:
        SettingError: they are as many as neither.
    """
    if len(truth.codes) == table.rows:
        return truth
    if len(truth.codes) != len(groups[0]):
        problem = f"expected {len(groups[0])} labels, one for each row, got {len(truth.codes)}"
        raise SettingError("labels", f"{table.source!r}: {problem}")
    codes = np.empty(table.rows, truth.codes.dtype)
    for rows in groups:
        codes[rows] = truth.codes
    return replace(truth, codes=codes)


def _some_rows(table: Table, rows: np.ndarray) -> Table:
    import pyarrow as pa

    taken = pa.array(rows)
    return Table(
        table.source,
        table.types,
        len(rows),
        lambda name: table.column(name).take(taken),
        lambda row: table.place(int(rows[row])),
    )


def _some_labels(truth: Coded | None, keeps: np.ndarray) -> Coded | None:
    """Return the labels of some rows. Values without a row would be classes that do not occur."""
    if truth is None:
        return None
    codes, places = np.unique(truth.codes[keeps], return_inverse=True)
    return replace(truth, values=tuple(truth.values[code] for code in codes), codes=places)

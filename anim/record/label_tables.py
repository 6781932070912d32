"""Labels in a table of their own, found for each row of another table by its id."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anim.errors import SettingError
from anim.record.cells import (
    Coded,
    coded,
    has_fractions,
    ids_in,
    integer_in,
    key_of,
    looks_like_lists,
    looks_like_numbers,
)
from anim.record.ignoring import is_ignored
from anim.record.names import ID, LABEL, STEP, is_index, plain
from anim.record.schema import Wanted
from anim.record.spelling import is_missing
from anim.record.tables import Table, listed, read_table, shown


@dataclass(frozen=True)
class LabelTable:
    """Labels, and ids that say which examples they belong to.

    Attributes:
        table: that holds both.
        labels: [M], in the order of the table.
    """

    table: Table
    labels: Coded

    def of_rows(self, table: Table, step: str | None = None) -> Coded:
        """Return the labels of the rows of another table, by the column of ids that both have.

        Raises:
            SettingError: no such column, ids that occur twice, or in one table only.
        """
        by_plain = {plain(name): name for name in table.types}
        shared = [
            (name, by_plain[plain(name)])
            for name in self.table.types
            if plain(name) in by_plain and name != self.labels.column and not is_index(name)
        ]
        known = [pair for pair in shared if plain(pair[0]) in ID] or shared
        if len(known) != 1:
            problem = f"expected one column of ids in it and in {table.source!r}, got "
            both = listed([own for own, _ in known]) if known else "none"
            hint = "" if known else "; labels in the order of rows are in a file with one per line"
            self._fail(problem + both + hint)
        ((own, other),) = known
        rows = self._rows_by_id(own)
        wanted = ids_in(table, other)
        is_once = step is None and not any(plain(name) in STEP for name in table.types)
        seen: set[str] = set()
        for row, one in enumerate(wanted):
            if one not in rows or (one in seen and is_once):
                where = f"{table.place(row)}: {shown(other)} {shown(one)}"
                problem = "is there twice, and no column says the step"
                if one not in rows:
                    problem = f"has no label in {self.table.source!r}"
                table.fail(f"{where} {problem}")
            seen.add(one)
        lacking = rows.keys() - set(wanted)
        if lacking:
            first = min(lacking, key=lambda one: rows[one])
            self._fail(
                f"{self.table.place(rows[first])}: {len(lacking)} of {len(rows)} labels have no "
                f"predictions in {table.source!r}, first {shown(own)} {shown(first)}; "
                "keep the labels of the examples that were predicted"
            )
        codes = self.labels.codes[[rows[one] for one in wanted]]
        # Values without a row would be classes that do not occur.
        return Coded(
            f"{self.labels.column} of {self.table.source}", self.labels.values, codes, other
        )

    def _rows_by_id(self, column: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for row, one in enumerate(ids_in(self.table, column)):
            if one in found:
                before = self.table.place(found[one])
                self._fail(
                    f"{self.table.place(row)}: {shown(column)} {shown(one)} is in {before}, too"
                )
            found[one] = row
        return found

    def _fail(self, problem: str):
        raise SettingError("labels", f"{self.table.source!r}: {problem}")


def read_label_table(path: Path) -> LabelTable | np.ndarray:
    """Return the labels in a table: with their ids, or [N] names or int64 if it has one column.

    Raises:
        SettingError: it cannot be read, or has several columns that may be the labels.
    """
    try:
        return _labels_in(read_table(path))
    except OSError as error:
        raise SettingError("labels", f"{str(path)!r} cannot be read: {error.strerror}") from error
    except SettingError as error:
        raise SettingError("labels", error.problem) from error


def _labels_in(table: Table) -> LabelTable | np.ndarray:
    columns = [name for name in table.types if not is_index(name)]
    named = [name for name in columns if plain(name) in LABEL]
    rest = named or [name for name in columns if plain(name) not in ID]
    if not named and any(_looks_like_scores(table, name) for name in rest):
        table.fail(f"{listed(rest)}: these look like scores: are the files swapped?")
    if len(rest) != 1:
        table.fail(f"expected one column of labels, named label or target, got {listed(columns)}")
    labels = coded(table, rest[0])
    if len(columns) > 1:
        return LabelTable(table, labels)
    _check_index(table)
    values = [labels.values[code] for code in labels.codes.tolist()]
    are_integers = all(integer_in(value) is not None for value in labels.values)
    if not named and (integer_in(rest[0]) is not None or not are_integers):
        # One label per line has no header: what looks like one is the first label.
        values = [key_of(rest[0]), *values]
    numbers = [integer_in(value) for value in values]
    return np.array(values if None in numbers else numbers)


def _looks_like_scores(table: Table, name: str) -> bool:
    if looks_like_lists(table, name):
        return True
    return looks_like_numbers(table, name) and has_fractions(table, name)


def _check_index(table: Table) -> None:
    """Raise SettingError for an index that counts rows, but in another order.

    Whether predictions are in the order of the index or of the rows is not said.
    """
    for name in filter(is_index, table.types):
        numbers = [integer_in(one) for one in ids_in(table, name)]
        counted = sorted(number for number in numbers if number is not None)
        is_count = len(counted) == len(numbers) and counted in (
            [*range(len(numbers))],
            [*range(1, len(numbers) + 1)],
        )
        if is_count and counted != numbers:
            row = next(
                i for i, pair in enumerate(zip(counted, numbers, strict=True)) if len({*pair}) > 1
            )
            table.fail(
                f"{table.place(row)}: the index {shown(name)} is {numbers[row]} where rows count "
                f"{counted[row]}; call it id here and in the table of predictions, or save one "
                "label per line, in the order of the predictions"
            )


def labels_of_rows(
    given: LabelTable | np.ndarray | None, table: Table, wanted: Wanted
) -> Coded | None:
    """Return the labels that were given for the rows of a table; None if none were.

    Args:
        given: [N] integers or names, or with their ids.
        table: N rows.
        wanted: what the user says about columns and classes.

    Raises:
        SettingError: labels of another shape than [N], one that is missing or no class, or ids that
            do not fit.
    """
    if given is None or isinstance(given, LabelTable):
        return given.of_rows(table, wanted.step) if given else None
    values = np.asarray(given)
    if values.ndim != 1:
        problem = f"expected one label for each row, [N], got shape {list(values.shape)}"
        raise SettingError("labels", problem)
    for row, value in enumerate(values.tolist()):
        if is_ignored(str(value), wanted.ignore):
            continue
        is_part = isinstance(value, float) and not value.is_integer()
        if is_part or (is_missing(str(value)) and value not in wanted.classes):
            problem = f"expected a name or an integer at index {row}, got {shown(value)}"
            raise SettingError("labels", problem)
    texts = [key_of(str(value).strip()) for value in values.tolist()]
    ranks = {text: rank for rank, text in enumerate(dict.fromkeys(texts))}
    return Coded("labels", tuple(ranks), np.array([ranks[text] for text in texts]))

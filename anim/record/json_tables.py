"""Reads tables in JSON: an object per line, a list of objects, or an object of columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from anim.errors import SettingError
from anim.files import parsed_json
from anim.record.lm_eval import is_lm_eval, table_of_choices, without_contexts
from anim.record.lm_eval_files import is_dated_log
from anim.record.tables import Table, shown, table_of
from anim.record.unpacking import LIMIT, text_in

# Python's objects need ten times the bytes of their text, but little of a log is kept.
_LIMIT, _LIMIT_OF_LOGS = 1 << 28, LIMIT


def read_json(path: Path) -> Table:
    """Return a table in JSON.

    It is an object per line (``.jsonl``), a list of objects, as pandas writes with
    ``orient="records"``, an object of columns (lists of one length), or pandas' ``split``. Samples
    of lm-evaluation-harness become a table of choices.

    Raises:
        SettingError: text that is not JSON, nested too deep, or of another form.
    """
    limit = _LIMIT_OF_LOGS if is_dated_log(path) else _LIMIT
    source, text = str(path), text_in(path, limit).decode()
    first = text.lstrip()[:1]
    if first == "[":
        return _table(source, _parsed(source, text, 1), lambda row: f"record {row + 1}")
    lines = [(i, line) for i, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if first == "{" and not _starts_lines(lines):
        whole = _parsed(source, text, 1)
        return _of_columns(source, whole)
    records = [without_contexts(_parsed(source, line, number)) for number, line in lines]
    return _table(source, records, lambda row: f"line {lines[row][0]}")


def _starts_lines(lines: Sequence[tuple[int, str]]) -> bool:
    """Return whether the first line is an object of its own, and more follow or it holds a row."""
    try:
        first = parsed_json(lines[0][1])
    except (ValueError, RecursionError):
        # A first line that is not whole: an object over several lines, or a damaged line.
        return len(lines) > 1 and lines[1][1].lstrip().startswith("{")
    is_row = isinstance(first, dict) and not _is_columns(first)
    return len(lines) > 1 or is_row


def _parsed(source: str, text: str, line: int):
    """Return what JSON says.

    Raises:
        SettingError: it is not JSON, nested too deep, or an object names a member twice.
    """
    try:
        return parsed_json(text)
    except json.JSONDecodeError as error:
        at = f"line {line + error.lineno - 1}, character {error.colno}"
        raise SettingError("FILE", f"{source!r}: {at}: not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise SettingError("FILE", f"{source!r}: line {line}: {error}") from None


def _is_columns(members: dict) -> bool:
    lists = [value for value in members.values() if isinstance(value, list)]
    is_split = isinstance(members.get("columns"), list) and isinstance(members.get("data"), list)
    return is_split or (len(lists) == len(members) > 1 and len({len(one) for one in lists}) == 1)


def _of_columns(source: str, members) -> Table:
    """Return the table of an object of lists, or of pandas' ``split``."""
    if not _is_columns(members):
        problem = (
            "expected an object per line, a list of objects, or an object of lists of one length "
            'such as {"label": [...], "probs": [...]}; pandas writes them with orient="records"'
        )
        raise SettingError("FILE", f"{source!r}: {problem}")
    if "columns" in members and "data" in members:
        names, rows = members["columns"], members["data"]
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, list) or len(row) != len(names):
                problem = f"record {number}: expected a list of {len(names)} values"
                raise SettingError("FILE", f"{source!r}: {problem}")
        members = dict(zip(map(str, names), map(list, zip(*rows, strict=True)), strict=False))
    columns = {name: _column(values) for name, values in members.items()}
    return table_of(source, pa.table(columns), lambda row: f"record {row + 1}")


def _table(source: str, records, place) -> Table:
    """Return the table of a list of objects."""
    for row, record in enumerate(records):
        if not isinstance(record, dict):
            problem = f"{place(row)}: expected an object with names, got {shown(record)}"
            raise SettingError("FILE", f"{source!r}: {problem}")
    if is_lm_eval(records):
        return table_of_choices(source, records, place)
    records = _without_objects(records)
    names = {name: None for record in records for name in record}
    columns = {name: _column([record.get(name) for record in records]) for name in names}
    return table_of(source, pa.table(columns), place)


def _without_objects(records: Sequence[dict]) -> Sequence[dict]:
    """Return records with ``{"probs": {"cat": 0.9, "dog": 0.1}}`` as columns ``probs.cat``, ...

    Objects whose members are in another order from record to record, as of the largest scores
    first, stay: which number a class has is not said. So does one record of nothing but objects,
    which are the columns of pandas by their index.
    """
    if not records or all(isinstance(value, dict) for value in records[0].values()):
        return records
    names = {name for record in records for name in record}
    found = {}
    for name, value in records[0].items():
        columns = [f"{name}.{key}" for key in value] if isinstance(value, dict) else []
        is_free = bool(columns) and names.isdisjoint(columns)
        if is_free and all(_is_like(value, record.get(name)) for record in records):
            found[name] = dict(zip(value, columns, strict=True))
    return [_flat(record, found) for record in records] if found else records


def _is_like(first: dict, value) -> bool:
    """Return whether a value is an object of numbers with the members of the first one."""
    if not isinstance(value, dict) or list(value) != list(first):
        return False
    return all(one is None or type(one) in (int, float) for one in value.values())


def _flat(record: dict, found: dict[str, dict[str, str]]) -> dict:
    """Return a record with the members of some objects as members of its own."""
    flat = {}
    for name, value in record.items():
        columns = found.get(name)
        flat |= {columns[key]: one for key, one in value.items()} if columns else {name: value}
    return flat


def _column(values: list) -> pa.Array:
    """Return values as a column; those of several types as texts, which are decided later."""
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError, ValueError, TypeError):
        return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)

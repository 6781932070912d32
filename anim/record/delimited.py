"""Reads text tables: CSV, TSV and the like, with any separator; every cell is read as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from anim.errors import SettingError
from anim.record.tables import Table, named_once, shown, table_of
from anim.record.unpacking import text_in

if TYPE_CHECKING:
    import pyarrow as pa

_SEPARATORS = ",;\t|"
# How much of a file decides what separates its cells: characters, and records.
_SAMPLE, _RECORDS = 1 << 18, 50
# The most characters in a cell: the limit of Python's csv module.
_LONGEST = 131_072
_COLUMNS = 200_000
# Rows that are handed to Arrow at once.
_ROWS = 4096
_INTEGER = re.compile(r"\d{1,9}")
_NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?")


def read_delimited(path: Path) -> Table:
    """Return a text table with a header.

    Cells are separated by a comma, semicolon, tab or ``|``, whichever gives every row as many
    cells as the header. They may be quoted, and have spaces around them. Blank lines are skipped.

    Raises:
        SettingError: no header, rows of different lengths, open quotes, cells of more than 131,072
            characters.
    """
    source, raw = str(path), text_in(path)
    raw, skipped, separator = _separator(raw)
    records = _records(source, raw, separator, skipped)
    _, header, end = next(records, (0, [], 0))
    names = named_once(source, header)
    _check_header(source, names, skipped)
    # Arrow reads ten times as fast, but knows nothing of spaces before a quote.
    read = _quoted if b'"' in raw else _plain
    data = read(source, raw, separator, len(names), skipped, end)

    def place(row: int) -> str:
        lines = _records(source, raw, separator, skipped)
        next(lines)
        return f"line {next(line for i, (line, _, _) in enumerate(lines) if i == row)}"

    table = table_of(source, data.rename_columns(names), place)
    _check_lengths(table)
    return table


def _separator(raw: bytes) -> tuple[bytes, int, str]:
    """Return the text, how many lines in front of it are left out, and what separates cells.

    The separator is the one that gives the rows at the top equal numbers of cells, and the most of
    them. Excel's first line ``sep=;`` says it.
    """
    said = re.match(rb'"?sep=(.)"?\r?\n', raw)
    if said:
        return raw[said.end() :], 1, said[1].decode(errors="replace")
    text = raw[:_SAMPLE].decode(errors="ignore")
    lines = text.splitlines(keepends=True)
    lines = lines[:-1] if len(raw) > _SAMPLE and len(lines) > 1 else lines
    counts = {one: _counts(lines, one) for one in _SEPARATORS}
    even = {one: found[0] for one, found in counts.items() if len(set(found)) == 1}
    if max(even.values(), default=1) == 1:
        even = {one: found[0] for one, found in counts.items() if found}
    return raw, 0, max(even, key=lambda one: even[one], default=",")


def _counts(lines: list[str], separator: str) -> list[int]:
    """Return the number of cells in each of the first records."""
    found = []
    try:
        for cells in csv.reader(lines, delimiter=separator, skipinitialspace=True):
            if any(cell.strip() for cell in cells):
                found.append(len(cells))
            if len(found) == _RECORDS:
                break
    except csv.Error:
        pass
    return found


def _records(
    source: str, raw: bytes, separator: str, skipped: int
) -> Iterator[tuple[int, list[str], int]]:
    """Yield the header and the rows: the line where each starts, its cells, the line of its end.

    Blank lines are left out, also those with separators in them, as spreadsheets write them.

    Raises:
        SettingError: a row of another length, open quotes, or a cell that is too long.
    """
    text = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", newline="")
    options = {"delimiter": separator, "strict": True, "skipinitialspace": True}
    reader = csv.reader(text, **options)
    columns, line = None, 1 + skipped
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            line_of_error = f"line {line}: {_as_said(str(error))}"
            raise SettingError("FILE", f"{source!r}: {line_of_error}") from None
        if cells is None:
            return
        end = reader.line_num + skipped
        is_blank = not any(cell.strip() for cell in cells)
        if columns is None and not is_blank:
            columns = len(cells)
        # In one column, a blank cell is a value that is missing.
        if columns is not None and len(cells) == columns and not (is_blank and columns > 1):
            yield line, cells, end
        elif not is_blank:
            problem = f"line {line}: expected {columns} cells as in the header, got {len(cells)}"
            if columns == 1:
                problem += "; the header is the first line that is not blank"
            if any(cell.lstrip().startswith("[") for cell in cells):
                problem += "; a list that has the separator in it needs quotes around it"
            raise SettingError("FILE", f"{source!r}: {problem}")
        line = end + 1


def _as_said(problem: str) -> str:
    if problem.startswith("field larger"):
        return f"expected at most {_LONGEST:,} characters in a cell; is a quote left open?"
    if problem.startswith("unexpected end"):
        return "a quote that is opened here is never closed"
    return f"expected a separator after a closing quote ({problem})"


def _check_header(source: str, names: list[str], skipped: int) -> None:
    """Raise SettingError for a first row that holds values, or more columns than are plausible.

    Integers alone are the names of classes.
    """
    filled = [name for name in names if name]
    is_values = all(map(_NUMBER.fullmatch, filled)) and not all(map(_INTEGER.fullmatch, filled))
    if filled and is_values:
        problem = f"expected a header with the names of columns, got the number {shown(filled[0])}"
        raise SettingError("FILE", f"{source!r}: line {1 + skipped}: {problem}")
    if len(names) > _COLUMNS:
        problem = f"expected at most {_COLUMNS:,} columns, got {len(names):,}"
        raise SettingError("FILE", f"{source!r}: {problem}")


def _plain(
    source: str, raw: bytes, separator: str, columns: int, skipped: int, end: int
) -> pa.Table:
    """Read rows that have no quotes with Arrow."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    names = [str(i) for i in range(columns)]
    blank = separator + " \t\r\n"
    try:
        data = arrow_csv.read_csv(
            pa.BufferReader(_after_line(raw, end - skipped)),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=1 << 24),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator,
                quote_char=False,
                invalid_row_handler=lambda row: "error" if row.text.strip(blank) else "skip",
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                null_values=[],
            ),
        )
        return _without_blank_rows(data)
    except pa.ArrowInvalid as error:
        # Arrow does not know the line; the reading by lines finds it, and raises.
        for _ in _records(source, raw, separator, skipped):
            pass
        first = str(error).splitlines()[0]
        if "Empty CSV" in first:
            return pa.table({name: pa.array([], pa.string()) for name in names})
        raise SettingError("FILE", f"{source!r}: cannot be read: {shown(first)}") from None


def _without_blank_rows(data: pa.Table) -> pa.Table:
    """Return the rows of a table of texts that are not blank in each of several columns."""
    from anim.record.arrow import compute as pc

    if data.num_columns < 2:
        return data
    blank = None
    for column in data.columns:
        empty = pc.equal(pc.utf8_trim_whitespace(column), "")
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return data
    return data.filter(pc.invert(blank))


def _after_line(raw: bytes, line: int) -> bytes:
    """Return what follows a number of lines."""
    ends = re.finditer(rb"\r\n|\n|\r", raw)
    end = next((found.end() for i, found in enumerate(ends, start=1) if i == line), len(raw))
    return raw[end:]


def _quoted(
    source: str, raw: bytes, separator: str, columns: int, skipped: int, end: int
) -> pa.Table:
    """Read rows with quotes by Python's csv module, which handles spaces before them."""
    import pyarrow as pa

    chunks: list[list[pa.Array]] = [[] for _ in range(columns)]
    rows: list[list[str]] = []

    def add() -> None:
        for chunk, cells in zip(chunks, zip(*rows, strict=True), strict=True):
            chunk.append(pa.array(cells, pa.string()))
        rows.clear()

    records = _records(source, raw, separator, skipped)
    next(records)
    for _, cells, _ in records:
        rows.append(cells)
        if len(rows) == _ROWS:
            add()
    if rows:
        add()
    names = [str(i) for i in range(columns)]
    return pa.table([pa.chunked_array(chunk, pa.string()) for chunk in chunks], names=names)


def _check_lengths(table: Table) -> None:
    """Raise SettingError for a cell that is too long, as the csv module does."""
    from anim.record.arrow import compute as pc

    for name in table.types:
        lengths = pc.binary_length(table.column(name))
        if pc.max(lengths).as_py() > _LONGEST:
            row = pc.index(pc.greater(lengths, _LONGEST), True).as_py()
            problem = f"expected at most {_LONGEST:,} characters in a cell"
            table.fail(f"{table.place(row)}, column {shown(name)}: {problem}")

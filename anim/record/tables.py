"""A table of somebody's predictions in memory: columns of Arrow, and where each row stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from anim.checks import labels
from anim.errors import SettingError
from anim.record.spelling import words

if TYPE_CHECKING:
    import pyarrow as pa

# The most of a value that an error shows.
_SHOWN = 60
# The most names that an error lists.
_LISTED = 12


@dataclass(frozen=True)
class Table:
    """Columns of equal length.

    Attributes:
        source: the file or frame, for messages.
        types: the type of each column by its name, in order.
        rows: N.
        read: returns a column [N] by its name.
        place: says where a row stands in the source, such as ``line 7``.
    """

    source: str
    types: dict[str, pa.DataType]
    rows: int
    read: Callable[[str], pa.Array]
    place: Callable[[int], str]
    _read_before: dict[str, pa.Array] = field(default_factory=dict, repr=False)

    def column(self, name: str) -> pa.Array:
        """Return a column [N].

        Raises:
            SettingError: it cannot be read.
        """
        if name not in self._read_before:
            self._read_before[name] = self.read(name)
        return self._read_before[name]

    def refuse(self, column: str, row: int, expected: str) -> NoReturn:
        """Raise SettingError about one cell, with its place and value."""
        cell = self.column(column)[row].as_py()
        where = f"{self.place(row)}, column {shown(column)}"
        got = "an empty cell" if cell is None or cell == "" else shown(cell)
        self.fail(f"{where}: expected {expected}, got {got}")

    def fail(self, problem: str) -> NoReturn:
        """Raise SettingError about the table."""
        raise SettingError("FILE", f"{self.source!r}: {problem}")


# Suffixes of tables, and of what they are packed with.
PACKED = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}
TABLES = words(".csv .tsv .txt .parquet .pq .feather .arrow .ipc .json .jsonl .ndjson")


def shown(value: object) -> str:
    """Return a value as one short line without control characters."""
    if not isinstance(value, str):
        text = str(value)
        return (text if text.isprintable() else repr(text)[1:-1])[:_SHOWN]
    # NumPy's own texts have another repr.
    text = str(value)
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")


def listed(names: Sequence[str]) -> str:
    """Return names as `shown`, separated by commas, abbreviated if there are many."""
    some = [shown(name)[1:-1] or "''" for name in names[: _LISTED + 1]]
    return labels.listed(some, _LISTED)


def named_once(source: str, names: Sequence[str]) -> list[str]:
    """Return names of columns without spaces around them; empty ones after the first are numbered.

    Raises:
        SettingError: two columns of one name.
    """
    found: dict[str, int] = {}
    for number, name in enumerate(map(str.strip, names), start=1):
        name = f"column {number}" if not name and "" in found else name
        if name in found:
            problem = f"columns {found[name]} and {number} are both named {shown(name)}"
            raise SettingError("FILE", f"{source!r}: {problem}")
        found[name] = number
    return list(found)


def table_of(source: str, data: pa.Table, place: Callable[[int], str]) -> Table:
    """Return a table whose columns are in memory.

    Raises:
        SettingError: no columns, no rows, or two columns of one name.
    """
    names = named_once(source, data.column_names)
    columns = dict(zip(names, data.columns, strict=True))
    types = {name: column.type for name, column in columns.items()}
    table = Table(source, types, data.num_rows, lambda name: combined(columns[name]), place)
    check_not_empty(table)
    return table


def check_not_empty(table: Table) -> None:
    """Raise SettingError for a table without columns or rows."""
    if not table.types or not table.rows:
        table.fail(f"expected a header and rows, got {len(table.types)} columns, {table.rows} rows")


def combined(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return the chunks of a column as one array, without dictionaries."""
    import pyarrow as pa

    from anim.record.arrow import compute as pc

    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if column.type == pa.string_view():
        column = column.cast(pa.large_string())
    if isinstance(column, pa.ChunkedArray):
        # A text column of more than 2 GiB needs 64-bit offsets to be one array.
        if pa.types.is_string(column.type):
            column = column.cast(pa.large_string())
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column


def read_table(path: Path) -> Table:
    """Return the table in a file, by its suffix.

    Raises:
        SettingError: a file of another kind, or one that cannot be read.
    """
    from anim.record.delimited import read_delimited

    inner = Path(path.stem).suffix.lower() if path.suffix.lower() in PACKED else path.suffix.lower()
    if inner in (".parquet", ".pq", ".feather", ".arrow", ".ipc"):
        from anim.record.columnar import read_columnar

        return read_columnar(path)
    if inner in (".json", ".jsonl", ".ndjson"):
        from anim.record.json_tables import read_json

        return read_json(path)
    return read_delimited(path)


def is_table(path: Path) -> bool:
    """Return whether the suffix of a file is that of a table, packed or not."""
    suffix = path.suffix.lower()
    return (Path(path.stem).suffix.lower() if suffix in PACKED else suffix) in TABLES

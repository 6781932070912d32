"""Reads Parquet and Arrow files, a column at a time, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from pyarrow import ipc, parquet

from anim.errors import SettingError
from anim.files import open_regular
from anim.record.cells import is_text
from anim.record.tables import Table, check_not_empty, combined, named_once, shown, table_of
from anim.record.unpacking import LIMIT

# The most rows of a table, and values of a list column.
_ROWS = 100_000_000
# Bytes of a column that are decoded at once.
_AT_ONCE = 1 << 26


def read_columnar(path: Path) -> Table:
    """Return the table in a Parquet or Arrow (Feather, IPC) file.

    Raises:
        SettingError: another kind of file, a damaged one, or one that unpacks to too much.
    """
    if path.suffix.lower() in (".parquet", ".pq"):
        return _parquet(path)
    with _one_line(str(path)), open_regular(path) as file:
        try:
            data = ipc.open_file(file).read_all()
        except pa.ArrowInvalid:
            file.seek(0)
            data = ipc.open_stream(file).read_all()
        # What a stranger wrote may point outside of its own buffers.
        data.validate(full=True)
        return table_of(str(path), data, _row)


def _parquet(path: Path) -> Table:
    source = str(path)
    with _one_line(source), open_regular(path) as file:
        content = parquet.ParquetFile(file)
        rows, schema = content.metadata.num_rows, content.schema_arrow
    if rows > _ROWS:
        problem = f"expected at most {_ROWS:,} rows, got {rows:,}"
        raise SettingError("FILE", f"{source!r}: {problem}")
    names = named_once(source, schema.names)
    places = {name: i for i, name in enumerate(names)}
    types = dict(zip(names, schema.types, strict=True))

    def read(name: str) -> pa.Array:
        with _one_line(source), open_regular(path) as file:
            return _parquet_column(file, source, schema.names[places[name]], rows)

    table = Table(source, types, rows, read, _row)
    check_not_empty(table)
    return table


def _parquet_column(file, source: str, name: str, rows: int) -> pa.Array:
    """Read one column in steps, so that one which unpacks to too much is noticed before it does."""
    # Texts that repeat stay what they are: numbers of a dictionary.
    kind = parquet.read_schema(file).field(name).type
    file.seek(0)
    content = parquet.ParquetFile(file, read_dictionary=[name] if is_text(kind) else None)
    groups = content.metadata.num_row_groups
    widest = max((content.metadata.row_group(i).total_byte_size for i in range(groups)), default=1)
    at_once = min(max(_AT_ONCE // max(widest, 1), 1024), 65_536)
    chunks, size = [], 0
    for batch in content.iter_batches(batch_size=at_once, columns=[name]):
        chunks.append(batch.column(0))
        size += chunks[-1].nbytes
        if size > LIMIT:
            problem = f"column {shown(name)}: expected at most {LIMIT:,} bytes unpacked, got more"
            raise SettingError("FILE", f"{source!r}: {problem}")
    column = pa.chunked_array(chunks)
    column.validate(full=True)
    if len(column) != rows:
        problem = f"column {shown(name)}: expected {rows} rows, got {len(column)}"
        raise SettingError("FILE", f"{source!r}: {problem}")
    return combined(column)


def _row(row: int) -> str:
    return f"row {row + 1}"


@contextmanager
def _one_line(source: str) -> Iterator[None]:
    """Raise SettingError, in one line, for what Arrow cannot read."""
    try:
        yield
    except (pa.ArrowException, OSError, MemoryError, OverflowError, EOFError) as error:
        if isinstance(error, OSError) and error.strerror:
            raise
        lines: list[str] = str(error).splitlines() or [type(error).__name__]
        raise SettingError("FILE", f"{source!r} cannot be read: {shown(lines[0])}") from error

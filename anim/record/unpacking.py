"""Bytes and text of files that may be packed, bounded before they are read."""

from __future__ import annotations

import codecs
import io
from pathlib import Path

from anim.errors import SettingError
from anim.files import open_regular
from anim.record.tables import PACKED

# The most bytes of text that are read at once.
LIMIT = 1 << 30
# A packed file may grow to this much, or by this factor.
_SMALL, _RATIO = 1 << 26, 100
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_in(path: Path, limit: int = LIMIT) -> bytes:
    """Return the text of a regular file as UTF-8 without a mark in front.

    Files are unpacked by their suffix, and decoded by their mark (BOM) from UTF-8, UTF-16 or
    UTF-32; without one they are UTF-8, or UTF-16 if every other byte is 0.

    Raises:
        SettingError: a larger file, or one in another encoding.
        OSError: it cannot be read, or is not a regular file.
    """
    raw = _unpacked(path, limit)
    mark, encoding = next((pair for pair in _MARKS if raw.startswith(pair[0])), (b"", "utf-8"))
    if not mark and raw[:64].count(0) * 3 > len(raw[:64]):
        encoding = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    try:
        if encoding != "utf-8":
            return raw.decode(encoding).encode()
        raw = raw[len(mark) :]
        if not raw.isascii():
            raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = (
            f"line {line}: expected {encoding.upper()} text, got byte 0x{raw[error.start]:02x}"
        )
        raise SettingError("FILE", f"{str(path)!r}: {problem}; save the file as UTF-8") from None
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise SettingError("FILE", f"{str(path)!r}: line {line}: expected text, got a NUL byte")
    return raw


def _unpacked(path: Path, limit: int) -> bytes:
    import pyarrow as pa

    method = PACKED.get(path.suffix.lower())
    with open_regular(path) as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        most = limit if method is None else min(limit, max(_SMALL, _RATIO * size))
        if method is None:
            raw = file.read(most + 1) if size <= most else None
        else:
            with pa.input_stream(file, compression=method) as stream:
                raw = stream.read(most + 1)
    if raw is None or len(raw) > most:
        packed = "" if method is None else f" (unpacked from {size:,})"
        problem = (
            f"expected at most {most:,} bytes{packed}; save it as .parquet or in several files"
        )
        raise SettingError("FILE", f"{str(path)!r}: {problem}")
    return raw

"""Arrays in NumPy's formats, ``.npy`` and ``.npz``, read without trusting what they claim.

Headers are matched, not evaluated; no array is allocated before its size is known to be plausible;
pickles are never loaded. The format is that of ``numpy.lib.format``.
"""

from __future__ import annotations

import lzma
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from anim.errors import SettingError
from anim.files import open_regular

# The longest header that NumPy itself reads.
_HEADER_BYTES = 10_000
_MAGIC = re.compile(rb"\x93NUMPY([\x01-\x03])\x00")
_DTYPE = re.compile(
    r"""['"]descr['"]\s*:\s*(?:['"]([<>|=]?[A-Za-z][0-9]{0,6}(?:\[\w{1,12}\])?)['"]|(\[))"""
)
_ORDER = re.compile(r"""['"]fortran_order['"]\s*:\s*(True|False)""")
_SHAPE = re.compile(r"""['"]shape['"]\s*:\s*\(([0-9L,\s]*)\)""")
# What compressed arrays may grow to: this much, or by this factor. Labels that are sorted shrink
# by a factor of 1000, but they are small.
_SMALL, _RATIO = 1 << 26, 200
# NumPy packs arrays plainly or with deflate.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Entries of an archive; NumPy's hold a handful.
_ENTRIES = 10_000
# What NumPy, zipfile and its decompressors raise; the last of zipfile's are for an archive that is
# encrypted, and for one of a version that Python does not read.
_BROKEN = (
    ValueError,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
)


class Archive(Mapping[str, np.ndarray]):
    """The arrays of an open ``.npz`` file, each read when it is asked for.

    Raises:
        SettingError: it is not an archive, or an array in it cannot be read.
    """

    def __init__(self, file: IO[bytes], path: Path):
        self._path = path
        with errors_of_file("FILE", path):
            self._zip = zipfile.ZipFile(file)
            self._entries = self._checked_entries()

    def _checked_entries(self) -> dict[str, zipfile.ZipInfo]:
        """Return the entries by the names of their arrays."""
        if len(self._zip.infolist()) > _ENTRIES:
            raise ValueError(f"expected at most {_ENTRIES:,} arrays")
        entries: dict[str, zipfile.ZipInfo] = {}
        for entry in self._zip.infolist():
            name = entry.filename.removesuffix(".npy")
            if name in entries:
                raise ValueError(f"expected one array of each name, got {name!r} twice")
            entries[name] = entry
        return entries

    def __getitem__(self, name: str) -> np.ndarray:
        entry = self._entries[name]
        with errors_of_file("FILE", self._path):
            return self._read(name, entry)

    def _read(self, name: str, entry: zipfile.ZipInfo) -> np.ndarray:
        if entry.compress_type not in _METHODS:
            raise ValueError(f"{name!r}: expected an array packed by NumPy, got another packing")
        most = max(_SMALL, _RATIO * entry.compress_size)
        if entry.file_size > most:
            claim = f"{entry.file_size:,} bytes out of {entry.compress_size:,}"
            raise ValueError(f"{name!r}: expected at most {most:,} bytes, got {claim}")
        with self._zip.open(entry) as stream:
            return _array(stream, entry.file_size, f"{name!r}: ")

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Yield the arrays of an ``.npz`` file.

    Raises:
        SettingError: it is not a regular file, or as `Archive`.
    """
    # Not around what the caller does: a fault of ours is no fault of the file.
    with errors_of_file("FILE", path):
        file = open_regular(path)
    with file:
        yield Archive(file, path)


def load(path: Path, setting: str = "FILE") -> np.ndarray:
    """Return the array in an ``.npy`` file.

    Args:
        path: of the file.
        setting: that the file was given for, for messages.

    Raises:
        SettingError: it is not a regular file, or holds no array of numbers or texts.
    """
    with errors_of_file(setting, path), open_regular(path) as file:
        size = file.seek(0, 2)
        file.seek(0)
        return _array(file, size, "")


@contextmanager
def errors_of_file(setting: str, path: Path) -> Iterator[None]:
    """Raise SettingError, in one line that names the file, for what cannot be read of it."""
    try:
        yield
    except SettingError:
        raise
    except FileNotFoundError:
        raise SettingError(setting, f"there is no file {str(path)!r}") from None
    except _BROKEN as error:
        problem = getattr(error, "strerror", None) or str(error) or "it ends too early"
        line = " ".join(problem.split())
        raise SettingError(setting, f"{str(path)!r} cannot be read: {line}") from error


def _array(stream: IO[bytes], size: int, name: str) -> np.ndarray:
    """Return the array in a stream.

    Args:
        stream: at the start of an ``.npy`` file.
        size: the most bytes that the stream can hold.
        name: of the array, for messages.
    """
    dtype, shape, is_fortran, start = _header(stream, name)
    needed = dtype.itemsize * math.prod(shape)
    if needed > size - start or max(shape, default=0) > size:
        claim = f"its header says {dtype} of shape {_shown(shape)}"
        raise ValueError(f"{name}expected an array of {max(size - start, 0):,} bytes, {claim}")
    flat = np.empty(needed, np.uint8)
    filled = 0
    while filled < needed:
        block = stream.read(min(1 << 20, needed - filled))
        if not block:
            raise ValueError(f"{name}expected {needed:,} bytes of numbers, got {filled:,}")
        flat[filled : filled + len(block)] = np.frombuffer(block, np.uint8)
        filled += len(block)
    # The rest is read as well: an archive checks its sum at the end.
    stream.read(1)
    if dtype.kind == "b" and (flat > 1).any():
        raise ValueError(f"{name}expected booleans of 0 and 1, got {flat.max()}")
    values = flat.view(dtype).astype(dtype.newbyteorder("="), copy=False)
    return values.reshape(shape, order="F" if is_fortran else "C")


def _header(stream: IO[bytes], name: str) -> tuple[np.dtype, tuple[int, ...], bool, int]:
    """Return dtype, shape, whether the first axis varies fastest, and where the numbers start."""
    start = stream.read(8)
    version = _MAGIC.fullmatch(start)
    if version is None:
        raise ValueError(f"{name}expected an array saved by NumPy, got {start[:8]!r}")
    width = 2 if version[1] == b"\x01" else 4
    length = int.from_bytes(stream.read(width), "little")
    if length > _HEADER_BYTES:
        raise ValueError(
            f"{name}expected a header of at most {_HEADER_BYTES:,} bytes, got {length:,}"
        )
    text = stream.read(length).decode("utf-8" if version[1] == b"\x03" else "latin-1")
    kind, order, shape = (pattern.search(text) for pattern in (_DTYPE, _ORDER, _SHAPE))
    if kind is None or order is None or shape is None:
        raise ValueError(f"{name}expected a header of NumPy, got {text.strip()[:60]!r}")
    axes = tuple(int(axis[:20]) for axis in re.findall(r"[0-9]+", shape[1]))
    if len(axes) > 32:
        raise ValueError(f"{name}expected at most 32 axes, got {len(axes)}")
    return _dtype_of(kind[1], name), axes, order[1] == "True", 8 + width + length


def _dtype_of(described: str | None, name: str) -> np.dtype:
    """Return the dtype that a header describes; None stands for a structured one."""
    accepted = "expected an array of numbers, booleans or texts"
    if described is None:
        raise ValueError(f"{name}{accepted}, got records with named fields")
    kind = described.lstrip("<>|=")[0]
    if kind == "O":
        raise ValueError(f"{name}{accepted}, got Python objects (a pickle), which are not loaded")
    if kind == "V":
        hint = "; NumPy saves bfloat16 and float8 without their names: save float32"
        raise ValueError(f"{name}{accepted}, got raw bytes ({described}){hint}")
    if kind not in "biufUS":
        raise ValueError(f"{name}{accepted}, got {described!r}")
    try:
        dtype = np.dtype(described)
    except TypeError:
        raise ValueError(f"{name}{accepted}, got {described!r}") from None
    if not dtype.itemsize:
        raise ValueError(f"{name}expected texts of at least one letter, got {described!r}")
    return dtype


def _shown(shape: tuple[int, ...]) -> str:
    some = ", ".join(str(axis) for axis in shape[:4])
    return f"[{some}{', ...' if len(shape) > 4 else ''}]"

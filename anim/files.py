"""Reads files from strangers: regular ones only, of bounded size, and JSON of bounded depth."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

# Levels of nesting in JSON.
_DEEPEST = 64
# A string, which may be left open at the end, or a bracket outside of strings.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.?)*+"?|[\[\]{}]', re.DOTALL)
# Windows opens files as text unless it is told otherwise, and has none of the other flags.
_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


def open_regular(path: str | os.PathLike) -> BinaryIO:
    """Open a regular file, or a link to one, for reading bytes.

    A FIFO would block until somebody writes to it, a device may never end: both are refused
    without being opened.

    Raises:
        OSError: the file cannot be opened, or is not a regular file. It has a ``filename`` and a
            ``strerror``, as those of the system have.
    """
    name = os.fspath(path)
    try:
        _check_mode(Path(name).stat().st_mode, name)
        descriptor = os.open(name, _FLAGS)
    except ValueError:
        # Python's own error, for a NUL inside a name.
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), name) from None
    try:
        # Another file may have taken its place since.
        _check_mode(os.fstat(descriptor).st_mode, name)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_bounded(path: str | os.PathLike, limit: int) -> bytes:
    """Return the content of a regular file of at most ``limit`` bytes.

    Raises:
        OSError: it is larger, cannot be read, or is not a regular file.
    """
    with open_regular(path) as file:
        # The size that the system reports is not trusted: the file may be growing.
        is_larger = os.fstat(file.fileno()).st_size > limit
        content = b"" if is_larger else file.read(limit + 1)
    if is_larger or len(content) > limit:
        raise OSError(errno.EFBIG, f"larger than {limit:,} bytes", os.fspath(path))
    return content


def _check_mode(mode: int, name: str) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a regular file", name)


def parsed_json(content: str | bytes) -> Any:
    """Return what JSON holds.

    Raises:
        ValueError: it is not JSON, is nested deeper than 64 levels, or names a member twice.
    """
    if isinstance(content, bytes):
        content = content.decode(json.detect_encoding(content))
    # Python's parser overflows its stack for nesting of any depth.
    if content.count("[") + content.count("{") > _DEEPEST:
        _check_depth(content)
    return json.loads(content, object_pairs_hook=_distinct)


def _check_depth(content: str) -> None:
    """Raise ValueError for JSON that is nested too deep, in linear time."""
    depth = 0
    for token in _TOKEN.finditer(content):
        mark = token[0][0]
        depth += (mark in "[{") - (mark in "]}")
        if depth > _DEEPEST:
            raise ValueError(f"expected at most {_DEEPEST} levels of brackets, got more")


def _distinct(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"an object has the member {name[:60]!r} twice")
        found[name] = value
    return found

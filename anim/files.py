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


def parsed_json(content: bytes) -> Any:
    """Return what JSON holds.

    Raises:
        ValueError: it is not JSON, is nested deeper than 64 levels, or names a key twice.
    """
    # Python's parser overflows its stack for nesting of any depth.
    if content.count(b"[") + content.count(b"{") > _DEEPEST and _depth(content) > _DEEPEST:
        raise ValueError(f"expected at most {_DEEPEST} levels of nesting")
    return json.loads(content, object_pairs_hook=_distinct)


def _depth(content: bytes) -> int:
    """Return how deeply JSON is nested, in linear time; stop counting when it is too deep."""
    depth = deepest = 0
    is_text = False
    for token in re.finditer(rb'\\.|[\[\]{}"]', content, re.DOTALL):
        mark = token[0]
        if mark == b'"':
            is_text = not is_text
        elif not is_text:
            depth += (mark in b"[{") - (mark in b"]}")
            deepest = max(deepest, depth)
            if deepest > _DEEPEST:
                break
    return deepest


def _distinct(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    pairs = list(pairs)
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice in an object")
    return found

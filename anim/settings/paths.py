"""Paths of recordings."""

from __future__ import annotations

import os
import re
from pathlib import Path

from anim.errors import SettingError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# `pathlib` makes one slash of two.
_URL_AS_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/[^/]")


def local_folder(path: str | os.PathLike, name: str = "path") -> Path:
    """Return a path as it is given, unless it is a URL.

    Args:
        path: of a folder. A name with a colon, such as ``C:\\runs`` or ``run:1``, is one.
        name: of the argument, for the error.

    Raises:
        SettingError: a URL, such as ``s3://bucket/run``: recordings are local folders.
    """
    text = os.fspath(path)
    pattern = _URL if isinstance(path, str) else _URL_AS_PATH
    if isinstance(text, str) and pattern.match(text) and not Path(text.partition("/")[0]).is_dir():
        url = re.sub(":/(?!/)", "://", text, count=1)
        problem = f"expected a local folder, got {url!r}; buckets and other URLs are not supported"
        raise SettingError(name, problem)
    return Path(os.fsdecode(text))

"""Where a recording lies: which paths are folders, and how TensorStore is given them."""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import os
import re
import shutil
import tempfile
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


def address(folder: Path) -> str:
    """Return the path that TensorStore opens a folder by, with a slash at its end.

    TensorStore takes a backslash for a slash, and cannot be given names that are not UTF-8. A
    folder with such a name is opened through a link in a temporary folder.
    """
    whole = folder.resolve()
    if os.name != "nt":
        for above in (whole, *whole.parents):
            if _is_odd(above.name):
                return f"{Path(_link_to(above, os.getpid()), whole.relative_to(above))}/"
    return f"{whole.as_posix()}/"


def _is_odd(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return True
    return "\\" in name


@functools.cache
def _link_to(folder: Path, process: int) -> Path:
    link = _folder_of_links(process) / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    with contextlib.suppress(FileExistsError):
        link.symlink_to(folder)
    return link


@functools.cache
def _folder_of_links(process: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="anim-links-"))
    atexit.register(_remove, folder, process)
    return folder


def _remove(folder: Path, process: int) -> None:
    # A forked child also runs what its parent registered.
    if os.getpid() == process:
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)

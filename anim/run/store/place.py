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
from typing import NamedTuple
from urllib.request import url2pathname

from anim.errors import SettingError

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
# `pathlib` makes one slash of two.
_URL_AS_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/[^/]")
BUCKETS = ("gs", "memory", "s3")


class Url(NamedTuple):
    """A place in a bucket.

    Attributes:
        scheme: one of `BUCKETS`.
        bucket: its name.
        path: in the bucket, without slashes at its ends; may be empty.
    """

    scheme: str
    bucket: str
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}" + (f"/{self.path}" if self.path else "")

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the bucket, and of what is inside each other in it."""
        return self.bucket, *(self.path.split("/") if self.path else ())

    def child(self, name: str) -> Url:
        """Return a place inside."""
        return self._replace(path=f"{self.path}/{name}" if self.path else name)


def located(path: str | os.PathLike, name: str = "path") -> Path | Url:
    """Return the folder or the place in a bucket that a path names.

    Args:
        path: of a folder, such as ``runs/mine``, ``C:\\runs``, ``run:1`` or ``file:///runs/mine``,
            or a URL such as ``s3://bucket/run``, also one of which `pathlib` made a path.
        name: of the argument, for the error.

    Raises:
        SettingError: a URL of another kind, or one that names no bucket.
    """
    text = os.fspath(path)
    pattern = _URL if isinstance(path, str) else _URL_AS_PATH
    if not isinstance(text, str) or not pattern.match(text) or _is_folder(text):
        return Path(os.fsdecode(text))
    scheme, _, rest = text.partition(":/")
    scheme = scheme.lower()
    # Of a path, `file:///x` is `file:/x`, and `s3://x` is `s3:/x`.
    rest = rest.removeprefix("/") if isinstance(path, str) or scheme != "file" else f"/{rest}"
    url = text if isinstance(path, str) else f"{scheme}://{rest}"
    if scheme == "file":
        host, slash, inside = rest.partition("/")
        if slash and host in ("", "localhost"):
            return Path(url2pathname(f"/{inside}"))
        raise SettingError(name, f"expected file:///FOLDER, got {url!r}")
    if scheme not in BUCKETS:
        known = "file://, gs://, memory:// or s3://"
        raise SettingError(name, f"expected a folder, or a URL of {known}, got {url!r}")
    bucket, _, inside = rest.partition("/")
    inside = inside.strip("/")
    if not bucket or any(part in ("", ".", "..") for part in inside.split("/") if inside):
        raise SettingError(name, f"expected {scheme}://BUCKET/RUN, got {url!r}")
    return Url(scheme, bucket, inside)


def _is_folder(text: str) -> bool:
    """Return whether a text that looks like a URL goes through a folder that is there."""
    return Path(text.partition("/")[0]).is_dir()


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

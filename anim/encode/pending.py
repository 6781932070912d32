"""Files that appear complete or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_PIECE = 1 << 20
_LONGEST_START = 200


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Make an `OSError` name the requested file instead of the temporary one."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


class PendingFile:
    """A file that takes its place only when it is committed.

    Where the system allows it (Linux), the bytes go to a file without a name, which vanishes with
    the process however that ends. Elsewhere they go to a hidden temporary file in the same folder.

    Args:
        target: where the file goes.

    Attributes:
        path: the path to open and write to.
    """

    def __init__(self, target: Path):
        self._target = Path(os.path.realpath(target))
        # The target's name may already have the maximum length.
        start = os.fsdecode(os.fsencode(self._target.name)[:_LONGEST_START])
        self._named = self._target.with_name(f".{start}.{secrets.token_hex(4)}.part")
        try:
            flags = os.O_TMPFILE | os.O_RDWR
            self._descriptor = os.open(self._target.parent, flags, 0o666)
            self._anonymous = True
        except (AttributeError, OSError):
            flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
            self._descriptor = os.open(self._named, flags, 0o666)
            self._anonymous = False
        self._is_open, self._final_size = True, 0
        self.path = f"/proc/self/fd/{self._descriptor}" if self._anonymous else str(self._named)

    def open(self) -> BinaryIO:
        """Return a stream for reading and writing."""
        return Path(self.path).open("w+b")

    @property
    def size(self) -> int:
        """Number of bytes written."""
        return os.fstat(self._descriptor).st_size if self._is_open else self._final_size

    def commit(self) -> None:
        """Move the file to its place, replacing an earlier one."""
        if self._target.exists():
            os.fchmod(self._descriptor, stat.S_IMODE(self._target.stat().st_mode))
        os.fsync(self._descriptor)
        if self._anonymous:
            # A directory descriptor makes Python call linkat, which can follow the /proc link.
            folder = os.open(self._target.parent, os.O_RDONLY)
            try:
                os.link(self.path, self._named, src_dir_fd=folder, follow_symlinks=True)
            finally:
                os.close(folder)
            # If the next step fails, `discard` has a name to remove.
            self._anonymous = False
        self._named.replace(self._target)
        self._anonymous = True
        self.discard()

    def discard(self) -> None:
        """Delete the file; do nothing after `commit`."""
        if not self._is_open:
            return
        self._final_size = self.size
        self._is_open = False
        os.close(self._descriptor)
        if not self._anonymous:
            self._named.unlink(missing_ok=True)


def insert(path: str, offset: int, content: bytes) -> None:
    """Insert bytes into a file at an offset, in bounded memory."""
    with Path(path).open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end > offset:
            start = max(offset, end - _PIECE)
            file.seek(start)
            piece = file.read(end - start)
            file.seek(start + len(content))
            file.write(piece)
            end = start
        file.seek(offset)
        file.write(content)

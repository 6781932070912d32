"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from anim.errors import SettingError

# Frames that may wait for an encoder.
AHEAD = 4
# With them, the one that is being taken and the one that is being encoded.
IN_FLIGHT = AHEAD + 2
_PIECE = 1 << 20
_LONGEST_START = 200


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Errors of the system name the file that was asked for, not the temporary one."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


class PendingFile:
    """A file that takes its place only when it is committed.

    Where the system can (Linux), the bytes go to a file without a name, which vanishes with the
    process however that ends. Elsewhere they go to a hidden temporary file in the same folder.

    Attributes:
        path: what to open and write to.
    """

    def __init__(self, target: Path):
        self._target = Path(os.path.realpath(target))
        # No longer than names may be, which the target's may be already.
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
        self.path = f"/proc/self/fd/{self._descriptor}" if self._anonymous else str(self._named)

    def open(self) -> BinaryIO:
        """A stream to write to, and to read what was written."""
        return Path(self.path).open("w+b")

    @property
    def size(self) -> int:
        """Bytes that were written."""
        return self._size if self._descriptor is None else os.fstat(self._descriptor).st_size

    def commit(self) -> None:
        """Puts the file in its place, over an earlier one."""
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
            # If it cannot take its place, it has a name to be removed.
            self._anonymous = False
        self._named.replace(self._target)
        self._anonymous = True
        self.discard()

    def discard(self) -> None:
        """Leaves nothing behind; does nothing after `commit`."""
        if self._descriptor is None:
            return
        self._size = self.size
        os.close(self._descriptor)
        self._descriptor = None
        if not self._anonymous:
            self._named.unlink(missing_ok=True)


def insert(path: str, offset: int, content: bytes) -> None:
    """Puts bytes into a file, before those at an offset, without reading all of it at once."""
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


def check_folder(path: Path) -> None:
    """Raise `SettingError` unless files can be made in a folder, which may have to be made too."""
    check_writable(path / "frame" if path.exists() else path)


def check_writable(path: Path) -> None:
    """Raise `SettingError` unless a file can be made at the path."""
    folder = path.resolve().parent
    if not folder.exists():
        raise SettingError("out", f"there is no folder {str(path.parent)!r}")
    if not folder.is_dir():
        raise SettingError("out", f"{str(path.parent)!r} is not a folder")
    if path.is_dir():
        raise SettingError("out", f"{str(path)!r} is a folder")
    if path.exists() and not path.is_file():
        raise SettingError("out", f"{str(path)!r} is not a regular file")
    try:
        PendingFile(path).discard()
    except OSError as error:
        raise SettingError("out", f"cannot write {str(path)!r}: {error.strerror}") from error

"""A recording in a folder of this machine, or of a file system that it mounts."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tensorstore as ts

from anim.errors import RecordingError
from anim.files import read_bounded
from anim.run.store.folders import lease, lock
from anim.run.store.place import address
from anim.run.store.store import Held

# Files of a folder that may be saved predictions.
_SAVED = frozenset((".csv", ".tsv", ".npz", ".npy", ".parquet", ".feather", ".jsonl"))
# What is in a folder before there is a recording: the file of the group while it is written, and
# what many processes say to each other.
_NOT_YET = re.compile(
    rf"(\.(zarr|session)\.json\.part|{re.escape(lease.NAME)})(\.[0-9a-f]{{32}})?|session\.json|ranks"
)


# How the names of folders begin in which rows wait; see `anim.run.store.folders.draft`.
DRAFT = ".collecting-"


class Folder:
    """A `Store` in a folder.

    Args:
        path: of the folder, which may not exist yet.

    Attributes:
        path: as given.
    """

    # Of larger chunks the CRC takes longer, as they leave the cache, and fewer fit into memory.
    chunk_bytes = 1 << 21
    names_arrays = False
    context = None

    def __init__(self, path: Path):
        self.path = path

    @property
    def name(self) -> str:
        return str(self.path)

    @property
    def title(self) -> str:
        return self.path.resolve().name

    @property
    def identity(self) -> str:
        return os.path.realpath(self.path)

    def child(self, name: str) -> Folder:
        return Folder(self.path / name)

    def spec(self, array: str) -> dict[str, Any]:
        return {
            "kvstore": {"driver": "file", "path": address(self.path / array)},
            # The lock on the folder is enough, and works where the system has no file locks.
            "context": {"file_io_locking": {"mode": "none"}},
        }

    def created(self, array: str, spec: dict[str, Any]) -> ts.TensorStore:
        return ts.open(spec, create=True, delete_existing=True).result()

    def reopened(self, array: str, count: int, empty: float | None) -> None:
        """Leave it to TensorStore."""

    def fence(self, steps: dict[str, Any]) -> None:
        """Do nothing: the lock of the system ends with its process."""

    def read(self, key: str, limit: int) -> bytes | None:
        try:
            return read_bounded(self.path / key, limit)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, key: str, content: bytes) -> None:
        self._part(key, content).replace(self.path / key)

    def write_if(self, key: str, content: bytes, stamp: object) -> object | None:
        """As of a `Store`; several processes may create a key at once, but only one replace it."""
        file = self.path / key
        if stamp is not None:
            if self.stamp(key) != stamp:
                return None
            self.write(key, content)
            return self.stamp(key)
        # A link, unlike a rename, never replaces a file.
        part = self._part(key, content, f".{uuid.uuid4().hex}")
        try:
            os.link(part, file)
        except FileExistsError:
            return None
        finally:
            part.unlink()
        return self.stamp(key)

    def _part(self, key: str, content: bytes, suffix: str = "") -> Path:
        """Write a file beside the one of a key, on disk when this returns."""
        file = self.path / key
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.name}.part{suffix}")
        with part.open("wb") as opened:
            opened.write(content)
            opened.flush()
            # Otherwise the file could be empty after the system has crashed.
            os.fsync(opened.fileno())
        return part

    def exists(self, key: str) -> bool:
        return (self.path / key).exists()

    def names(self, prefix: str = "") -> list[str]:
        try:
            return sorted(child.name for child in (self.path / prefix).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def stamp(self, key: str) -> tuple[int, int] | None:
        try:
            status = (self.path / key).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def renew(self, key: str) -> None:
        file = self.path / key
        copy = file.with_name(f".{file.name}.part")
        copy.write_bytes(file.read_bytes())
        copy.replace(file)

    def clear(self, arrays: Sequence[str]) -> None:
        for key in arrays:
            shutil.rmtree(self.path / key, ignore_errors=True)

    def check_objects(self, keys: Iterable[str], largest: int) -> None:
        folder = os.fspath(self.path)
        for key in keys:
            file = f"{folder}{os.sep}{key}"
            try:
                # A Path would take longer than the call, for each chunk of each snapshot.
                status = os.stat(file)  # noqa: PTH116
            except OSError:
                continue
            if not stat.S_ISREG(status.st_mode):
                raise ValueError(f"{file!r} is not a regular file")
            if status.st_size > largest:
                raise ValueError(
                    f"{file!r} has {status.st_size:,} bytes, expected at most {largest:,}"
                )

    def check_chunk(self, array: str, size: int) -> None:
        """Do nothing: the sizes of files are checked."""

    def check_claim(self, array: str, claimed: int, held: float) -> None:
        found = self._bytes_under(array, held)
        if found < held:
            raise RecordingError(
                f"{str(self.path / array)!r} claims to hold {claimed:,} bytes, but its files have "
                f"{found:,}"
            )

    def _bytes_under(self, key: str, enough: float) -> int:
        """Return the size of the files below a key; stop counting once there are enough bytes."""
        held = 0
        for inside, _, names in os.walk(self.path / key):
            for name in names:
                # A temporary file of a writer may be gone by now.
                with contextlib.suppress(FileNotFoundError):
                    held += (Path(inside) / name).stat().st_size
            if held >= enough:
                break
        return held

    def hold(self) -> Held:
        self.path.mkdir(parents=True, exist_ok=True)
        # Links and the working directory may change while it is recorded.
        self.path = self.path.resolve()
        held = lock.acquire(self.path)
        # Whatever line an interrupt stops, the lock is released.
        try:
            lock.remove_chunk_locks(self.path)
            for left in self.path.glob(f"{DRAFT}*"):
                shutil.rmtree(left, ignore_errors=True)
        except BaseException:
            held.release()
            raise
        return held

    def is_held(self) -> bool:
        return lock.is_being_recorded(self.path)

    def is_vacant(self) -> bool:
        # One call, as another process may create it between two.
        try:
            return all(_NOT_YET.fullmatch(file.name) for file in self.path.iterdir())
        except FileNotFoundError:
            return True
        except NotADirectoryError:
            return False

    def obstacle(self) -> str:
        if not self.path.is_dir():
            return "is a file, not a folder"
        return "is not a recording, and holds other files: expected a folder that is new or empty"

    def fixed(self) -> Folder:
        return Folder(self.path.resolve())

    def hint(self) -> str:
        path = self.path
        if path.is_file() or any(file.suffix.lower() in _SAVED for file in path.glob("*.*")):
            return "; python -m anim.record turns saved predictions into one"
        inside = sorted({str(file.parent) for file in path.glob("*/zarr.json")})
        inside += sorted({str(file.parent.parent) for file in path.glob("*/seed=*/zarr.json")})
        return f"; it contains {', '.join(inside[:5])}" if inside else ""

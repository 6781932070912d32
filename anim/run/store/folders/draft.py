"""Rows of a snapshot that are chunks of a recording before the snapshot is whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from anim.run.store import schema
from anim.run.store.chunks import Writes
from anim.run.store.failures import system_errors
from anim.run.store.folders.folder import DRAFT, Folder

# More rows than there are: only whole chunks are written.
_MANY = 1 << 40


class Draft:
    """Rows that come in order, written as chunks to a folder beside the arrays of a recording.

    As its last step the folder of the chunks is moved to its place among those of the array, so
    that nothing is written twice. It is removed with this object unless it was moved; `Folder.hold`
    removes those of a recorder that was killed.

    Args:
        store: of the recording, which is held.
        row: the shape of a row.
        dtype: float32 or float16.

    Attributes:
        dtype: as given.
        chunk: rows of a chunk.
    """

    def __init__(self, store: Folder, row: tuple[int, ...], dtype: np.dtype):
        self._row, self.dtype = row, dtype
        self.chunk = schema.rows_of_chunk(store, row, dtype)
        path = tempfile.mkdtemp(prefix=DRAFT, dir=store.path)
        self._store, self._path = store, Path(path)
        self._remove = weakref.finalize(self, _remove, path, os.getpid())
        self._array = schema.assumed(
            store,
            self._path.name,
            schema.snapshots_metadata((_MANY, *row), dtype, self.chunk, snapshots=1),
        )
        self._writes = Writes()
        self._failure: BaseException | None = None
        # Rows of whole chunks, which are written or being written; and those of the next one.
        self._written, self._begun = 0, 0
        self._rest = np.empty((self.chunk, *row), dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self), *self._row)

    @property
    def nbytes(self) -> int:
        """Bytes of all rows."""
        return len(self) * (self._rest.nbytes // self.chunk)

    def __len__(self) -> int:
        return self._written + self._begun

    def follow(self, places: np.ndarray) -> bool:
        """Return whether rows at these places are the next ones."""
        first = len(self)
        return bool((places == np.arange(first, first + len(places))).all())

    def write(self, places: np.ndarray, values: np.ndarray) -> None:
        """Copy the next rows, and begin to write those of chunks that are full.

        Args:
            places: [n], which `follow`.
            values: [n, ...] of the shape and dtype given.

        Raises:
            OSError: the disk is full, for example.
        """
        del places
        with self._failing():
            while len(values):
                count = min(len(values), self.chunk - self._begun)
                self._rest[self._begun : self._begun + count] = values[:count]
                self._begun += count
                values = values[count:]
                if self._begun == self.chunk:
                    self._writes.add(self._array, 0, self._rest, self._written)
                    self._rest = np.empty_like(self._rest)
                    self._written, self._begun = self._written + self.chunk, 0

    def end(self, count: int) -> None:
        """Wait until all rows are written, of which there are ``count``.

        Raises:
            OSError: as for `write`.
        """
        assert count == len(self)
        with self._failing():
            if self._begun:
                self._rest[self._begun :] = np.nan
                self._writes.add(self._array, 0, self._rest, self._written)
            self._writes.finish()

    def __getitem__(self, rows: slice) -> np.ndarray:
        """Read rows from a start to a stop."""
        start, stop, _ = rows.indices(len(self))
        found = np.empty((max(stop - start, 0), *self._row), self.dtype)
        whole = min(max(self._written - start, 0), len(found))
        with self._failing():
            self._writes.finish()
            if whole:
                found[:whole] = self._array[0, start : start + whole].read().result()
        first = max(start - self._written, 0)
        found[whole:] = self._rest[first : first + len(found) - whole]
        return found

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        """Raise the error of the system; and from then on, as chunks may be missing."""
        if self._failure is not None:
            raise self._failure
        try:
            with system_errors(self._store):
                yield
        except BaseException as error:
            self._failure = error
            raise

    def move(self, key: str) -> None:
        """Make the chunks those of a snapshot, in place of what an earlier attempt left there.

        Args:
            key: of the folder of chunks of the snapshot.

        Raises:
            OSError: the system could not do that.
        """
        chunks, place = self._path / "c" / "0", self._store.path / key
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)
        _sync(chunks)
        chunks.rename(place)
        _sync(place.parent)

    def discard(self) -> None:
        """Remove the rows that are not recorded."""
        with contextlib.suppress(ValueError, OSError):
            self._writes.finish()
        self._remove()


def _sync(folder: Path) -> None:
    """See to it that the names in a folder are on the disk, on systems that can do that."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _remove(path: str, process: int) -> None:
    """Remove a folder, in the process that made it."""
    if os.getpid() == process:
        shutil.rmtree(path, ignore_errors=True)

"""Rows that wait on the local disk until all of a snapshot are there, in any order."""

from __future__ import annotations

import math
import tempfile
import threading
import weakref

import numpy as np


class Spool:
    """Rows in a file without a name, which vanishes with this object.

    Args:
        folder: on whose disk the file is.
        row: the shape of a row.
        dtype: of the values.

    Attributes:
        shape: [N, ...], up to the last row that was written.
        dtype: as given.
    """

    def __init__(self, folder: str, row: tuple[int, ...], dtype: np.dtype):
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        self._row, self.dtype, self._rows = row, dtype, 0
        weakref.finalize(self, self._file.close)
        self._turn = threading.Lock()
        self._row_bytes = dtype.itemsize * math.prod(row)

    @property
    def shape(self) -> tuple[int, ...]:
        return (self._rows, *self._row)

    @property
    def nbytes(self) -> int:
        """Bytes of all rows."""
        return self._rows * self._row_bytes

    def __len__(self) -> int:
        return self._rows

    def write(self, places: np.ndarray, values: np.ndarray) -> None:
        """Write rows to places of their own.

        Args:
            places: [n] where each row is to be found again.
            values: [n, ...] of the shape and dtype given.

        Raises:
            OSError: the disk is full, for example.
        """
        values = np.ascontiguousarray(values, self.dtype)
        # Rows that follow each other are written at once.
        begins = np.flatnonzero(np.diff(places, prepend=places[0] - 2) != 1)
        for begin, end in zip(begins, [*begins[1:], len(places)], strict=True):
            rest = values[begin:end].reshape(-1).view(np.uint8).data
            with self._turn:
                self._file.seek(int(places[begin]) * self._row_bytes)
                while rest:
                    rest = rest[self._file.write(rest) :]
        self._rows = max(self._rows, int(places.max()) + 1)

    def follow(self, places: np.ndarray) -> bool:
        """Return True: rows may come in any order."""
        del places
        return True

    def end(self, count: int) -> None:
        """Leave out rows from this place on, which come from a batch that was refused."""
        self._rows = count

    def discard(self) -> None:
        """Close the file, which vanishes."""
        self._file.close()

    def __getitem__(self, rows: slice) -> np.ndarray:
        """Read rows from a start to a stop."""
        start, stop, _ = rows.indices(self._rows)
        found = np.empty((max(stop - start, 0), *self._row), self.dtype)
        rest = found.reshape(-1).view(np.uint8).data
        with self._turn:
            self._file.seek(start * self._row_bytes)
            while rest:
                count = self._file.readinto(rest)
                if not count:
                    raise OSError("the rows of a snapshot that waited on the disk are gone")
                rest = rest[count:]
        return found

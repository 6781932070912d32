"""Where rows of a snapshot wait until all of them are there."""

from __future__ import annotations

import os
import tempfile

import numpy as np

from anim.run.snapshots import Waiting
from anim.run.spool import Spool
from anim.run.store.folders.draft import Draft
from anim.run.store.folders.folder import Folder
from anim.run.store.store import Store

# Bytes that are moved at a time.
_MOVED = 1 << 22


class Scratch:
    """A place on a local disk for rows that are to be written to a store.

    Args:
        store: of the recording.
        takes_chunks: whether rows in order may be written as chunks of its arrays, if it is a
            folder.
    """

    def __init__(self, store: Store, takes_chunks: bool = False):
        self._chunks = store if takes_chunks and isinstance(store, Folder) else None
        # A folder is its own.
        path = store.path if isinstance(store, Folder) else tempfile.gettempdir()
        self._folder = os.fspath(path)

    def begun(self, row: tuple[int, ...], dtype: np.dtype) -> Waiting:
        """Return a place for rows of this shape and dtype, float32 or float16."""
        if self._chunks is not None:
            return Draft(self._chunks, row, dtype)
        return Spool(self._folder, row, dtype)

    def written(self, waiting: Waiting, places: np.ndarray, values: np.ndarray) -> Waiting:
        """Write rows to places of their own, and return where all rows wait then.

        Args:
            waiting: the rows so far.
            places: [n] where each row is to be found again.
            values: [n, ...] of the shape and dtype of the others; they may be changed afterwards.

        Raises:
            OSError: the disk is full, for example.
        """
        if not waiting.follow(places):
            waiting = self._in_any_order(waiting)
        waiting.write(places, values)
        return waiting

    def ended(self, waiting: Waiting, count: int) -> Waiting:
        """Return the first ``count`` rows; what else there is comes from a batch that was refused.

        Raises:
            OSError: as for `written`.
        """
        if len(waiting) != count and isinstance(waiting, Draft):
            waiting = self._in_any_order(waiting)
        waiting.end(count)
        return waiting

    def _in_any_order(self, waiting: Waiting) -> Spool:
        """Return a place for rows in any order, with the rows so far."""
        spool = Spool(self._folder, waiting.shape[1:], waiting.dtype)
        count = len(waiting)
        rows = max(_MOVED * count // max(waiting.nbytes, 1), 1)
        for start in range(0, count, rows):
            stop = min(start + rows, count)
            spool.write(np.arange(start, stop), waiting[start:stop])
        waiting.discard()
        return spool

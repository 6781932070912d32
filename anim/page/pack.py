"""Arrays of numbers to a text that is short, and that a browser unpacks without a library."""

from __future__ import annotations

import base64
import zlib

import numpy as np


class Packer:
    """Collects arrays; `anim/page/player/packing.mjs` has the way back.

    Numbers become whole ones, in units of their precision, and 0 stands for what is not there.
    What is kept is how each differs from that of the snapshot before, which is little: zigzag and
    LEB128 give it few bytes, and zlib finds what repeats.

    Attributes:
        arrays: name, shape and whole numbers to 1 of each, in order.
    """

    def __init__(self):
        self.arrays: list[tuple[str, list[int], float]] = []
        self._parts: list[bytes] = []

    def add(self, name: str, values: np.ndarray, per: float = 1) -> None:
        """Adds an array.

        Args:
            name: what it is found by.
            values: [S, ...], each at least 0, or NaN.
            per: whole numbers to 1: its precision is half of one of them.
        """
        values = np.asarray(values, np.float64)
        there = np.isfinite(values)
        whole = np.where(there, np.rint(np.where(there, values, 0) * per) + 1, 0).astype(np.int64)
        columns = whole.reshape(len(whole), -1).T
        differences = np.diff(columns, axis=1, prepend=0)
        self.arrays.append((name, list(values.shape), per))
        self._parts.append(_leb128(_zigzag(differences.ravel())))

    def text(self) -> str:
        """All of them."""
        return base64.b64encode(zlib.compress(b"".join(self._parts), 9)).decode()


def _zigzag(values: np.ndarray) -> np.ndarray:
    """Small numbers of either sign to small ones without."""
    return np.where(values < 0, -2 * values - 1, 2 * values).astype(np.uint64)


def _leb128(values: np.ndarray) -> bytes:
    """Seven bits to a byte, the lowest first; the eighth says that more follow."""
    places = np.arange(10, dtype=np.uint64) * np.uint64(7)
    pieces = values[:, None] >> places
    follows = (pieces >> np.uint64(7)) > 0
    is_used = np.concatenate([np.ones((len(values), 1), bool), follows[:, :-1]], axis=1)
    octets = (pieces & np.uint64(127)) | (follows.astype(np.uint64) << np.uint64(7))
    return octets.astype(np.uint8)[is_used].tobytes()

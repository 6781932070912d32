"""Packs arrays of numbers into a short text that a browser unpacks without a library."""

from __future__ import annotations

import base64
import zlib

import numpy as np
from numpy.typing import ArrayLike


class Packer:
    """Collects arrays; `anim/page/player/packing.mjs` unpacks them.

    Numbers are rounded to integers, in units of their precision; 0 stands for NaN. Each is stored
    as its difference from the same number one snapshot before, which is mostly small: zigzag and
    LEB128 encode small integers in few bytes, and zlib compresses repetitions.

    Attributes:
        arrays: for each array, in order, its name, its shape, and the number of units in 1.
    """

    def __init__(self):
        self.arrays: list[tuple[str, list[int], float]] = []
        self._parts: list[bytes] = []

    def add(self, name: str, values: ArrayLike, per: float = 1) -> None:
        """Add an array.

        Args:
            name: a name for the player to find it by.
            values: [S, ...] with S >= 1, each number at least 0, or NaN.
            per: the number of units in 1; the error of rounding is at most half a unit.
        """
        values = np.asarray(values, np.float64)
        is_number = np.isfinite(values)
        units = np.rint(np.where(is_number, values, 0) * per)
        codes = np.where(is_number, units + 1, 0).astype(np.int64)
        columns = codes.reshape(len(codes), -1).T
        differences = np.diff(columns, axis=1, prepend=0)
        self.arrays.append((name, list(values.shape), per))
        self._parts.append(_leb128(_zigzag(differences.ravel())))

    def text(self) -> str:
        """Return all arrays, compressed, in Base64."""
        return base64.b64encode(zlib.compress(b"".join(self._parts), 9)).decode()


def _zigzag(values: np.ndarray) -> np.ndarray:
    """Map integers of either sign to unsigned ones, small to small."""
    return np.where(values < 0, -2 * values - 1, 2 * values).astype(np.uint64)


def _leb128(values: np.ndarray) -> bytes:
    """Encode unsigned integers, 7 bits to a byte, lowest first; the high bit marks continuation."""
    places = np.arange(10, dtype=np.uint64) * np.uint64(7)
    pieces = values[:, None] >> places
    follows = (pieces >> np.uint64(7)) > 0
    is_used = np.concatenate([np.ones((len(values), 1), bool), follows[:, :-1]], axis=1)
    octets = (pieces & np.uint64(127)) | (follows.astype(np.uint64) << np.uint64(7))
    return octets.astype(np.uint8)[is_used].tobytes()

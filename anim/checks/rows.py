"""Rows of an array of any library and device, read block by block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import ml_dtypes
import numpy as np

from anim.checks.arrays import as_array
from anim.errors import ElementError

# Bytes of a block of float32 on the host, where it fits in the caches, and on another device.
HOST_BYTES, DEVICE_BYTES = 1 << 22, 1 << 26


class Rows:
    """An array whose rows are read block by block, so that the host holds one block of it.

    Args:
        name: of the argument, for errors.
        given: anything that `as_array` takes.

    Attributes:
        shape: of the array.
        dtype: that was given, which may be one of ml_dtypes.
        is_elsewhere: whether it lies on another device than the host's CPU.
        is_own: whether nobody else can change what `bring` returns.
    """

    def __init__(self, name: str, given):
        self._name = name
        self.is_elsewhere = is_elsewhere(given)
        self.is_own = isinstance(given, (list, tuple, jax.Array))
        self.array: Any = given if self.is_elsewhere else as_array(name, given)
        if hasattr(self.array, "detach"):
            self.array = self.array.detach()
        self.shape: tuple[int, ...] = tuple(self.array.shape)
        self.dtype = _dtype_of(self.array)

    def on_host(self, start: int, stop: int) -> np.ndarray:
        """Return some of the rows as a NumPy array; on the host without a copy."""
        return as_array(self._name, self.array[start:stop]) if self.shape else self.array

    def bring(self) -> np.ndarray:
        """Return all rows as a NumPy array, and read blocks from there from now on."""
        if self.is_elsewhere:
            self.array, self.is_elsewhere = as_array(self._name, self.array), False
        return self.array

    def blocks(self, row_bytes: int, most: int) -> Iterator[tuple[int, int]]:
        """Yield where blocks of at most this number of bytes, but of a row at least, begin and end.

        Args:
            row_bytes: of a row.
            most: bytes of a block.
        """
        rows = max(1, most // max(row_bytes, 1))
        for start in range(0, self.shape[0], rows):
            yield start, min(start + rows, self.shape[0])


def is_elsewhere(given) -> bool:
    """Return whether an array lies on an accelerator, or on several devices."""
    if isinstance(given, jax.Array):
        devices = given.sharding.device_set
        return len(devices) > 1 or next(iter(devices)).platform != "cpu"
    device = getattr(given, "device", None) if hasattr(given, "detach") else None
    return getattr(device, "type", "cpu") != "cpu" and given.ndim > 0


def _dtype_of(array) -> np.dtype:
    if not hasattr(array, "detach"):
        return np.dtype(array.dtype)
    name = str(array.dtype).removeprefix("torch.")
    return np.dtype(getattr(ml_dtypes, name, name))


@contextmanager
def rows_from(start: int) -> Iterator[None]:
    """Let errors about an element of a block name its row in the whole.

    Args:
        start: the row of the block's first one.
    """
    try:
        yield
    except ElementError as error:
        if not start:
            raise
        raise error.at_row(start + error.index[0]) from error

"""What the files of a recording claim, checked before TensorStore acts on it.

A recording may come from a stranger. Its metadata are read only from regular files of a plausible
size and depth, and a chunk only if it is such a file: a FIFO would block a thread for ever.
"""

from __future__ import annotations

import errno
import itertools
import math
import os
import re
from dataclasses import dataclass
from typing import Any

from anim.files import parsed_json
from anim.run.store.store import Store
from anim.settings import shortened, value_text

# Bytes of a group's metadata, which list the classes, and of an array's.
LARGEST_GROUP, LARGEST_ARRAY = 1 << 24, 1 << 16
_LARGEST_RANK = 3
# Codecs that decode no more than a chunk holds, whatever a file says.
_CODECS = ("bytes", "crc32c", "gzip", "zstd", "transpose")
_MOST_CODECS = 4
# Chunks that are read at once: each takes a request, whether or not it is there.
MOST_CHUNKS = 10_000
# What a compressed chunk may have beyond its values.
_OVERHEAD = 1 << 12


@dataclass(frozen=True)
class Layout:
    """Where the chunks of an array lie.

    Attributes:
        store: that holds the array.
        array: its key.
        shape: of the array.
        chunk: the shape of each chunk.
        separator: between the indices of a chunk in the name of its file.
        itemsize: bytes of a value.
    """

    store: Store
    array: str
    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    separator: str
    itemsize: int

    @property
    def chunk_bytes(self) -> int:
        """The size of a chunk in memory."""
        return math.prod(self.chunk) * self.itemsize

    def chunks_across(self) -> int:
        """Return how many chunks hold the same rows of a snapshot."""
        return math.prod(
            -(-one // part) for one, part in zip(self.shape[2:], self.chunk[2:], strict=True)
        )

    def check_chunks(self, first: int, last: int, rows: slice = slice(0, None)) -> None:
        """Raise ValueError if TensorStore should not read ``first`` to ``last`` at once.

        Args:
            first, last: snapshots, inclusive, or rows of an array that has only these.
            rows: of these snapshots.

        A file that is missing is left to TensorStore, which knows whether that is damage.
        """
        parts = [range(first, last + 1), *map(range, self.shape[1:])]
        if len(parts) > 1:
            parts[1] = parts[1][rows]
        ranges = [
            range(part.start // size, -(-part.stop // size))
            for part, size in zip(parts, self.chunk, strict=True)
        ]
        if math.prod(map(len, ranges)) > MOST_CHUNKS:
            name = _name(self.array)
            raise ValueError(f"{name}: expected at most {MOST_CHUNKS:,} chunks to read at once")
        largest = self.chunk_bytes + self.chunk_bytes // 8 + _OVERHEAD
        self.store.check_objects(map(self._key, itertools.product(*ranges)), largest)

    def _key(self, index: tuple[int, ...]) -> str:
        return f"{self.array}/{self.separator.join(map(str, ('c', *index)))}"


def layout_of(store: Store, array: str) -> Layout:
    """Return the layout of the array with a key, from its metadata.

    Raises:
        FileNotFoundError: there are none.
        OSError: the metadata cannot be read.
        ValueError: they describe no array that a recording may hold.
    """
    metadata = read_json(store, f"{array}/zarr.json", LARGEST_ARRAY)
    name = _name(array)
    shape = _integers(metadata.get("shape"), f"{name}: shape", 0)
    grid = _mapping(metadata.get("chunk_grid"), f"{name}: chunk_grid")
    given = _mapping(grid.get("configuration"), f"{name}: chunk_grid").get("chunk_shape")
    chunk = _integers(given, f"{name}: chunk_shape", 1)
    if len(chunk) != len(shape):
        raise ValueError(f"{name}: expected a chunk of rank {len(shape)}, got {list(chunk)}")
    _check_codecs(name, metadata.get("codecs"))
    keys = _mapping(metadata.get("chunk_key_encoding"), f"{name}: chunk_key_encoding")
    separator = _mapping(keys.get("configuration", {}), f"{name}: separator").get("separator", "/")
    if keys.get("name") != "default" or separator not in ("/", "."):
        raise ValueError(f"{name}: expected chunk_key_encoding default, got {value_text(keys)}")
    itemsize = _itemsize(name, metadata.get("data_type"))
    return Layout(store, array, shape, chunk, separator, itemsize)


def read_json(store: Store, key: str, limit: int) -> dict[str, Any]:
    """Return the object of JSON that a key holds.

    Args:
        store: to read from.
        key: to read.
        limit: its largest size in bytes.

    Raises:
        OSError: it is missing, cannot be read, or is larger.
        ValueError: it is not JSON, is nested too deeply, names a key twice, or is no object.
    """
    content = store.read(key, limit)
    if content is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), f"{store.name}/{key}")
    return json_object(content, _name(key))


def json_object(content: bytes, name: str) -> dict[str, Any]:
    """Return the object of JSON in some bytes; ``name`` is for errors, which are ValueErrors."""
    return _mapping(parsed_json(content), name)


def _name(key: str) -> str:
    return key.rpartition("/")[2]


def _mapping(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name}: expected an object, got {value_text(value)}")
    return value


def _integers(value: object, name: str, low: int) -> tuple[int, ...]:
    if (
        isinstance(value, list)
        and 1 <= len(value) <= _LARGEST_RANK
        and all(type(one) is int and low <= one < 1 << 62 for one in value)
    ):
        return tuple(value)
    raise ValueError(
        f"{name}: expected 1 to {_LARGEST_RANK} integers from {low}, got {value_text(value)}"
    )


def _check_codecs(name: str, codecs: object) -> None:
    if not isinstance(codecs, list) or not 1 <= len(codecs) <= _MOST_CODECS:
        raise ValueError(f"{name}: expected 1 to {_MOST_CODECS} codecs, got {value_text(codecs)}")
    for codec in codecs:
        found = codec if isinstance(codec, str) else _mapping(codec, f"{name}: codec").get("name")
        if found not in _CODECS:
            raise ValueError(
                f"{name}: expected codecs out of {', '.join(_CODECS)}, got {value_text(found)}"
            )


def _itemsize(name: str, data_type: object) -> int:
    """Return the bytes of a value; for types that a recording cannot hold it does not matter."""
    if not isinstance(data_type, str):
        raise ValueError(f"{name}: expected the name of a data type, got {value_text(data_type)}")
    bits = re.fullmatch(r"(?:float|int|uint|complex|bfloat)(8|16|32|64|128)", data_type)
    if bits is None and data_type != "bool":
        raise ValueError(f"{name}: expected a data type of numbers, got {shortened(data_type)!r}")
    return int(bits[1]) // 8 if bits else 1

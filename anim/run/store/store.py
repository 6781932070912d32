"""What a recording is kept in: a `Store`, of which there are two kinds.

A folder is locked by the system or by a lease file, and its files are replaced whole. A bucket has
neither locks nor renames: objects are written whole, and on a condition. Nothing that makes a
snapshot count depends on a rename, a listing or a removal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from anim.run.store.place import local_folder


class Held(Protocol):
    """The lock or lease on a store, until it is released, garbage collected or at exit."""

    def check(self) -> None:
        """Raise RecordingError unless it still is what protects the store."""
        ...

    def release(self) -> None:
        """Release it; does nothing in a forked child, or when called again."""
        ...


class Store(Protocol):
    """A place for one recording; keys are relative to it, with slashes: ``labels/zarr.json``.

    Attributes:
        chunk_bytes: how large a chunk of an array should be, at most.
    """

    chunk_bytes: int

    @property
    def name(self) -> str:
        """The place as it was given, for messages."""
        ...

    @property
    def title(self) -> str:
        """The last part of the place's name."""
        ...

    @property
    def identity(self) -> str:
        """What two stores have in common if and only if they are the same place."""
        ...

    def child(self, name: str) -> Store:
        """Return the store at a place inside this one, such as that of a replica."""
        ...

    def spec(self, array: str) -> dict[str, Any]:
        """Return what `tensorstore.open` takes for the array with this key, but its driver."""
        ...

    def read(self, key: str, limit: int) -> bytes | None:
        """Return what a key holds, or None if it is missing.

        Raises:
            OSError: it cannot be read, or has more than ``limit`` bytes.
        """
        ...

    def write(self, key: str, content: bytes) -> None:
        """Write a key: readers see what it held before, or all of the new.

        Raises:
            OSError: it could not be written.
        """
        ...

    def write_if(self, key: str, content: bytes, stamp: object) -> object | None:
        """Write a key unless others did since; return its new `stamp`, or None if others did.

        Args:
            key: to write.
            content: all of it.
            stamp: that the key must have; None if it must be missing.
        """
        ...

    def exists(self, key: str) -> bool:
        """Return whether there is a key, or something below it."""
        ...

    def names(self, prefix: str = "") -> list[str]:
        """Return the names directly below a key, in order; no commit depends on them."""
        ...

    def stamp(self, key: str) -> object | None:
        """Return what changes when a key is written; None if it is missing."""
        ...

    def renew(self, key: str) -> None:
        """Give a key another `stamp`."""
        ...

    def clear(self, keys: Iterable[str]) -> None:
        """Remove keys and all below them, as far as that is possible; missing ones are ignored."""
        ...

    def check_objects(self, keys: Iterable[str], largest: int) -> None:
        """Raise ValueError for a key that should not be read, as it is no file, or too large."""
        ...

    def check_claim(self, array: str, claimed: int, held: float) -> None:
        """Raise RecordingError unless an array that claims to be large has bytes to show for it.

        Args:
            array: its key.
            claimed: the bytes that it claims.
            held: the bytes that it needs to have.
        """
        ...

    def hold(self) -> Held:
        """Lock the store for this process, which creates it if it is missing.

        Raises:
            RecordingError: somebody else holds it.
        """
        ...

    def is_held(self) -> bool:
        """Return whether a recorder, in this or another process, is writing to it now."""
        ...

    def is_vacant(self) -> bool:
        """Return whether nothing is there yet that a recording would have to make way for."""
        ...

    def obstacle(self) -> str:
        """Return what is wrong with a place that is neither vacant nor a group, for an error."""
        ...

    def fixed(self) -> Store:
        """Return the same place, whatever becomes of links and of the working directory."""
        ...

    def hint(self) -> str:
        """Return what the caller may have meant by the name of something else, to end an error."""
        ...


def store_of(path: str | os.PathLike, name: str = "path") -> Store:
    """Return the store at a path.

    Args:
        path: of a folder.
        name: of the argument, for the error.

    Raises:
        SettingError: a URL that is not known.
    """
    from anim.run.store.folder import Folder

    return Folder(local_folder(path, name))


def settled(path: str | os.PathLike, name: str = "path") -> Path | str:
    """Return a path that stays the same place when the working directory changes.

    Raises:
        SettingError: a URL that is not known.
    """
    return local_folder(path, name).absolute()

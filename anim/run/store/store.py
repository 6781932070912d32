"""What a recording is kept in: a `Store`, of which there are two kinds.

A folder is locked by the system or by a lease file, and its files are replaced whole. A bucket has
neither locks nor renames: objects are written whole, and on a condition. Nothing that makes a
snapshot count depends on a rename, a listing or a removal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from anim.errors import SettingError
from anim.run.store.place import located

if TYPE_CHECKING:
    import tensorstore as ts

    from anim.run.store.buckets.arrays import BucketArray


# What is replaced before snapshots are dropped or overwritten, and never while a recording grows.
BIRTH = "labels/zarr.json"


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
        names_arrays: whether the group of the recording names its arrays and scalars, as what an
            earlier recording left cannot be removed.
    """

    chunk_bytes: int
    names_arrays: bool

    @property
    def context(self) -> ts.Context | None:
        """The context for TensorStore; None for a new one."""
        ...

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

    def created(self, array: str, spec: dict[str, Any]) -> ts.TensorStore | BucketArray:
        """Create an array, in the place of one that a failed attempt left behind.

        Args:
            array: its key.
            spec: of TensorStore, with its metadata.
        """
        ...

    def reopened(
        self, array: str, count: int, empty: float | None
    ) -> ts.TensorStore | BucketArray | None:
        """Open an array to write to, as `schema.reopened` does; None if TensorStore may do that."""
        ...

    def fence(self, steps: dict[str, Any]) -> None:
        """See to it that no earlier session of recording can commit a snapshot any more.

        Args:
            steps: the metadata of new steps, if there are none.
        """
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

    def clear(self, arrays: Sequence[str]) -> None:
        """Remove the arrays of a recording that is replaced, the steps before all others."""
        ...

    def check_objects(self, keys: Iterable[str], largest: int) -> None:
        """Raise ValueError for a key that should not be read, as it is no file, or too large."""
        ...

    def check_chunk(self, array: str, size: int) -> None:
        """Raise RecordingError for chunks of a size that only a damaged array can have."""
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
        path: of a folder, or a URL: see `anim.run.store.place.located`.
        name: of the argument, for the error.

    Raises:
        SettingError: a URL that is not known.
    """
    from anim.run.store.buckets.bucket import Bucket
    from anim.run.store.folders.folder import Folder

    place = located(path, name)
    return Folder(place) if isinstance(place, Path) else Bucket(place)


def settled(path: str | os.PathLike, name: str = "path") -> Path | str:
    """Return a path that stays the same place when the working directory changes.

    Raises:
        SettingError: a URL that is not known.
    """
    place = located(path, name)
    return place.absolute() if isinstance(place, Path) else str(place)


def refuse_what_is_there(path: str | os.PathLike, name: str) -> None:
    """Raise SettingError, of the argument with a name, if there is something at a path."""
    store = store_of(path, name)
    if store.exists(""):
        raise SettingError(name, f"{store.name!r} exists already")


def joined(path: str | os.PathLike, name: str) -> Path | str:
    """Return the path of something inside a folder, or of a place in a bucket.

    Args:
        path: of the folder, or the URL of the place.
        name: of what is inside; the path itself if it is empty.
    """
    place = located(path)
    if isinstance(place, Path):
        return place / name
    return str(place.child(name) if name else place)

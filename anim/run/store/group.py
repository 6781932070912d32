"""The group of a recording: what it is called, and which arrays it has."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from urllib.parse import quote

from anim.errors import BucketError, RecordingError
from anim.run.scalars import MOST_SCALARS
from anim.run.snapshots import ARRAYS, KINDS, OPTIONAL, numbered
from anim.run.store.claims import LARGEST_GROUP, json_object, read_json
from anim.run.store.store import Store
from anim.settings import value_text

SCHEMA = 2
# Of recordings with weights.
WEIGHTED = 3
_READ = (1, SCHEMA, WEIGHTED)
# Arrays that a recording may have or not.
_NAMED = (*ARRAYS, "index", "done")


def write_group(store: Store, attributes: dict, group: str = "") -> None:
    """Make the recording, or a key in it, a Zarr group with these attributes.

    Raises:
        RecordingError: they would be too long to be read again, as the names of classes are long.
    """
    content = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
    text = json.dumps(content, indent=1)
    if len(text) > LARGEST_GROUP:
        raise RecordingError(
            f"expected names of classes and a caption of at most {LARGEST_GROUP:,} characters, "
            f"got {len(text):,}"
        )
    store.write(f"{group}zarr.json", text.encode())


def is_group(store: Store) -> bool:
    """Return whether it is a Zarr group: a recording, or one that has just begun."""
    return store.exists("zarr.json")


def read_group(store: Store) -> dict:
    """Return the attributes of a recording: ``classes``, ``caption``, ``steps_per_epoch``, ...

    Raises:
        RecordingError: there is no recording, or one of another schema.
    """
    return _attributes(store, lambda: read_json(store, "zarr.json", LARGEST_GROUP))


def _attributes(store: Store, read: Callable[[], dict]) -> dict:
    try:
        about = read()["attributes"]["anim"]
        schema = about["schema"]
    except BucketError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        if not store.exists(""):
            raise RecordingError(f"there is no recording at {store.name!r}") from error
        raise RecordingError(f"{store.name!r} is not a recording{store.hint()}") from error
    if type(schema) is not int or schema not in _READ:
        raise RecordingError(
            f"{store.name!r} has schema {value_text(schema)}, but this version of anim reads "
            f"schemas up to {WEIGHTED}; a newer version may read it"
        )
    return about


def classes_of(about: Mapping) -> tuple[str, ...] | None:
    """Return the names of the classes of a recording; None if it does not say how many it has.

    Args:
        about: its attributes, as `anim.run.store.reader` has checked them.
    """
    classes = about["classes"]
    return numbered(classes) if isinstance(classes, int) else classes and tuple(classes)


def count_classes(store: Store, count: int) -> None:
    """Write how many classes a recording has, which has no names of them."""
    write_group(store, {"anim": {**read_group(store), "classes": count}})


def has(store: Store, array: str) -> bool:
    """Return whether a recording has an array."""
    return _looking(store)(array) if array in _NAMED else _is_there(store, array)


def _is_there(store: Store, array: str) -> bool:
    return store.exists(f"{array}/zarr.json")


def _looking(store: Store) -> Callable[[str], bool]:
    """Return a function that says whether an array that may be there or not is one of it."""
    named = _named(store, "arrays")
    return partial(_is_there, store) if named is None else named.__contains__


def kind_of(store: Store) -> str | None:
    """Return the kind of the snapshots (see `KINDS`); None before the first one."""
    is_there = _looking(store)
    return next((kind for kind in KINDS if is_there(kind)), None)


def arrays_of(store: Store, kind: str) -> list[str]:
    """Return the names of the arrays of a recording: those of its kind, and optional ones."""
    is_there = _looking(store)
    return [*KINDS[kind], *(name for name in OPTIONAL.get(kind, ()) if is_there(name))]


def name_arrays(store: Store, arrays: Iterable[str], scalars: Iterable[str]) -> None:
    """Write the names of the arrays and scalars of a recording, if its group is to name them."""
    if store.names_arrays:
        # What an earlier session has still to write is refused then.
        session = {"session": uuid.uuid4().hex}
        names = {"arrays": sorted(arrays), "scalars": sorted(scalars)}
        write_group(store, {"anim": {**read_group(store), **names, **session}})


def _named(store: Store, kind: str) -> list[str] | None:
    """Return the names that the group of a recording has for its arrays or scalars, if it has."""
    content = store.read("zarr.json", LARGEST_GROUP) if store.names_arrays else None
    if content is None:
        return None
    names = _attributes(store, lambda: json_object(content, "zarr.json")).get(kind)
    if names is None:
        # It was recorded in a folder, and copied.
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{kind}: expected a list of names, got {value_text(names)}")
    return names


def series(store: Store) -> list[str]:
    """Return the keys of the recorded scalars, in order.

    Raises:
        ValueError: there are more than a recording may hold.
    """
    named = _named(store, "scalars")
    if named is None:
        keys = (f"metrics/{name}" for name in store.names("metrics"))
        found = [key for key in keys if has(store, key)]
    else:
        found = [f"metrics/{quote(name, safe='')}" for name in sorted(named)]
    if len(found) > MOST_SCALARS:
        raise ValueError(f"metrics: expected at most {MOST_SCALARS:,} scalars")
    return found

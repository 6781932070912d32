"""Opens recordings on disk."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import unquote

import numpy as np
import tensorstore as ts

from anim.checks.labels import MAX_CLASSES, check_range
from anim.errors import BucketError, RecordingError
from anim.metrics import BY_NAME
from anim.run import opened
from anim.run.about import About
from anim.run.caller import warn_caller
from anim.run.replicas import Replicas
from anim.run.run import Run
from anim.run.scalars import is_recordable
from anim.run.snapshots import SnapshotSequence, class_names, numbered
from anim.run.store import described, schema
from anim.run.store.buckets.problems import bucket_error, is_of_request
from anim.run.store.store import BIRTH, Store, store_of
from anim.run.store.stored import StoredSnapshots
from anim.run.subsets import SomeExamples, SomeSnapshots
from anim.settings import MAX_REPLICAS, plain, shortened, value_text

# A caption, or the name of a class.
_LONGEST_TEXT = 1000


def open(path: str | os.PathLike) -> Run | Replicas:
    """Open a recording; its predictions are read as they are needed.

    Args:
        path: the folder or URL that an `anim.Recorder` wrote to, or is writing to; or one that
            contains such places, named ``seed=0``, ``seed=1``, ...

    Returns:
        A `Run` with the snapshots that were committed when it was opened, and all of a recorder of
        this process; `Replicas` if the folder contains several recordings.

    Raises:
        RecordingError: no recording, a recording without a snapshot, or one that cannot be read.
        BucketError: the bucket is not there, cannot be reached, or refuses; an OSError.
    """
    return opened_at(store_of(path))


def opened_at(store: Store) -> Run | Replicas:
    """Open what is in a store, as `open` does."""
    if seeds := _seeds(store):
        try:
            for seed in seeds:
                opened.catch_up(seed)
            return Replicas([open_recording(seed) for seed in seeds], store.title)
        except ValueError as error:
            raise RecordingError(f"{store.name!r} holds no replicas: {error}") from error
    opened.catch_up(store)
    return open_recording(store)


def open_recording(store: Store) -> Run:
    """Open the recording in a store, as `open` does; replicas are not looked for."""
    about = schema.read_group(store)
    try:
        return _opened(store, about)
    except BucketError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OSError) as error:
        if is_of_request(error):
            raise bucket_error(store.name, error) from error
        raise RecordingError(f"{store.name!r} cannot be read: {schema.brief(error)}") from error


def _seeds(store: Store) -> list[Store]:
    """Return the places named ``seed=N`` that hold recordings, in the order of N."""
    if schema.is_group(store):
        return []
    found = {
        int(match[1]): child
        for name in store.names()
        if (match := re.fullmatch(r"seed=(0|[1-9]\d{0,9})", name))
        and schema.is_group(child := store.child(name))
    }
    if len(found) > MAX_REPLICAS:
        raise RecordingError(
            f"{store.name!r}: expected at most {MAX_REPLICAS} replicas, got {len(found)}"
        )
    return [found[seed] for seed in sorted(found)]


def _check_birth(store: Store, birth: object) -> None:
    """Raise RecordingError unless the labels of a recording are those that were read."""
    if store.stamp(BIRTH) != birth:
        raise RecordingError(
            f"{store.name!r} was overwritten or removed after it was opened, or resumed from an "
            "earlier step; open it again"
        )


def _opened(store: Store, about: dict) -> Run:
    fixed = store.fixed()
    birth = fixed.stamp(BIRTH)
    # Steps are read first: the snapshots they name stay there while a writer appends more.
    by_slot = schema.committed_slots(store)
    slots, steps = list(by_slot), list(by_slot.values())
    kind = schema.kind_of(store)
    if not steps:
        raise RecordingError(f"{store.name!r} has no snapshot yet")
    if kind is None:
        raise ValueError("its predictions are missing")
    if steps[0] < 0 or np.any(np.diff(steps) <= 0):
        raise ValueError("its steps do not increase")
    examples = described.read(store, about)
    rows = _rows(store, examples.labels)
    stored = {name: schema.open_with_layout(store, name) for name in schema.arrays_of(store, kind)}
    arrays = {name: array for name, (array, _) in stored.items()}
    _check_arrays(arrays, examples.labels, slots[-1] + 1)
    examples = examples.take(rows)
    form = {name: (array.shape[1:], array.dtype.numpy_dtype) for name, array in arrays.items()}
    classes = class_names(_checked_names(about["classes"]), form, examples.labels)
    if kind != "confidence" and len(classes) != arrays[kind].shape[2]:
        raise ValueError(f"{len(classes)} names for {arrays[kind].shape[2]} classes")
    check_range(examples.labels, len(classes))
    named = [by_slot.get(slot, schema.NO_STEP) for slot in range(slots[-1] + 1)]
    snapshots = StoredSnapshots(stored, named, partial(_check_birth, fixed, birth))
    return Run(
        steps,
        examples.labels,
        _arranged(snapshots, slots, rows),
        kind=kind,
        classes=classes,
        series=_all_series(store, slots),
        about=_about(about),
        name=store.title,
        weights=examples.weights,
        groups=examples.groups,
        is_multilabel=examples.is_multilabel,
    )


def _check_arrays(arrays: Mapping[str, ts.TensorStore], labels: np.ndarray, count: int) -> None:
    """Raise ValueError unless each array has the dtype and shape of ``count`` snapshots."""
    rank = 2 if "confidence" in arrays else 3
    for name, array in arrays.items():
        shape, dtype = tuple(array.shape), array.dtype.numpy_dtype
        expected = "bool" if name == "correct" else "float"
        if dtype.kind != expected[0]:
            raise ValueError(f"{name}: expected {expected}, got {dtype}")
        if len(shape) != rank or shape[0] < count or shape[1:2] != labels.shape:
            raise ValueError(
                f"{name}: expected {count} snapshots of {len(labels)} examples, got shape {shape}"
            )


def _about(attributes: Mapping) -> About:
    steps_per_epoch = attributes["steps_per_epoch"]
    if not (steps_per_epoch is None or (type(steps_per_epoch) is int and steps_per_epoch > 0)):
        got = value_text(steps_per_epoch)
        raise ValueError(f"steps_per_epoch: expected a positive integer, got {got}")
    caption = attributes["caption"]
    if not isinstance(caption, str):
        raise ValueError(f"caption: expected a text, got {value_text(caption)}")
    title = attributes.get("title", "")
    if not isinstance(title, str):
        raise ValueError(f"title: expected a text, got {value_text(title)}")
    caption, title = (shortened(plain(text), _LONGEST_TEXT) for text in (caption, title))
    return About(caption, steps_per_epoch, title)


def _checked_names(classes: object) -> list[str] | None:
    """Return the names of classes in a recording, printable; None if it names none.

    Raises:
        ValueError: they are not distinct texts.
    """
    if classes is None:
        return None
    if type(classes) is int and 2 <= classes <= MAX_CLASSES:
        return list(numbered(classes))
    if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        raise ValueError(f"classes: expected a list of texts, got {value_text(classes)}")
    if len(set(classes)) < len(classes):
        raise ValueError("classes: expected distinct names")
    return [shortened(plain(name), _LONGEST_TEXT) for name in classes]


def _rows(store: Store, labels: np.ndarray) -> slice | np.ndarray:
    """Return the rows that are examples, in the order of these.

    Args:
        store: of the recording.
        labels: [rows]; -1 is no example.
    """
    is_example = labels != schema.NO_LABEL
    if not is_example.any():
        raise ValueError("labels: expected at least one example, got none")
    if not schema.has(store, "index"):
        return slice(None) if is_example.all() else np.flatnonzero(is_example)
    array, layout = schema.open_with_layout(store, "index")
    if tuple(array.shape) != labels.shape or array.dtype.numpy_dtype.kind not in "iu":
        raise ValueError(f"index: expected integers [{len(labels)}], got {list(array.shape)}")
    index = schema.read_in_pieces(array, layout)
    rows = np.flatnonzero(is_example)
    rows = rows[np.argsort(index[rows], kind="stable")]
    places = index[rows]
    # Positions that are missing are of rows that are ignored.
    known = np.unique(index[index >= 0])
    is_whole = np.array_equal(known, np.arange(len(known)))
    if not is_whole or (np.diff(places) <= 0).any() or places[0] < 0:
        raise ValueError("index: expected the position of each example once")
    return rows


def _arranged(
    snapshots: SnapshotSequence, slots: Sequence[int], rows: slice | np.ndarray
) -> SnapshotSequence:
    """Return the snapshots in these slots, and of each of them the rows that are examples."""
    if slots[-1] != len(slots) - 1:
        snapshots = SomeSnapshots(snapshots, np.array(slots))
    return snapshots if isinstance(rows, slice) else SomeExamples(snapshots, rows)


def _all_series(store: Store, slots: Sequence[int]) -> dict[str, np.ndarray]:
    """Return the recorded scalars by name, [S] float64 each.

    Those with the name of a metric that is computed are left out, and a warning names them.
    """
    found, taken = {}, []
    for key in schema.series(store):
        name = plain(unquote(key.removeprefix("metrics/")))
        if name in BY_NAME:
            # Earlier versions did not refuse every name that is computed now.
            taken.append(name)
            continue
        if name in found or not is_recordable(name):
            raise ValueError(f"metrics: no scalar can have the name {value_text(name)}")
        found[name] = _series(store, key, slots[-1] + 1)[slots]
    if taken:
        warn_caller(
            f"{store.name!r} has scalars with names that are computed from the predictions; these "
            f"are left out: {', '.join(sorted(set(taken)))}"
        )
    return found


def _series(store: Store, key: str, count: int) -> np.ndarray:
    """Return recorded scalars, [count] float64; NaN for snapshots without a value."""
    array = schema.open_array(store, key)
    if array.rank != 1 or array.dtype.numpy_dtype.kind not in "fiu":
        raise ValueError(f"metrics: expected numbers [S], got {array.dtype.name} {array.shape}")
    found = array[: min(count, array.shape[0])].read().result()
    return np.append(found, np.full(count - len(found), np.nan)).astype(np.float64)

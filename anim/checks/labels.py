"""Labels and the names of classes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from anim.checks.arrays import as_array, raise_first, widened
from anim.errors import SettingError

# Class names that an error lists before it abbreviates.
_LISTED = 8


def checked_labels(labels, classes: tuple[str, ...] | None = None) -> np.ndarray:
    """Return labels as class indices, [N] int32.

    Args:
        labels: [N] or [N, 1] integers, one-hot [N, K], or [N] names out of ``classes``.
        classes: K names; required for labels that are names.

    Raises:
        ValueError: labels of another shape, negative or fractional ones, or unknown names.
    """
    values = widened(as_array("labels", labels))
    if values.dtype.kind not in "biuf":
        values = _indices_of_names(values, classes)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 2:
        values = _indices_of_one_hot(values)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"labels: expected integers of shape [N], got shape {values.shape}")
    limit = np.iinfo(np.int32).max
    with np.errstate(invalid="ignore"):
        is_class = (values >= 0) & (values <= limit) & (values == np.floor(values))
    if not is_class.all():
        raise_first("labels", "non-negative integers", values, ~is_class)
    return values.astype(np.int32)


def _indices_of_names(names: np.ndarray, classes: tuple[str, ...] | None) -> np.ndarray:
    if classes is None:
        some = repr(str(names.flat[0])) if names.size else "an empty array"
        raise ValueError(
            f"labels: expected integers in [0, K), got {some}; labels that are names need classes="
        )
    ranks = {name: rank for rank, name in enumerate(classes)}
    indices = np.array([ranks.get(str(name), -1) for name in names.ravel()])
    if (indices < 0).any():
        index = int((indices < 0).argmax())
        known = ", ".join(classes[:_LISTED]) + (", ..." if len(classes) > _LISTED else "")
        unknown = str(names.ravel()[index])
        raise ValueError(f"labels: expected one of {known}, got {unknown!r} at index {index}")
    return indices


def _indices_of_one_hot(rows: np.ndarray) -> np.ndarray:
    is_one_hot = np.isin(rows, (0, 1)).all(1) & (rows.sum(1) == 1)
    if not is_one_hot.all():
        index = int(is_one_hot.argmin())
        raise ValueError(
            "labels: expected integers of shape [N] or one-hot rows of shape [N, K], "
            f"got {rows[index]} at index {index}"
        )
    return rows.argmax(1)


def check_same_labels(given: np.ndarray, known: np.ndarray, rows: np.ndarray | None = None) -> None:
    """Raise SettingError unless labels are those that are known of the same examples.

    Args:
        given: [n] int32.
        known: [n] int32, or of another length, which is an error.
        rows: [n] positions of the examples among all; None if they are all.
    """
    if given is known:
        return
    if given.shape != known.shape:
        raise SettingError("labels", f"expected {len(known)} as before, got {len(given)}")
    other = given != known
    if other.any():
        first = int(other.argmax())
        row = first if rows is None else int(rows[first])
        raise SettingError(
            "labels",
            f"expected {known[first]} at index {row} as before, got {given[first]}; if a loader "
            "shuffles the examples, use shuffle=False, or pass index= to part.add of collecting",
        )


def check_range(labels: np.ndarray, classes: int) -> None:
    """Raise ValueError unless each label is in [0, ``classes``)."""
    beyond = labels >= classes
    if beyond.any():
        raise_first("labels", f"integers in [0, {classes})", labels, beyond)


def checked_classes(classes: Iterable | None) -> tuple[str, ...] | None:
    """Return the names of classes as texts; None if they are not given.

    Raises:
        ValueError: fewer than two names, or a name twice.
    """
    if classes is None:
        return None
    names = tuple(map(str, classes))
    if len(names) < 2:
        raise ValueError(f"classes: expected at least two names, got {', '.join(names) or 'none'}")
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise ValueError(f"classes: expected distinct names, got {twice[0]!r} twice")
    return names

"""Labels and the names of classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, cast

import numpy as np

from anim.checks.arrays import as_array, raise_first, widened
from anim.errors import ElementError, SettingError

# Large vocabularies have 256,000 tokens. A larger label is rather an id or broken, and K classes
# need memory for K names, however few of them occur.
MAX_CLASSES = 1_000_000
# The label of what is no example.
NO_LABEL = -1
# Names, or numbers of a row, that an error lists before it abbreviates.
_LISTED = 8
_LONGEST = 60


def checked_ignore(ignore: Any) -> tuple[float | str, ...]:
    """Return the labels of what is no example: none, one, or several.

    Raises:
        SettingError: something else than numbers and names.
    """
    if ignore is None:
        return ()
    if hasattr(ignore, "ndim"):
        # Of any library, and maybe of no axis.
        ignore = as_array("ignore", ignore).reshape(-1).tolist()
    is_one = isinstance(ignore, (str, bytes)) or not isinstance(ignore, Iterable)
    found: list[float | str] = []
    for value in [ignore] if is_one else list(ignore):
        if isinstance(value, (str, bytes)):
            found.append(_text(value))
        elif _kind_of(type(value)) is float:
            found.append(float(cast(float, value)))
        else:
            raise SettingError("ignore", f"expected labels, got {_short(value)}")
    return tuple(found)


def checked_labels(
    labels,
    classes: Sequence[str] | None = None,
    ignore: Sequence[float | str] = (),
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Return labels as class indices, [N] int32.

    Args:
        labels: [N] or [N, 1] integers, one-hot [N, K], or [N] names out of ``classes``.
        classes: K names; required for labels that are names.
        ignore: labels of what is no example, from `checked_ignore`: they become -1.
        mask: [N] bool, which rows are examples; the others are not looked at, and become -1.

    Raises:
        ValueError: labels of another shape or type, negative or fractional ones, those of
            `MAX_CLASSES` or more, or unknown names.
    """
    values = widened(as_array("labels", labels))
    if isinstance(labels, (list, tuple)) and values.dtype.kind in "SU":
        # NumPy makes texts of numbers beside texts.
        values = np.array(labels, object)
    if mask is not None and not mask.all():
        return _of_masked(values, classes, ignore, mask)
    if values.dtype.kind == "O":
        values = _of_one_type(values)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.dtype.kind in "OSUT":
        values = _indices_of_names(values, classes, ignore)
        ignore = (NO_LABEL,)
    if values.dtype.kind not in "biuf":
        raise SettingError("labels", f"expected integers or names, got {values.dtype}")
    if values.ndim == 2 and values.size:
        values = _indices_of_one_hot(values)
    if values.ndim != 1 or values.size == 0:
        found = f"got shape {list(values.shape)}"
        raise SettingError("labels", f"expected integers of shape [N], {found}")
    numbers = [one for one in ignore if not isinstance(one, str)]
    ignored = _is_in(values, numbers) if numbers else None
    if ignored is not None:
        # A label that passes the checks.
        values = np.where(ignored, 0, values)
    _check_numbers(values)
    found = values.astype(np.int32)
    if ignored is not None:
        found[ignored] = NO_LABEL
    return found


def _of_masked(
    values: np.ndarray, classes: Sequence[str] | None, ignore: Sequence[float | str], mask
) -> np.ndarray:
    """Return the labels of those rows that are examples, and -1 for the others."""
    found = np.full(len(values), NO_LABEL, np.int32)
    if mask.any():
        try:
            found[mask] = checked_labels(values[mask], classes, ignore)
        except ElementError as error:
            raise error.at_row(int(np.flatnonzero(mask)[error.index[0]])) from error
    return found


def _check_numbers(values: np.ndarray) -> None:
    """Raise ElementError unless numbers [N] are class indices."""
    if values.dtype.kind in "bui" and values.min() >= 0 and values.max() < MAX_CLASSES:
        # As most labels are: batches of a few may come by the thousand.
        return
    with np.errstate(invalid="ignore"):
        is_class = (values >= 0) & (values == np.floor(values)) & np.isfinite(values)
        is_small = values < MAX_CLASSES
    if not is_class.all():
        raise_first("labels", _expected(values[~is_class][0]), values, ~is_class)
    if not is_small.all():
        expected = f"integers below {MAX_CLASSES:,}, the largest number of classes"
        raise_first("labels", expected, values, ~is_small)


def _is_in(values: np.ndarray, numbers: Sequence[float]) -> np.ndarray:
    """Return which labels [N] are some numbers; NaN is found, too."""
    is_nan = np.isnan(values) if np.isnan(numbers).any() and values.dtype.kind == "f" else False
    return np.isin(values, numbers) | is_nan


def _expected(label) -> str:
    """Return what was expected in the place of a number that is no label."""
    if not np.isfinite(label):
        return "non-negative integers"
    if label != np.floor(label):
        hint = "of soft labels for two classes, pass whether they are above 1/2; targets of a "
        return f"non-negative integers ({hint}regression are not recorded, as they are no classes)"
    return f"non-negative integers (ignore={label:.0f} leaves these out)"


def _of_one_type(values: np.ndarray) -> np.ndarray:
    """Return an array of objects as numbers, or as it is if all of them are texts.

    Raises:
        SettingError: something else, such as None, or texts and numbers.
    """
    given = values.ravel().tolist()
    # One look at each type, as there may be millions of values.
    kinds = {kind: _kind_of(kind) for kind in set(map(type, given))}
    if len(set(kinds.values())) > 1 or None in kinds.values():
        first = kinds[type(given[0])]
        found = [kinds[type(value)] for value in given]
        wrong = next(i for i, kind in enumerate(found) if kind is None or kind is not first)
        both = "" if found[wrong] is None else f", not both ({_short(given[0])} came before)"
        index = tuple(int(i) for i in np.unravel_index(wrong, values.shape))
        raise ElementError(
            f"labels: expected integers, or names{both}, got {_short(given[wrong])}", index
        )
    if str in kinds.values():
        return values
    try:
        return values.astype(np.float64)
    except OverflowError as error:
        raise SettingError("labels", f"expected integers below {MAX_CLASSES:,}") from error


def _kind_of(kind: type) -> type | None:
    """Return str for a type of texts, float for one of real numbers, else None."""
    if issubclass(kind, (str, bytes)):
        return str
    is_number = issubclass(kind, (int, float, np.bool_, np.integer, np.floating))
    return float if is_number else None


def _indices_of_names(
    names: np.ndarray, classes: Sequence[str] | None, ignore: Sequence[float | str]
) -> np.ndarray:
    """Return the positions in ``classes`` of names [N]; -1 for those that are ignored."""
    if names.ndim != 1:
        found = f"got shape {list(names.shape)}"
        raise SettingError("labels", f"expected names of shape [N], {found}")
    texts = list(map(_text, names.tolist()))
    if classes is None:
        some = _short(texts[0]) if texts else "an empty array"
        problem = f"expected integers in [0, K), got {some}; labels that are names need classes="
        raise SettingError("labels", problem)
    ranks = {name: rank for rank, name in enumerate(classes)}
    ranks |= {name: NO_LABEL for name in ignore if isinstance(name, str)}
    unknown = NO_LABEL - 1
    indices = np.array([ranks.get(text, unknown) for text in texts], np.int64)
    if (indices == unknown).any():
        index = int((indices == unknown).argmax())
        expected = f"labels: expected one of {listed(classes)}"
        raise ElementError(f"{expected}, got {_short(texts[index])}", (index,))
    return indices


def _indices_of_one_hot(rows: np.ndarray) -> np.ndarray:
    is_binary = np.isin(rows, (0, 1)).all(1)
    is_one_hot = is_binary & (rows.sum(1) == 1)
    if not is_one_hot.all():
        index = int(is_one_hot.argmin())
        row = rows[index]
        hint = _hint(rows, bool(is_binary.all()))
        found = ", ".join(f"{value!s}" for value in row[:_LISTED])
        found = f"[{found}{', ...' if len(row) > _LISTED else ''}]"
        expected = f"labels: expected integers of shape [N] or one-hot rows of shape [N, K]{hint}"
        raise ElementError(f"{expected}, got {found}", (index,))
    return rows.argmax(1)


def _hint(rows: np.ndarray, is_binary: bool) -> str:
    """Return what rows [N, K] seem to be that are not one-hot, and what to do with them."""
    if is_binary:
        return " (with several labels for one example: multilabel=True)"
    if (rows == np.floor(rows)).all():
        return ""
    if ((rows >= 0) & (rows <= 1)).all() and np.allclose(rows.sum(1), 1, atol=1e-3):
        return " (for soft labels, pass the arg max of each row)"
    hint = "targets of a regression and boxes are not recorded, as they are no classes: of a "
    return f" ({hint}detection, pass confidence= and correct= of the boxes)"


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
        before, now = (
            "no example" if label == NO_LABEL else str(label)
            for label in (known[first], given[first])
        )
        hint = "if a loader shuffles the examples, use shuffle=False, or pass index= to part.add "
        hint += "of collecting"
        if NO_LABEL in (known[first], given[first]):
            hint = "pass the mask=, ignore= and weights= of the first labels with all of them"
        raise SettingError(
            "labels", f"expected {before} at index {row} as before, got {now}; {hint}"
        )


def check_range(labels: np.ndarray, classes: int) -> None:
    """Raise ValueError unless each label is in [0, ``classes``)."""
    beyond = labels >= classes
    if beyond.any():
        others = np.unique(labels[beyond])
        starts_at_1 = labels.min() == 1 and labels.max() == classes
        hint = f" (ignore={others[0]} leaves these out)" if len(others) == 1 else ""
        hint = " (labels that start at 1: subtract 1)" if starts_at_1 else hint
        raise_first("labels", f"integers in [0, {classes}){hint}", labels, beyond)


def checked_classes(classes: Iterable | None) -> tuple[str, ...] | None:
    """Return the names of classes as texts, in the order of their indices; None if not given.

    Raises:
        SettingError: fewer than two names or too many, a name more often than once, what is not a
            name, names without an order, or integers that are positions of other names.
    """
    if classes is None:
        return None
    if isinstance(classes, (Mapping, Set)):
        found = type(classes).__name__
        problem = f"expected names in the order of their indices, as a list, got a {found}"
        raise SettingError("classes", problem)
    given = list(classes)
    others = {kind for kind in set(map(type, given)) if _kind_of(kind) is None}
    if others:
        i, name = next((i, name) for i, name in enumerate(given) if type(name) in others)
        raise SettingError("classes", f"expected names, got {_short(name)} at index {i}")
    names = tuple(map(_text, given))
    if len(names) < 2:
        found = ", ".join(names) or "none"
        raise SettingError("classes", f"expected at least two names, got {found}")
    if len(names) > MAX_CLASSES:
        raise SettingError("classes", f"expected at most {MAX_CLASSES:,}, got {len(names):,}")
    if len(set(names)) < len(names):
        counts = Counter(names)
        again = [repr(name) for name, count in counts.items() if count > 1]
        times = "twice" if max(counts.values()) == 2 else "more often than once"
        raise SettingError("classes", f"expected distinct names, got {listed(again)} {times}")
    places = {name: i for i, name in enumerate(given) if isinstance(name, (int, np.integer))}
    if any(0 <= name < len(given) and name != i for name, i in places.items()):
        problem = f"expected names, got integers that are labels of other classes: {listed(given)}"
        raise SettingError("classes", f"{problem}; as texts, they name the labels 0, 1, ...")
    return names


def listed(names: Sequence, most: int = _LISTED) -> str:
    """Return names or numbers for an error; the first of them, if they are more than ``most``."""
    return ", ".join(map(str, names[:most])) + (", ..." if len(names) > most else "")


def _text(name: object) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name)


def _short(value: object) -> str:
    return repr(value) if len(repr(value)) <= _LONGEST else repr(value)[:_LONGEST] + "..."

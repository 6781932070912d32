"""Names of the groups that examples are in."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any
from urllib.parse import quote

import numpy as np

from anim.checks.arrays import as_array
from anim.checks.labels import listed
from anim.errors import SettingError
from anim.settings import plain, value_text

# A column with more different values is an identifier, by which nobody groups.
MAX_GROUPS = 10_000
# What a grouping is called that has no name.
ONLY = "group"
# The group of examples without a value.
NOTHING = "(none)"
# The name of a grouping becomes that of a folder, which file systems limit to 255 bytes.
_LONGEST_NAME = 200


def checked_groups(groups, examples: int) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """Return the groups of examples, by the name of the grouping.

    Args:
        groups: [N] names or integers, a mapping of names of groupings to such, or a data frame;
            without a name a grouping is called ``group``. None and NaN are the group ``(none)``.
        examples: N.

    Returns:
        For each grouping the G names of its groups, in order, and [N] int32 positions in them.

    Raises:
        SettingError: another shape, values that are no names, or more than `MAX_GROUPS` of them.
    """
    if groups is None:
        return {}
    groups = columns_of(groups)
    if not isinstance(groups, Mapping):
        groups = {ONLY: groups}
    found = {}
    for name, values in groups.items():
        if problem := _problem_with(name):
            raise SettingError("groups", problem)
        found[name] = _names_and_codes(f"groups {name!r}", values, examples)
    return found


def columns_of(groups: Any) -> Any:
    """Return a mapping of the columns of a data frame or table; anything else as it is."""
    if isinstance(groups, Mapping) or not hasattr(groups, "columns"):
        return groups
    # Those of an Arrow table are arrays, and have their names beside them.
    names = getattr(groups, "column_names", groups.columns)
    return {name: groups[name] for name in names}


def _problem_with(name: object) -> str:
    """Return why a grouping cannot have a name; "" if it can."""
    if not isinstance(name, str) or not name or name.startswith("."):
        got = value_text(name)
        return f"expected texts as names of groupings that do not begin with '.', got {got}"
    if plain(name) != name:
        return f"expected printable characters on one line as names of groupings, got {name[:40]!r}"
    if name == "zarr.json" or len(quote(name, safe="")) > _LONGEST_NAME:
        problem = f"expected at most {_LONGEST_NAME} bytes, percent-encoded, and not 'zarr.json'"
        return f"{problem}, as the name of a grouping, got {name[:40]!r}"
    return ""


def ordered(names) -> list[str]:
    """Return distinct names of groups in order: integers by their value, before other texts."""
    return sorted(names, key=lambda name: (name == NOTHING, *_place(name)))


def _place(name: str) -> tuple[bool, int, str]:
    is_number = name.isdecimal() and name.isascii() and len(name) < 19
    return (False, int(name), "") if is_number else (True, 0, name)


def _names_and_codes(what: str, values, examples: int) -> tuple[tuple[str, ...], np.ndarray]:
    given = as_array("groups", values)
    if isinstance(values, (list, tuple)) and given.dtype.kind in "SU":
        # NumPy makes texts of None and NaN beside texts.
        given = np.array(values, object)
    if given.shape != (examples,):
        problem = f"expected {examples} names, as many as labels, got shape {list(given.shape)}"
        raise SettingError("groups", f"{problem} for {what}")
    # Of numbers and texts each distinct one is looked at once.
    if given.dtype.kind in "biuSUT":
        distinct, codes = np.unique(given, return_inverse=True)
        texts = [_text(one, what) for one in distinct.tolist()]
    else:
        texts, codes = [_text(one, what) for one in given.tolist()], np.arange(examples)
    names = ordered(set(texts))
    if len(names) > MAX_GROUPS:
        problem = f"expected at most {MAX_GROUPS:,} of them, got {len(names):,}"
        raise SettingError("groups", f"{what}: {problem}, such as {listed(names, 3)}")
    ranks = {name: rank for rank, name in enumerate(names)}
    return tuple(names), np.array([ranks[text] for text in texts], np.int32)[codes]


def _text(value: Any, what: str) -> str:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str):
        # As a recording returns it: names that only differ in what cannot be seen are one.
        return plain(value)
    if isinstance(value, (int, np.integer, np.bool_)):
        return str(value)
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    is_number = isinstance(value, (float, np.floating))
    if value is None or (is_number and np.isnan(value)) or str(value) in ("<NA>", "NaT"):
        return NOTHING
    if isinstance(value, (Mapping, Set, list, tuple, np.ndarray)):
        problem = f"{what}: expected a name for each example, got {value_text(value)}"
        raise SettingError("groups", problem)
    # Intervals, dates and numbers that are no integers.
    return plain(str(value))

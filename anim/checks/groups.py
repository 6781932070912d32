"""Names of the groups that examples are in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from anim.checks.arrays import as_array
from anim.checks.labels import listed
from anim.errors import SettingError

# A column with more different values is an identifier, by which nobody groups.
MAX_GROUPS = 10_000
# What a grouping is called that has no name.
ONLY = "group"
# The group of examples without a value.
NOTHING = "(none)"


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
    if hasattr(groups, "columns") and hasattr(groups, "__getitem__"):
        groups = {name: groups[name] for name in groups.columns}
    if not isinstance(groups, Mapping):
        groups = {ONLY: groups}
    found = {}
    for name, values in groups.items():
        if not isinstance(name, str) or not name:
            raise SettingError("groups", f"expected texts as names of groupings, got {name!r}")
        found[name] = _names_and_codes(f"groups {name!r}", values, examples)
    return found


def ordered(names) -> list[str]:
    """Return distinct names of groups in order: integers by their value, before other texts."""
    return sorted(names, key=lambda name: (name == NOTHING, *_place(name)))


def _place(name: str) -> tuple[bool, int, str]:
    is_number = name.isdecimal() and name.isascii() and len(name) < 19
    return (False, int(name), "") if is_number else (True, 0, name)


def _names_and_codes(what: str, values, examples: int) -> tuple[tuple[str, ...], np.ndarray]:
    given = as_array("groups", values)
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


def _text(value: object, what: str) -> str:
    if value is None or value != value or str(value) in ("<NA>", "NaT"):
        return NOTHING
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if not isinstance(value, (str, int, np.integer, np.bool_)):
        raise SettingError("groups", f"{what}: expected names or integers, got {value!r}")
    return str(value)

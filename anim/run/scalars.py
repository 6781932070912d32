"""Scalars that are recorded beside the predictions."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from urllib.parse import quote

from anim.checks.arrays import as_array, widened
from anim.errors import SettingError
from anim.metrics import BY_NAME
from anim.settings import plain, value_text

# A name becomes the name of a folder, which file systems limit to 255 bytes.
_LONGEST_NAME = 200
# Names of scalars in one recording, each of which has a folder.
MOST_SCALARS = 4096


def checked_metrics(metrics: Mapping[str, object] | None) -> dict[str, float]:
    """Return scalars as floats, by name.

    Raises:
        SettingError: a name that cannot be recorded, or a value that is not a number.
    """
    if not isinstance(metrics or {}, Mapping):
        problem = f"expected a mapping from names to numbers, got {type(metrics).__name__}"
        raise SettingError("metrics", problem)
    checked = {}
    for name, value in (metrics or {}).items():
        if problem := _problem_with(name):
            raise SettingError("metrics", problem)
        try:
            checked[name] = _number(value)
        except (TypeError, ValueError, OverflowError):
            problem = f"{name}: expected a number, got {value_text(value)}"
            raise SettingError("metrics", problem) from None
    return checked


def _number(value: object) -> float:
    """Return a real number, or the only element of an array of one, as a float."""
    if isinstance(value, Real):
        return float(value)
    values = widened(as_array("metrics", value))
    if values.size != 1 or values.dtype.kind not in "biuf":
        raise ValueError
    return float(values.reshape(-1)[0])


def with_names(known: frozenset[str], metrics: Mapping[str, float]) -> frozenset[str]:
    """Return the names of the scalars of a recording and of its next snapshot.

    Raises:
        SettingError: a recording cannot have that many.
    """
    if metrics.keys() <= known:
        return known
    names = known | metrics.keys()
    if len(names) > MOST_SCALARS:
        new = value_text(next(name for name in metrics if name not in known))
        problem = f"expected at most {MOST_SCALARS:,} names in a recording, got {len(names):,}"
        raise SettingError("metrics", f"{problem}; new is {new}")
    return names


def is_recordable(name: object) -> bool:
    """Return whether a scalar can be recorded under a name."""
    return not _problem_with(name)


def _problem_with(name: object) -> str:
    """Return why a scalar cannot be recorded under a name; "" if it can."""
    if not isinstance(name, str) or not name or name.startswith((".", "_")):
        return f"expected a non-empty string that does not begin with '.' or '_', got {name!r}"
    if plain(name) != name:
        return f"expected printable characters on one line, got {name[:40]!r}"
    if name in BY_NAME:
        other = f"use another name, such as 'train_{name}'"
        return f"{name!r} is computed from the predictions; {other}"
    if len(quote(name, safe="")) > _LONGEST_NAME:
        return f"expected at most {_LONGEST_NAME} bytes, percent-encoded, got {name[:40]!r}..."
    return ""

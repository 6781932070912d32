"""Scalars that are recorded beside the predictions."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from anim.checks.arrays import as_array
from anim.errors import SettingError
from anim.metrics import BY_NAME

# A name becomes the name of a folder, which file systems limit to 255 bytes.
_LONGEST_NAME = 200


def checked_metrics(metrics: Mapping[str, object] | None) -> dict[str, float]:
    """Return scalars as floats, by name.

    Raises:
        SettingError: a name that cannot be recorded, or a value that is not a number.
    """
    checked = {}
    for name, value in (metrics or {}).items():
        if problem := _problem_with(name):
            raise SettingError("metrics", problem)
        try:
            checked[name] = float(as_array(name, value))
        except (TypeError, ValueError):
            raise SettingError("metrics", f"{name}: expected a number, got {value!r}") from None
    return checked


def is_recordable(name: object) -> bool:
    """Return whether a scalar can be recorded under a name."""
    return not _problem_with(name)


def _problem_with(name: object) -> str:
    """Return why a scalar cannot be recorded under a name; "" if it can."""
    if not isinstance(name, str) or not name or name.startswith((".", "_")):
        return f"expected a non-empty string that does not begin with '.' or '_', got {name!r}"
    if name in BY_NAME:
        other = f"use another name, such as 'train_{name}'"
        return f"{name!r} is computed from the predictions; {other}"
    if len(quote(name, safe="")) > _LONGEST_NAME:
        return f"expected at most {_LONGEST_NAME} bytes, percent-encoded, got {name[:40]!r}..."
    return ""

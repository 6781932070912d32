"""Scalars that are recorded beside the predictions."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from anim.errors import SettingError
from anim.metrics import BY_NAME
from anim.run.checks.arrays import as_array

# A name becomes the name of a folder, which file systems limit to 255 bytes.
_LONGEST_NAME = 200


def checked_metrics(metrics: Mapping[str, object] | None) -> dict[str, float]:
    """Return scalars as floats, by name.

    Raises:
        SettingError: a name that cannot be recorded, or a value that is not a number.
    """
    checked = {}
    for name, value in (metrics or {}).items():
        if not isinstance(name, str) or not name or name.startswith((".", "_")):
            problem = f"expected names that do not begin with '.' or '_', got {name!r}"
            raise SettingError("metrics", problem)
        if name in BY_NAME:
            raise SettingError(
                "metrics",
                f"{name!r} is computed from the predictions; use another name, such as "
                f"'train_{name}'",
            )
        if len(quote(name, safe="")) > _LONGEST_NAME:
            problem = (
                f"expected at most {_LONGEST_NAME} bytes, percent-encoded, got {name[:40]!r}..."
            )
            raise SettingError("metrics", problem)
        try:
            checked[name] = float(as_array(name, value))
        except (TypeError, ValueError):
            raise SettingError("metrics", f"{name}: expected a number, got {value!r}") from None
    return checked

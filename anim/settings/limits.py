"""Checks of single values, and the errors they raise."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable

from anim.errors import SettingError


def one_line(text) -> str:
    """A text without line breaks, what would steer a terminal, and what is none; "" of no text.

    Spaces of their own width stay as they are.
    """
    if not isinstance(text, str):
        return ""
    breaks = ("Cc", "Cs", "Zl", "Zp")
    plain = "".join(" " if unicodedata.category(mark) in breaks else mark for mark in text)
    return re.sub(" {2,}", " ", plain).strip()


def one_of(name: str, value: object, known: Iterable[str]) -> None:
    """Raise `SettingError` unless ``value`` is known; the message names the nearest known one."""
    known = tuple(known)
    if value in known:
        return
    nearest = difflib.get_close_matches(str(value).lower(), known, n=1, cutoff=0.5)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
    raise SettingError(name, f"expected one of {', '.join(known)}, got {value!r}{hint}")


def whole(name: str, value: object, low: int, high: int | None = None) -> None:
    """Raise `SettingError` unless ``value`` is an integer from ``low`` to ``high``."""
    is_whole = hasattr(value, "__index__") and not isinstance(value, bool)
    if not is_whole or value < low or (high is not None and value > high):
        limits = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise SettingError(name, f"expected a whole number {limits}, got {value!r}")


def share(name: str, value: object) -> None:
    """Raise `SettingError` unless ``value`` is a number in (0, 1)."""
    if isinstance(value, str | bool) or not hasattr(value, "__float__") or not 0 < value < 1:
        raise SettingError(name, f"expected a number between 0 and 1, got {value!r}")


def real(name: str, value: object, low: float, high: float = math.inf, *, above: bool = False):
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (low < number if above else low <= number) or not number <= high or number == math.inf:
        limits = f"above {low:g}" if above else f"of at least {low:g}"
        limits += "" if high == math.inf else f" and at most {high:g}"
        raise SettingError(name, f"expected a number {limits}, got {value!r}")

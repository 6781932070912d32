"""Limits of single values: what is accepted, in words, and the error for anything else."""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from anim.errors import SettingError
from anim.settings.text import shortened, value_text

# Of more choices than this, as there are names of classes, an error lists the first ones.
_MOST_NAMED = 100


class Limit(Protocol):
    """What a setting accepts."""

    @property
    def text(self) -> str:
        """The limit in words, for help and docs; "" if the setting's own help says it."""
        ...

    def check(self, name: str, value: object) -> None:
        """Raise `SettingError` unless the value is accepted."""
        ...


@dataclass(frozen=True)
class OneOf:
    """One of several names."""

    known: tuple[str, ...]

    @property
    def text(self) -> str:
        *first, last = self.known
        return f"{', '.join(first)} or {last}" if first else last

    def check(self, name: str, value: object) -> None:
        one_of(name, value, self.known)


@dataclass(frozen=True)
class Whole:
    """An integer from ``low`` to ``high``."""

    low: int
    high: int | None = None

    @property
    def text(self) -> str:
        return "" if self.high is None else f"{self.low} to {self.high}"

    def check(self, name: str, value: object) -> None:
        whole(name, value, self.low, self.high)


@dataclass(frozen=True)
class Real:
    """A number from ``low`` (or above it) to ``high``."""

    low: float
    high: float = math.inf
    above: bool = False

    @property
    def text(self) -> str:
        return "" if self.high == math.inf else f"{self.low:g} to {self.high:g}"

    def check(self, name: str, value: object) -> None:
        real(name, value, self.low, self.high, above=self.above)


@dataclass(frozen=True)
class Share:
    """A number between 0 and 1, neither of them included."""

    text: str = ""

    def check(self, name: str, value: object) -> None:
        share(name, value)


@dataclass(frozen=True)
class Custom:
    """Whatever ``accept``, a function of name and value, lets pass without an error."""

    accept: Callable[[str, object], None]
    text: str = ""

    def check(self, name: str, value: object) -> None:
        self.accept(name, value)


def one_of(name: str, value: object, known: Iterable[str]) -> None:
    """Raise `SettingError` unless ``value`` is known; the message names the nearest known one."""
    known = tuple(known)
    if value in known:
        return
    nearest = difflib.get_close_matches(shortened(str(value)).lower(), known, n=1, cutoff=0.5)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
    some = ", ".join(known[:_MOST_NAMED])
    if len(known) > _MOST_NAMED:
        some += f", ... ({len(known):,} in all)"
    raise SettingError(name, f"expected one of {some}, got {value_text(value)}{hint}")


def whole(name: str, value: object, low: int, high: int | None = None) -> None:
    """Raise `SettingError` unless ``value`` is an integer from ``low`` to ``high``."""
    number = None if isinstance(value, bool) else _index(value)
    if number is None or number < low or (high is not None and number > high):
        limits = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise SettingError(name, f"expected a whole number {limits}, got {value_text(value)}")


def _index(value) -> int | None:
    """An integer of any library as Python's own; None for anything else."""
    try:
        return operator.index(value)
    except TypeError:
        return None


def share(name: str, value: object) -> None:
    """Raise `SettingError` unless ``value`` is a number in (0, 1)."""
    if isinstance(value, bool) or not 0 < _float(value) < 1:
        raise SettingError(name, f"expected a number between 0 and 1, got {value_text(value)}")


def real(
    name: str, value: object, low: float, high: float = math.inf, *, above: bool = False
) -> None:
    """Raise `SettingError` unless ``value`` is a finite number from ``low`` to ``high``.

    Args:
        name: the setting.
        value: anything.
        low: the smallest number, or with ``above`` the largest one that is too small.
        high: the largest number.
        above: whether ``low`` itself is refused.
    """
    number = _float(value)
    if not (low < number if above else low <= number) or not number <= high or number == math.inf:
        limits = f"above {low:g}" if above else f"of at least {low:g}"
        limits += "" if high == math.inf else f" and at most {high:g}"
        raise SettingError(name, f"expected a number {limits}, got {value_text(value)}")


def _float(value) -> float:
    """A number of any library as a float; NaN for anything else."""
    if isinstance(value, str):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
    except OverflowError:
        return math.inf if value > 0 else -math.inf

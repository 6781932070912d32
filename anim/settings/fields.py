"""Settings as fields: each says its default, help and limits once.

Command-line options, the keywords of Python functions, their documentation and the README's tables
are made from what `settings_of` returns.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from anim.errors import SettingError, option_of
from anim.settings.limits import Limit
from anim.settings.text import value_text

# The kinds of outputs that a setting applies to.
ANIMATION, STILL, PAGE, WATCHED = "animation", "still", "page", "watched page"
EVERYWHERE = frozenset((ANIMATION, STILL, PAGE, WATCHED))
FILES = EVERYWHERE - {WATCHED}
PICTURES = frozenset((ANIMATION, STILL))
MOVING = EVERYWHERE - {STILL}

_KEY = "anim"


@dataclass(frozen=True)
class Setting:
    """What is known of one setting.

    Attributes:
        name: as a Python name.
        type: the type of a value; a default of None accepts None, too.
        default: the value if none is given.
        help: what it does, as a phrase without the default.
        limit: what is accepted; None accepts anything of the type.
        instead_of_none: what a default of None means, in words.
        metavar: the value's placeholder on the command line.
        parse: a value from the text of the command line; None uses the type.
        convert: a value as the dataclass keeps it from what a caller may pass; TypeError and
            ValueError say that it is something else.
        accepts: what a caller may pass, as an annotation; "" is the type.
        for_commands: what the help of a command says beside.
        applies_to: kinds of outputs.
        can_be_off: whether it may be None although the default is not; the command then has an
            option ``--no-NAME``.
    """

    name: str
    type: Any
    default: Any
    help: str
    limit: Limit | None
    instead_of_none: str
    metavar: str | None
    parse: Callable[[str], Any] | None
    convert: Callable[[Any], Any] | None
    accepts: str
    for_commands: str
    applies_to: frozenset[str]
    can_be_off: bool

    @property
    def flag(self) -> str:
        """The option of the command line."""
        return option_of(self.name)

    @property
    def annotation(self) -> str:
        """The type of a keyword of Python functions."""
        accepted = self.accepts or self.type.__name__
        return accepted if self.default is not None else f"{accepted} | None"

    @property
    def default_text(self) -> str:
        """The default in words; "" if it is None and nothing says what that means."""
        if self.default is None:
            return self.instead_of_none
        if isinstance(self.default, bool):
            return "on" if self.default else "off"
        if isinstance(self.default, tuple):
            return ",".join(map(str, self.default))
        return f"{self.default:g}" if isinstance(self.default, float) else str(self.default)

    def told(self, hint: str = "", default: str = "") -> str:
        """Return the help with, in parentheses, a hint, the limit and the default."""
        limit = "" if self.limit is None else self.limit.text
        beside = [hint, limit, f"default: {default}" if default else ""]
        text = "; ".join(part for part in beside if part)
        return f"{self.help} ({text})" if text else self.help

    def converted(self, value: Any) -> Any:
        """Return a value that a caller passed, as the dataclass keeps it.

        Raises:
            SettingError: it is something else.
        """
        if value is None or self.convert is None:
            return value
        try:
            return self.convert(value)
        except (TypeError, ValueError):
            problem = f"expected {self.annotation}, got {value_text(value)}"
            raise SettingError(self.name, problem) from None

    def check(self, value: Any) -> None:
        """Raise `SettingError` unless the value is accepted."""
        if value is None and (self.default is None or self.can_be_off):
            return
        if self.type is str and not isinstance(value, str):
            raise SettingError(self.name, f"expected a string, got {value_text(value)}")
        if self.limit is not None:
            self.limit.check(self.name, value)


def setting(
    default: Any,
    help: str,
    limit: Limit | None = None,
    *,
    instead_of_none: str = "",
    metavar: str | None = None,
    parse: Callable[[str], Any] | None = None,
    convert: Callable[[Any], Any] | None = None,
    accepts: str = "",
    for_commands: str = "",
    applies_to: frozenset[str] = EVERYWHERE,
    can_be_off: bool = False,
) -> Any:
    """A field of a `Settings` class; the arguments are those of `Setting`."""
    given = {
        "help": help,
        "limit": limit,
        "instead_of_none": instead_of_none,
        "metavar": metavar,
        "parse": parse,
        "convert": convert,
        "accepts": accepts,
        "for_commands": for_commands,
        "applies_to": applies_to,
        "can_be_off": can_be_off,
    }
    return dataclasses.field(default=default, metadata={_KEY: given})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of dataclasses whose fields are made by `setting`.

    Making one converts and checks each field, then what fields must fulfil together.

    Raises:
        SettingError: a value out of its limits, or values that exclude each other.
    """

    def __post_init__(self) -> None:
        for one in settings_of(type(self)):
            value = one.converted(getattr(self, one.name))
            object.__setattr__(self, one.name, value)
            one.check(value)
        self.check_together()

    def check_together(self) -> None:
        """Raise `SettingError` if values exclude each other; subclasses extend it."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The settings among the given values, with defaults for the others."""
        known = {one.name for one in settings_of(cls)}
        return cls(**{name: value for name, value in given.items() if name in known})


@cache
def settings_of(kind: type[Settings]) -> tuple[Setting, ...]:
    """Return the settings of a class, in the order of its fields that `setting` made."""
    hints = typing.get_type_hints(kind)
    return tuple(
        Setting(one.name, _without_none(hints[one.name]), one.default, **one.metadata[_KEY])
        for one in dataclasses.fields(kind)
        if _KEY in one.metadata
    )


def _without_none(annotation: Any) -> Any:
    if isinstance(annotation, types.UnionType):
        return next(kind for kind in typing.get_args(annotation) if kind is not type(None))
    return annotation


def require(condition: bool, name: str, problem: str) -> None:
    """Raise `SettingError` unless a condition holds."""
    if not condition:
        raise SettingError(name, problem)

"""Keywords of functions and tables of the README, made from the fields of settings."""

from __future__ import annotations

import difflib
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterable
from typing import TypeVar

from anim.settings.fields import Setting, Settings, settings_of
from anim.settings.panels import METRIC, PANELS

_WIDTH = 100
_PLACE = "{settings}"
Function = TypeVar("Function", bound=Callable)


def takes(kind: type[Settings], *left_out: str) -> Callable[[Function], Function]:
    """Give a function with ``**options`` the fields of a settings class as keywords.

    Its signature lists them, with types and defaults, and so does its docstring in the place of
    ``{settings}``. Other keywords raise TypeError before the function is called.

    Args:
        kind: the settings.
        left_out: names of fields that are no keywords.
    """
    known = [one for one in settings_of(kind) if one.name not in left_out]

    def decorate(function: Function) -> Function:
        own = inspect.signature(function)
        *before, _ = own.parameters.values()
        named = [one for one in before if one.kind is not one.VAR_POSITIONAL]
        names = {one.name for one in (*known, *named)}

        @functools.wraps(function)
        def checked(*args, **given):
            for name in given.keys() - names:
                raise TypeError(_unexpected(function.__name__, name, names))
            return function(*args, **given)

        last = [one for one in before if one.kind is one.KEYWORD_ONLY]
        first = [one for one in before if one not in last]
        signature = own.replace(parameters=[*first, *map(_parameter, known), *last])
        checked.__signature__ = signature  # pyright: ignore[reportAttributeAccessIssue]
        checked.__doc__ = _documented(function.__doc__ or "", known)
        return checked  # pyright: ignore[reportReturnType]

    return decorate


def hints(name: str) -> Callable[[Function], Function]:
    """Let a function name the nearest of its keywords in the TypeError for an unknown one.

    Args:
        name: what the error calls the function.
    """

    def decorate(function: Function) -> Function:
        names = list(inspect.signature(function).parameters)

        @functools.wraps(function)
        def checked(*args, **given):
            for unknown in given.keys() - {*names}:
                raise TypeError(_unexpected(name, unknown, names))
            return function(*args, **given)

        return checked  # pyright: ignore[reportReturnType]

    return decorate


def _parameter(one: Setting) -> inspect.Parameter:
    return inspect.Parameter(
        one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default, annotation=one.annotation
    )


def _unexpected(function: str, name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
    return f"{function}() got an unexpected keyword argument {name!r}{hint}"


def _documented(doc: str, known: Iterable[Setting]) -> str:
    """Return a docstring with the lines of an Args section in the place of ``{settings}``."""
    # Since Python 3.13 docstrings have no indentation of their own.
    indent = next((line.index(_PLACE) for line in doc.splitlines() if _PLACE in line), 0)
    lines = []
    for one in known:
        default = str(one.default) if isinstance(one.default, bool) else one.default_text
        text = f"{one.name}: {one.told(default=default)}."
        first, rest = " " * indent, " " * (indent + 4)
        lines += textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=rest)
    return doc.replace(_PLACE, "\n".join(lines).lstrip())


def typed_dict(name: str, kind: type[Settings], *left_out: str) -> str:
    """Return the code of a TypedDict with the fields of a settings class.

    It types the ``**options`` of a function that `takes` them, for type checkers and editors.
    """
    known = [one for one in settings_of(kind) if one.name not in left_out]
    lines = [f"    {one.name}: {one.annotation}" for one in known]
    head = f'class {name}(TypedDict, total=False):\n    """Keywords of `{kind.__name__}`."""\n\n'
    return head + "\n".join(lines) + "\n"


def table(*kinds: type[Settings]) -> str:
    """Return a Markdown table of the options of several settings classes."""
    rows = ["| option | | default |", "| --- | --- | --- |"]
    for one in (one for kind in kinds for one in settings_of(kind)):
        rows.append(f"| `{one.flag}` | {one.told(one.for_commands)} | {one.default_text} |")
    return "\n".join(rows)


def table_of_panels() -> str:
    """Return a Markdown table of the panels."""
    rows = ["| panel | shows |", "| --- | --- |"]
    rows += [f"| `{panel.name}` | {panel.shows} |" for panel in PANELS.values()]
    return "\n".join([*rows, f"| `{METRIC}NAME` | a recorded scalar, or any metric, over time |"])

"""Matplotlib's style sheets, found by path or name; what its logger says becomes a warning."""

from __future__ import annotations

import difflib
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import matplotlib.style
from matplotlib import font_manager
from matplotlib.colors import to_rgba

from anim.errors import SettingError
from anim.scene.contrast import mix

_GENERIC = ("serif", "sans-serif", "monospace", "cursive", "fantasy")
_DEFAULTS: Mapping = dict(matplotlib.rcParamsDefault)
# Values that are not colours.
_NO_COLOUR = ("none", "auto", "inherit")


def read(style: str) -> Mapping:
    """Return the keys that a style sheet sets, with their values.

    Args:
        style: a path, or a name that matplotlib knows.

    Raises:
        SettingError: there is no such file, or it is not a style sheet.
    """
    if style in matplotlib.style.library:
        return matplotlib.style.library[style]
    path = Path(style).expanduser()
    if not path.is_file():
        raise SettingError("style", _unknown(style))
    with _problems() as problems:
        try:
            keys = matplotlib.rc_params_from_file(path, use_default_template=False)
        except UnicodeDecodeError:
            keys = {}
        except OSError as error:
            raise SettingError("style", f"cannot read {style!r}: {error.strerror}") from None
    if not keys:
        why = problems[0] if problems else "it sets nothing"
        raise SettingError("style", f"expected a matplotlib style sheet, got {style!r}: {why}")
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        warnings.warn(f"style: {problems[0]}{more}", stacklevel=2)
    return keys


def colour(keys: Mapping, *names: str, over: str = "white") -> tuple[str, str] | None:
    """Return the first of several keys that has a colour, and the colour as a hex string.

    Args:
        keys: from `read`.
        names: keys, the preferred one first.
        over: the colour behind a translucent one.
    """
    for name in names:
        value = keys.get(name)
        if value is not None and not (isinstance(value, str) and value.lower() in _NO_COLOUR):
            return name, mix(over, to_rgba(value)[:3], to_rgba(value)[3])
    return None


def cycle(keys: Mapping) -> list[str]:
    """Return the distinct colours of the property cycle, as hex strings."""
    if "axes.prop_cycle" not in keys:
        return []
    colours = keys["axes.prop_cycle"].by_key().get("color", [])
    return list(dict.fromkeys(mix("white", to_rgba(one)[:3], to_rgba(one)[3]) for one in colours))


def fonts(keys: Mapping, generic: str) -> tuple[str, ...]:
    """Return families of fonts, the preferred one first; empty if the sheet sets none.

    Args:
        keys: from `read`.
        generic: the generic family whose list counts if the sheet does not set ``font.family``.
    """
    asked = keys.get("font.family")
    if asked is None:
        asked = [generic] if f"font.{generic}" in keys else []
    found: list[str] = []
    for family in asked:
        if family in _GENERIC:
            key = f"font.{family}"
            found += [*keys.get(key, _DEFAULTS[key]), family]
        else:
            found.append(family)
    if found and not set(found) & set(font_manager.get_font_names()):
        warnings.warn(
            f"style: no font of font.family is installed ({', '.join(found)}); "
            "the theme's fonts are used",
            stacklevel=2,
        )
    return tuple(dict.fromkeys(found))


def _unknown(style: str) -> str:
    known = [name for name in matplotlib.style.library if not name.startswith("_")]
    if Path(style).is_dir():
        return f"expected a file, got the folder {style!r}"
    nearest = difflib.get_close_matches(style.lower(), known, n=3, cutoff=0.45)
    hint = f"did you mean {' or '.join(map(repr, nearest))}?" if nearest else ""
    hint = hint or f"names are {', '.join(map(repr, known[:3]))}, ..."
    return (
        f"expected a style sheet's path or a name that matplotlib knows, got {style!r}, "
        f"which is neither; {hint}"
    )


@contextmanager
def _problems() -> Iterator[list[str]]:
    """Collect what matplotlib's logger would say, one line per message, and silence it."""
    lines: list[str] = []

    def take(record: logging.LogRecord) -> bool:
        said = record.getMessage().strip()
        # Further lines of a bad key say where to find a newer list of keys.
        line = said.splitlines()[0] if said.startswith("Bad key") else " ".join(said.split())
        if "#" in line and "color" in line:
            line += "; write a colour without #, which begins a comment"
        lines.append(line)
        return False

    logger = logging.getLogger("matplotlib")
    logger.addFilter(take)
    try:
        yield lines
    finally:
        logger.removeFilter(take)

"""Values from the texts of a command line; each function raises ValueError with what it expects."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Sequence

from anim.settings.text import value_text

# What a band holds: all bars of 95 % of calibrated models, or 95 % of their bars. The first is the
# default.
BANDS = ("simultaneous", "pointwise")
_SIZE = re.compile(r"(\d{1,9})x(\d{1,9})", re.IGNORECASE | re.ASCII)
_BYTES = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)\s*([kMG]?)(i?)B?", re.IGNORECASE | re.ASCII)


def size_of(text: str) -> tuple[int, int]:
    """Width and height of ``WIDTHxHEIGHT``."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"expected WIDTHxHEIGHT such as 768x600, got {value_text(text)}")
    return int(match[1]), int(match[2])


def bytes_of(text: str) -> int:
    """Bytes of a text such as ``2MB``, ``500kB`` or ``1.5 MiB``."""
    match = _BYTES.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"expected bytes such as 2MB or 500kB, got {value_text(text)}")
    number, prefix, binary = match.groups()
    power = ["", "k", "m", "g"].index(prefix.lower())
    return int(float(number) * (1024 if binary else 1000) ** power)


def widths_of(text: str, separator: str = ",") -> tuple[int, ...]:
    """Widths of layers, such as ``64,64``; none of an empty text."""
    try:
        return tuple(int(part) for part in text.split(separator)) if text else ()
    except ValueError:
        problem = f"expected layer widths such as 3 or 64{separator}64, got {value_text(text)}"
        raise ValueError(problem) from None


def pair_of(given: object) -> object:
    """A sequence as a tuple of Python's own integers; anything else as it is, to be refused."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        return given
    return tuple(map(operator.index, given))


def band_of(given: object) -> object:
    """The kind of a band: True is the default one, and False is None, no band."""
    return (BANDS[0] if given else None) if isinstance(given, bool) else given


def several_of(given: str | Sequence[str]) -> tuple[str, ...]:
    """A sequence of names, or one alone, which may hold commas."""
    return (given,) if isinstance(given, str) else tuple(given)


def names_of(given: str | Sequence[str]) -> tuple[str, ...]:
    """Names separated by commas, or a sequence of them."""
    if isinstance(given, str):
        return tuple(part.strip() for part in given.split(",") if part.strip())
    return tuple(given)

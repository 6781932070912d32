"""Texts from others, made safe to print, to draw and to paste."""

from __future__ import annotations

import re
import unicodedata

# Control characters, lone surrogates, and separators of lines and of paragraphs.
_BREAKS = ("Cc", "Cs", "Zl", "Zp")
# Marks without a width, such as those that change the direction of the text after them.
_INVISIBLE = "Cf"
# Scripts and emoji need these two, which only join or part their neighbours.
_JOINERS = "\u200c\u200d"
# A message, and a value within it.
_LONGEST_LINE, _LONGEST_VALUE = 1000, 200


def plain(text: str) -> str:
    """Return text without characters that could control a terminal or hide text.

    Control characters and breaks of lines become spaces; marks that change the direction of
    writing and other invisible ones are left out.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_plain_mark, text))


def one_line(text: object) -> str:
    """Return `plain` text in which a run of spaces is one; "" for anything but a string.

    Other spaces than the plain one keep their width.
    """
    return re.sub(" {2,}", " ", plain(text)).strip() if isinstance(text, str) else ""


def printable(text: str, longest: int | None = _LONGEST_LINE) -> str:
    """Return text for one line of a terminal.

    What `plain` would change is written as Python writes it (``\\x1b``), so that a name of a file
    can still be recognised.

    Args:
        text: anything, such as a name of a file in a message.
        longest: the number of characters that are kept, from the start and the end; None keeps all.
    """
    if longest is not None:
        text = shortened(text, longest)
    if text.isascii() and text.isprintable():
        return text
    return "".join(mark if _plain_mark(mark) == mark else repr(mark)[1:-1] for mark in text)


def shortened(text: str, longest: int = _LONGEST_VALUE) -> str:
    """Return text of at most ``longest`` characters, without its middle if it is longer."""
    if len(text) <= longest:
        return text
    end = longest // 3
    return f"{text[: longest - end - 5]} ... {text[-end:]}"


def value_text(value: object) -> str:
    """Return a value in an error: its ``repr``, shortened."""
    try:
        # The ``repr`` of a long text would be made in full.
        return shortened(repr(shortened(value, 1000) if isinstance(value, str) else value))
    except ValueError:
        # Python refuses to write integers of thousands of digits.
        return f"a huge {type(value).__name__}"


def _plain_mark(mark: str) -> str:
    category = unicodedata.category(mark)
    if category in _BREAKS:
        return " "
    return "" if category == _INVISIBLE and mark not in _JOINERS else mark

"""Texts from others, made safe to print and to draw."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = ("Cc", "Cs", "Zl", "Zp")


def one_line(text: object) -> str:
    """Return text on one line without control characters; "" for anything but a string.

    Runs of plain spaces become one; other spaces keep their width.
    """
    if not isinstance(text, str):
        return ""
    plain = "".join(" " if unicodedata.category(mark) in _BREAKS else mark for mark in text)
    return re.sub(" {2,}", " ", plain).strip()

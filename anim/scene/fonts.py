"""Fonts: the one that matplotlib ships, and the system's for scripts that it lacks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import matplotlib.style
from matplotlib import font_manager

# The usual ones of Linux, macOS and Windows.
_FALLBACKS = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK KR", "Noto Sans Devanagari",
    "Noto Sans Thai", "WenQuanYi Zen Hei", "Hiragino Sans", "PingFang SC", "Apple SD Gothic Neo",
    "Yu Gothic", "Microsoft YaHei", "Malgun Gothic", "Nirmala UI", "Leelawadee UI",
    "Arial Unicode MS",
)  # fmt: skip


def families(fonts: Sequence[str]) -> list[str]:
    """Return the installed ones of some fonts, followed by fonts with the letters they lack."""
    installed = set(font_manager.get_font_names())
    wanted = dict.fromkeys([*fonts, "DejaVu Sans", *_FALLBACKS])
    return [name for name in wanted if name in installed]


@contextmanager
def style(
    fonts: Sequence[str], *, embeds_truetype: bool = False, is_vector: bool = False
) -> Iterator[None]:
    """Use matplotlib's defaults instead of the user's settings, with these fonts.

    In vector drawings letters have the widths that their font gives them, unhinted.
    """
    settings = {
        "svg.hashsalt": "anim",
        "font.family": families(fonts),
        "pdf.fonttype": 42 if embeds_truetype else 3,
        **({"text.hinting": "none"} if is_vector else {}),
    }
    with matplotlib.style.context(["default", settings]), warnings.catch_warnings():
        # `warn_of_missing` warns once, instead of once per letter and frame.
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")
        # About mathematics, which numbers on these axes do not use.
        warnings.filterwarnings("ignore", r"cmr10 font should ideally be used with mathtext")
        yield


def warn_of_missing(text: str, fonts: Sequence[str]) -> None:
    """Warn once of the characters of a text that no installed font has."""
    known: set[int] = set()
    for family in families(fonts):
        path = font_manager.findfont(font_manager.FontProperties(family=family))
        known.update(font_manager.get_font(path).get_charmap())
    missing = [mark for mark in dict.fromkeys(text) if ord(mark) not in known]
    if missing:
        warnings.warn(
            f"no installed font has {' '.join(missing)} (drawn as boxes); "
            "install a Noto font of that script",
            stacklevel=2,
        )

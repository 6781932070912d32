"""Texts that change from frame to frame, and texts that fit into the room there is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

# Pixels around a text that its letters may reach beyond its box.
_MARGIN = 2


class ChangingText:
    """A text that a frame may change, painted from pictures of what it said before.

    Laying out text takes more time than anything else in a frame, and numbers come again.

    Args:
        text: an animated text that holds the widest of all texts to come.
    """

    _renderer: RendererBase

    def __init__(self, text: Text):
        self.text = text
        text.set_animated(True)
        self._pictures: dict[str, np.ndarray] = {}

    def prepare(self, canvas: FigureCanvasAgg) -> None:
        """Take the room of the widest text from a canvas that shows all but changing texts."""
        self._renderer = canvas.get_renderer()
        pixels = np.asarray(canvas.buffer_rgba())
        box, height = self.text.get_window_extent(self._renderer), len(pixels)
        rows = slice(max(int(height - box.y1) - _MARGIN, 0), int(height - box.y0) + 1 + _MARGIN)
        columns = slice(max(int(box.x0) - _MARGIN, 0), int(box.x1) + 1 + _MARGIN)
        self._slot = rows, columns
        self._empty = pixels[self._slot].copy()

    def paint(self, pixels: np.ndarray) -> None:
        """Put the present text on the canvas's buffer, RGBA [H, W, 4]."""
        said = self.text.get_text()
        if said not in self._pictures:
            pixels[self._slot] = self._empty
            self.text.draw(self._renderer)
            self._pictures[said] = pixels[self._slot].copy()
        pixels[self._slot] = self._pictures[said]


def shorten(text: Text, length: float) -> Text:
    """Cut a text that is longer than ``length`` pixels, and put an ellipsis there.

    What follows a name in quotation marks is kept.
    """
    whole = text.get_text()
    end = whole.rfind("”")
    head, tail = (whole, "") if end < 0 else (whole[:end].rstrip("…"), whole[end:])
    if _length_of(text) <= length:
        return text

    def shortened(letters: int) -> str:
        return f"{head[:letters].rstrip()}…{tail}"

    letters = _most(len(head), lambda some: _is_fit(text, shortened(some), length))
    text.set_text(shortened(letters) if letters else "")
    return text


def wrapped(text: Text, length: float, smallest: float = 0) -> int:
    """Break a text that is longer than ``length`` pixels into two lines; return how many it has.

    Letters shrink to three quarters, but not below ``smallest`` points, before the second line is
    cut. A line ends within a word only if words are about as long as a line.
    """
    whole, size = text.get_text(), float(text.get_fontsize())
    if _length_of(text) <= length:
        return 1
    spaces = [at for at, mark in enumerate(whole) if mark == " "]
    # Lines of about the same length.
    spaces.sort(key=lambda at: abs(2 * at - len(whole)))
    for share in (1, 0.875, 0.75):
        text.set_fontsize(max(size * share, smallest))
        for at in spaces or [_most(len(whole), lambda some: _is_fit(text, whole[:some], length))]:
            lines = whole[:at], whole[at:].lstrip()
            if all(_is_fit(text, line, length) for line in lines):
                text.set_text("\n".join(lines))
                return 2
    most = _most(len(whole), lambda some: _is_fit(text, whole[:some], length))
    at = max((space for space in spaces if most / 2 < space <= most), default=most)
    text.set_text(whole[at:].lstrip())
    text.set_text(f"{whole[:at]}\n{shorten(text, length).get_text()}")
    return 2


def _length_of(text: Text) -> float:
    box = text.get_window_extent()
    return box.height if text.get_rotation() else box.width


def _is_fit(text: Text, said: str, length: float) -> bool:
    text.set_text(said)
    return _length_of(text) <= length


def _most(count: int, holds: Callable[[int], bool]) -> int:
    """Return the largest number up to ``count`` for which something holds, 0 if there is none."""
    low, high = 0, count
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low

"""Texts that change from frame to frame, and texts that fit into the room there is."""

from __future__ import annotations

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
    """Cut a text that is longer than ``length`` pixels, and end it in an ellipsis."""
    whole = text.get_text()

    def fits() -> bool:
        box = text.get_window_extent()
        return (box.height if text.get_rotation() else box.width) <= length

    if fits():
        return text
    low, high = 0, len(whole)
    while low < high:
        middle = (low + high + 1) // 2
        text.set_text(whole[:middle].rstrip() + "…")
        low, high = (middle, high) if fits() else (low, middle - 1)
    text.set_text(whole[:low].rstrip() + "…" if low else "")
    return text


def wrapped(text: Text, length: float) -> int:
    """Break a text that is longer than ``length`` pixels into two lines; return how many it has.

    Letters shrink to three quarters before the second line is cut.
    """
    whole, size = text.get_text(), float(text.get_fontsize())
    if text.get_window_extent().width <= length:
        return 1
    for share in (1, 0.875, 0.75):
        text.set_fontsize(size * share)
        for space in reversed([i for i, mark in enumerate(whole) if mark == " "]):
            text.set_text(whole[:space])
            if text.get_window_extent().width <= length:
                text.set_text(whole[space + 1 :])
                if text.get_window_extent().width <= length:
                    text.set_text(f"{whole[:space]}\n{whole[space + 1 :]}")
                    return 2
                break
    text.set_text(whole)
    shorten(text, length)
    return 1

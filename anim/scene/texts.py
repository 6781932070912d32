"""Texts that change from frame to frame, and texts cut to the room there is."""

from __future__ import annotations

import itertools
from typing import Protocol

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

_DIGITS = "0123456789"


class ChangingText(Protocol):
    """A text that a frame may change.

    Attributes:
        text: the text itself, for formats that are drawn whole.
    """

    text: Text

    def prepare(self, canvas: FigureCanvasAgg) -> None:
        """Take what painting needs from a canvas that shows all but the changing texts."""
        ...

    def paint(self, pixels: np.ndarray) -> None:
        """Put the present text on the canvas's buffer, RGBA [H, W, 4]."""
        ...


class Words:
    """A text that is laid out for each frame.

    Args:
        text: an animated text.
    """

    _renderer: RendererBase

    def __init__(self, text: Text):
        self.text = text

    def prepare(self, canvas: FigureCanvasAgg) -> None:
        self._renderer = canvas.get_renderer()

    def paint(self, pixels: np.ndarray) -> None:
        """Draw with the renderer, whose buffer ``pixels`` is."""
        self.text.draw(self._renderer)


class Readout:
    """A number that changes in each frame, painted from pictures of its digits.

    Laying out text takes more time than anything else in a frame, and there are only ten digits. A
    font whose digits differ in width has no such pictures: the text is laid out for each frame.

    Args:
        text: an animated text, aligned at its left end, that holds the widest number.
    """

    def __init__(self, text: Text):
        self.text = text
        self._words = Words(text)
        self._widest = text.get_text()
        self._slots: list[tuple[slice, slice]] = []
        self._cells: list[dict[str, np.ndarray]] = []

    def prepare(self, canvas: FigureCanvasAgg) -> None:
        """Take the pictures, on the background that the canvas shows."""
        self._words.prepare(canvas)
        if not has_even_digits(self.text):
            return
        renderer = canvas.get_renderer()
        pixels = np.asarray(canvas.buffer_rgba())
        still = canvas.copy_from_bbox(canvas.figure.bbox)
        self._slots = self._find_slots(len(pixels))
        self._cells = [{" ": pixels[slot].copy()} for slot in self._slots]
        for digit in _DIGITS:
            number = _all(self._widest, digit)
            self.text.set_text(number)
            self.text.draw(renderer)
            for mark, slot, cell in zip(number, self._slots, self._cells, strict=True):
                cell[mark] = pixels[slot].copy()
            canvas.restore_region(still)

    def paint(self, pixels: np.ndarray) -> None:
        if not self._cells:
            self._words.paint(pixels)
            return
        shown = self.text.get_text().ljust(len(self._slots))
        for mark, slot, cell in zip(shown, self._slots, self._cells, strict=True):
            pixels[slot] = cell[mark]

    def _find_slots(self, height: int) -> list[tuple[slice, slice]]:
        """Return rows and columns of each character in a picture of a height."""
        box = self.text.get_window_extent()
        rows = slice(int(height - box.y1) - 1, int(height - box.y0) + 2)
        ends = [box.x0]
        for length in range(1, len(self._widest) + 1):
            self.text.set_text(self._widest[:length])
            ends.append(self.text.get_window_extent().x1)
        columns = np.round(ends).astype(int)
        return [(rows, slice(*pair)) for pair in itertools.pairwise(columns)]


def has_even_digits(text: Text) -> bool:
    """Return whether the digits of a number have the same width, to a pixel, in its font."""
    number, widths = text.get_text(), []
    for digit in _DIGITS:
        text.set_text(_all(number, digit))
        widths.append(text.get_window_extent().width)
    text.set_text(number)
    return max(widths) - min(widths) <= 1


def _all(number: str, digit: str) -> str:
    """Return a number with the same digit in all places."""
    return "".join(digit if mark.isdigit() else mark for mark in number)


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

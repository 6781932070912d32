"""The few things that move, made cheap to move."""

from __future__ import annotations

import itertools

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.path import Path
from matplotlib.text import Text


class Bars(PathCollection):
    """R upright rectangles whose sides and colours are set in place, frame by frame."""

    def __init__(self, number: int, **style):
        self._corners = np.zeros((number, 5, 2))
        paths = [Path(corners, closed=True) for corners in self._corners]
        super().__init__(paths, linewidths=0, edgecolors="none", animated=True, **style)

    def place(self, left, right, bottom, top) -> None:
        """Sets the sides, [R] each, in data units; one without a height is nothing."""
        self._corners[:, (0, 3, 4), 0] = np.asarray(left)[:, None]
        self._corners[:, (1, 2), 0] = np.asarray(right)[:, None]
        self._corners[:, (0, 1, 4), 1] = np.asarray(bottom)[:, None]
        self._corners[:, (2, 3), 1] = np.asarray(top)[:, None]
        # A PDF would show a hairline.
        self._corners[np.equal(bottom, top)] = np.nan
        self.stale = True


class Words:
    """A text that changes now and then, and is laid out each time.

    Args:
        text: an animated text.
    """

    def __init__(self, text: Text):
        self.text = text
        self._renderer = None

    def prepare(self, canvas) -> None:
        self._renderer = canvas.get_renderer()

    def paint(self, pixels: np.ndarray) -> None:
        """Draws it where the renderer does, which is on the pixels."""
        self.text.draw(self._renderer)


class Readout:
    """A number that changes every frame, painted from pictures of its digits.

    Laying out text is the dearest part of a frame, and there are only ten digits. In a font whose
    digits differ in width there are no such pictures, and it is laid out each time.

    Args:
        text: an animated text that stands at its left end, holding the widest number.

    Attributes:
        text: the text itself, for the formats that are drawn whole.
    """

    def __init__(self, text: Text):
        self.text = text
        self._widest = text.get_text()
        self._slots: list[tuple[slice, slice]] = []
        self._cells: list[dict[str, np.ndarray]] = []
        self._renderer = None

    def prepare(self, canvas) -> None:
        """Takes the pictures, on the background that is on the canvas now."""
        self._renderer = canvas.get_renderer()
        if not self._has_even_digits():
            return
        pixels = np.asarray(canvas.buffer_rgba())
        still = canvas.copy_from_bbox(canvas.figure.bbox)
        box = self.text.get_window_extent()
        rows = slice(int(pixels.shape[0] - box.y1) - 1, int(pixels.shape[0] - box.y0) + 2)
        ends = [box.x0]
        for length in range(1, len(self._widest) + 1):
            self.text.set_text(self._widest[:length])
            ends.append(self.text.get_window_extent().x1)
        columns = np.round(ends).astype(int)
        self._slots = [(rows, slice(*pair)) for pair in itertools.pairwise(columns)]
        self._cells = [{" ": pixels[slot].copy()} for slot in self._slots]
        for digit in "0123456789":
            number = self._all(digit)
            self.text.set_text(number)
            self.text.draw(self._renderer)
            for mark, slot, cell in zip(number, self._slots, self._cells, strict=True):
                cell[mark] = pixels[slot].copy()
            canvas.restore_region(still)

    def paint(self, pixels: np.ndarray) -> None:
        """Puts the present number on an RGBA buffer [H, W, 4], the renderer's."""
        if not self._cells:
            self.text.draw(self._renderer)
            return
        shown = self.text.get_text().ljust(len(self._slots))
        for mark, slot, cell in zip(shown, self._slots, self._cells, strict=True):
            pixels[slot] = cell[mark]

    def _all(self, digit: str) -> str:
        """The widest number with one digit in all places."""
        return "".join(digit if mark.isdigit() else mark for mark in self._widest)

    def _has_even_digits(self) -> bool:
        widths = []
        for digit in "0123456789":
            self.text.set_text(self._all(digit))
            widths.append(self.text.get_window_extent().width)
        self.text.set_text(self._widest)
        return max(widths) - min(widths) <= 1


def bar_sides(axes, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Left and right sides of bars between edges [B + 1], on whole pixels, with a gap between.

    A bin too narrow for a gap has none, and every bar can be seen: one of quantile bins, which ties
    may leave no width, too.
    """
    box = axes.bbox
    pixels = np.round(box.x0 + edges * box.width)
    typical = box.width / (len(edges) - 1)
    gap = 0 if typical < 4 else max(1, round(typical * 0.1))
    left = pixels[:-1] + gap // 2
    right = np.maximum(pixels[1:] - (gap - gap // 2), left + min(max(typical // 2, 1), 3))
    beyond = np.maximum(right - np.round(box.x1), 0)
    left, right = left - beyond, right - beyond
    return (left - box.x0) / box.width, (right - box.x0) / box.width


def shorten(text: Text, length: float) -> Text:
    """Cuts a text that is longer than so many pixels, and ends it in an ellipsis."""
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

"""The few things that move, made cheap to move."""

from __future__ import annotations

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
        """Sets the sides, [R] each, in data units."""
        self._corners[:, (0, 3, 4), 0] = np.asarray(left)[:, None]
        self._corners[:, (1, 2), 0] = np.asarray(right)[:, None]
        self._corners[:, (0, 1, 4), 1] = np.asarray(bottom)[:, None]
        self._corners[:, (2, 3), 1] = np.asarray(top)[:, None]
        self.stale = True


def bar_sides(axes, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Left and right sides of bars between edges [B + 1], on whole pixels, with a gap between.

    A bin too narrow for a gap has none, and every bar is at least a pixel wide.
    """
    box = axes.bbox
    pixels = np.round(box.x0 + edges * box.width)
    typical = box.width / (len(edges) - 1)
    gap = 0 if typical < 4 else max(1, round(typical * 0.1))
    left = pixels[:-1] + gap // 2
    right = np.maximum(pixels[1:] - (gap - gap // 2), left + 1)
    return (left - box.x0) / box.width, (right - box.x0) / box.width


def shorten(text: Text, width: float) -> Text:
    """Cuts a text that is wider than so many pixels, and ends it in an ellipsis."""
    whole = text.get_text()
    if text.get_window_extent().width <= width:
        return text
    low, high = 0, len(whole)
    while low < high:
        middle = (low + high + 1) // 2
        text.set_text(whole[:middle].rstrip() + "…")
        low, high = (middle, high) if text.get_window_extent().width <= width else (low, middle - 1)
    text.set_text(whole[:low].rstrip() + "…")
    return text

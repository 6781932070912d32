"""Bars and areas that move from frame to frame, made cheap to move."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.path import Path


class Bars(PathCollection):
    """Upright rectangles whose sides and colours are set in place, frame by frame.

    Args:
        axes: where they stand. Their limits stay as they are.
        count: R, the number of bars.
        **style: as of `matplotlib.collections.PathCollection`.
    """

    def __init__(self, axes: Axes, count: int, **style: Any):
        self._corners = np.zeros((count, 5, 2))
        paths = [Path(corners, closed=True) for corners in self._corners]
        super().__init__(paths, linewidths=0, edgecolors="none", animated=True, **style)
        axes.add_collection(self, autolim=False)

    def place(
        self, left: np.ndarray, right: np.ndarray, bottom: np.ndarray, top: np.ndarray
    ) -> None:
        """Set the sides, [R] each, in data units. A bar without height is not drawn."""
        self._corners[:, (0, 3, 4), 0] = np.asarray(left)[:, None]
        self._corners[:, (1, 2), 0] = np.asarray(right)[:, None]
        self._corners[:, (0, 1, 4), 1] = np.asarray(bottom)[:, None]
        self._corners[:, (2, 3), 1] = np.asarray(top)[:, None]
        # A PDF would show a hairline.
        self._corners[np.equal(bottom, top)] = np.nan
        self.stale = True

    def colour(self, colours: np.ndarray) -> None:
        """Set the colours, RGBA [R, 4]."""
        self.set_facecolor(colours)  # pyright: ignore[reportArgumentType]


class Area(PolyCollection):
    """The area between two lines.

    Args:
        axes: where it is. Their limits stay as they are.
        **style: as of `matplotlib.collections.PolyCollection`.
    """

    def __init__(self, axes: Axes, **style: Any):
        super().__init__([], linewidth=0, animated=True, **style)
        axes.add_collection(self, autolim=False)

    def place(self, x: np.ndarray, ends: np.ndarray) -> None:
        """Fill between ``ends`` [P, 2] at ``x`` [P]; where an end is NaN, there is a gap."""
        self.set_verts(_pieces(x, ends))


def _pieces(x: np.ndarray, ends: np.ndarray) -> list[np.ndarray]:
    """Return the outline [2 n, 2] of each run of n finite ends."""
    finite = np.flatnonzero(np.isfinite(ends).all(1))
    pieces = np.split(finite, np.flatnonzero(np.diff(finite) > 1) + 1)
    return [
        np.column_stack([np.append(x[at], x[at][::-1]), np.append(low, high[::-1])])
        for at in pieces
        if len(at)
        for low, high in [ends[at].T]
    ]


def bar_sides(axes: Axes, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return left and right sides of bars, on whole pixels, with a gap between two bars.

    Bars too narrow for a gap have none. Every bar is at least a pixel wide, even that of a quantile
    bin to which ties leave no width.

    Args:
        axes: where they stand; x from 0 to 1.
        edges: [B + 1] of the bins.

    Returns:
        [B] each.
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

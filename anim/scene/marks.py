"""Polygons, areas and dots that move from frame to frame, made cheap to move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

# A polygon that is lower than this share of the axes is not drawn: a PDF would show a hairline.
_FLAT = 1e-6


class Columns(PathCollection):
    """Polygons between two lines above the same three places each.

    Args:
        axes: where they stand. Their limits stay as they are.
        count: B, the number of polygons.
        **style: as of `matplotlib.collections.PathCollection`.
    """

    def __init__(self, axes: Axes, count: int, **style: Any):
        self._corners = np.zeros((count, 7, 2))
        paths = [Path(corners, closed=True) for corners in self._corners]
        style = {"linewidths": 0, "edgecolors": "none", **style}
        super().__init__(paths, animated=True, **style)
        axes.add_collection(self, autolim=False)

    def place(self, x: np.ndarray, bottom: np.ndarray, top: np.ndarray) -> None:
        """Set the places, [B, 3] each. A polygon without height is not drawn."""
        corners = self._corners
        corners[:, :3, 0], corners[:, 3:6, 0] = x, x[:, ::-1]
        corners[:, :3, 1], corners[:, 3:6, 1] = bottom, top[:, ::-1]
        corners[:, 6] = corners[:, 0]
        corners[np.abs(top - bottom).max(1) < _FLAT] = np.nan
        self.stale = True

    def colour(self, colours: np.ndarray) -> None:
        """Set the colours, RGBA [B, 4]."""
        self.set_facecolor(colours)  # pyright: ignore[reportArgumentType]


class Area(PolyCollection):
    """The area between two lines, in pieces.

    Args:
        axes: where it is. Their limits stay as they are.
        **style: as of `matplotlib.collections.PolyCollection`.
    """

    def __init__(self, axes: Axes, **style: Any):
        super().__init__([], animated=True, **{"linewidth": 0, **style})
        axes.add_collection(self, autolim=False)

    def place(self, x: np.ndarray, low: np.ndarray, high: np.ndarray, at: Sequence[slice]) -> None:
        """Fill between ``low`` and ``high`` [P] at ``x`` [P], for each of some slices of them."""
        self.set_verts([_outline(x[one], low[one], high[one]) for one in at])


def _outline(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return np.column_stack([np.append(x, x[::-1]), np.append(low, high[::-1])])


def finite_pieces(*lines: np.ndarray) -> list[slice]:
    """Return the runs of places [P] where all lines are finite, of at least two places."""
    there = np.flatnonzero(np.isfinite(np.stack(lines)).all(0))
    groups = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    return [slice(int(one[0]), int(one[-1]) + 1) for one in groups if len(one) > 1]


class Spots(PathCollection):
    """Round dots of one size.

    Args:
        axes: where they are.
        size: their diameter in points.
    """

    def __init__(self, axes: Axes, size: float):
        super().__init__(
            [Path.unit_circle()],
            sizes=[(size / 2) ** 2],
            offsets=np.zeros((0, 2)),
            offset_transform=axes.transData,
            linewidths=0,
            animated=True,
        )
        self.set_transform(IdentityTransform())
        axes.add_collection(self, autolim=False)
        self.set_clip_on(False)

    def place(self, places: np.ndarray, colours: np.ndarray) -> None:
        """Set the places [n, 2], and the colours RGBA [n, 4]."""
        self.set_offsets(places)
        self.set_facecolor(colours)  # pyright: ignore[reportArgumentType]
        self.set_visible(len(places) > 0)


def on_pixels(axes: Axes, x: np.ndarray) -> np.ndarray:
    """Return places in [0, 1] of axes, moved to the nearest edges of pixels."""
    box = axes.bbox
    return (np.round(box.x0 + x * box.width) - box.x0) / box.width


def path(axes: Axes, **style: Any) -> Line2D:
    """Add a line that moves."""
    (line,) = axes.plot([], [], animated=True, **style)
    return line

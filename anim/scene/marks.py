"""Columns, areas and dots that move from frame to frame, made cheap to move.

Each is one artist that paints all shapes of a colour in one call: a collection of matplotlib spends
more time on each of its polygons than on their pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

# A column that is lower than this share of the axes is not drawn: a PDF would show a hairline.
_FLAT = 1e-6

RGBA = tuple[float, float, float, float]


class _Mark(Artist):
    """What is painted in the colours of its parts.

    Args:
        axes: where it is. Their limits stay as they are.
        is_clipped: whether it ends where the axes end.
    """

    def __init__(self, axes: Axes, *, is_clipped: bool = True):
        super().__init__()
        self.set_animated(True)
        axes.add_artist(self)
        self.set_clip_on(is_clipped)

    def _begin(self, renderer: RendererBase) -> GraphicsContextBase:
        gc = renderer.new_gc()
        if self.get_clip_on() and self.axes is not None:
            gc.set_clip_rectangle(self.axes.bbox)
        gc.set_linewidth(0)
        # Heights are drawn as they are, not moved to whole pixels.
        gc.set_snap(False)
        return gc


class Shapes(_Mark):
    """Areas, each in a colour of its own, the later ones on top; see `_Mark`."""

    def __init__(self, axes: Axes):
        super().__init__(axes)
        self._parts: list[tuple[Path, RGBA]] = []

    def place(self, parts: Sequence[tuple[Path, RGBA]]) -> None:
        """Set outlines in data units, and their colours."""
        self._parts = [part for part in parts if np.size(part[0].vertices)]

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible() or self.axes is None:
            return
        gc = self._begin(renderer)
        for path, colour in self._parts:
            renderer.draw_path(gc, path, self.axes.transData, colour)
        gc.restore()


class Spots(_Mark):
    """Round dots of one size, each in a colour of its own; see `_Mark`.

    Args:
        axes: where they are.
        size: their diameter in points.
    """

    def __init__(self, axes: Axes, size: float):
        super().__init__(axes, is_clipped=False)
        self._size = size
        self._parts: list[tuple[Path, RGBA]] = []

    def place(self, places: np.ndarray, colours: np.ndarray) -> None:
        """Set the places [n, 2], and the colours RGBA [n, 4]."""
        self._parts = [(Path(places[at]), colour) for colour, at in _by_colour(colours)]

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible() or self.axes is None:
            return
        gc = self._begin(renderer)
        circle, scale = Path.unit_circle(), float(renderer.points_to_pixels(self._size / 2))  # pyright: ignore[reportArgumentType]
        transform = Affine2D().scale(scale)
        for path, colour in self._parts:
            renderer.draw_markers(gc, circle, transform, path, self.axes.transData, colour)
        gc.restore()


def columns(
    x: np.ndarray, bottom: np.ndarray, top: np.ndarray, colours: np.ndarray
) -> Iterator[tuple[Path, RGBA]]:
    """Return the outlines of columns by colour; those without a height have none.

    Args:
        x, bottom, top: [B, 3] places of their sides and of a place between them.
        colours: RGBA [B, 4], or one [4] for all.
    """
    has_height = np.abs(top - bottom).max(1) > _FLAT
    corners = np.empty((len(x), 7, 2))
    corners[:, :3, 0], corners[:, 3:6, 0] = x, x[:, ::-1]
    corners[:, :3, 1], corners[:, 3:6, 1] = bottom, top[:, ::-1]
    corners[:, 6] = corners[:, 0]
    for colour, at in _by_colour(np.broadcast_to(colours, (len(x), 4))[has_height]):
        yield _closed(list(corners[has_height][at])), colour


def area(x: np.ndarray, low: np.ndarray, high: np.ndarray, at: Sequence[slice]) -> Path:
    """Return the outline of what lies between two lines [P], in pieces."""
    return _closed(
        [
            np.column_stack(
                [
                    np.concatenate([x[one], x[one][::-1], x[one][:1]]),
                    np.concatenate([low[one], high[one][::-1], low[one][:1]]),
                ]
            )
            for one in at
        ]
    )


def _closed(polygons: Sequence[np.ndarray]) -> Path:
    """Return polygons [n, 2], the last point of each being its first one, as one path."""
    if not polygons:
        return Path(np.zeros((0, 2)))
    codes = np.full(sum(map(len, polygons)), Path.LINETO, np.uint8)
    ends = np.cumsum([len(polygon) for polygon in polygons])
    codes[np.append(0, ends[:-1])] = Path.MOVETO
    codes[ends - 1] = Path.CLOSEPOLY
    return Path(np.concatenate(polygons), codes)


def _by_colour(colours: np.ndarray) -> Iterator[tuple[RGBA, np.ndarray]]:
    """Return each of some colours RGBA [n, 4], and where it occurs."""
    if not len(colours):
        return
    # Whole numbers are faster to tell apart than rows.
    keys = (colours * 1023).astype(np.int64) @ (1 << np.array([30, 20, 10, 0]))
    for key in np.unique(keys):
        at = np.flatnonzero(keys == key)
        red, green, blue, alpha = map(float, colours[at[0]])
        yield (red, green, blue, alpha), at


def finite_pieces(*lines: np.ndarray) -> list[slice]:
    """Return the runs of places [P] where all lines are finite, of at least two places."""
    there = np.flatnonzero(np.isfinite(np.stack(lines)).all(0))
    groups = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    return [slice(int(one[0]), int(one[-1]) + 1) for one in groups if len(one) > 1]


def on_pixels(axes: Axes, x: np.ndarray) -> np.ndarray:
    """Return places in [0, 1] of axes, moved to the nearest edges of pixels."""
    box = axes.bbox
    return (np.round(box.x0 + x * box.width) - box.x0) / box.width


def path(axes: Axes, **style: Any) -> Line2D:
    """Add a line that moves."""
    (line,) = axes.plot([], [], animated=True, **style)
    return line

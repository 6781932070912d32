"""Columns, areas, dots and lines that move from frame to frame, made cheap to move.

Each is one artist that paints all shapes of a colour in one call: a collection of matplotlib spends
more time on each of its polygons than on their pixels. What stays the same in all frames (pens,
where the axes are) is found once for each renderer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from anim.scene.ramps import LEVELS, level_of

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
        self._parts: Sequence[tuple[Path, RGBA]] = ()
        self._pen: tuple[RendererBase, GraphicsContextBase, Affine2D] | None = None
        self.set_animated(True)
        axes.add_artist(self)
        self.set_clip_on(is_clipped)

    def place(self, parts: Sequence[tuple[Path, RGBA]]) -> None:
        """Set places in data units, and their colours; the later ones lie on top."""
        self._parts = [part for part in parts if np.size(part[0].vertices)]

    def _pen_of(self, renderer: RendererBase) -> tuple[GraphicsContextBase, Affine2D]:
        """Return how to draw, and where data units are."""
        if self._pen is not None and self._pen[0] is renderer:
            return self._pen[1:]
        assert self.axes is not None
        gc = renderer.new_gc()
        if self.get_clip_on():
            gc.set_clip_rectangle(self.axes.bbox.frozen())
        gc.set_linewidth(0)
        # Heights are drawn as they are, not moved to whole pixels.
        gc.set_snap(False)
        transform = Affine2D(self.axes.transData.get_matrix())
        self._pen = renderer, gc, transform
        return gc, transform


class Shapes(_Mark):
    """Areas, each in a colour of its own; see `_Mark`."""

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible() or self.axes is None:
            return
        gc, transform = self._pen_of(renderer)
        for path, colour in self._parts:
            renderer.draw_path(gc, path, transform, colour)


class Spots(_Mark):
    """Round dots of one size, those at the places of a path in its colour; see `_Mark`.

    Args:
        axes: where they are.
        size: their diameter in points.
    """

    def __init__(self, axes: Axes, size: float):
        super().__init__(axes, is_clipped=False)
        self._size = size

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible() or self.axes is None or not self._parts:
            return
        gc, transform = self._pen_of(renderer)
        circle, scale = Path.unit_circle(), float(renderer.points_to_pixels(self._size / 2))  # pyright: ignore[reportArgumentType]
        size = Affine2D().scale(scale)
        for path, colour in self._parts:
            renderer.draw_markers(gc, circle, size, path, transform, colour)


class Line(Line2D):
    """A line of matplotlib's that moves.

    Pixels are drawn as matplotlib drew the line the first time; it finds out anew for each frame
    what only its places change.
    """

    _known: tuple[RendererBase, list[tuple[str, list[Any], int]]] | None = None

    def __init__(self, **style: Any):
        super().__init__([], [], animated=True, **style)

    def set_alpha(self, alpha: float | None) -> None:
        if self._known is not None and alpha is not None:
            for _, (gc, *_), _ in self._known[1]:
                gc.set_alpha(alpha)
        super().set_alpha(alpha)

    def draw(self, renderer: RendererBase) -> None:
        if not isinstance(renderer, RendererAgg):
            super().draw(renderer)
            return
        path = Path(np.column_stack(self.get_data(orig=True)))
        if not np.size(path.vertices) or not self.get_visible():
            return
        if self._known is None or self._known[0] is not renderer:
            noted = _Noted(renderer)
            super().draw(noted)  # pyright: ignore[reportArgumentType]
            self._known = renderer, noted.calls
        for name, arguments, at in self._known[1]:
            arguments[at] = path
            getattr(renderer, name)(*arguments)


class _Noted:
    """A renderer that draws nothing, but notes how it was called.

    Attributes:
        calls: name of each call, its arguments, and which of them is the path.
    """

    def __init__(self, renderer: RendererBase):
        self._renderer = renderer
        self.calls: list[tuple[str, list[Any], int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._renderer, name)

    def draw_path(self, gc: GraphicsContextBase, *arguments: Any) -> None:
        self._note("draw_path", gc, arguments, 1)

    def draw_markers(self, gc: GraphicsContextBase, *arguments: Any) -> None:
        self._note("draw_markers", gc, arguments, 3)

    def _note(self, name: str, gc: GraphicsContextBase, arguments: tuple, at: int) -> None:
        clip = gc.get_clip_rectangle()
        if clip is not None:
            gc.set_clip_rectangle(clip.frozen())
        self.calls.append((name, [gc, *arguments], at))


class Strokes:
    """Lines that are broken where nothing is, in a strength for each level of presence.

    Args:
        axes: where they are.
        style: of the lines.
    """

    def __init__(self, axes: Axes, **style: Any):
        self._levels = range(1, LEVELS)
        self.lines = [path(axes, **style, alpha=one / (LEVELS - 1)) for one in self._levels]

    def place(self, x: np.ndarray, y: np.ndarray, presence: np.ndarray) -> None:
        """Set places [P], heights [n, P] of n lines, and presences [P] in [0, 1], 0 for none."""
        levels = level_of(presence)
        # A line does not begin where the one before it ended.
        x = np.tile(np.append(x, np.nan), len(y))
        for level, line in zip(self._levels, self.lines, strict=True):
            is_there = levels == level
            line.set_visible(bool(is_there.any()))
            if line.get_visible():
                there = np.append(np.where(is_there, y, np.nan), y[:, :1], axis=1)
                line.set_data(x, there.ravel())


def columns(
    x: np.ndarray, bottom: np.ndarray, top: np.ndarray, colours: np.ndarray, palette: Sequence[RGBA]
) -> list[tuple[Path, RGBA]]:
    """Return the outlines of columns by colour; those without a height have none.

    Args:
        x, bottom, top: [B, 3] places of their sides and of a place between them.
        colours: [B] integers, which of the palette; those of a later colour lie on top.
        palette: RGBA in [0, 1].
    """
    has_height = np.abs(top - bottom).max(1) > _FLAT
    order = np.flatnonzero(has_height)[np.argsort(colours[has_height], kind="stable")]
    corners = np.empty((len(order), 7, 2))
    corners[:, :3, 0] = x[order]
    corners[:, 3:6, 0] = corners[:, 2::-1, 0]
    corners[:, :3, 1], corners[:, 3:6, 1] = bottom[order], top[order, ::-1]
    corners[:, 6] = corners[:, 0]
    used = colours[order]
    starts = [0, *(np.flatnonzero(np.diff(used)) + 1).tolist(), len(used)]
    return [
        (Path(corners[start:end].reshape(-1, 2), _closing(end - start, 7)), palette[used[start]])
        for start, end in pairwise(starts)
        if end > start
    ]


@lru_cache(maxsize=1024)
def _closing(polygons: int, corners: int) -> np.ndarray:
    """Return the codes of polygons whose last point is their first one."""
    codes = np.full((polygons, corners), Path.LINETO, np.uint8)
    codes[:, 0], codes[:, -1] = Path.MOVETO, Path.CLOSEPOLY
    codes.setflags(write=False)
    return codes.ravel()


def area(x: np.ndarray, low: np.ndarray, high: np.ndarray, at: Sequence[slice]) -> Path:
    """Return the outline of what lies between two lines [P], in pieces."""
    if not at:
        return Path(np.zeros((0, 2)))
    polygons, codes = [], []
    for one in at:
        there, count = x[one], len(x[one])
        polygon = np.empty((2 * count + 1, 2))
        polygon[:count, 0], polygon[count:-1, 0] = there, there[::-1]
        polygon[:count, 1], polygon[count:-1, 1] = low[one], high[one][::-1]
        polygon[-1] = polygon[0]
        polygons.append(polygon)
        codes.append(_closing(1, len(polygon)))
    if len(at) == 1:
        return Path(polygons[0], codes[0])
    return Path(np.concatenate(polygons), np.concatenate(codes))


def on_pixels(axes: Axes, x: np.ndarray) -> np.ndarray:
    """Return places in [0, 1] of axes, moved to the nearest edges of pixels."""
    box = axes.bbox
    return (np.round(box.x0 + x * box.width) - box.x0) / box.width


def path(axes: Axes, **style: Any) -> Line2D:
    """Add a line that moves."""
    line = Line(**style)
    axes.add_line(line)
    return line

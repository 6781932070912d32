"""Paints a reliability diagram: bars or a curve, the ideal line, and a hundred dots."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.path import Path

from anim.panels.bars import Bars
from anim.panels.contents import Cell
from anim.panels.curve import Curve, pieces
from anim.panels.dots import PITCH, Dots
from anim.panels.reliability import ReliabilityPanel
from anim.scene.marks import RGBA, Shapes, Spots, Strokes, area, columns, on_pixels, path
from anim.scene.notes import Note
from anim.scene.ramps import LEVELS, level_of, ramp
from anim.scene.stage import Stage
from anim.timeline import Frame, Shot

# In pixels of the reference design: dark tops of bars, whiskers, the line, dots.
_CAP, _WHISKER, _LINE = 2.0, 1.6, 2.0
_DOT, _POINT = 4.2, 5.0
RGB = tuple[float, float, float]


class Diagram:
    """The diagram of a run.

    Args:
        stage: the figure.
        cell: its place and what it shows.
    """

    def __init__(self, stage: Stage, cell: Cell):
        panel = cell.panel
        assert isinstance(panel, ReliabilityPanel)
        axes, self._rank = stage.score_axes(cell.axes, panel), cell.place.rank
        self._marks: list[_BarMarks | _CurveMarks | _DotMarks] = []
        if panel.bars is not None:
            self._marks.append(_BarMarks(axes, stage, panel.bars))
        if panel.curve is not None:
            self._marks.append(_CurveMarks(axes, stage, panel.curve))
        style = {"color": stage.theme.ideal, "linewidth": stage.stroke(_LINE)}
        line = path(axes, **style, solid_joinstyle="miter")
        line.set_data(*panel.line)
        # The line ends in the corners of the axes, where half of it would be cut off.
        line.set_clip_on(False)
        self.artists: list[Artist] = [one for mark in self._marks for one in mark.below]
        self.artists += [line, *(one for mark in self._marks for one in mark.above)]
        if panel.dots is not None and cell.dots is not None:
            dots = _DotMarks(stage, cell, panel.dots)
            if cell.place.is_left:
                stage.name_of_dots(dots.axes, panel.dots_name, panel.wrong_name)
            self._marks.append(dots)
            self.artists += dots.above
        self._notes = panel.notes
        self._note = Note(axes, stage, panel.notes)
        self.artists += self._note.artists
        # Matplotlib draws in this order too, when it draws the whole figure.
        for order, artist in enumerate(self.artists):
            artist.set_zorder(1 + order / 100)

    def update(self, shot: Shot) -> None:
        """Move the marks to where they are in a shot."""
        for mark in self._marks:
            mark.update(shot.frames[self._rank])
        self._note.say(self._notes[shot.frames[self._rank].before])


class _BarMarks:
    """Bodies, gaps and tops of bars, and the examples of bins that have few."""

    def __init__(self, axes: Axes, stage: Stage, bars: Bars):
        self._axes, self._bars, theme = axes, bars, stage.theme
        self._shapes = Shapes(axes)
        self._points = Spots(axes, stage.points(_POINT))
        # In the order in which they are painted. Full colour lies on pale colour: two that touch
        # would show the background between them.
        pale, full = (theme.over_pale, theme.under_pale), (theme.over, theme.under)
        parts = [
            ramp(theme, theme.bar),
            [to_rgba(colour) for colour in (*pale, *full)],
            ramp(theme, theme.cap),
        ]
        self._palette: list[RGBA] = [tuple(one) for one in np.concatenate(parts).tolist()]
        self._cap, self._text = to_rgba(theme.cap), to_rgb(theme.text)
        self._thick = stage.pixels(_CAP) * stage.measures.stroke / axes.bbox.height / 2
        self._thin = stage.pixels(_WHISKER) * stage.measures.stroke / axes.bbox.width / 2
        self._examples = lru_cache(maxsize=8)(lambda row: Path(bars.points(row)))
        self.below = [self._shapes]
        self.above = [self._points]

    def update(self, frame: Frame) -> None:
        marks = self._bars.at(frame)
        is_there = marks.presence > 0
        if not is_there.all():
            marks = marks.picked(is_there)
        x, line, top = marks.x.copy(), marks.line, marks.top
        x[:, ::2] = on_pixels(self._axes, x[:, ::2])
        level, pale = level_of(marks.presence), LEVELS + (top >= line).all(1)
        places = [x] * 4
        lows = [np.zeros_like(line), line, marks.chance, top - self._thick]
        highs = [np.minimum(line, top), top, top, top + self._thick]
        # Places in the palette: its parts one after another.
        colours = [level, pale, pale + 2, LEVELS + 4 + level]
        palette = self._palette
        if marks.whiskers is not None:
            places_of, *ends, strengths = marks.whiskers
            strong, kinds = np.unique(strengths, return_inverse=True)
            low, high = (np.repeat(one[:, None], 3, axis=1) for one in ends)
            places.append(places_of[:, None] + self._thin * np.array([-1, 0, 1]))
            lows.append(low)
            highs.append(high)
            colours.append(len(palette) + kinds)
            palette = [*palette, *((*self._text, float(alpha)) for alpha in strong)]
        all_of = np.concatenate
        self._shapes.place(
            columns(all_of(places), all_of(lows), all_of(highs), all_of(colours), palette)
        )
        self._place_points(frame)

    def _place_points(self, frame: Frame) -> None:
        rows = (frame.before, 1 - frame.fraction), (frame.after, frame.fraction)
        parts = [(self._examples(row), (*self._cap[:3], alpha)) for row, alpha in rows if alpha > 0]
        self._points.place(parts)


class _CurveMarks:
    """A curve, and the areas between it and the ideal line."""

    def __init__(self, axes: Axes, stage: Stage, curve: Curve):
        self._curve, theme = curve, stage.theme
        self._shapes = Shapes(axes)
        self._colours = [
            (np.maximum, to_rgba(theme.under_pale), to_rgba(theme.under)),
            (np.minimum, to_rgba(theme.over_pale), to_rgba(theme.over)),
        ]
        self._line = Strokes(axes, color=theme.cap, linewidth=stage.stroke(_CAP))
        self._ends = None
        if curve.spreads is not None:
            self._ends = Strokes(axes, color=theme.cap, linewidth=stage.stroke(1))
        self.below = [self._shapes]
        self.above = [*([] if self._ends is None else self._ends.lines), *self._line.lines]

    def update(self, frame: Frame) -> None:
        marks = self._curve.at(frame)
        at, x, line = pieces(marks.presence), marks.x, marks.line
        parts = []
        for choose, pale, full in self._colours:
            top = choose(marks.top, line)
            parts += [(area(x, line, top, at), pale)]
            parts += [(area(x, choose(marks.chance, line), top, at), full)]
        self._shapes.place(parts)
        self._line.place(x, marks.top[None], marks.presence)
        if self._ends is not None and marks.spread is not None:
            self._ends.place(x, marks.spread, marks.presence)


class _DotMarks:
    """The hundred dots, below the axes."""

    def __init__(self, stage: Stage, cell: Cell, dots: Dots):
        assert cell.dots is not None
        self._dots = dots
        self.axes = stage.axes(cell.dots)
        pitch = stage.pixels(PITCH) / np.array(self.axes.bbox.size)
        columns, rows = np.arange(dots.columns) + 0.5, np.arange(dots.rows) + 0.5
        # The grid is as wide as the axes, which may be no multiple of the pitch.
        x, y = columns / dots.columns, 1 - rows * pitch[1]
        self._places = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
        self._colours = [to_rgb(stage.theme.dot), to_rgb(stage.theme.wrong)]
        self._spots = Spots(self.axes, stage.points(_DOT))
        self._groups = lru_cache(maxsize=8)(self._grouped)
        self.below: list[Artist] = []
        self.above = [self._spots]

    def update(self, frame: Frame) -> None:
        fraction = frame.fraction
        self._spots.place(
            [
                (path, (*colour, start + fraction * (end - start)))
                for path, colour, start, end in self._groups(frame.before, frame.after)
            ]
        )

    def _grouped(self, before: int, after: int) -> list[tuple[Path, RGB, float, float]]:
        """Return dots that stay, go or come: places, colour, and alpha at both ends of a move."""
        cells = [self._dots.cells(row) for row in (before, after)]
        groups = []
        # In a cell where both kinds fade, the darker one lies below.
        for colour, kind in sorted(zip(self._colours, (0, 1), strict=True)):
            start, end = (one[kind] for one in cells)
            for ends in ((0, 1), (1, 0), (1, 1)):
                at = np.nonzero((start == ends[0]) & (end == ends[1]))
                groups.append((Path(self._places[at]), colour, *ends))
        return groups

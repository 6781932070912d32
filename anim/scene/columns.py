"""Paints columns of counts: right predictions on wrong ones, or those of a class on others."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgba

from anim.panels.axes import grouped
from anim.panels.contents import Cell
from anim.panels.counts import CountsPanel
from anim.panels.words import HIT
from anim.scene.key import column_colour
from anim.scene.marks import Shapes, columns, on_pixels
from anim.scene.stage import Stage
from anim.timeline import Shot

# Numbers of columns that are cut, at most; the largest are written.
_NUMBERS = 6
# Room for a digit, in heights of letters.
_DIGIT = 0.75


class CountColumns:
    """The columns of a run.

    Args:
        stage: the figure.
        cell: its place and what it shows.
    """

    def __init__(self, stage: Stage, cell: Cell):
        panel, theme = cell.panel, stage.theme
        assert isinstance(panel, CountsPanel)
        self._columns, self._rank = panel.columns, cell.place.rank
        self._axes = stage.score_axes(cell.axes, panel)
        self._shapes = Shapes(self._axes)
        self._palette = [to_rgba(column_colour(theme, mark)) for mark in (panel.lower, HIT)]
        style = {"ha": "center", "va": "bottom", "color": theme.muted, "animated": True}
        size = stage.points(stage.measures.small)
        self._numbers = [self._axes.text(0, 1, "", fontsize=size, **style) for _ in range(_NUMBERS)]
        self._digit = stage.pixels(stage.measures.small) * _DIGIT
        self.artists: list[Artist] = [self._shapes, *self._numbers]

    def update(self, shot: Shot) -> None:
        """Move the columns to where they are in a shot."""
        marks = self._columns.at(shot.frames[self._rank])
        left, right = on_pixels(self._axes, marks.left), on_pixels(self._axes, marks.right)
        x = np.stack([left, (left + right) / 2, right], axis=1)
        zero = np.zeros(len(x))
        lows, highs = (
            np.repeat(np.append(*ends)[:, None], 3, axis=1)
            for ends in ((zero, marks.wrong), (marks.wrong, marks.top))
        )
        colours = np.repeat([0, 1], len(x))
        self._shapes.place(columns(np.tile(x, (2, 1)), lows, highs, colours, self._palette))
        order = np.argsort(-marks.cut[:, 1], kind="stable") if len(marks.cut) else []
        shown: list[np.ndarray] = []
        for i in order:
            digits = len(grouped(marks.cut[i, 1]))
            apart = digits * self._digit / self._axes.bbox.width
            if all(abs(other[0] - marks.cut[i, 0]) >= apart for other in shown):
                shown.append(marks.cut[i])
        for number in self._numbers:
            number.set_text("")
        for number, (at, count) in zip(self._numbers, shown, strict=False):
            number.set_position((at, 1.01))
            number.set_text(grouped(count))

"""Paints strips: scalars over time, up to the present moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.path import Path

from anim.panels.axes import spread_apart
from anim.panels.curve import pieces
from anim.panels.layout import Place
from anim.panels.strips import StripLine, StripPanel, crossed, until
from anim.panels.words import DASHED, SOLID
from anim.scene.marks import RGBA, Shapes, area, path
from anim.scene.stage import Stage, dashes
from anim.scene.texts import shorten
from anim.timeline import Shot

# In pixels of the reference design: lines, the dot at their head, and marks of snapshots.
_SOLID, _DASHED, _GHOST, _HEAD, _MARK = 2.2, 1.4, 1.3, 7.5, 4
_SPREAD_ALPHA = 0.25
# From the end of a line to the name of its run.
_BESIDE = 9


class StripChart:
    """The lines of a strip, with what they spread over and the gap between them.

    Args:
        stage: the figure.
        place: where it stands.
        panel: what it shows.
        names: of several runs; empty if there is one.
    """

    def __init__(self, stage: Stage, place: Place, panel: StripPanel, names: Sequence[str]):
        self._panel, theme = panel, stage.theme
        axes = stage.axes(place)
        stage.numbers_beside(axes, panel.axis, is_shown=True)
        if place.is_bottom:
            stage.numbers_below(axes, panel.ticks)
        if panel.unity is not None:
            axes.axhline(panel.unity, color=theme.muted, linewidth=stage.stroke(1.2), zorder=0.5)
        self._areas = Shapes(axes)
        self._fills = [(np.maximum, to_rgba(theme.under)), (np.minimum, to_rgba(theme.over))]
        self._gap = None
        if panel.is_filled:
            line, other = panel.lines
            x, *both = crossed(line.x, line.y, other.y)
            self._gap = x, np.stack(both)
        colours = [stage.runs[line.rank] for line in panel.lines]
        for line in panel.lines:
            _draw_ghost(axes, stage, line)
        self._lines = [
            _Line(axes, stage, line, colour, has_marks=panel.has_marks)
            for line, colour in zip(panel.lines, colours, strict=True)
        ]
        self._now = path(
            axes, color=theme.muted, linewidth=stage.stroke(1), linestyle=(0, (1, 1.6))
        )
        if names:
            called = [names[line.rank] for line in panel.lines]
            _name_lines(axes, stage, panel.lines, called, has_room_below=not place.is_bottom)
        lines = [one for line in self._lines for one in line.artists]
        self.artists: list[Artist] = [self._areas, self._now, *lines]
        for order, artist in enumerate(self.artists):
            artist.set_zorder(1 + order / 100)

    def update(self, shot: Shot) -> None:
        for line in self._lines:
            line.update(shot.frames[line.rank].position)
        position = shot.moment.position
        self._now.set_data([position, position], [0, 1])
        parts = [part for line in self._lines for part in line.spread()]
        if self._gap is not None:
            x, (one, other) = until(*self._gap, shot.frames[0].position)
            at = pieces(np.isfinite(one) & np.isfinite(other))
            parts += [
                (area(x, other, choose(one, other), at), fill) for choose, fill in self._fills
            ]
        self._areas.place(parts)


class _Line:
    """A line up to the present, with a dot at its head."""

    def __init__(self, axes: Axes, stage: Stage, line: StripLine, colour: str, *, has_marks: bool):
        self._line, self.rank, self._position = line, line.rank, 0.0
        theme, is_solid = stage.theme, line.mark == SOLID
        style: dict[str, Any] = {
            "color": colour,
            "linewidth": stage.stroke(_SOLID if is_solid else _DASHED),
            "linestyle": "-" if is_solid else dashes(),
            "solid_joinstyle": "round",
        }
        if has_marks and is_solid:
            style |= {"marker": "o", "markersize": stage.points(_MARK) * stage.measures.stroke}
        self._path = path(axes, **style)
        self._head = path(
            axes,
            marker="o",
            color=colour,
            markersize=stage.points(_HEAD) * stage.measures.stroke,
            markeredgecolor=theme.panel,
            markeredgewidth=0 if theme.is_transparent else stage.stroke(1.2),
        )
        self._head.set_clip_on(False)
        red, green, blue = to_rgb(colour)
        self._pale = red, green, blue, _SPREAD_ALPHA
        self.artists = [self._path, *([self._head] if is_solid else [])]

    def update(self, position: float) -> None:
        """Move to a position."""
        self._position = position
        x, y = until(self._line.x, self._line.y, position)
        self._path.set_data(x, y)
        self._head.set_data(x[-1:], y[-1:])

    def spread(self) -> list[tuple[Path, RGBA]]:
        """Return what the line spreads over up to the position that it was moved to."""
        if self._line.spread is None:
            return []
        x, (low, high) = until(self._line.x, self._line.spread, self._position)
        return [(area(x, low, high, pieces(np.isfinite(low) & np.isfinite(high))), self._pale)]


def _draw_ghost(axes: Axes, stage: Stage, line: StripLine) -> None:
    axes.plot(
        line.x,
        line.y,
        color=stage.theme.ghost,
        linewidth=stage.stroke(_GHOST),
        linestyle=dashes() if line.mark == DASHED else "-",
        zorder=0.9,
    )


def _name_lines(
    axes: Axes,
    stage: Stage,
    lines: Sequence[StripLine],
    names: Sequence[str],
    *,
    has_room_below: bool,
) -> None:
    """Write the names of runs at the ends of their lines."""
    ends = []
    for line in lines:
        known = line.y[np.isfinite(line.y)]
        ends.append(float(known[-1]) if len(known) else 0.0)
    row = stage.pixels(stage.measures.small * 1.15) / axes.bbox.height
    # More of them than have room beside the strip reach beyond it, but not beside its numbers.
    beyond = max((len(lines) - 1) * row - 1, 0) / 2 if has_room_below else 0
    room = stage.figure.bbox.width - axes.bbox.x1 - stage.pixels(_BESIDE + 2)
    for line, name, place in zip(lines, names, spread_apart(ends, row), strict=True):
        text = axes.annotate(
            name,
            (1, place - beyond),
            (stage.points(_BESIDE), 0),
            textcoords="offset points",
            annotation_clip=False,
            va="center_baseline",
            fontsize=stage.points(stage.measures.small),
            color=stage.runs[line.rank],
            parse_math=False,
        )
        shorten(text, room)

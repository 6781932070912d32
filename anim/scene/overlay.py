"""Paints several runs as lines in one diagram."""

from __future__ import annotations

from itertools import chain

from matplotlib.artist import Artist

from anim.panels.contents import Cell
from anim.panels.overlay import OverlayPanel, is_point
from anim.scene.marks import path
from anim.scene.notes import Note
from anim.scene.stage import Stage
from anim.timeline import Shot

# In pixels of the reference design: lines of runs, the ideal one, and a line of a single bin.
_RUN, _IDEAL, _POINT = 2.2, 1.6, 6


class Overlay:
    """The lines of all runs.

    Args:
        stage: the figure.
        cell: its place and what it shows.
    """

    def __init__(self, stage: Stage, cell: Cell):
        panel = cell.panel
        assert isinstance(panel, OverlayPanel)
        axes = stage.score_axes(cell.axes, panel)
        ideal = path(axes, color=stage.theme.ideal, linewidth=stage.stroke(_IDEAL))
        ideal.set_data(*panel.line)
        ideal.set_clip_on(False)
        line = {"linewidth": stage.stroke(_RUN), "solid_joinstyle": "round"}
        dot = {"linestyle": "None", "marker": "o", "markeredgewidth": 0}
        dot["markersize"] = stage.stroke(_POINT)
        self._lines = panel.lines
        # Of each run two, that fade into each other. A line keeps its style: a dot is another one.
        self._paths = [
            [(path(axes, color=colour, **line), path(axes, color=colour, **dot)) for _ in range(2)]
            for colour in stage.runs
        ]
        self.artists: list[Artist] = [ideal]
        self.artists += [one for pairs in self._paths for pair in pairs for one in pair]
        self._notes = panel.notes
        self._note = Note(axes, stage, chain.from_iterable(panel.notes))
        self.artists += self._note.artists
        for order, artist in enumerate(self.artists):
            artist.set_zorder(1 + order / 100)

    def update(self, shot: Shot) -> None:
        """Move the lines to where they are in a shot."""
        for line, pairs, frame in zip(self._lines, self._paths, shot.frames, strict=True):
            shown = line.at(frame)
            for rank, (drawn, dot) in enumerate(pairs):
                is_there = rank < len(shown)
                x, y, strength = shown[rank] if is_there else shown[0]
                for one in (drawn, dot):
                    one.set_data(x, y)
                    one.set_alpha(strength)
                drawn.set_visible(is_there)
                dot.set_visible(is_there and is_point(x))
        said = [notes[frame.before] for notes, frame in zip(self._notes, shot.frames, strict=True)]
        self._note.say(next(filter(None, said), ""))

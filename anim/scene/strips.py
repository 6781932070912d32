"""Strips: scalars over time, drawn up to the present moment, one line per run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from anim.errors import SettingError
from anim.metrics import BY_NAME, names_of
from anim.scene.layout import Place
from anim.scene.marks import Area
from anim.scene.panel import Handle, PanelKind
from anim.scene.scales import SCALES
from anim.scene.stage import Stage
from anim.settings.panels import Strip
from anim.timeline import Frame, Shot, Track

_AREA_ALPHA = 0.25
# Room above a strip without and with a legend, in pixels of the reference design.
_ABOVE, _ABOVE_WITH_LEGEND = 12.0, 24.0


def strip_kind(strip: Strip) -> PanelKind:
    """Return how to draw a strip of the table of panels."""
    return PanelKind(
        build=partial(StripPanel, strip),
        legend=partial(_legend, strip),
        shows_time=True,
        weight=1.15,
        above=_ABOVE if len(strip.series) == 1 else _ABOVE_WITH_LEGEND,
        below=12.0,
    )


class StripPanel:
    """The lines of a strip and, around them, what they spread over."""

    def __init__(self, strip: Strip, stage: Stage, place: Place):
        self._lines = [_Line(stage, rank, name) for rank, name in _series_of(strip, stage)]
        axes = stage.axes(place)
        places, texts = _time_ticks(stage)
        axes.set_xticks(places, texts if place.is_bottom else [""] * len(places))
        title = SCALES[strip.scale](stage, axes, strip.title, self._values())
        time = stage.subject.unit_name if place.is_bottom else ""
        stage.label(axes, x=time, y=title, short=strip.short_title)
        for line in self._lines:
            is_first = line is self._lines[0] or not stage.is_one_run
            line.draw(stage, axes, _look(strip, stage, line.rank, line.name, is_first), is_first)
        areas = [line.area for line in self._lines if line.area is not None]
        self.artists = [*areas, *(line.artist for line in self._lines)]
        stage.legend(axes, _legend(strip, stage), place.rows)

    def update(self, shot: Shot) -> None:
        for line in self._lines:
            line.update(shot.frames[line.rank])

    def _values(self) -> np.ndarray:
        """Return all finite values that will be shown."""
        values = np.concatenate([line.values() for line in self._lines])
        return values[np.isfinite(values)]


class _Line:
    """A series of a run, and its spread if it has one.

    Attributes:
        rank: the run.
        name: the series.
        artist: the line.
        area: the spread, or None.
    """

    artist: Line2D

    def __init__(self, stage: Stage, rank: int, name: str):
        self.rank, self.name = rank, name
        timeline, self._track = stage.reel.lanes[rank]
        self._places = timeline.place(self._track.steps)
        self.area: Area | None = None

    def values(self) -> np.ndarray:
        spread = self._track.spreads.get(self.name, np.zeros(0))
        return np.append(self._track.series[self.name], spread)

    def draw(self, stage: Stage, axes: Axes, look: Mapping[str, Any], is_first: bool) -> None:
        theme = stage.theme
        # A ring in the panel's colour sets the dot off. Over an unknown background there is none.
        size, ring = (6.5, 0) if theme.is_transparent else (8, 1.5)
        (self.artist,) = axes.plot(
            [],
            [],
            **look,
            solid_joinstyle="round",
            marker="o" if is_first else "",
            markersize=stage.points(size) * theme.measures.stroke,
            markeredgecolor=theme.panel,
            markeredgewidth=stage.stroke(ring),
            markevery=[-1],
            animated=True,
        )
        self.artist.set_clip_on(False)
        if self.name in self._track.spreads:
            colour = theme.of_run(self.rank).accuracy
            self.area = Area(axes, facecolor=colour, alpha=_AREA_ALPHA)

    def update(self, frame: Frame) -> None:
        # The snapshots before the moment, and the moment itself.
        last = frame.moment.index + 1
        x = np.append(self._places[:last], frame.moment.position)
        values = self._track.series[self.name][:last]
        self.artist.set_data(x, np.append(values, frame.series[self.name]))
        if self.area is not None:
            spreads = self._track.spreads[self.name][:last]
            self.area.place(x, np.concatenate([spreads, [frame.spreads[self.name]]]))


def _legend(strip: Strip, stage: Stage) -> Sequence[Handle]:
    """Return what the lines are, if they are several of one run."""
    lines = _series_of(strip, stage)
    if not stage.is_one_run or len(lines) < 2:
        return []
    looks = [_look(strip, stage, *line, is_first=line == lines[0]) for line in lines]
    return [Line2D([], [], **look) for look in looks]


def _look(strip: Strip, stage: Stage, rank: int, name: str, is_first: bool) -> dict[str, Any]:
    return {
        "color": stage.theme.of_run(rank).accuracy if is_first else stage.theme.muted,
        "linewidth": stage.stroke(2.2 if is_first else 1.4),
        "label": strip.series[name],
    }


def _series_of(strip: Strip, stage: Stage) -> list[tuple[int, str]]:
    """Return rank and series of each line: all series of one run, the first of each of several.

    Raises:
        SettingError: no run has any of the series.
    """

    def has(track: Track, name: str) -> bool:
        return name in track.series and (track.is_recalibrated or not strip.needs_recalibration)

    found = [
        [(rank, name) for name in strip.series if has(track, name)]
        for rank, track in enumerate(stage.reel.tracks)
    ]
    lines = found[0] if stage.is_one_run else [names[0] for names in found if names]
    if not lines:
        known = ", ".join(_known_series(stage.reel.tracks))
        problem = f"no run has {' or '.join(strip.series)}, only {known}{strip.hint}"
        raise SettingError("panels", problem)
    return lines


def _known_series(tracks: Sequence[Track]) -> list[str]:
    """Return the names of the series that strips of these runs can draw.

    Tracks hold all recorded scalars, but only those errors that a panel of the picture draws.
    """
    held = {name: None for track in tracks for name in track.series}
    has_scores = any(name in BY_NAME and BY_NAME[name].needs_scores for name in held)
    return list(held | dict.fromkeys(names_of("errors", has_scores)))


def _time_ticks(stage: Stage) -> tuple[np.ndarray, list[str]]:
    """Return places [T] in [0, 1] of round numbers of epochs or steps, and their texts."""
    clock = stage.reel.clock
    steps = clock.steps
    first, last = steps[0] / stage.subject.steps_per_unit, steps[-1] / stage.subject.steps_per_unit
    values = np.asarray(MaxNLocator(6, integer=True).tick_values(first, last))
    places = clock.place(values * stage.subject.steps_per_unit)
    if np.any(np.diff(places) < 0.05):
        tens = 10.0 ** np.arange(0, np.ceil(np.log10(max(last - first, 1))) + 1)
        values = np.unique([first, *(first + tens), last])
        places = clock.place(values * stage.subject.steps_per_unit)
    kept: list[int] = []
    for i in np.argsort(-places):
        inside = -1e-9 <= places[i] <= 1 + 1e-9
        if inside and (not kept or places[kept[-1]] - places[i] >= 0.05):
            kept.append(int(i))
    return places[kept], [f"{values[i]:,.0f}".replace(",", "\u2009") for i in kept]

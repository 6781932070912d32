"""The panels that show time: scalars, drawn up to now, a line a run."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from anim.errors import SettingError
from anim.scene.layout import Place
from anim.scene.stage import Stage
from anim.settings import TEMPERATURE
from anim.timeline import CHANCE, Frame, Shot, Track

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class StripPanel:
    """Scalars over time, drawn up to now.

    Attributes:
        names: the series of the track it draws, the first in the colour of accuracy.
        title: what the y axis is.
        short: that, where there is no room.
        hint: what to do where no run has it.
    """

    weight = 1.15
    above = 12.0
    below = 12.0
    shows_time = True
    names: tuple[str, ...]
    title: str
    short: str = ""
    hint: str = ""

    def __init__(self, stage: Stage, place: Place):
        self._lines = self._series_of(stage)
        self._places = [timeline.place(track.steps) for timeline, track in stage.reel.lanes]
        self._tracks = stage.reel.tracks
        self._axes = stage.axes(place)
        places, texts = _time_ticks(stage)
        self._axes.set_xticks(places, texts if place.is_bottom else [""] * len(places))
        self._axes.set_ylim(*self._limits())
        lines = stage.numbers_beside(self._axes, 4)
        time = stage.unit_name if place.is_bottom else ""
        stage.label(self._axes, x=time, y=self._graduate(stage, lines), short=self.short)
        self._drawn = [self._line(stage, rank, name) for rank, name in self._lines]
        self._areas = [
            (self._area(stage, rank), rank, name)
            for rank, name in self._lines
            if name in self._tracks[rank].spreads
        ]
        self.artists = [*(area for area, *_ in self._areas), *self._drawn]
        stage.legend(self._axes, self.legend(stage), place.rows)

    def _graduate(self, stage: Stage, lines: int) -> str:
        """Puts about so many numbers on the y axis; returns what it is."""
        self._axes.yaxis.set_major_locator(MaxNLocator(lines, steps=[1, 2, 2.5, 5, 10]))
        power = _power(self._axes.get_ylim())
        if not power:
            return self.title
        self._axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y / 10.0**power:g}"))
        return f"{self.title} ×10{str(power).translate(_RAISED)}"

    @classmethod
    def legend(cls, stage: Stage) -> list[Line2D]:
        """What its lines are, where they are several of one run."""
        lines = cls._series_of(stage)
        if not stage.is_one_run or len(lines) < 2:
            return []
        return [Line2D([], [], **cls._look(stage, line, lines)) for line in lines]

    @classmethod
    def _has(cls, track: Track, name: str) -> bool:
        return name in track.series

    @classmethod
    def _series_of(cls, stage: Stage) -> list[tuple[int, str]]:
        """Which series of which run is a line: all of one run, the first of each of several."""
        found = [
            [(rank, name) for name in cls.names if cls._has(track, name)]
            for rank, track in enumerate(stage.reel.tracks)
        ]
        lines = found[0] if stage.is_one_run else [names[0] for names in found if names]
        if not lines:
            known = ", ".join(name for name in stage.reel.tracks[0].series if name[0] != "_")
            problem = f"no run has {' or '.join(cls.names)}, only {known}{cls.hint}"
            raise SettingError("panels", problem)
        return lines

    @staticmethod
    def _look(stage: Stage, line: tuple[int, str], lines: list[tuple[int, str]]) -> dict:
        """Colour, thickness and name of one of the lines."""
        (rank, name), is_first = line, line == lines[0] or not stage.is_one_run
        return {
            "color": stage.theme.of_run(rank).accuracy if is_first else stage.theme.muted,
            "linewidth": stage.stroke(2.2 if is_first else 1.4),
            "label": SERIES_NAMES.get(name, name),
        }

    def _line(self, stage: Stage, rank: int, name: str) -> Line2D:
        theme, is_first = stage.theme, (rank, name) == self._lines[0] or not stage.is_one_run
        # A ring in the panel's colour sets the dot off; where that may be any, there is none.
        size, ring = (6.5, 0) if theme.is_transparent else (8, 1.5)
        (line,) = self._axes.plot(
            [],
            [],
            **self._look(stage, (rank, name), self._lines),
            solid_joinstyle="round",
            marker="o" if is_first else "",
            markersize=stage.points(size) * theme.measures.stroke,
            markeredgecolor=theme.panel,
            markeredgewidth=stage.stroke(ring),
            markevery=[-1],
            animated=True,
        )
        line.set_clip_on(False)
        return line

    def _area(self, stage: Stage, rank: int) -> PolyCollection:
        """What lies around a line, in its colour, but for the line itself."""
        colour = stage.theme.of_run(rank).accuracy
        area = PolyCollection([], facecolor=colour, alpha=_AREA_ALPHA, linewidth=0, animated=True)
        return self._axes.add_collection(area, autolim=False)

    def _values(self) -> np.ndarray:
        """All finite values that will be shown."""
        tracks = [(self._tracks[rank], name) for rank, name in self._lines]
        values = [track.series[name] for track, name in tracks]
        values += [track.spreads[name].ravel() for track, name in tracks if name in track.spreads]
        values = np.concatenate(values)
        return values[np.isfinite(values)]

    def _limits(self) -> tuple[float, float]:
        values = self._values()
        low, high = min(values.min(initial=0.0), 0.0), max(values.max(initial=0.0), 0.0)
        return float(low * 1.08), float(high * 1.08) or float(low == 0)

    def update(self, shot: Shot) -> None:
        for line, (rank, name) in zip(self._drawn, self._lines, strict=True):
            frame, series = shot.frames[rank], self._tracks[rank].series
            line.set_data(self._until(frame, rank), self._shown(frame, series, frame.series, name))
        for area, rank, name in self._areas:
            frame, spreads = shot.frames[rank], self._tracks[rank].spreads
            places = self._until(frame, rank)
            ends = self._shown(frame, spreads, frame.spreads, name)
            area.set_verts(_outlines(places, ends))

    def _until(self, frame: Frame, rank: int) -> np.ndarray:
        """Places of the snapshots so far, and of the moment."""
        return np.append(self._places[rank][: frame.moment.index + 1], frame.moment.position)

    @staticmethod
    def _shown(frame: Frame, values: dict, now: dict, name: str) -> np.ndarray:
        """What belongs to them."""
        return np.concatenate([values[name][: frame.moment.index + 1], [now[name]]])


def _outlines(places: np.ndarray, ends: np.ndarray) -> list[np.ndarray]:
    """Outlines of what lies between ends [P, 2] at places [P], broken where there are none."""
    there = np.flatnonzero(np.isfinite(ends).all(1))
    pieces = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    return [
        np.column_stack([np.append(places[at], places[at][::-1]), np.append(low, high[::-1])])
        for at in pieces
        if len(at)
        for low, high in [ends[at].T]
    ]


_AREA_ALPHA = 0.25
SERIES_NAMES = {
    "nll": "validation",
    "train_loss": "training",
    "loss": "recorded",
    "ece": "measured",
    CHANCE: "of a calibrated model, by chance",
}


class AccuracyPanel(StripPanel):
    names = ("accuracy",)
    title = "accuracy"

    def _limits(self) -> tuple[float, float]:
        lowest = self._values().min()
        return max(0.0, float(np.floor((lowest - 0.02) * 10) / 10)), 1.0


class ErrorPanel(StripPanel):
    names = ("ece", CHANCE)
    title = "ECE"
    above = 24.0


class TemperaturePanel(StripPanel):
    """On a logarithmic axis, with a line where nothing would be scaled."""

    names = (TEMPERATURE,)
    title = "temperature"
    short = "T"
    hint = "; --calibrate temperature has one"

    def _graduate(self, stage: Stage, lines: int) -> str:
        limits = self._axes.get_ylim()
        self._axes.set_yscale("log", base=2)
        self._axes.set_ylim(*limits)
        # Powers of 2 that are so far apart, 1 always among them.
        low, high = np.log2(limits)
        apart = max(1, int(np.ceil((high - low) / lines)))
        powers = apart * np.arange(np.ceil(low / apart), np.floor(high / apart) + 1)
        self._axes.yaxis.set_major_locator(FixedLocator(2.0**powers))
        self._axes.yaxis.set_minor_locator(NullLocator())
        self._axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
        self._axes.axhline(1, color=stage.theme.muted, linewidth=stage.stroke(1.2))
        return self.title

    @classmethod
    def _has(cls, track: Track, name: str) -> bool:
        """Of a recalibration: what others recorded by that name is something else."""
        return track.is_recalibrated and name in track.series

    def _limits(self) -> tuple[float, float]:
        values = np.append(self._values(), [0.8, 1.25])
        return float(values.min() / 1.15), float(values.max() * 1.15)


class LossPanel(StripPanel):
    names = ("nll", "train_loss", "loss")
    title = "loss"
    above = 24.0


def _power(limits: tuple[float, float]) -> int:
    """The power of ten that leaves few digits to numbers up to these."""
    largest = max(map(abs, limits))
    return 0 if 0.05 <= largest < 1000 else int(np.floor(np.log10(largest)))


def metric_panel(name: str) -> type[StripPanel]:
    """The panel of a recorded scalar."""
    return type("MetricPanel", (StripPanel,), {"names": (name,), "title": name})


def _time_ticks(stage: Stage) -> tuple[np.ndarray, list[str]]:
    """Places in [0, 1] and texts of round numbers of epochs or steps."""
    clock = stage.reel.clock
    steps = clock.steps
    first, last = steps[0] / stage.steps_per_unit, steps[-1] / stage.steps_per_unit
    values = MaxNLocator(6, integer=True).tick_values(first, last)
    places = clock.place(values * stage.steps_per_unit)
    if np.any(np.diff(places) < 0.05):
        tens = 10.0 ** np.arange(0, np.ceil(np.log10(max(last - first, 1))) + 1)
        values = np.unique([first, *(first + tens), last])
        places = clock.place(values * stage.steps_per_unit)
    kept: list[int] = []
    for i in np.argsort(-places):
        inside = -1e-9 <= places[i] <= 1 + 1e-9
        if inside and (not kept or places[kept[-1]] - places[i] >= 0.05):
            kept.append(int(i))
    return places[kept], [f"{values[i]:,.0f}".replace(",", "\u2009") for i in kept]

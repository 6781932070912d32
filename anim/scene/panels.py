"""The panels of the picture: each says what it shows, how tall it is, and moves its own marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from anim.scene.marks import Bars, bar_sides, shorten
from anim.scene.theme import Theme, strength
from anim.timeline import Frame, Timeline, Track

_DOWNWARDS = 0.13
_BETWEEN = 0.02


@dataclass(frozen=True)
class Stage:
    """What every panel needs to know to draw itself.

    Attributes:
        figure: where it draws.
        theme: its colours.
        unit: pixels of the figure (before its scale) for one pixel of the reference design.
        track: what is shown.
        timeline: when it is shown.
        view: the view of the bins.
        score_label: what the x axis of the bins is.
        steps_per_unit, unit_name: what the x axis of time counts.
    """

    figure: Figure
    theme: Theme
    unit: float
    track: Track
    timeline: Timeline
    view: str
    score_label: str
    steps_per_unit: float
    unit_name: str

    def points(self, pixels: float) -> float:
        """A length of the reference design, in points."""
        return pixels * self.unit * 0.75

    def axes(self, box: tuple[float, float, float, float]) -> Axes:
        """Bare axes with a light grid; the box is in figure fractions."""
        axes = self.figure.add_axes(box, facecolor=self.theme.background)
        axes.spines[:].set_visible(False)
        style = {"length": 0, "labelsize": self.points(11.5), "colors": self.theme.muted}
        axes.tick_params(axis="x", pad=self.points(7.5), **style)
        axes.tick_params(axis="y", pad=self.points(6), **style)
        axes.grid(color=self.theme.grid, linewidth=self.points(1.2))
        axes.set_axisbelow(True)
        axes.set_xlim(0, 1)
        return axes

    def label(self, axes: Axes, x: str = "", y: str = "") -> None:
        style = {"fontsize": self.points(12), "color": self.theme.muted, "parse_math": False}
        if x:
            axes.set_xlabel(x, labelpad=self.points(5), **style)
            shorten(axes.xaxis.label, axes.bbox.width)
        if y:
            # At one distance for all panels, however wide their tick labels are.
            axes.yaxis.set_label_coords(
                -self.points(44) / 72 * self.figure.dpi / axes.bbox.width, 0.5
            )
            axes.set_ylabel(y, **style)
            label = axes.yaxis.label
            if label.get_window_extent().height > axes.bbox.height * 1.25:
                label.set_visible(False)

    def legend(self, axes: Axes, handles: list[Artist]) -> None:
        axes.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=len(handles),
            frameon=False,
            fontsize=self.points(11.5),
            labelcolor=self.theme.muted,
            borderpad=0,
            borderaxespad=0.55,
            handlelength=1.1,
            handleheight=0.8,
            handletextpad=0.5,
            columnspacing=1.6,
        )


class ReliabilityPanel:
    """Accuracy in each bin against the ideal, over a thin histogram of the bins' examples."""

    weight = 4.2
    above = 26.0
    below = 44.0
    shows_time = False

    def __init__(self, stage: Stage, box: tuple[float, float, float, float]):
        left, bottom, width, height = box
        theme, bins = stage.theme, stage.track.counts.shape[1]
        self._is_score = stage.view == "score"
        self._has_wrong = not stage.view.startswith("class:")
        lift = height * (_DOWNWARDS + _BETWEEN)
        self._axes = stage.axes((left, bottom + lift, width, height - lift))
        self._axes.set_ylim(0, 1)
        self._axes.yaxis.set_major_locator(MaxNLocator(5))
        self._axes.tick_params(labelbottom=False)
        share = "accuracy in bin" if self._has_wrong else "share in bin"
        stage.label(self._axes, y=share)
        self._points = stage.axes((left, bottom, width, height * _DOWNWARDS))
        self._points.set_ylim(1, 0)
        self._points.set_yticks([])
        stage.label(self._points, x=stage.score_label, y="√ points")

        self._bars = self._axes.add_collection(Bars(2 * bins), autolim=False)
        self._histogram = self._points.add_collection(Bars(2 * bins), autolim=False)
        line = ([0, 0.5, 1], [1, 0.5, 1]) if self._is_score else ([0, 1], [0, 1])
        (self._ideal,) = self._axes.plot(
            *line, color=theme.ideal, linewidth=stage.points(2), animated=True
        )
        # The line's ends lie in the corners of the axes: half of it would be cut there.
        self._ideal.set_clip_on(False)
        self._ramps = {name: theme.ramp(getattr(theme, name)) for name in _RAMPS}
        gap = "accuracy" if self._has_wrong else "share of labels"
        stage.legend(
            self._axes,
            [
                Patch(color=theme.accuracy, label=gap),
                Patch(color=theme.under, label="under-confident"),
                Patch(color=theme.over, label="over-confident"),
                Line2D([], [], color=theme.ideal, linewidth=stage.points(2), label="ideal"),
            ],
        )
        self.artists = [self._bars, self._histogram, self._ideal]

    def update(self, frame: Frame) -> None:
        sides = bar_sides(self._axes, frame.edges)
        left, right = (np.concatenate([side, side]) for side in sides)
        shares, scores = np.nan_to_num(frame.shares), np.nan_to_num(frame.confidences)
        ideal = np.maximum(scores, 1 - scores) if self._is_score else scores
        present = frame.presence > 0
        low, high = (np.where(present, ends(shares, ideal), 0) for ends in (np.minimum, np.maximum))
        self._bars.place(left, right, np.append(np.zeros_like(low), low), np.append(low, high))
        level = strength(frame.counts, frame.presence)
        gap = np.where((shares >= ideal)[:, None], *(self._ramps[k][level] for k in _GAPS))
        self._bars.set_facecolor(np.concatenate([self._ramps["accuracy"][level], gap]))

        depth = np.sqrt(frame.counts / max(frame.counts.max(), 1))
        wrong = (frame.counts - frame.hits) / np.maximum(frame.counts, 1e-9)
        split = depth * (wrong if self._has_wrong else 0)
        self._histogram.place(
            left, right, np.append(np.zeros_like(split), split), np.append(split, depth)
        )
        full = np.repeat([self._ramps["over"][-1], self._ramps["points"][-1]], len(split), axis=0)
        self._histogram.set_facecolor(full)


_GAPS = ("under", "over")
_RAMPS = ("accuracy", *_GAPS, "points")


class CountsPanel:
    """The post's Figure 1: examples in each bin, right ones stacked on wrong ones."""

    weight = 3.4
    above = 26.0
    below = 44.0
    shows_time = False

    def __init__(self, stage: Stage, box: tuple[float, float, float, float]):
        theme, track = stage.theme, stage.track
        self._has_wrong = not stage.view.startswith("class:")
        self._axes = stage.axes(box)
        most = max(float(track.counts.max()), 1.0)
        self._axes.set_ylim(0, np.sqrt(most) * 1.02)
        ticks = _root_ticks(most)
        self._axes.yaxis.set_major_locator(FixedLocator(np.sqrt(ticks)))
        self._axes.yaxis.set_major_formatter(FuncFormatter(lambda root, _: _short_number(root**2)))
        stage.label(self._axes, x=stage.score_label, y="points (square-root axis)")
        self._bars = self._axes.add_collection(Bars(2 * track.counts.shape[1]), autolim=False)
        other, hit = ("wrong", "correct") if self._has_wrong else ("other classes", "this class")
        stage.legend(
            self._axes,
            [Patch(color=theme.accuracy, label=hit), Patch(color=theme.over, label=other)],
        )
        bins = track.counts.shape[1]
        colours = [theme.ramp(theme.over)[-1], theme.ramp(theme.accuracy)[-1]]
        self._bars.set_facecolor(np.repeat(colours, bins, axis=0))
        self.artists = [self._bars]

    def update(self, frame: Frame) -> None:
        sides = bar_sides(self._axes, frame.edges)
        left, right = (np.concatenate([side, side]) for side in sides)
        split, top = np.sqrt(frame.counts - frame.hits), np.sqrt(frame.counts)
        self._bars.place(left, right, np.append(np.zeros_like(split), split), np.append(split, top))


def _root_ticks(most: float) -> np.ndarray:
    """About four round numbers that stand apart on a square-root axis up to ``most``."""
    power = 10.0 ** np.floor(np.log10(most))
    top = next(power * lead for lead in (5, 2, 1) if power * lead <= most)
    return (
        np.array([0.0, top / 20, top / 4, top]) if most >= 20 else np.array([0.0, np.floor(most)])
    )


def _short_number(value: float) -> str:
    value = round(value)
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


class StripPanel:
    """Scalars over time, drawn up to now.

    Attributes:
        names: the series of the track it draws, the first in the colour of accuracy.
        title: what the y axis is.
    """

    weight = 1.15
    above = 12.0
    below = 12.0
    shows_time = True
    names: tuple[str, ...]
    title: str

    def __init__(self, stage: Stage, box: tuple[float, float, float, float], *, with_labels: bool):
        self._track = stage.track
        self._names = [name for name in self.names if name in stage.track.series]
        self._places = stage.timeline.place(stage.track.steps)
        self._axes = stage.axes(box)
        places, texts = _time_ticks(stage)
        self._axes.set_xticks(places, texts if with_labels else [""] * len(places))
        self._axes.set_ylim(*self._limits())
        self._axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
        stage.label(self._axes, x=stage.unit_name if with_labels else "", y=self.title)
        self.artists = [self._line(stage, i) for i in range(len(self._names))]
        if len(self._names) > 1:
            stage.legend(self._axes, [self._key(stage, line) for line in self.artists])

    def _line(self, stage: Stage, rank: int) -> Line2D:
        colour = stage.theme.muted if rank else stage.theme.accuracy
        (line,) = self._axes.plot(
            [],
            [],
            color=colour,
            linewidth=stage.points(1.4 if rank else 2.2),
            solid_joinstyle="round",
            marker="" if rank else "o",
            markersize=stage.points(8),
            markeredgecolor=stage.theme.background,
            markeredgewidth=stage.points(1.5),
            markevery=[-1],
            label=_SERIES_NAMES.get(self._names[rank]),
            animated=True,
        )
        line.set_clip_on(False)
        return line

    def _key(self, stage: Stage, line: Line2D) -> Line2D:
        return Line2D(
            [], [], color=line.get_color(), lw=line.get_linewidth(), label=line.get_label()
        )

    def _limits(self) -> tuple[float, float]:
        values = np.concatenate([self._track.series[name] for name in self._names])
        finite = values[np.isfinite(values)]
        return 0.0, max(float(finite.max(initial=0.0)) * 1.08, 1e-3)

    def update(self, frame: Frame) -> None:
        shown = frame.moment.index + 1
        now = frame.moment.position
        for line, name in zip(self.artists, self._names, strict=True):
            line.set_data(
                np.append(self._places[:shown], now),
                np.append(self._track.series[name][:shown], frame.series[name]),
            )


_SERIES_NAMES = {"nll": "validation", "train_loss": "training"}


class AccuracyPanel(StripPanel):
    names = ("accuracy",)
    title = "accuracy"

    def _limits(self) -> tuple[float, float]:
        lowest = float(self._track.series["accuracy"].min())
        return max(0.0, np.floor((lowest - 0.02) * 10) / 10), 1.0


class ErrorPanel(StripPanel):
    names = ("ece",)
    title = "ECE"


class LossPanel(StripPanel):
    names = ("nll", "train_loss")
    title = "loss"
    above = 24.0


PANELS = {
    "reliability": ReliabilityPanel,
    "counts": CountsPanel,
    "accuracy": AccuracyPanel,
    "ece": ErrorPanel,
    "loss": LossPanel,
}


def _time_ticks(stage: Stage) -> tuple[np.ndarray, list[str]]:
    """Places in [0, 1] and texts of round numbers of epochs or steps."""
    steps = stage.timeline.steps
    first, last = steps[0] / stage.steps_per_unit, steps[-1] / stage.steps_per_unit
    values = MaxNLocator(6, integer=True).tick_values(first, last)
    places = stage.timeline.place(values * stage.steps_per_unit)
    if np.any(np.diff(places) < 0.05):
        tens = 10.0 ** np.arange(0, np.ceil(np.log10(max(last - first, 1))) + 1)
        values = np.unique([first, *(first + tens), last])
        places = stage.timeline.place(values * stage.steps_per_unit)
    kept: list[int] = []
    for i in np.argsort(-places):
        inside = -1e-9 <= places[i] <= 1 + 1e-9
        if inside and (not kept or places[kept[-1]] - places[i] >= 0.05):
            kept.append(int(i))
    return places[kept], [f"{values[i]:,.0f}".replace(",", "\u2009") for i in kept]

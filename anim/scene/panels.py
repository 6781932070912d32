"""The panels that show a moment: each says how tall it is, and moves its own marks."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from anim.scene.layout import Place
from anim.scene.marks import Bars, bar_sides
from anim.scene.stage import Stage
from anim.scene.theme import strength
from anim.timeline import Shot

_DOWNWARDS = 0.13
_BETWEEN = 0.02


class ReliabilityPanel:
    """Accuracy in each bin against the ideal, over a thin histogram of the bins' examples."""

    weight = 4.2
    above = 26.0
    below = 44.0
    shows_time = False

    def __init__(self, stage: Stage, place: Place):
        self._rank = place.rank
        theme = stage.theme.of_run(place.rank)
        bins = stage.reel.tracks[place.rank].counts.shape[1]
        self._is_score = stage.view == "score"
        self._has_wrong = not stage.view.startswith("class:")
        lift = _DOWNWARDS + _BETWEEN
        self._axes = stage.axes(place, lift=lift, part=1 - lift)
        self._axes.set_ylim(0, 1)
        self._axes.yaxis.set_major_locator(MaxNLocator(5))
        self._axes.tick_params(labelbottom=False)
        self._points = stage.axes(place, part=_DOWNWARDS)
        self._points.set_ylim(1, 0)
        self._points.set_yticks([])
        if place.is_left:
            stage.label(self._axes, y="accuracy in bin" if self._has_wrong else "share in bin")
            stage.label(self._points, y="√ points")
        if place.is_bottom:
            stage.label(self._points, x=stage.score_label)

        self._bars = self._axes.add_collection(Bars(2 * bins), autolim=False)
        self._histogram = self._points.add_collection(Bars(2 * bins), autolim=False)
        line = ([0, 0.5, 1], [1, 0.5, 1]) if self._is_score else ([0, 1], [0, 1])
        (self._ideal,) = self._axes.plot(
            *line, color=theme.ideal, linewidth=stage.points(2), animated=True
        )
        # The line's ends lie in the corners of the axes: half of it would be cut there.
        self._ideal.set_clip_on(False)
        self._ramps = {name: theme.ramp(getattr(theme, name)) for name in _RAMPS}
        if stage.is_one_run:
            share = "accuracy" if self._has_wrong else "share of labels"
            handles = [Patch(color=theme.accuracy, label=share), *self.key(stage)]
            stage.legend(self._axes, handles)
        self.artists = [self._bars, self._histogram, self._ideal]

    @staticmethod
    def key(stage: Stage) -> list:
        """What the colours and the line mean, in the picture of any run."""
        theme = stage.theme
        return [
            Patch(color=theme.under, label="under-confident"),
            Patch(color=theme.over, label="over-confident"),
            Line2D([], [], color=theme.ideal, linewidth=stage.points(2), label="ideal"),
        ]

    def update(self, shot: Shot) -> None:
        frame = shot.frames[self._rank]
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

    def __init__(self, stage: Stage, place: Place):
        self._rank = place.rank
        theme = stage.theme.of_run(place.rank)
        bins = stage.reel.tracks[place.rank].counts.shape[1]
        self._axes = stage.axes(place)
        most = max(*(float(track.counts.max()) for track in stage.reel.tracks), 1.0)
        self._axes.set_ylim(0, np.sqrt(most) * 1.02)
        ticks = _root_ticks(most)
        self._axes.yaxis.set_major_locator(FixedLocator(np.sqrt(ticks)))
        self._axes.yaxis.set_major_formatter(FuncFormatter(lambda root, _: _short_number(root**2)))
        if place.is_left:
            stage.label(self._axes, y="points (square-root axis)")
        if place.is_bottom:
            stage.label(self._axes, x=stage.score_label)
        self._bars = self._axes.add_collection(Bars(2 * bins), autolim=False)
        if stage.is_one_run:
            stage.legend(self._axes, self.key(stage))
        colours = [theme.ramp(theme.over)[-1], theme.ramp(theme.accuracy)[-1]]
        self._bars.set_facecolor(np.repeat(colours, bins, axis=0))
        self.artists = [self._bars]

    @staticmethod
    def key(stage: Stage) -> list:
        """What the colours mean, in the picture of any run."""
        has_wrong = not stage.view.startswith("class:")
        other, hit = ("wrong", "correct") if has_wrong else ("other classes", "this class")
        theme = stage.theme
        return [Patch(color=theme.accuracy, label=hit), Patch(color=theme.over, label=other)]

    def update(self, shot: Shot) -> None:
        frame = shot.frames[self._rank]
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

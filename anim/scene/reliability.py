"""Accuracy against the ideal, with what tells the two apart and what is only chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import Container
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from anim.scene.layout import Place
from anim.scene.marks import Bars, bar_sides
from anim.scene.stage import Stage
from anim.scene.theme import VEIL, Theme, level_of, strength
from anim.timeline import Frame, Shot, Track

_DOWNWARDS = 0.13
_BETWEEN = 0.02
_WHISKER = 1.6
_OF_CURVE = {"bars": "in bin", "smooth": "(smoothed)", "isotonic": "(isotonic)"}
_NO_RECALIBRATION = "no cure: the held-out examples\ndo not tell one"


class ReliabilityPanel:
    """Accuracy in each bin, or along a curve, over a thin histogram of the bins' examples."""

    weight = 4.2
    above = 26.0
    below = 44.0
    shows_time = False

    def __init__(self, stage: Stage, place: Place):
        self._rank = place.rank
        theme = stage.theme.of_run(place.rank)
        track = stage.reel.tracks[place.rank]
        is_score, has_wrong = stage.view == "score", not stage.view.startswith("class:")
        lift = _DOWNWARDS + _BETWEEN
        axes = stage.axes(place, lift=lift, part=1 - lift)
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_locator(MaxNLocator(stage.numbers_beside(axes, 5)))
        axes.tick_params(labelbottom=False)
        points = stage.axes(place, part=_DOWNWARDS)
        points.set_ylim(1, 0)
        points.set_yticks([])
        if place.is_left:
            stage.label(axes, y=f"{'accuracy' if has_wrong else 'share'} {_OF_CURVE[stage.curve]}")
            stage.label(points, y="√ points", short="√n")
        if place.is_bottom:
            stage.label(points, x=stage.score_label)
        if stage.is_one_run:
            stage.legend(axes, self.legend(stage), place.rows)
        has_band, has_intervals = track.band is not None, track.intervals is not None
        self._marks = [
            *([_Veil(axes, theme, track)] if has_band else []),
            _Columns(axes, theme, track, is_score),
            _Histogram(points, theme, track, has_wrong),
            *([_Ends(axes, theme, stage.stroke(1))] if has_band else []),
            _Ideal(axes, theme, stage.stroke(2), is_score),
            *([_Whiskers(axes, theme, track, stage.pixels(_WHISKER))] if has_intervals else []),
            *(
                [_NoRecalibration(axes, theme, stage.points(theme.measures.label))]
                if track.is_recalibrated
                else []
            ),
        ]
        # Matplotlib draws in this order too, where it draws the whole.
        self.artists = [artist for mark in self._marks for artist in mark.artists]
        for order, artist in enumerate(self.artists):
            artist.set_zorder(1 + order / 100)

    @classmethod
    def legend(cls, stage: Stage) -> list:
        """What the colours and the lines mean, in the picture of one run."""
        share = "share of labels" if stage.view.startswith("class:") else "accuracy"
        share = f"median {share}" if stage.reel.tracks[0].is_median else share
        return [Patch(color=stage.theme.accuracy, label=share), *cls.key(stage)]

    @staticmethod
    def key(stage: Stage) -> list:
        """What the colours and the lines mean, in the picture of any run."""
        theme = stage.theme
        handles = [
            Patch(color=theme.under, label="under-confident"),
            Patch(color=theme.over, label="over-confident"),
        ]
        ideal = Line2D([], [], color=theme.ideal, linewidth=stage.stroke(2), label="ideal")
        tracks = stage.reel.tracks
        band = next((track for track in tracks if track.band is not None), None)
        if band is None:
            handles.append(ideal)
        else:
            veil = theme.ramp(theme.ideal)[level_of(VEIL)]
            veil = Patch(facecolor=veil, edgecolor=theme.ideal, linewidth=stage.stroke(1))
            if band.band_name:
                veil.set_label(band.band_name)
                handles += [ideal, veil]
            else:
                handles.append(Container((veil, ideal), label="ideal ± chance (95 %)"))
        spread = next((track for track in tracks if track.intervals is not None), None)
        if spread is not None:
            style = {"markersize": stage.points(11), "markeredgewidth": stage.points(_WHISKER)}
            whisker = Line2D([], [], ls="", marker="|", color=theme.text, **style)
            whisker.set_label(spread.spread_name)
            handles.append(whisker)
        return handles

    def update(self, shot: Shot) -> None:
        frame = shot.frames[self._rank]
        for mark in self._marks:
            mark.update(frame)


@dataclass(frozen=True, eq=False)
class _Places:
    """What stands side by side: the bins, or pieces of a curve too fine to be seen.

    Attributes:
        edges: [C + 1].
        shares, ideals, counts, presence: [C].
    """

    edges: np.ndarray
    shares: np.ndarray
    ideals: np.ndarray
    counts: np.ndarray
    presence: np.ndarray

    @classmethod
    def of(cls, frame: Frame, is_score: bool = False) -> _Places:
        if frame.curve is None:
            return cls(frame.edges, frame.shares, frame.ideals, frame.counts, frame.presence)
        edges = np.linspace(0, 1, len(frame.curve))
        middles, shares = ((values[:-1] + values[1:]) / 2 for values in (edges, frame.curve))
        bins = np.searchsorted(frame.edges, middles, side="right") - 1
        bins = np.clip(bins, 0, len(frame.counts) - 1)
        presence = np.where(np.isfinite(shares), frame.presence[bins], 0)
        ideals = np.maximum(middles, 1 - middles) if is_score else middles
        return cls(edges, shares, ideals, frame.counts[bins], presence)


def _places(track: Track) -> int:
    return track.counts.shape[1] if track.curve is None else track.curve.shape[1] - 1


class _Columns:
    """Bars up to the shares, and from there to the ideal."""

    def __init__(self, axes: Axes, theme: Theme, track: Track, is_score: bool):
        self._axes, self._is_score = axes, is_score
        self._bars = axes.add_collection(Bars(2 * _places(track)), autolim=False)
        self._accuracy = theme.ramp(theme.accuracy)
        self._gaps = theme.ramp(theme.under), theme.ramp(theme.over)
        self.artists = [self._bars]

    def update(self, frame: Frame) -> None:
        places = _Places.of(frame, self._is_score)
        left, right = np.tile(bar_sides(self._axes, places.edges), 2)
        shares, ideal = np.nan_to_num(places.shares), np.nan_to_num(places.ideals)
        present = places.presence > 0
        low, high = (np.where(present, ends(shares, ideal), 0) for ends in (np.minimum, np.maximum))
        self._bars.place(left, right, np.append(np.zeros_like(low), low), np.append(low, high))
        level = strength(places.counts, places.presence)
        gap = np.where((shares >= ideal)[:, None], *(ramp[level] for ramp in self._gaps))
        self._bars.set_facecolor(np.concatenate([self._accuracy[level], gap]))


class _Histogram:
    """Examples of each bin downwards, on a square-root axis; those that are wrong first."""

    def __init__(self, axes: Axes, theme: Theme, track: Track, has_wrong: bool):
        self._axes, self._has_wrong = axes, has_wrong
        bins = track.counts.shape[1]
        self._bars = axes.add_collection(Bars(2 * bins), autolim=False)
        colours = [theme.ramp(theme.over)[-1], theme.ramp(theme.points)[-1]]
        self._bars.set_facecolor(np.repeat(colours, bins, axis=0))
        self.artists = [self._bars]

    def update(self, frame: Frame) -> None:
        left, right = np.tile(bar_sides(self._axes, frame.edges), 2)
        depth = np.sqrt(frame.counts / max(frame.counts.max(), 1))
        wrong = (frame.counts - frame.hits) / np.maximum(frame.counts, 1e-9)
        split = depth * (wrong if self._has_wrong else 0)
        low, high = np.append(np.zeros_like(split), split), np.append(split, depth)
        self._bars.place(left, right, low, high)


def _band(frame: Frame) -> tuple[np.ndarray, np.ndarray]:
    """[C] each, in the places."""
    if frame.curve is None:
        return frame.band
    return (frame.band[:, :-1] + frame.band[:, 1:]) / 2


class _Veil:
    """What chance reaches, behind the bars."""

    def __init__(self, axes: Axes, theme: Theme, track: Track):
        self._axes, self._ramp = axes, theme.ramp(theme.ideal)
        self._bars = axes.add_collection(Bars(_places(track)), autolim=False)
        self.artists = [self._bars]

    def update(self, frame: Frame) -> None:
        places = _Places.of(frame)
        low, high = np.where(places.presence > 0, _band(frame), 0)
        self._bars.place(*bar_sides(self._axes, places.edges), low, high)
        self._bars.set_facecolor(self._ramp[level_of(VEIL * places.presence)])


class _Ends:
    """Where that ends, over the bars: across each of them, or along a curve."""

    def __init__(self, axes: Axes, theme: Theme, width: float):
        self._axes = axes
        style = {"color": theme.ideal, "linewidth": width, "solid_capstyle": "butt"}
        (self._line,) = axes.plot([], [], animated=True, **style)
        self.artists = [self._line]

    def update(self, frame: Frame) -> None:
        places = _Places.of(frame)
        low, high = np.where(places.presence > 0, _band(frame), np.nan)
        left, right = bar_sides(self._axes, places.edges)
        apart = np.full_like(left, np.nan)
        if frame.curve is None:
            x = np.stack([left, right, apart], axis=1).ravel()
            low, high = (np.stack([end, end, apart], axis=1).ravel() for end in (low, high))
        else:
            x = np.append((left + right) / 2, np.nan)
            low, high = np.append(low, np.nan), np.append(high, np.nan)
        self._line.set_data(np.tile(x, 2), np.append(low, high))


class _Ideal:
    """What a calibrated model's bars reach."""

    def __init__(self, axes: Axes, theme: Theme, width: float, is_score: bool):
        line = ([0, 0.5, 1], [1, 0.5, 1]) if is_score else ([0, 1], [0, 1])
        (ideal,) = axes.plot(*line, color=theme.ideal, linewidth=width, animated=True)
        # The line's ends lie in the corners of the axes: half of it would be cut there.
        ideal.set_clip_on(False)
        self.artists = [ideal]

    def update(self, frame: Frame) -> None:
        """It stands still; only what lies under it moves."""


class _Whiskers:
    """An interval in the middle of each bar."""

    def __init__(self, axes: Axes, theme: Theme, track: Track, pixels: float):
        self._axes, self._width = axes, pixels / axes.bbox.width
        bins = track.counts.shape[1]
        self._bars = axes.add_collection(Bars(bins, color=theme.text), autolim=False)
        self.artists = [self._bars]

    def update(self, frame: Frame) -> None:
        left, right = bar_sides(self._axes, frame.edges)
        start = (left + right - self._width) / 2
        low, high = np.where(frame.presence > 0, frame.intervals, 0)
        self._bars.place(start, start + self._width, low, high)


class _NoRecalibration:
    """A word where there is nothing to show."""

    def __init__(self, axes: Axes, theme: Theme, size: float):
        style = {"ha": "center", "va": "center", "fontsize": size, "color": theme.muted}
        self._text = axes.text(0.62, 0.14, _NO_RECALIBRATION, animated=True, **style)
        self.artists = [self._text]

    def update(self, frame: Frame) -> None:
        self._text.set_visible(not frame.presence.any())

"""The panels that show a moment: each says how tall it is, and moves its own marks."""

from __future__ import annotations

import numpy as np
from matplotlib.container import Container
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from anim.scene.layout import Place
from anim.scene.marks import Bars, bar_sides
from anim.scene.stage import Stage
from anim.scene.theme import VEIL, level_of, strength
from anim.timeline import Frame, Shot

_DOWNWARDS = 0.13
_BETWEEN = 0.02


class ReliabilityPanel:
    """Accuracy in each bin against the ideal, over a thin histogram of the bins' examples.

    Or accuracy along a curve, drawn as bars too fine to be seen.
    """

    weight = 4.2
    above = 26.0
    below = 44.0
    shows_time = False

    def __init__(self, stage: Stage, place: Place):
        self._rank = place.rank
        theme = stage.theme.of_run(place.rank)
        track = stage.reel.tracks[place.rank]
        bins = track.counts.shape[1]
        columns = bins if track.curve is None else track.curve.shape[1] - 1
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
            share = "accuracy" if self._has_wrong else "share"
            stage.label(self._axes, y=f"{share} {_OF_CURVE[stage.curve]}")
            stage.label(self._points, y="√ points")
        if place.is_bottom:
            stage.label(self._points, x=stage.score_label)

        self._bars = self._axes.add_collection(Bars(2 * columns), autolim=False)
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
            share = f"median {share}" if track.is_median else share
            handles = [Patch(color=theme.accuracy, label=share), *self.key(stage)]
            stage.legend(self._axes, handles)
        middle = {"ha": "center", "va": "center", "fontsize": stage.points(12)}
        self._nothing = self._axes.text(
            0.62, 0.14, _NO_CURE, color=theme.muted, visible=False, animated=True, **middle
        )
        self.artists = [self._bars, self._histogram, self._nothing]
        self._veil = self._rims = self._whiskers = None
        if track.band is not None:
            self._veil = self._axes.add_collection(Bars(bins, zorder=0.9), autolim=False)
            self._rims = self._axes.add_collection(Bars(2 * bins), autolim=False)
            self._rim = stage.pixels(1) / self._axes.bbox.height
            self.artists = [self._veil, *self.artists, self._rims]
        self.artists.append(self._ideal)
        if track.intervals is not None:
            self._whiskers = self._axes.add_collection(
                Bars(bins, color=theme.text, zorder=2.1), autolim=False
            )
            self._thickness = stage.pixels(1.6) / self._axes.bbox.width
            self.artists.append(self._whiskers)

    @staticmethod
    def key(stage: Stage) -> list:
        """What the colours and the lines mean, in the picture of any run."""
        theme = stage.theme
        handles = [
            Patch(color=theme.under, label="under-confident"),
            Patch(color=theme.over, label="over-confident"),
        ]
        ideal = Line2D([], [], color=theme.ideal, linewidth=stage.points(2), label="ideal")
        tracks = stage.reel.tracks
        if any(track.band is not None for track in tracks):
            veil = theme.ramp(theme.ideal)[level_of(VEIL)]
            veil = Patch(facecolor=veil, edgecolor=theme.ideal, linewidth=stage.points(1))
            ideal = Container((veil, ideal), label="ideal ± chance (95 %)")
        handles.append(ideal)
        spread = next((track for track in tracks if track.intervals is not None), None)
        if spread is not None:
            style = {"markersize": stage.points(11), "markeredgewidth": stage.points(1.6)}
            whisker = Line2D([], [], ls="", marker="|", color=theme.text, **style)
            whisker.set_label(spread.spread_name)
            handles.append(whisker)
        return handles

    def update(self, shot: Shot) -> None:
        frame = shot.frames[self._rank]
        left, right = bar_sides(self._axes, frame.edges)
        if frame.curve is None:
            self._place_bars((left, right), frame.shares, frame.confidences, frame.counts,
                             frame.presence)  # fmt: skip
        else:
            self._place_curve(frame)
        present = frame.presence > 0
        if self._veil is not None:
            self._place_band((left, right), frame)
        if self._whiskers is not None:
            low, high = np.where(present, frame.intervals, 0)
            middle = (left + right - self._thickness) / 2
            self._whiskers.place(middle, middle + self._thickness, low, high)
        self._nothing.set_visible(not present.any())
        self._place_histogram(np.tile((left, right), 2), frame)

    def _place_band(self, sides, frame: Frame) -> None:
        """What chance reaches: filled behind the bars, and its ends over them."""
        low, high = np.where(frame.presence > 0, frame.band, 0)
        rim = np.where(frame.presence > 0, self._rim, 0)
        self._veil.place(*sides, low, high)
        self._veil.set_facecolor(self._ramps["ideal"][level_of(VEIL * frame.presence)])
        self._rims.place(*np.tile(sides, 2), np.append(low, high - rim), np.append(low + rim, high))
        self._rims.set_facecolor(np.tile(self._ramps["ideal"][level_of(frame.presence)], (2, 1)))

    def _place_curve(self, frame: Frame) -> None:
        places = np.linspace(0, 1, len(frame.curve))
        middles, shares = ((values[:-1] + values[1:]) / 2 for values in (places, frame.curve))
        bins = np.searchsorted(frame.edges, middles, side="right") - 1
        bins = np.clip(bins, 0, len(frame.counts) - 1)
        presence = np.where(np.isfinite(shares), frame.presence[bins], 0)
        sides = bar_sides(self._axes, places)
        self._place_bars(sides, shares, middles, frame.counts[bins], presence)

    def _place_bars(self, sides, shares, scores, counts, presence) -> None:
        """[B] each: bars up to the shares, and from there to the ideal of the scores."""
        left, right = np.tile(sides, 2)
        shares, scores = np.nan_to_num(shares), np.nan_to_num(scores)
        ideal = np.maximum(scores, 1 - scores) if self._is_score else scores
        present = presence > 0
        low, high = (np.where(present, ends(shares, ideal), 0) for ends in (np.minimum, np.maximum))
        self._bars.place(left, right, np.append(np.zeros_like(low), low), np.append(low, high))
        level = strength(counts, presence)
        gap = np.where((shares >= ideal)[:, None], *(self._ramps[k][level] for k in _GAPS))
        self._bars.set_facecolor(np.concatenate([self._ramps["accuracy"][level], gap]))

    def _place_histogram(self, sides, frame: Frame) -> None:
        depth = np.sqrt(frame.counts / max(frame.counts.max(), 1))
        wrong = (frame.counts - frame.hits) / np.maximum(frame.counts, 1e-9)
        split = depth * (wrong if self._has_wrong else 0)
        self._histogram.place(*sides, np.append(np.zeros_like(split), split),
                              np.append(split, depth))  # fmt: skip
        full = np.repeat([self._ramps["over"][-1], self._ramps["points"][-1]], len(split), axis=0)
        self._histogram.set_facecolor(full)


# A snapshot holds examples always, but for one that has no cure.
_NO_CURE = "no cure: the held-out examples\ndo not tell one"
_OF_CURVE = {"bars": "in bin", "smooth": "(smoothed)", "isotonic": "(isotonic)"}
_GAPS = ("under", "over")
_RAMPS = ("accuracy", *_GAPS, "points", "ideal")


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

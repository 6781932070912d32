"""Marks of the reliability diagram: columns side by side, each a bin or a piece of a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from anim.scene.marks import Bars, bar_sides
from anim.scene.ramps import VEIL, level_of, ramp, strength
from anim.settings.themes import Theme
from anim.timeline import Frame, Track

_NO_RECALIBRATION = "no cure: the held-out examples\ndo not tell one"


class Mark(Protocol):
    """Something of the diagram that may move from frame to frame."""

    @property
    def artist(self) -> Artist: ...

    def update(self, frame: Frame) -> None:
        """Move the artist to where it is in a frame."""
        ...


@dataclass(frozen=True, eq=False)
class _Slots:
    """Values of columns side by side: of bins, or of pieces of a curve finer than can be seen.

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
    def of(cls, frame: Frame, is_folded: bool = False) -> _Slots:
        if frame.curve is None:
            return cls(frame.edges, frame.shares, frame.ideals, frame.counts, frame.presence)
        edges = np.linspace(0, 1, len(frame.curve))
        middles, shares = ((values[:-1] + values[1:]) / 2 for values in (edges, frame.curve))
        bins = np.searchsorted(frame.edges, middles, side="right") - 1
        bins = np.clip(bins, 0, len(frame.counts) - 1)
        presence = np.where(np.isfinite(shares), frame.presence[bins], 0)
        ideals = np.maximum(middles, 1 - middles) if is_folded else middles
        return cls(edges, shares, ideals, frame.counts[bins], presence)


def _slots_in(track: Track) -> int:
    return track.counts.shape[1] if track.curve is None else track.curve.shape[1] - 1


def _band_of(frame: Frame) -> np.ndarray:
    """Return the lower and upper ends [2, C] of the band in each column."""
    band = frame.band
    assert band is not None
    return band if frame.curve is None else (band[:, :-1] + band[:, 1:]) / 2


class Columns:
    """Bars up to the shares, and gaps from there to the ideal."""

    def __init__(self, axes: Axes, theme: Theme, track: Track, is_folded: bool):
        self._axes, self._is_folded = axes, is_folded
        self.artist = Bars(axes, 2 * _slots_in(track))
        self._accuracy = ramp(theme, theme.accuracy)
        self._gaps = ramp(theme, theme.under), ramp(theme, theme.over)

    def update(self, frame: Frame) -> None:
        slots = _Slots.of(frame, self._is_folded)
        left, right = np.tile(bar_sides(self._axes, slots.edges), 2)
        shares, ideal = np.nan_to_num(slots.shares), np.nan_to_num(slots.ideals)
        present = slots.presence > 0
        low, high = (np.where(present, ends(shares, ideal), 0) for ends in (np.minimum, np.maximum))
        self.artist.place(left, right, np.append(np.zeros_like(low), low), np.append(low, high))
        level = strength(slots.counts, slots.presence)
        under, over = (colours[level] for colours in self._gaps)
        gap = np.where((shares >= ideal)[:, None], under, over)
        self.artist.colour(np.concatenate([self._accuracy[level], gap]))


class Histogram:
    """Examples of each bin downwards, on a square-root axis; wrong ones first."""

    def __init__(self, axes: Axes, theme: Theme, track: Track, *, has_wrong: bool):
        self._axes, self._has_wrong = axes, has_wrong
        bins = track.counts.shape[1]
        self.artist = Bars(axes, 2 * bins)
        colours = [ramp(theme, theme.over)[-1], ramp(theme, theme.points)[-1]]
        self.artist.colour(np.repeat(colours, bins, axis=0))

    def update(self, frame: Frame) -> None:
        left, right = np.tile(bar_sides(self._axes, frame.edges), 2)
        depth = np.sqrt(frame.counts / max(frame.counts.max(), 1))
        wrong = (frame.counts - frame.hits) / np.maximum(frame.counts, 1e-9)
        split = depth * (wrong if self._has_wrong else 0)
        low, high = np.append(np.zeros_like(split), split), np.append(split, depth)
        self.artist.place(left, right, low, high)


class Veil:
    """What chance reaches, behind the bars."""

    def __init__(self, axes: Axes, theme: Theme, track: Track):
        self._axes, self._ramp = axes, ramp(theme, theme.ideal)
        self.artist = Bars(axes, _slots_in(track))

    def update(self, frame: Frame) -> None:
        slots = _Slots.of(frame)
        low, high = np.where(slots.presence > 0, _band_of(frame), 0)
        self.artist.place(*bar_sides(self._axes, slots.edges), low, high)
        self.artist.colour(self._ramp[level_of(VEIL * slots.presence)])


class Ends:
    """Ends of the veil, above the bars: a dash across each of them, or lines along a curve."""

    def __init__(self, axes: Axes, theme: Theme, width: float):
        self._axes = axes
        (self.artist,) = axes.plot(
            [], [], animated=True, color=theme.ideal, linewidth=width, solid_capstyle="butt"
        )

    def update(self, frame: Frame) -> None:
        slots = _Slots.of(frame)
        low, high = np.where(slots.presence > 0, _band_of(frame), np.nan)
        left, right = bar_sides(self._axes, slots.edges)
        gap = np.full_like(left, np.nan)
        if frame.curve is None:
            x = np.stack([left, right, gap], axis=1).ravel()
            low, high = (np.stack([end, end, gap], axis=1).ravel() for end in (low, high))
        else:
            x = np.append((left + right) / 2, np.nan)
            low, high = np.append(low, np.nan), np.append(high, np.nan)
        self.artist.set_data(np.tile(x, 2), np.append(low, high))


class Ideal:
    """What the bars of a calibrated model reach."""

    def __init__(self, axes: Axes, theme: Theme, width: float, is_folded: bool):
        line = ([0, 0.5, 1], [1, 0.5, 1]) if is_folded else ([0, 1], [0, 1])
        (self.artist,) = axes.plot(*line, color=theme.ideal, linewidth=width, animated=True)
        # The line ends in the corners of the axes, where half of it would be cut off.
        self.artist.set_clip_on(False)

    def update(self, frame: Frame) -> None:
        """Do nothing: only what lies below the line moves."""


class Whiskers:
    """An interval in the middle of each bar."""

    def __init__(self, axes: Axes, theme: Theme, track: Track, pixels: float):
        self._axes, self._width = axes, pixels / axes.bbox.width
        self.artist = Bars(axes, track.counts.shape[1], color=theme.text)

    def update(self, frame: Frame) -> None:
        assert frame.intervals is not None
        left, right = bar_sides(self._axes, frame.edges)
        start = (left + right - self._width) / 2
        low, high = np.where(frame.presence > 0, frame.intervals, 0)
        self.artist.place(start, start + self._width, low, high)


class NoRecalibration:
    """A note in a diagram without bars: the examples to fit on determine no recalibration."""

    def __init__(self, axes: Axes, theme: Theme, size: float):
        self.artist = axes.text(
            0.62,
            0.14,
            _NO_RECALIBRATION,
            animated=True,
            ha="center",
            va="center",
            fontsize=size,
            color=theme.muted,
        )

    def update(self, frame: Frame) -> None:
        self.artist.set_visible(not frame.presence.any())

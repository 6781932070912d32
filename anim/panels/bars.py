"""Bars of the reliability diagram: up to the share of hits, with the gap to the ideal line.

Scores and shares are in their own units here; an `Axis` places them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anim.panels.axes import Axis
from anim.panels.bins import do_differ, edges_of, shared_bins
from anim.settings import FEWEST
from anim.timeline import Frame, Track

# The share of its bin that a bar takes, at least and at most.
NARROWEST, WIDEST = 0.25, 0.92
# In pixels: a bar in a narrower bin has a flat top.
SLOPED = 20


@dataclass(frozen=True, eq=False)
class BarMarks:
    """Where bars stand, at three places of each: left, middle or the kink of the line, right.

    Attributes:
        x: [B, 3] places.
        line, chance, top: [B, 3] heights of the ideal line, of what chance may make of it, and of
            the share. The gap lies between ``line`` and ``top``; up to ``chance`` it is pale.
        presence: [B] in [0, 1]: 0 without a bar, between 0 and 1 while one comes or goes.
        whiskers: [4, W] places, lower and upper ends of intervals of bars, and how strong these
            are in [0, 1]; or None.
    """

    x: np.ndarray
    line: np.ndarray
    chance: np.ndarray
    top: np.ndarray
    presence: np.ndarray
    whiskers: np.ndarray | None

    def picked(self, at: np.ndarray) -> BarMarks:
        """Return some of the bars, with all whiskers; ``at`` is [B] bool."""
        line, chance, top = self.line[at], self.chance[at], self.top[at]
        return BarMarks(self.x[at], line, chance, top, self.presence[at], self.whiskers)


def ideal_line(scores: np.ndarray, is_folded: bool) -> np.ndarray:
    """Return the shares of a calibrated model at scores of any shape."""
    return np.maximum(scores, 1 - scores) if is_folded else scores


class Bars:
    """The bars of a run.

    Args:
        track: of the run.
        axis: of the scores.
        is_folded: whether the line is that of a score below 0.5 for another class.
        pixels: width of the axis, in pixels of the reference design.
    """

    def __init__(self, track: Track, axis: Axis, is_folded: bool, pixels: float):
        self._axis, self._is_folded, self._pixels = axis, is_folded, pixels
        self._track = track
        counts, filled = track.counts, track.filled
        # A bin with fewer examples has no bar, but a dot for each.
        is_filled = track.examples >= FEWEST
        is_filled = is_filled if filled is None else filled & is_filled
        share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        self.presence = is_filled.astype(float)
        self.widths = NARROWEST + (WIDEST - NARROWEST) * np.sqrt(
            np.minimum(share * counts.shape[1] / 2, 1)
        )
        if track.edges.ndim == 2:
            # Bins that differ hold about equally many. Gaps between them would come and go.
            self.widths = np.ones(counts.shape)
        self.gaps = np.where(is_filled, track.shares - track.ideals, 0.0)
        ideals = np.where(is_filled, track.ideals, 0.0)[:, None]
        band = np.zeros((len(counts), 2, counts.shape[1])) if track.band is None else track.band
        has_band = is_filled[:, None] & (track.band is not None)
        self.chances = np.where(has_band, band - ideals, 0.0)
        self.intervals = None
        if track.intervals is not None:
            self.intervals = np.where(is_filled[:, None], track.intervals - ideals, 0.0)

    def at(self, frame: Frame) -> BarMarks:
        """Return where the bars stand in a frame.

        Where bins differ between two snapshots, bars stand between the edges of both, and rise
        and fall where they are; see `anim.panels.bins`.
        """
        whiskers = self._whiskers(frame)
        if do_differ(frame):
            return self._between(frame, whiskers)
        return bar_marks(
            edges_of(self._track, frame.before, self._axis.low),
            frame.mix(self.widths),
            frame.mix(self.gaps),
            frame.mix(self.chances),
            frame.mix(self.presence),
            whiskers,
            axis=self._axis,
            is_folded=self._is_folded,
            pixels=self._pixels,
        )

    def _between(self, frame: Frame, whiskers: np.ndarray | None) -> BarMarks:
        """Return bars on the edges of two snapshots: at each score, what lies between theirs."""
        shared = shared_bins(frame, self._axis.low)
        middle, half = (shared.high + shared.low) / 2, (shared.high - shared.low) / 2
        scores = bar_places(middle, half, self._is_folded)
        lines = []
        for ends, at, is_held in zip(shared.ends, shared.bins, shared.held, strict=True):
            line = bar_line(ends, at, scores, self._axis, self._is_folded, self._pixels)
            lines.append(np.where(is_held[:, None], line, ideal_line(scores, self._is_folded)))
        gaps, chances, presence = (
            shared.mix(frame, values) for values in (self.gaps, self.chances, self.presence)
        )
        line = lines[0] + frame.fraction * (lines[1] - lines[0])
        return marks_of(self._axis.place(scores), line, gaps, chances, presence, whiskers)

    def _whiskers(self, frame: Frame) -> np.ndarray | None:
        """Return places, ends and strengths of the intervals of bars that are there.

        Where bins differ between two snapshots, the intervals of one fade into those of the other.
        """
        if self.intervals is None:
            return None
        if not do_differ(frame):
            ends, presence = frame.mix(self.intervals), frame.mix(self.presence)
            return self._whiskers_of(frame.before, ends, presence, 1.0)
        parts = [
            self._whiskers_of(row, self.intervals[row], self.presence[row], strength)
            for row, strength in frame.fading()
        ]
        return np.concatenate(parts, axis=1)

    def _whiskers_of(
        self, row: int, ends: np.ndarray, presence: np.ndarray, strength: float
    ) -> np.ndarray:
        edges = edges_of(self._track, row, self._axis.low)
        middle = (edges[1:] + edges[:-1]) / 2
        ends = np.clip(ideal_line(middle, self._is_folded) + ends, 0, 1)
        strengths = np.full(len(middle), strength)
        return np.stack([self._axis.place(middle), *ends, strengths])[:, presence > 0]

    def points(self, row: int) -> np.ndarray:
        """Return places [n, 2] of the examples of bins that have too few of them for a bar."""
        counts = np.round(self._track.examples[row])
        gaps = self._track.shares[row] - self._track.ideals[row]
        return few_points(
            edges_of(self._track, row, self._axis.low),
            counts,
            gaps,
            axis=self._axis,
            is_folded=self._is_folded,
        )


def bar_marks(
    edges: np.ndarray,
    widths: np.ndarray,
    gaps: np.ndarray,
    chances: np.ndarray,
    presence: np.ndarray,
    whiskers: np.ndarray | None,
    *,
    axis: Axis,
    is_folded: bool,
    pixels: float,
) -> BarMarks:
    """Return where bars stand.

    Args:
        edges: [B + 1] of the bins, scores.
        widths: [B] shares of the bins that bars take.
        gaps: [B] from the ideal share to the share.
        chances: [2, B] from the ideal share to the ends of the band of chance.
        presence: [B] in [0, 1].
        whiskers: see `BarMarks`.
        axis: of the scores.
        is_folded: see `ideal_line`.
        pixels: width of the axis.
    """
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    scores = bar_places(middle, widths * half, is_folded)
    line = bar_line(edges, np.arange(len(gaps)), scores, axis, is_folded, pixels)
    return marks_of(axis.place(scores), line, gaps, chances, presence, whiskers)


def bar_places(middle: np.ndarray, half: np.ndarray, is_folded: bool) -> np.ndarray:
    """Return three scores of bars, [B, 3], of the middles and halves of their widths, [B] each."""
    left, right = middle - half, middle + half
    has_kink = is_folded & (left < 0.5) & (right > 0.5)
    return np.stack([left, np.where(has_kink, 0.5, middle), right], axis=1)


def bar_line(
    edges: np.ndarray,
    bins: np.ndarray,
    scores: np.ndarray,
    axis: Axis,
    is_folded: bool,
    pixels: float,
) -> np.ndarray:
    """Return the ideal line under bars, [n, 3], at scores [n, 3] in bins [n]; see `bar_marks`."""
    # In narrow bins a slope looks like the teeth of a saw.
    is_flat = (edges[1:] - edges[:-1]) / (axis.high - axis.low) * pixels < SLOPED
    flat = ideal_line((edges[1:] + edges[:-1]) / 2, is_folded)[bins]
    return np.where(is_flat[bins, None], flat[:, None], ideal_line(scores, is_folded))


def marks_of(
    x: np.ndarray,
    line: np.ndarray,
    gaps: np.ndarray,
    chances: np.ndarray,
    presence: np.ndarray,
    whiskers: np.ndarray | None,
) -> BarMarks:
    """Return bars at places and on a line, [B, 3] each; for the others see `bar_marks`."""
    by_chance = np.clip(gaps, np.minimum(chances[0], 0), np.maximum(chances[1], 0))
    return BarMarks(
        x=x,
        line=line,
        chance=np.clip(line + by_chance[:, None], 0, 1),
        top=np.clip(line + gaps[:, None], 0, 1),
        presence=presence,
        whiskers=whiskers,
    )


def few_points(
    edges: np.ndarray, counts: np.ndarray, gaps: np.ndarray, *, axis: Axis, is_folded: bool
) -> np.ndarray:
    """Return places [n, 2] of the examples of bins with fewer than `FEWEST`, side by side.

    Args:
        edges: [B + 1] of the bins, scores.
        counts: [B] whole numbers.
        gaps: [B] from the ideal share to the share.
        axis: of the scores.
        is_folded: see `ideal_line`.
    """
    few = np.flatnonzero((counts > 0) & (counts < FEWEST))
    bins = np.repeat(few, counts[few].astype(int))
    ranks = np.concatenate([np.arange(counts[one]) for one in few] or [np.zeros(0)])
    left, right = edges[bins], edges[bins + 1]
    scores = left + (ranks + 0.5) / counts[bins] * (right - left)
    shares = ideal_line((left + right) / 2, is_folded) + gaps[bins]
    return np.stack([axis.place(scores), np.clip(shares, 0, 1)], axis=1)

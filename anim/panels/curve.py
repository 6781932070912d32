"""A curve of the share of hits over the scores, with its gap to the ideal line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anim.panels.axes import Axis
from anim.panels.bars import ideal_line
from anim.timeline import Frame, Track


@dataclass(frozen=True, eq=False)
class CurveMarks:
    """Where a curve is, at P places.

    Attributes:
        x: [P] places.
        line, chance, top: [P] heights of the ideal line, of what chance may make of it, and of the
            curve. The gap lies between ``line`` and ``top``; up to ``chance`` it is pale.
        presence: [P] in [0, 1]: 0 where no examples support the curve.
        spread: [2, P] lower and upper ends of the curves of several runs, or None.
    """

    x: np.ndarray
    line: np.ndarray
    chance: np.ndarray
    top: np.ndarray
    presence: np.ndarray
    spread: np.ndarray | None


class Curve:
    """The curve of a run.

    Args:
        track: of the run, with a curve.
        axis: of the scores.
        is_folded: see `ideal_line`.
    """

    def __init__(self, track: Track, axis: Axis, is_folded: bool):
        assert track.curve is not None
        scores = np.linspace(0, 1, track.curve.shape[1])
        shown = scores >= axis.low - 1e-9
        self.x, self.line = axis.place(scores[shown]), ideal_line(scores[shown], is_folded)
        curve = track.curve[:, shown]
        is_known = _supported(track, scores[shown]) & np.isfinite(curve)
        self.presence = is_known.astype(float)
        self.gaps = np.where(is_known, curve - self.line, 0.0)
        ends = [None if one is None else one[:, :, shown] for one in (track.band, track.spread)]
        around = [
            None
            if one is None
            else np.where(is_known[:, None] & np.isfinite(one), one - self.line, 0.0)
            for one in ends
        ]
        chances, self.spreads = around
        self.chances = np.zeros((len(curve), 2, len(self.x))) if chances is None else chances

    def at(self, frame: Frame) -> CurveMarks:
        """Return where the curve is in a frame."""
        gaps, chances = frame.mix(self.gaps), frame.mix(self.chances)
        return CurveMarks(
            x=self.x,
            line=self.line,
            chance=self.line + np.clip(gaps, np.minimum(chances[0], 0), np.maximum(chances[1], 0)),
            top=self.line + gaps,
            presence=frame.mix(self.presence),
            spread=None if self.spreads is None else self.line + frame.mix(self.spreads),
        )


def _supported(track: Track, scores: np.ndarray) -> np.ndarray:
    """Return whether the bin of each score has examples, [S, P]."""
    found = []
    for row, counts in enumerate(track.counts):
        edges = track.edges if track.edges.ndim == 1 else track.edges[row]
        bins = np.clip(np.searchsorted(edges, scores, side="right") - 1, 0, len(counts) - 1)
        found.append(counts[bins] > 0)
    return np.array(found)


def pieces(presence: np.ndarray) -> list[slice]:
    """Return the runs of places [P] where something is there, of at least two places."""
    there = np.flatnonzero(presence > 0)
    groups = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    return [slice(int(one[0]), int(one[-1]) + 1) for one in groups if len(one) > 1]

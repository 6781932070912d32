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
        presence: [P] in [0, 1]: 0 where there is no curve, between 0 and 1 where a piece of it
            comes or goes.
        spread: [2, P] lower and upper ends of the curves of several runs, or None.
    """

    x: np.ndarray
    line: np.ndarray
    chance: np.ndarray
    top: np.ndarray
    presence: np.ndarray
    spread: np.ndarray | None


class Curve:
    """The curve of a run, which is where its track has one.

    From one snapshot to the next the ends of a piece move to those of a piece that overlaps with
    it: where only one of the two snapshots has a curve, the other one counts as its gap at the
    nearest place that has one. A piece that overlaps with none grows out of the line or shrinks
    to it. So nothing is ever drawn where neither snapshot has a curve.

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
        self.known = np.isfinite(curve)
        self._inside = inside(self.known)
        self.gaps = _filled(curve - self.line, self.known)
        self.chances, self.spreads = (
            None if ends is None else _filled(ends[:, :, shown] - self.line, self.known)
            for ends in (track.band, track.spread)
        )

    def is_drawn(self, row: int) -> bool:
        """Return whether there is a curve anywhere in a snapshot."""
        return bool(self.known[row].any())

    def at(self, frame: Frame) -> CurveMarks:
        """Return where the curve is in a frame."""
        goes, comes = lone(self.known[frame.before], self.known[frame.after])
        shares = 1 - frame.fraction, frame.fraction

        def moved(values: np.ndarray) -> np.ndarray:
            start, end = (share * values[row] for share, row in zip(shares, rows, strict=True))
            return np.where(goes, start, np.where(comes, end, frame.mix(values)))

        rows = frame.before, frame.after
        is_there = (frame.mix(self._inside) > 0).astype(float)
        gaps = moved(self.gaps)
        low, high = (0.0, 0.0) if self.chances is None else moved(self.chances)
        return CurveMarks(
            x=self.x,
            line=self.line,
            chance=self.line + np.clip(gaps, np.minimum(low, 0), np.maximum(high, 0)),
            top=self.line + gaps,
            presence=np.where(goes, shares[0], np.where(comes, shares[1], is_there)),
            spread=None if self.spreads is None else self.line + moved(self.spreads),
        )


def inside(known: np.ndarray) -> np.ndarray:
    """Return how many places it is to the next end of a piece, [S, P]; negative between pieces.

    Args:
        known: [S, P] bool, whether there is a curve. Pieces end in the middle between two places,
            and where the places end.
    """
    count = known.shape[1]
    at = np.arange(count)
    padded = np.pad(known, ((0, 0), (1, 1)))
    is_end, ends = padded[:, 1:] != padded[:, :-1], np.arange(count + 1) - 0.5
    # Without a piece there is no end: it is further than any.
    before = np.maximum.accumulate(np.where(is_end, ends, -2.0 * count), axis=1)
    after = np.minimum.accumulate(np.where(is_end, ends, 3.0 * count)[:, ::-1], axis=1)[:, ::-1]
    away = np.minimum(at - before[:, :-1], after[:, 1:] - at)
    return np.where(known, away, -away)


def lone(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which places belong to pieces that go, and which to pieces that come, [P] bool each.

    Args:
        before, after: [P] bool, whether there is a curve in each of two snapshots. Pieces that
            overlap, or that a third one joins, neither go nor come.
    """
    either = before | after
    group = np.cumsum(either & ~np.append(False, either[:-1]))
    is_shared = np.bincount(group, before & after, minlength=group[-1] + 1)[group] > 0
    return before & ~is_shared, after & ~is_shared


def _filled(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return values [S, ..., P], those that are not known on lines between others, or as these.

    In a row where none is known they are 0.
    """
    found, at = np.zeros(values.shape), np.arange(known.shape[1])
    for row, there in enumerate(known):
        for filled, given in zip(
            found[row].reshape(-1, len(at)), values[row].reshape(-1, len(at)), strict=True
        ):
            is_given = there & np.isfinite(given)
            if is_given.any():
                filled[:] = np.interp(at, at[is_given], given[is_given])
    return found


def pieces(presence: np.ndarray) -> list[slice]:
    """Return the runs of places where something is there, of at least two places.

    Args:
        presence: [P] in [0, 1], or bool.
    """
    is_there = presence > 0
    if is_there.all():
        return [slice(0, len(is_there))] if len(is_there) > 1 else []
    there = np.flatnonzero(is_there)
    groups = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    return [slice(int(one[0]), int(one[-1]) + 1) for one in groups if len(one) > 1]

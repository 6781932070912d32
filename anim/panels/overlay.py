"""Several runs in one diagram: a line for each, its curve or through the means of its bins."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from anim.panels.axes import Axis
from anim.panels.curve import Curve
from anim.panels.layout import Place
from anim.panels.notes import note_of, notes_of
from anim.panels.reliability import ideal_places, share_axis_of
from anim.panels.scores import ScorePanel, names_of, score_axis
from anim.panels.subject import Subject
from anim.panels.words import Words
from anim.settings import FEWEST
from anim.timeline import Frame, Reel, Track

# Pixels of the reference design for the name and the numbers of a run in the list, at most; the
# numbers need so many at least.
ENTRY, _WITH_NUMBERS = 40, 28


class OverlayLine:
    """The line of a run: its curve, or through mean score and share of hits of its bins.

    That of a snapshot fades into that of the next one: lines that travelled flashed.

    Args:
        track: of the run.
        axis: of the scores.
        is_folded: see `anim.panels.bars.ideal_line`.
    """

    def __init__(self, track: Track, axis: Axis, is_folded: bool):
        self._curve = None if track.curve is None else Curve(track, axis, is_folded)
        self._is_there = track.examples >= FEWEST
        if track.filled is not None:
            self._is_there &= track.filled
        self._x, self._y = axis.place(track.confidences), track.shares

    def is_drawn(self, row: int) -> bool:
        """Return whether there is a line in a snapshot."""
        if self._curve is None:
            return bool(self._is_there[row].any())
        return self._curve.is_drawn(row)

    def at(self, frame: Frame) -> list[tuple[np.ndarray, np.ndarray, float]]:
        """Return places [P] and strength in (0, 1] of the lines in a frame, one or two.

        Heights are NaN where a line is broken.
        """
        return [(*self._of(frame, row), strength) for row, strength in frame.fading()]

    def _of(self, frame: Frame, row: int) -> tuple[np.ndarray, np.ndarray]:
        if self._curve is None:
            return self._x[row, self._is_there[row]], self._y[row, self._is_there[row]]
        marks = self._curve.at(replace(frame, before=row, after=row, fraction=0.0))
        return marks.x, np.where(marks.presence > 0, marks.top, np.nan)


def is_point(x: np.ndarray) -> bool:
    """Return whether a line [P] is that of a single bin: then it is a dot."""
    return len(x) == 1


@dataclass(frozen=True, eq=False, kw_only=True)
class OverlayPanel(ScorePanel):
    """What a diagram of several runs shows.

    Attributes:
        line: [2, L] places of the ideal line.
        lines: of the runs.
        notes: what is said of each snapshot of each run that has no line; "" of others.
        entry: height of an entry of the list of runs, in pixels of the reference design.
        has_numbers: whether entries have numbers below the names.
    """

    line: np.ndarray
    lines: tuple[OverlayLine, ...]
    notes: tuple[tuple[str, ...], ...]
    entry: float
    has_numbers: bool


def overlay_panel(
    reel: Reel, subject: Subject, words: Words, place: Place, unit: float
) -> OverlayPanel:
    """Return what a diagram of several runs shows.

    Args:
        reel: the runs.
        subject: what the picture is about.
        words: of the picture.
        place: of the axes.
        unit: pixels of the picture per pixel of the reference design.
    """
    width, height = place.width / unit, place.height / unit
    axis = score_axis(subject, words, width)
    entry = height / len(reel.lanes)
    lines = tuple(OverlayLine(track, axis, subject.is_folded) for track in reel.tracks)
    return OverlayPanel(
        x=axis,
        y=share_axis_of(words, height),
        name=words.share,
        scores=names_of(words, width),
        line=ideal_places(subject),
        lines=lines,
        notes=tuple(_notes(*both) for both in zip(reel.tracks, lines, strict=True)),
        entry=min(entry, ENTRY),
        has_numbers=entry >= _WITH_NUMBERS,
    )


def _notes(track: Track, line: OverlayLine) -> tuple[str, ...]:
    notes = notes_of(is_curve=track.curve is not None, is_overlaid=True)
    return tuple(
        note_of(notes, track, row, is_drawn=line.is_drawn(row)) for row in range(len(track.steps))
    )

"""The reliability diagram: how often a model is right at each score, and a hundred dots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anim.panels.axes import Axis, share_axis
from anim.panels.bars import Bars, ideal_line
from anim.panels.curve import Curve
from anim.panels.dots import Dots
from anim.panels.notes import note_of, notes_of
from anim.panels.scores import NUMBER_BESIDE, ScorePanel, names_of, score_axis
from anim.panels.subject import Subject
from anim.panels.words import IDEAL, INTERVAL, OVER, PALE, UNDER, KeyEntry, Words
from anim.timeline import Track


@dataclass(frozen=True, eq=False, kw_only=True)
class ReliabilityPanel(ScorePanel):
    """What the diagram of a run shows.

    Attributes:
        line: [2, L] places of the ideal line.
        bars: the bars, or None where a curve is shown.
        curve: the curve, or None.
        dots: the hundred dots, or None.
        dots_name, wrong_name: what they are, in short lines, and what the wrong ones are.
        notes: what is said of each snapshot in which nothing is drawn; "" of others.
    """

    line: np.ndarray
    bars: Bars | None
    curve: Curve | None
    dots: Dots | None
    dots_name: tuple[str, ...]
    wrong_name: str
    notes: tuple[str, ...]


def share_axis_of(words: Words, pixels: float) -> Axis:
    """Return the axis of shares, of a height in pixels of the reference design."""
    most = 4 if pixels > 4 * NUMBER_BESIDE else 2 if pixels > NUMBER_BESIDE else 1
    return share_axis(0.0, words.is_plain, most)


def ideal_places(subject: Subject) -> np.ndarray:
    """Return places [2, L] of the ideal line."""
    scores = np.array([subject.floor, 0.5, 1.0] if subject.is_folded else [subject.floor, 1.0])
    places = Axis(subject.floor, 1.0).place(scores)
    return np.stack([places, ideal_line(scores, subject.is_folded)])


def reliability_panel(
    track: Track,
    subject: Subject,
    words: Words,
    *,
    size: tuple[float, float],
    grid: tuple[int, int] | None,
) -> ReliabilityPanel:
    """Return what the diagram of a run shows.

    Args:
        track: of the run.
        subject: what the picture is about.
        words: of the picture.
        size: width and height of its axes, in pixels of the reference design.
        grid: columns and rows of the dots; None leaves them out.
    """
    width, height = size
    axis = score_axis(subject, words, width)
    curve = None if track.curve is None else Curve(track, axis, subject.is_folded)
    notes = notes_of(is_curve=curve is not None, is_overlaid=False)
    return ReliabilityPanel(
        x=axis,
        y=share_axis_of(words, height),
        name=words.share,
        scores=names_of(words, width),
        line=ideal_places(subject),
        bars=Bars(track, axis, subject.is_folded, width) if curve is None else None,
        curve=curve,
        dots=None if grid is None else Dots(track, axis, *grid),
        dots_name=words.dots,
        wrong_name=words.wrong,
        notes=tuple(
            note_of(notes, track, row, is_drawn=curve is None or curve.is_drawn(row))
            for row in range(len(track.steps))
        ),
    )


def reliability_key(words: Words, *, has_band: bool, spread: str = "") -> tuple[KeyEntry, ...]:
    """Return what the marks of all diagrams mean.

    Args:
        words: of the picture.
        has_band: whether a part of gaps is pale.
        spread: what whiskers, or the area around a curve, are; "" without them.
    """
    entries = [
        KeyEntry(UNDER, words.under),
        KeyEntry(OVER, words.over),
        KeyEntry(IDEAL, words.ideal),
    ]
    if has_band:
        entries.append(KeyEntry(PALE, words.pale))
    if spread:
        entries.append(KeyEntry(INTERVAL, spread))
    return tuple(entries)

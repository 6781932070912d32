"""What a diagram says in a snapshot in which something is not drawn, and why it is not."""

from __future__ import annotations

from dataclasses import dataclass

from anim.settings import FEWEST
from anim.timeline import Track


@dataclass(frozen=True)
class Notes:
    """The notes of a diagram, in lines; "" where nothing is to be said.

    Attributes:
        recalibration: a snapshot has no recalibration.
        few: a run has too few examples for a curve, or for a line.
        medians: the same of medians of replicas.
    """

    recalibration: str
    few: str
    medians: str


NO_RECALIBRATION = "the held-out examples\ndo not tell a recalibration"
_OF_BARS = Notes(NO_RECALIBRATION, "", "")
_OF_CURVES = Notes(
    NO_RECALIBRATION,
    f"fewer than {FEWEST} examples\nnear any score: no curve",
    f"near each score, most\nreplicas have fewer than\n{FEWEST} examples: no curve",
)
_OF_LINES = Notes(
    NO_RECALIBRATION,
    f"a run without a line has fewer\nthan {FEWEST} examples in each bin",
    "a run without a line\nhas too few examples",
)
_OF_OVERLAID_CURVES = Notes(
    NO_RECALIBRATION,
    f"a run without a line has fewer\nthan {FEWEST} examples near any score",
    _OF_LINES.medians,
)


def notes_of(*, is_curve: bool, is_overlaid: bool) -> Notes:
    """Return the notes of a diagram of bars or of a curve, of one run or of all of them.

    A bin with few examples has dots in place of its bar, and needs no note.
    """
    if is_overlaid:
        return _OF_OVERLAID_CURVES if is_curve else _OF_LINES
    return _OF_CURVES if is_curve else _OF_BARS


def note_of(notes: Notes, track: Track, row: int, *, is_drawn: bool) -> str:
    """Return what is said of a snapshot; "" if nothing.

    Args:
        notes: of the diagram.
        track: of the run.
        row: which of its snapshots.
        is_drawn: whether a part of its curve or line, if there is to be one, is there.
    """
    if track.is_recalibrated and not track.counts[row].any():
        return notes.recalibration
    if is_drawn:
        return ""
    return notes.medians if track.is_median else notes.few

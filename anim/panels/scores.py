"""The axes of what stands above scores: diagrams, and columns of counts."""

from __future__ import annotations

from dataclasses import dataclass

from anim.panels.axes import Axis, share_axis
from anim.panels.subject import Subject
from anim.panels.words import ScoreName, Words

# Pixels of the reference design that a number takes below or beside an axis, and names below it.
NUMBER_BELOW, NUMBER_BESIDE, NAMES_BELOW = 90, 40, 420


@dataclass(frozen=True, eq=False, kw_only=True)
class ScorePanel:
    """A panel above scores.

    Attributes:
        x, y: axes of scores, and of what there is of them.
        name: of the y axis.
        scores: names below the x axis.
    """

    x: Axis
    y: Axis
    name: str
    scores: tuple[ScoreName, ...]


def score_axis(subject: Subject, words: Words, pixels: float) -> Axis:
    """Return the axis of scores, from the lowest one there can be.

    Args:
        subject: what the picture is about.
        words: of the picture.
        pixels: its width, in pixels of the reference design.
    """
    return share_axis(subject.floor, words.is_plain, max(int(pixels / NUMBER_BELOW), 1))


def names_of(words: Words, pixels: float) -> tuple[ScoreName, ...]:
    """Return the names below an axis of scores; see `score_axis`."""
    return words.scores if pixels >= NAMES_BELOW else words.narrow_scores

"""What is known of one bin, as a sentence and as the row of a table. The player has a twin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anim.panels.axes import NO_BREAK_SPACE, grouped
from anim.panels.subject import Subject
from anim.panels.words import A_LABEL, Words, percent, points

# A text with places of numbers.
Template = tuple[str | int, ...]
# A gap smaller than this is none.
SMALLEST_GAP = 0.0005
_NONE = "–"


@dataclass(frozen=True)
class FactWords:
    """The words of what is known of a bin.

    Attributes:
        says: of a bin whose scores are for one class, for the other, and for either of them; with
            the mean score.
        sides: what these are called in a table.
        right: with the share of hits, and the number of examples.
        under, over: with the gap.
        even: there is no gap.
        chance: with the part of the gap that chance may make; it does not make all of it.
        by_chance: chance may make all of it.
        none: there are no examples.
        medians: precedes all of this where it is that of several runs.
        heads: of the columns of a table.
        hint: what stands where no bin is looked at.
        is_plain: whether numbers are percents.
        is_folded: whether a score below 0.5 is that of another class.
    """

    says: tuple[Template, Template, Template]
    sides: tuple[str, str, str]
    right: Template
    under: Template
    over: Template
    even: str
    chance: Template
    by_chance: str
    none: str
    medians: str
    heads: tuple[str, ...]
    hint: str
    is_plain: bool
    is_folded: bool


@dataclass(frozen=True)
class Bin:
    """What is known of a bin.

    Attributes:
        low, high: scores at its ends.
        count: examples.
        share: of hits.
        ideal: share of a calibrated model.
        band: what chance does to a calibrated model, or None.
    """

    low: float
    high: float
    count: float
    share: float
    ideal: float
    band: tuple[float, float] | None

    @property
    def side(self) -> int:
        """Where its scores are: 0 below 0.5, 1 above, 2 on both sides."""
        return 0 if self.high <= 0.5 else 1 if self.low >= 0.5 else 2

    @property
    def by_chance(self) -> float | None:
        """The part of the gap that chance may make; None if that is not known."""
        if self.band is None or not np.isfinite(self.band).all():
            return None
        low, high = (end - self.ideal for end in self.band)
        return abs(min(max(self.share - self.ideal, min(low, 0)), max(high, 0)))


def fact_words(subject: Subject, words: Words, *, drawn: str = "") -> FactWords:
    """Return the words of what is known of a bin, in the words of a picture.

    Args:
        subject: what the picture is about.
        words: of the picture.
        drawn: what is pointed at; "" for a bar.
    """
    name, sides = words.class_name, subject.sides
    called = ("", "", "") if sides is None else (*sides, "either")
    if words.is_plain:
        mean: Template = (f"{name} ", 0, " likely") if name else (0, " sure")
        are = " apply" if name == A_LABEL else f" are {name}"
        right: Template = (0, " of ", 1, are) if name else ("right ", 0, " of ", 1)
        gaps = (" too low", " too high") if name else (" under-confident", " over-confident")
        heads = (f"{name} is likely" if name else "it says", "mean", words.hit if name else "right")
    else:
        mean = (f"{words.mean} ", 0)
        right = (f"share of {name} " if name else f"{words.share} ", 0, ", n = ", 1)
        gaps = (" under-confident", " over-confident")
        heads = ("bin", words.mean, "share" if name else words.share)
    below, above, around = (() if not side else (f"says {side}, ",) for side in called)
    return FactWords(
        says=((*below, *mean), (*above, *mean), (*around, *mean)),
        sides=called,
        right=right,
        under=(0, gaps[0]),
        over=(0, gaps[1]),
        even="on the line",
        chance=("chance explains ", 0) if words.is_plain else ("within chance: ", 0),
        by_chance="chance may explain it" if words.is_plain else "all of it within chance",
        none="no examples",
        medians="medians: ",
        heads=(*heads, "examples", "gap", "chance"),
        hint=f"Point at a {drawn or ('bar' if words.is_plain else 'bin')} to read it.",
        is_plain=words.is_plain,
        is_folded=subject.is_folded,
    )


def fact(words: FactWords, one: Bin, *, is_median: bool = False) -> str:
    """Return what is known of a bin, as a sentence without its full stop.

    Args:
        words: from `fact_words`.
        one: the bin.
        is_median: whether the numbers are medians of several runs.
    """
    says = words.says[one.side]
    prefix = words.medians if is_median else ""
    if not one.count > 0 or not np.isfinite(one.share):
        return prefix + f"{bounds(words, one)}: {words.none}"
    share, ideal = _share(words, one.share), _share(words, one.ideal)
    parts = [f"{filled(says, ideal)}; {filled(words.right, share, grouped(one.count))}"]
    size, chance = abs(one.share - one.ideal), one.by_chance
    if size < SMALLEST_GAP:
        return prefix + f"{parts[0]}; {words.even}"
    gap = filled(words.over if one.share < one.ideal else words.under, _gap(words, size))
    explained = ""
    if chance is not None and chance > size - SMALLEST_GAP:
        explained = f", {words.by_chance}"
    elif chance is not None:
        explained = f", {filled(words.chance, _gap(words, chance).partition(NO_BREAK_SPACE)[0])}"
    return prefix + f"{parts[0]}; {gap}{explained}"


def table_row(words: FactWords, one: Bin) -> tuple[str, ...]:
    """Return what is known of a bin, as cells below `FactWords.heads`.

    The gap has a sign: above 0 the model is over-confident.
    """
    count = grouped(one.count)
    if not one.count > 0 or not np.isfinite(one.share):
        return bounds(words, one), _NONE, _NONE, count, _NONE, _NONE
    gap, chance = one.ideal - one.share, one.by_chance
    sign = "" if abs(gap) < SMALLEST_GAP else "+" if gap > 0 else "−"
    return (
        bounds(words, one),
        _share(words, one.ideal),
        _share(words, one.share),
        count,
        sign + _gap(words, abs(gap)),
        _NONE if chance is None else _gap(words, chance),
    )


def bounds(words: FactWords, one: Bin) -> str:
    """Return the range of a bin: of the confidence in the class that it says, or of the score."""
    low, high, side = one.low, one.high, one.side
    if words.is_folded and words.is_plain:
        low, high = ((1 - high, 1 - low), (low, high), (0.5, max(1 - low, high)))[side]
    ends = f"{_end(words, low)} to {_end(words, high)}"
    name = words.sides[side]
    return f"{name}, {ends}" if name and words.is_plain else ends


def filled(template: Template, *numbers: str) -> str:
    """Return a text with numbers in their places."""
    return "".join(part if isinstance(part, str) else numbers[part] for part in template)


def _end(words: FactWords, score: float) -> str:
    if not words.is_plain:
        return f"{score:.3f}"
    return f"{100 * score:.1f}".removesuffix(".0") + f"{NO_BREAK_SPACE}%"


def _share(words: FactWords, share: float) -> str:
    return percent(share) if words.is_plain else f"{share:.3f}"


def _gap(words: FactWords, gap: float) -> str:
    return points(gap) if words.is_plain else f"{gap:.3f}"

"""Every word and number of a picture, in plain words or in the field's terms."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from anim.panels.axes import NO_BREAK_SPACE, rounded_count
from anim.panels.subject import Subject

# Letters of a name of a class, at most.
_LONGEST_NAME = 24
# Marks that a key explains.
UNDER, OVER, IDEAL, PALE, INTERVAL = "under", "over", "ideal", "pale", "interval"
HIT, MISS, OTHERS, SOLID, DASHED = "hit", "miss", "others", "solid", "dashed"

# What a class is called whose panel has its name.
_THE_CLASS = "the class"
# What pictures of all labels together call one of several labels that an example may have.
A_LABEL = "a label"
# Headlines where nobody gives a name.
PLAIN_TITLE, FIELD_TITLE = "How sure it is, and how often it is right", "Confidence and accuracy"

# The share of the replicas between the ends of a spread.
SPREAD = 0.9
# What the scalars of strips are called in plain words.
_PLAIN_SERIES = {
    "accuracy": "how often it is right",
    "confidence": "how sure it says it is",
}


@dataclass(frozen=True)
class KeyEntry:
    """A mark of a picture, and what it means."""

    mark: str
    text: str


@dataclass(frozen=True)
class ScoreName:
    """A text below an axis of scores.

    Attributes:
        place: in [0, 1].
        align: ``left``, ``center`` or ``right``: which part of the text is at the place.
        text: the text.
    """

    place: float
    align: str
    text: str


@dataclass(frozen=True)
class Words:
    """The words of a view.

    A sentence is a sequence of texts, and of places of numbers in what `numbers` returns.

    Attributes:
        sentence: of a run that is alone.
        medium, short: shorter forms; the last one is also that of a run among several.
        share: the y axis.
        mean: what the mean score is, in the field's terms.
        scores, narrow_scores: the x axis, and the same where there is little room.
        under, over, ideal, pale: what marks of the diagram mean.
        hit, miss: examples that are hits, and the others.
        dots, wrong: the hundred dots, in short lines, and those that are wrong; "" where none are.
        off: what is away from the ideal line, and its verb.
        error: how far it is away, in the field's terms.
        is_plain: whether these are plain words, with percents.
        class_name: the class whose examples are hits, or "".
        answers: how many of its likeliest classes count as its answer.
    """

    sentence: tuple[str | int, ...]
    medium: tuple[str | int, ...]
    short: tuple[str | int, ...]
    share: str
    mean: str
    scores: tuple[ScoreName, ...]
    narrow_scores: tuple[ScoreName, ...]
    under: str
    over: str
    ideal: str
    pale: str
    hit: str
    miss: str
    dots: tuple[str, ...]
    wrong: str
    off: str
    error: str
    is_plain: bool
    class_name: str = ""
    answers: int = 1

    def numbers(self, says: float, right: float, misses: float) -> tuple[str, str, str]:
        """Return the numbers of a sentence; "–" for those that are unknown."""
        if not self.is_plain:
            return _decimal(says, 2), _decimal(right, 2), _decimal(misses, 3)
        return percent(says), percent(right), points(misses)

    @property
    def columns(self) -> tuple[KeyEntry, KeyEntry]:
        """What the upper and the lower part of columns are; of counted labels none are wrong."""
        return KeyEntry(HIT, self.hit), KeyEntry(OTHERS if self.class_name else MISS, self.miss)

    def series(self, name: str, otherwise: str) -> str:
        """Return what a scalar of a strip is called."""
        return _PLAIN_SERIES.get(name, otherwise) if self.is_plain else otherwise


def percent(share: float) -> str:
    """Return a share in whole percents."""
    return f"{100 * share:.0f}{NO_BREAK_SPACE}%" if np.isfinite(share) else "–"


def points(gap: float) -> str:
    """Return a distance of two shares in whole points, or in tenths below one."""
    if not np.isfinite(gap):
        return "–"
    number = f"{100 * gap:.0f}" if gap >= 0.0095 else f"{100 * gap:.1f}"
    number = "0" if number == "0.0" else number
    return f"{number}{NO_BREAK_SPACE}point{'' if number == '1' else 's'}"


def spread_name(replicas: int | None = None) -> str:
    """Return what the spread of replicas is, around what is shown of them; None: numbers differ."""
    which = "the" if replicas is None else replicas
    return f"{100 * SPREAD:.0f} % of {which} replicas, around their median"


def _decimal(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "–"


def words_of(
    subject: Subject,
    dots: int,
    examples: int | None,
    *,
    is_plain: bool,
    is_curve: bool = False,
    is_median: bool = False,
) -> Words:
    """Return the words of a view.

    Args:
        subject: what the picture is about.
        dots: how many dots there are, a hundred or as many as examples.
        examples: N; None if runs differ.
        is_plain: whether to use plain words instead of the field's terms.
        is_curve: whether there is a curve in the place of bars.
        is_median: whether all runs are medians of replicas.
    """
    of_them = "of them" if examples is None else f"of {rounded_count(examples)}"
    every = (f"all {dots}",) if examples == dots else (f"{dots}", of_them)
    write = _plain if is_plain else _field
    name = _THE_CLASS if subject.classes else called(subject.class_name)
    words = write(subject, name, every, is_curve)
    words = replace(words, answers=subject.answers)
    if not is_median:
        return words
    begin, *others = words.sentence
    begin = str(begin).removeprefix("On average ")
    return replace(
        words,
        sentence=(f"Medians of the replicas: {begin[:1].lower()}{begin[1:]}", *others),
        medium=_of_medians(words.medium),
        # What the panels of classes are is said above them.
        short=words.short if subject.classes else _of_medians(words.short),
    )


def _of_medians(sentence: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return (f"medians: {sentence[0]}", *sentence[1:])


def called(name: str) -> str:
    """Return the name of a class as sentences say it: without the end of a long one."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"


def _plain(subject: Subject, name: str, dots: tuple[str, ...], is_curve: bool) -> Words:
    off = "the curve misses" if is_curve else "bars miss"
    tail = f"  ·  {off.removeprefix('the ')} the line by "
    best = f"best {subject.answers}"
    said = name if subject.classes else f"“{name}”"
    under = f"{said if name else 'right'} more often than it says"
    if name == A_LABEL:
        says = (f"On average it gives {name} ", 0, ", and ", 1, " apply")
        short = ("gives ", 0, ", ", 1, " apply")
        share, under = f"how often {name} applies", f"{name} applies more often than it says"
    elif name:
        says = (f"On average it gives {said} ", 0, ", and ", 1, " are")
        short = ("gives ", 0, ", ", 1, " are")
        share = f"how often it is {said}"
        if subject.classes:
            # In a small panel, below the name of the class.
            short, share = ("says ", 0, ", is ", 1), "how often it is"
    elif subject.answers > 1:
        says = ("On average it is ", 0, f" sure of its {best}, and one is right ", 1)
        short, share = (f"{best}: ", 0, ", right ", 1), f"how often one of its {best} is right"
    else:
        says = ("On average it says ", 0, " and is right ", 1)
        short, share = ("says ", 0, ", right ", 1), "how often it is right"
    return Words(
        sentence=(*says, tail, 2),
        medium=(*short, ", misses by ", 2),
        short=short,
        share=share,
        mean="",
        scores=_plain_scores(subject),
        narrow_scores=_sides(subject) or _plain_scores(subject),
        under=under.removeprefix(f"{_THE_CLASS} "),
        over="less often",
        ideal="as often as it says",
        pale="faint part: may be chance",
        hit="applies" if name == A_LABEL else name or "right",
        miss="does not" if name == A_LABEL else "others" if name else "wrong",
        dots=dots,
        wrong="" if name else "● wrong",
        off=off,
        error="",
        is_plain=True,
        class_name=name,
    )


def _field(subject: Subject, name: str, dots: tuple[str, ...], is_curve: bool) -> Words:
    error = "calibration error of the curve" if is_curve else "ECE of these bins"
    scores = (ScoreName(0.5, "center", subject.score_label),)
    top = f"top-{subject.answers} " if subject.answers > 1 else ""
    mean = "mean score" if name else f"mean {top}confidence"
    says = "share" if name else f"{top}accuracy"
    short = ("mean ", 0, ", share ", 1) if name else (f"{top}conf. ", 0, ", acc. ", 1)
    return Words(
        sentence=(f"{mean[:1].upper()}{mean[1:]} ", 0, f", {says} ", 1, f", {error} ", 2),
        medium=(*short, ", error " if is_curve else ", ECE ", 2),
        short=short,
        share="fraction" if subject.classes else f"fraction of {name}" if name else says,
        mean=mean,
        scores=scores,
        narrow_scores=scores,
        under="under-confident",
        over="over-confident",
        ideal="calibrated",
        pale="faint part: within 95 % of chance",
        hit=name or "correct",
        miss="others" if name else "wrong",
        dots=dots,
        wrong="" if name else "● wrong",
        off="",
        error=error,
        is_plain=False,
        class_name=name,
    )


def _plain_scores(subject: Subject) -> tuple[ScoreName, ...]:
    if subject.sides is not None:
        low, high = map(called, subject.sides)
        return (
            ScoreName(0.25, "center", f"←  says “{low}”"),
            ScoreName(0.5, "center", "its score"),
            ScoreName(0.75, "center", f"says “{high}”  →"),
        )
    if subject.classes:
        text = "how likely it says  →"
    elif subject.class_name == A_LABEL:
        text = f"how likely it says {A_LABEL} is  →"
    elif subject.class_name:
        text = f"how likely it says “{called(subject.class_name)}” is  →"
    elif subject.view == "confidence":
        text = "how sure it is of its answer  →"
    elif subject.answers > 1:
        text = f"how sure it is of its best {subject.answers}  →"
    else:
        text = f"{subject.score_label}  →"
    return (ScoreName(0.5, "center", text),)


def _sides(subject: Subject) -> tuple[ScoreName, ...]:
    """Return the names of the classes alone, at both ends."""
    if subject.sides is None:
        return ()
    low, high = map(called, subject.sides)
    return (ScoreName(0, "left", f"←  “{low}”"), ScoreName(1, "right", f"“{high}”  →"))

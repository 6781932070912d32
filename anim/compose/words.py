"""Alt text in the words of a picture, and the metadata that a file carries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from anim.panels.axes import NO_BREAK_SPACE
from anim.panels.contents import words_for
from anim.panels.subject import Subject
from anim.panels.verdict import ending_of
from anim.panels.words import A_LABEL, Words, percent
from anim.settings import Look, Picture, Statistics, settings_of
from anim.settings.themes import DEFAULT_THEME
from anim.timeline import Reel, Track

# Settings that the texts and the size in a description say already.
_NOT_LOOKS = ("title", "label", "size", "scale")
# How many classes have sentences of their own.
_CLASSES_TOLD = 3
# A peak further than this beyond both ends of a series is mentioned.
_AWAY = {"share": 0.1, "miss": 0.03}


def alternative(reel: Reel, subject: Subject, picture: Picture) -> str:
    """Return what an animation shows, for the ``alt`` of a picture, in the picture's words.

    Args:
        reel: the tracks, on one clock.
        subject: what the picture is about.
        picture: how it is shown.

    Returns:
        A sentence per run, such as "How often it is right rises from 50 % to 94 % in 100 epochs; on
        average it says 91 % at the end, and bars miss the line by 3 points; the network ends
        under-confident."
    """
    is_alone = len(reel.lanes) == 1
    words = words_for(reel, subject, picture)
    if subject.classes:
        return _of_classes(reel, subject, words)
    stories = []
    for track, name in zip(reel.tracks, subject.names, strict=True):
        parts = _parts(track, subject, words)
        text = "; ".join(parts) if is_alone else f"{name}: {'; '.join(parts)}"
        stories.append(f"{text[:1].upper() if is_alone else text[:1]}{text[1:]}.")
    return " ".join(stories)


def _of_classes(reel: Reel, subject: Subject, words: Words) -> str:
    """Return a sentence on each of the first classes, and one on all others."""
    pairs = list(zip(reel.tracks, subject.names, strict=True))
    stories = [subject.classes[0]]
    for track, name in pairs[:_CLASSES_TOLD]:
        stories.append("; ".join(_parts(track, subject, replace(words, class_name=name))))
    ends = [track.misses[np.isfinite(track.misses)][-1:] for track, _ in pairs[_CLASSES_TOLD:]]
    misses = np.concatenate([*ends, np.zeros(0)])
    if len(misses):
        low, high = (words.numbers(end, end, end)[2] for end in (misses.min(), misses.max()))
        low = low.partition(NO_BREAK_SPACE)[0]
        error = f"of the others, {words.off} the line by" if words.is_plain else "of the others, "
        error += "" if words.is_plain else f"{words.error} ends at"
        stories.append(f"{error} {low} to {high}" if low != high else f"{error} {high}")
    return " ".join(f"{story[:1].upper()}{story[1:]}." for story in stories)


def _parts(track: Track, subject: Subject, words: Words) -> list[str]:
    is_known = np.isfinite(track.says) & np.isfinite(track.right) & np.isfinite(track.misses)
    if not is_known.any():
        return ["no snapshot has examples"]
    track = track.picked(is_known)
    length = _length(track.steps, subject)
    tell = _in_plain_words if words.is_plain else _in_terms
    parts = tell(track, words, length)
    if track.is_median:
        parts[0] = f"in the median of the replicas, {parts[0]}"
    if (ending := ending_of(track)) is not None:
        noun = "network" if "network" in subject.caption else "model"
        parts.append(f"the {noun} ends {ending[1].text}")
    return parts


def _in_plain_words(track: Track, words: Words, length: str) -> list[str]:
    says, right, misses = words.numbers(*(values[-1] for values in _said(track)))
    end = " at the end" if len(track.steps) > 1 else ""
    tail = f"{end}, and {words.off} the line by {misses}"
    if name := words.class_name:
        course = _course(track.says, percent, _AWAY["share"], length)
        if name == A_LABEL:
            score = f"on average its score for {name} {course}"
            return [score, f"{right} of the labels apply{tail}"]
        return [f"on average its score for “{name}” {course}", f"{right} are “{name}”{tail}"]
    course = _course(track.right, percent, _AWAY["share"], length)
    best = f" of its best {words.answers} together" if words.answers > 1 else ""
    return [f"{words.share} {course}", f"on average it says {says}{best}{tail}"]


def _in_terms(track: Track, words: Words, length: str) -> list[str]:
    says, right, _ = words.numbers(*(values[-1] for values in _said(track)))

    def two(value: float) -> str:
        return words.numbers(value, value, value)[0]

    def three(value: float) -> str:
        return words.numbers(value, value, value)[2]

    verb = "ends at" if len(track.steps) > 1 else "is"
    error = f"{words.error} {_course(track.misses, three, _AWAY['miss'])}"
    if name := words.class_name:
        course = _course(track.says, two, _AWAY["share"], length)
        return [f"mean score of {name} {course}", f"its share is {right}", error]
    course = _course(track.right, two, _AWAY["share"], length)
    return [f"{words.share} {course}", f"{words.mean} {verb} {says}", error]


def _said(track: Track) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return track.says, track.right, track.misses


def _course(values: np.ndarray, write: Callable[[float], str], away: float, length="") -> str:
    """Return what values [S] do over time, and how long that takes.

    Args:
        values: by snapshot.
        write: returns a value as the picture writes it.
        away: a peak further than this beyond both ends is mentioned.
        length: the time; "" is not mentioned.
    """
    first, last = write(values[0]), write(values[-1])
    low, high = float(np.min(values)), float(np.max(values))
    above, below = high - max(values[0], values[-1]), min(values[0], values[-1]) - low
    if max(above, below) > away:
        verb, peak = ("rises", high) if above >= below else ("falls", low)
        start = "" if first == last else f" from {first}"
        return f"{verb}{start} to {write(peak)} and ends at {last}" + _after("after", length)
    if first == last:
        return (f"stays at {last}" if len(values) > 1 else f"is {last}") + _after("over", length)
    verb = "rises" if values[-1] > values[0] else "falls"
    return f"{verb} from {first} to {last}" + _after("in", length)


def _after(preposition: str, length: str) -> str:
    return f" {preposition} {length}" if length else ""


def _length(steps: np.ndarray, subject: Subject) -> str:
    """Return the time from the first to the last snapshot; "" if there is only one."""
    span = round((steps[-1] - steps[0]) / subject.steps_per_unit)
    unit = "step" if subject.unit_name == "percent" else subject.unit_name
    return f"{span:,} {unit}{'' if span == 1 else 's'}" if span else ""


def comment(reel: Reel, subject: Subject, picture: Picture) -> str:
    """Return the metadata of a picture's file; see `as_comment`.

    Args:
        reel: the tracks, on one clock.
        subject: what the picture is about.
        picture: its size and time.
    """
    return as_comment(
        title=subject.title,
        caption=subject.caption,
        alt=alternative(reel, subject, picture),
        size=picture.canvas,
        seconds=reel.clock.total_seconds,
        look=_look(picture),
    )


def _look(picture: Picture) -> str:
    """Return what differs between pictures that show the same in another way, as a short digest."""
    names = [one.name for part in (Statistics, Look) for one in settings_of(part)]
    found = {name: getattr(picture, name) for name in names if name not in _NOT_LOOKS}
    found |= {"theme": picture.theme or DEFAULT_THEME, "panels": picture.shown_panels}
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()[:12]


def as_comment(
    *,
    title: str,
    caption: str,
    alt: str,
    size: tuple[int, int],
    seconds: float,
    look: str | None = None,
) -> str:
    """Return the metadata that `anim.embed` reads from a file, as JSON.

    Args:
        title: the headline.
        caption: what was trained.
        alt: from `alternative`.
        size: width and height in CSS pixels, before the scale.
        seconds: length of the animation.
        look: differs for pictures in different colours or with different statistics.

    Returns:
        An object with these keys, ``width`` and ``height`` for the size, and ``generator``, which
        is ``anim``.
    """
    width, height = size
    about = {
        "generator": "anim",
        "title": title,
        "caption": caption,
        "alt": alt,
        "width": width,
        "height": height,
        "seconds": seconds,
    }
    return json.dumps(about | ({} if look is None else {"look": look}), ensure_ascii=False)

"""What a picture shows, in words: for who cannot see it, and to travel inside of its file."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np

from anim.compose.subject import Subject
from anim.settings import Picture
from anim.timeline import CHANCE, GAP, Reel, Track

# Changes of less than this are none that a reader would see.
_SAME = 0.005
# So far a series leaves the range of its two ends where they do not tell its story.
_AWAY = {"accuracy": 0.1, "ece": 0.03}


def verdict(
    accuracy: float,
    gap: float,
    examples: float,
    error: float = math.nan,
    chance: float = math.nan,
) -> str:
    """Whether a model is over-confident, under-confident, or neither as far as chance lets it tell.

    Args:
        accuracy: share of right predictions.
        gap: mean confidence less accuracy.
        examples: N, how many they are of.
        error: the ECE, if it is known.
        chance: the ECE that a calibrated model would have, if it is known.

    Returns:
        What follows "the model is", such as "over-confident".
    """
    confidence = accuracy + gap
    # Of a calibrated model, or of one with this accuracy, whichever is more.
    variance = max(p * (1 - p) for p in (accuracy, confidence))
    noise = 1.96 * math.sqrt(max(variance, 0) / examples) if examples > 0 else math.inf
    if abs(gap) > noise:
        return f"{'over' if gap > 0 else 'under'}-confident"
    # An ECE that is more than the net gap is made of bins on both sides of the ideal, each of which
    # is (ECE +- gap) / 2; by chance they are half of what a calibrated model shows.
    is_error = error > max(2 * chance, chance + _SAME)
    if is_error and error - abs(gap) > chance:
        return "over-confident in some bins and under-confident in others"
    return "about as sure as it is right"


def alternative(reel: Reel, subject: Subject) -> str:
    """What the animation shows, for the ``alt`` of a picture.

    Args:
        reel: the tracks, on one clock.
        subject: what the picture is about.

    Returns:
        A sentence a run, such as "Accuracy rises from 0.50 to 0.95 in 100 epochs; calibration
        error falls from 0.27 to 0.06; the network ends under-confident."
    """
    is_alone = len(reel.lanes) == 1
    noun = "network" if "network" in subject.caption else "model"
    stories = []
    for track, name in zip(reel.tracks, subject.names, strict=True):
        parts = _parts(track, subject, noun)
        text = "; ".join(parts) if is_alone else f"{name}: {'; '.join(parts)}"
        stories.append(f"{text[:1].upper() if is_alone else text[:1]}{text[1:]}.")
    return " ".join(stories)


def _parts(track: Track, subject: Subject, noun: str) -> list[str]:
    parts = []
    of = "median " if track.is_median else ""
    for series, name in (("accuracy", "accuracy"), ("ece", "calibration error")):
        is_there = np.isfinite(track.series[series])
        if not is_there.any():
            continue
        course, span = _course(track.series[series][is_there], _AWAY[series])
        # Of both it is the same, and is said once.
        length = _length(track.steps[is_there], subject) if series == "accuracy" else ""
        parts.append(f"{of}{name} {course}" + (f" {span} {length}" if length else ""))
    verdicts = _ending(track)
    if verdicts:
        parts.append(f"the {noun} ends {verdicts}")
    return parts or ["nothing can be told"]


def _course(values: Sequence[float], away: float) -> tuple[str, str]:
    """What values do from the first to the last, and the word before how long that takes."""
    first, last = float(values[0]), float(values[-1])
    low, high = float(np.min(values)), float(np.max(values))
    above, below = high - max(first, last), min(first, last) - low
    if max(above, below) > away:
        verb, peak = ("rises", high) if above >= below else ("falls", low)
        start = "" if abs(last - first) < _SAME else f" from {first:.2f}"
        return f"{verb}{start} to {peak:.2f} and ends at {last:.2f}", "after"
    if abs(last - first) < _SAME:
        return f"stays at {last:.2f}" if len(values) > 1 else f"is {last:.2f}", "over"
    return f"{'rises' if last > first else 'falls'} from {first:.2f} to {last:.2f}", "in"


def _length(steps: np.ndarray, subject: Subject) -> str:
    """How long the snapshots are apart, first and last; nothing of one."""
    span = round((steps[-1] - steps[0]) / subject.steps_per_unit)
    unit = "step" if subject.unit_name == "percent" else subject.unit_name
    if subject.unit_name == "percent":
        span = int(steps[-1] - steps[0])
    return f"{span:,} {unit}{'' if span == 1 else 's'}" if span else ""


def _ending(track: Track) -> str:
    """What the last snapshot that can be told of is; nothing where there is none."""
    if GAP not in track.series:
        return ""
    told = np.flatnonzero(np.isfinite(track.series[GAP] + track.series["accuracy"]))
    if not len(told):
        return ""
    last = told[-1]
    accuracy, gap, error = (float(track.series[name][last]) for name in ("accuracy", GAP, "ece"))
    chance = float(track.series[CHANCE][last]) if CHANCE in track.series else math.nan
    return verdict(accuracy, gap, float(track.counts[last].sum()), error, chance)


def comment(reel: Reel, subject: Subject, picture: Picture) -> str:
    """What a file says of itself, as JSON, for `anim.embed`; see `as_comment`.

    Args:
        reel: the tracks, on one clock.
        subject: what the picture is about.
        picture: how it is shown.
    """
    return as_comment(
        title=subject.title,
        caption=subject.caption,
        alt=alternative(reel, subject),
        size=picture.canvas,
        seconds=reel.clock.total_seconds,
    )


def as_comment(*, title: str, caption: str, alt: str, size: tuple[int, int], seconds: float) -> str:
    """What a file says of itself, as JSON.

    Args:
        title: the headline.
        caption: what was trained.
        alt: what is shown, in words.
        size: width and height in CSS pixels, before the scale.
        seconds: how long it plays.

    Returns:
        A mapping with these, the size as ``width`` and ``height``, and ``generator``, which is
        ``anim``.
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
    return json.dumps(about, ensure_ascii=False)

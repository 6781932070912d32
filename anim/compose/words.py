"""What a picture shows, in words: alt text, and the metadata that a file carries."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from anim.metrics import ALARM, GAP, P_VALUE
from anim.panels.subject import Subject
from anim.settings import Look, Picture, Statistics, settings_of
from anim.settings.themes import DEFAULT_THEME
from anim.timeline import Reel, Track

# Settings that the texts and the size in a description say already.
_NOT_LOOKS = ("title", "label", "size", "scale")
# A change smaller than this is not mentioned.
_SAME = 0.005
# A peak further than this beyond both ends of a series is mentioned.
_AWAY = {"accuracy": 0.1, "ece": 0.03}


def verdict(gap: float, error: float, p_value: float, examples: float) -> str:
    """Return whether a model is calibrated, and in which direction it is not.

    One test decides: 5 % of calibrated models are called miscalibrated.

    Args:
        gap: mean top-label confidence minus accuracy.
        error: the ECE.
        p_value: from `anim.calibration.error_p_value`.
        examples: N, the number of examples.

    Returns:
        What completes "the model is", such as "over-confident".
    """
    if not p_value <= ALARM:
        return f"calibrated, as far as {examples:,.0f} examples can show"
    # The ECE is the sum of what is over-confident and what is under-confident, the gap is their
    # difference: here the smaller one is more than a third of the larger.
    if abs(gap) < error / 2:
        return "over-confident in some bins and under-confident in others"
    return f"{'over' if gap > 0 else 'under'}-confident"


def alternative(reel: Reel, subject: Subject) -> str:
    """Return what an animation shows, for the ``alt`` of a picture.

    Args:
        reel: the tracks, on one clock.
        subject: what the picture is about.

    Returns:
        A sentence per run, such as "Accuracy rises from 0.50 to 0.95 in 100 epochs; calibration
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
    median = "median " if track.is_median else ""
    for series, name in (("accuracy", "accuracy"), ("ece", "calibration error")):
        is_finite = np.isfinite(track.series[series])
        if not is_finite.any():
            continue
        course, span = _course(track.series[series][is_finite], _AWAY[series])
        # The same for both series, and written once.
        length = _length(track.steps[is_finite], subject) if series == "accuracy" else ""
        parts.append(f"{median}{name} {course}" + (f" {span} {length}" if length else ""))
    verdicts = _ending(track)
    if verdicts:
        parts.append(f"the {noun} ends {verdicts}")
    return parts or ["nothing can be told"]


def _course(values: np.ndarray, away: float) -> tuple[str, str]:
    """Return what values [S] do over time, and the word that precedes the time it takes."""
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
    """Return the time from the first to the last snapshot; "" if there is only one."""
    span = round((steps[-1] - steps[0]) / subject.steps_per_unit)
    unit = "step" if subject.unit_name == "percent" else subject.unit_name
    if subject.unit_name == "percent":
        span = int(steps[-1] - steps[0])
    return f"{span:,} {unit}{'' if span == 1 else 's'}" if span else ""


def _ending(track: Track) -> str:
    """Return the verdict on the last snapshot that has one; "" if none has."""
    if P_VALUE not in track.series:
        return ""
    known = np.flatnonzero(np.isfinite(track.series[P_VALUE]))
    if not len(known):
        return ""
    last = known[-1]
    gap, error, p_value = (float(track.series[name][last]) for name in (GAP, "ece", P_VALUE))
    return verdict(gap, error, p_value, float(track.counts[last].sum()))


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
        alt=alternative(reel, subject),
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

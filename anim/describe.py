"""What a picture shows, in words: for who cannot see it, and to travel inside of its file."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np

from anim.compose import Subject
from anim.settings import Picture
from anim.timeline import Reel, Track

# Changes of less than this are none that a reader would see.
_SAME = 0.005


def verdict(accuracy: float, gap: float, examples: float) -> str:
    """Whether a model is over-confident, under-confident, or neither as far as chance lets it tell.

    Args:
        accuracy: share of right predictions.
        gap: mean confidence less accuracy.
        examples: N, how many they are of.
    """
    confidence = accuracy + gap
    # Of a calibrated model, or of one with this accuracy, whichever is more.
    variance = max(p * (1 - p) for p in (accuracy, confidence))
    if abs(gap) <= 1.96 * math.sqrt(max(variance, 0) / examples):
        return "about as sure as it is right"
    return f"{'over' if gap > 0 else 'under'}-confident"


def alternative(reel: Reel, subject: Subject) -> str:
    """What the animation shows, for the ``alt`` of a picture.

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
    for series, name in (("accuracy", "accuracy"), ("ece", "calibration error")):
        steps, values = _finite(track, series)
        if len(values):
            parts.append(f"{name} {_course(values)}")
            if series == "accuracy":
                parts[-1] += _span(steps, subject)
    verdicts = _ending(track)
    if verdicts:
        parts.append(f"the {noun} ends {verdicts}")
    return parts or ["nothing can be told"]


def _finite(track: Track, series: str) -> tuple[np.ndarray, np.ndarray]:
    is_there = np.isfinite(track.series[series])
    return track.steps[is_there], track.series[series][is_there]


def _course(values: Sequence[float]) -> str:
    first, last = float(values[0]), float(values[-1])
    if abs(last - first) < _SAME:
        return f"stays at {last:.2f}" if len(values) > 1 else f"is {last:.2f}"
    return f"{'rises' if last > first else 'falls'} from {first:.2f} to {last:.2f}"


def _span(steps: np.ndarray, subject: Subject) -> str:
    span = round((steps[-1] - steps[0]) / subject.steps_per_unit)
    unit = "step" if subject.unit_name == "percent" else subject.unit_name
    if subject.unit_name == "percent":
        span = int(steps[-1] - steps[0])
    return f" in {span:,} {unit}{'' if span == 1 else 's'}" if span else ""


def _ending(track: Track) -> str:
    """What the last snapshot with examples is; nothing where none has any."""
    filled = np.flatnonzero(track.counts.sum(1))
    if not len(filled):
        return ""
    last = filled[-1]
    counts = track.counts[last]
    examples = float(counts.sum())
    accuracy, ideal = (
        float(np.nansum(counts * values[last]) / examples)
        for values in (track.shares, track.ideals)
    )
    return verdict(accuracy, ideal - accuracy, examples)


def comment(reel: Reel, subject: Subject, picture: Picture) -> str:
    """What a file says of itself, as JSON, for `anim.embed`.

    Returns:
        A mapping with ``title``, ``caption``, ``alt``, ``width`` and ``height`` (CSS pixels,
        before the scale), ``seconds``, and ``generator``, which is ``anim``.
    """
    width, height = picture.size
    about = {
        "generator": "anim",
        "title": subject.title,
        "caption": subject.caption,
        "alt": alternative(reel, subject),
        "width": width,
        "height": height,
        "seconds": reel.clock.total_seconds,
    }
    return json.dumps(about, ensure_ascii=False)

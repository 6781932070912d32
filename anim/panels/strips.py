"""Strips: scalars over time, up to the present moment, with what is to come as a ghost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anim.errors import SettingError
from anim.metrics import BY_NAME, names_of
from anim.panels.axes import (
    Axis,
    Tick,
    binary_axis,
    linear_axis,
    percents_up_to,
    plain,
    time_ticks,
)
from anim.panels.subject import Subject
from anim.panels.words import DASHED, SOLID, KeyEntry, Words
from anim.settings.panels import LOG2, UNIT, Strip
from anim.timeline import Reel, Track

# Snapshots up to this number are marked.
_FEW_SNAPSHOTS = 30
# Numbers beside an axis; and beside one up to 1, which has more if there is room for so many.
NUMBERS = 4
_OF_SHARES, _TALL = 2, 8
# More letters of a number on a time axis than this need more room.
_LONG = 9
# Limits of a logarithmic axis, at least this far apart.
_LOW, _HIGH = 0.8, 1.25
# Where an axis of shares ends if none reaches it.
_FEW_RIGHT = 0.2
# The share of the snapshots whose spread must be in view, and how much longer than without the
# others an axis may be for them.
_IN_VIEW, _LONGER = 0.9, 1.5


@dataclass(frozen=True, eq=False)
class StripLine:
    """A scalar of a run over time.

    Attributes:
        rank: of the run.
        name: of the scalar.
        mark: `SOLID` or `DASHED`.
        x, y: [T] places; y is NaN where the line is broken.
        spread: [2, T] places of the ends of what it spreads over, cut at those of the axis, or
            None.
    """

    rank: int
    name: str
    mark: str
    x: np.ndarray
    y: np.ndarray
    spread: np.ndarray | None


@dataclass(frozen=True, eq=False)
class StripPanel:
    """What a strip shows.

    Attributes:
        title: what it shows, with a power of ten that its numbers lack, and how far a spread
            reaches that leaves the axis; "" where the key says it.
        axis: of the scalars.
        ticks: of the time axis.
        lines: of one run all scalars, of several the first of each.
        is_filled: whether the area between the first two lines is that of a gap.
        has_marks: whether snapshots are marked.
        unity: the place of a line at 1, or None.
        key: what lines mean.
    """

    title: str
    axis: Axis
    ticks: tuple[Tick, ...]
    lines: tuple[StripLine, ...]
    is_filled: bool
    has_marks: bool
    unity: float | None
    key: tuple[KeyEntry, ...]


def strip_panel(
    strip: Strip, reel: Reel, subject: Subject, words: Words, *, numbers: int, times: int
) -> StripPanel:
    """Return what a strip shows.

    Args:
        strip: from the table of panels.
        reel: the runs.
        subject: what the picture is about.
        words: of the picture.
        numbers, times: how many numbers there is room for beside and below it.

    Raises:
        SettingError: no run has any of its series.
    """
    if subject.classes:
        # They are of one run, and so are its scalars.
        reel = Reel(reel.clock, reel.lanes[:1])
    series = _series_of(strip, reel.tracks)
    values = np.concatenate([reel.tracks[rank].series[name] for rank, name in series])
    ends = np.concatenate([_ends(reel.tracks[rank], name) for rank, name in series])
    values = values[np.isfinite(values)]
    axis = _axis(strip, _in_view(values, ends, strip.scale), numbers, words)
    lines = tuple(
        _line(reel, rank, name, axis, SOLID if len(reel.lanes) > 1 or not at else DASHED)
        for at, (rank, name) in enumerate(series)
    )
    is_alone = len(reel.lanes) == 1
    is_filled = is_alone and strip.is_gap and len(lines) == 2
    key = [KeyEntry(line.mark, words.series(line.name, strip.series[line.name])) for line in lines]
    title = words.series(lines[0].name, strip.title) + axis.factor + _beyond(ends, axis)
    return StripPanel(
        title="" if is_filled else title,
        axis=axis,
        ticks=_ticks(reel, subject, times),
        lines=lines,
        is_filled=is_filled,
        has_marks=max(len(track.steps) for track in reel.tracks) <= _FEW_SNAPSHOTS,
        unity=float(axis.place(1)) if strip.scale == LOG2 else None,
        key=tuple(key) if is_alone and len(lines) > 1 else (),
    )


def until(x: np.ndarray, y: np.ndarray, position: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a line [T] up to a position, and the point there: NaN where it is broken.

    Args:
        x: [T] places, not decreasing.
        y: [..., T] places.
        position: in [0, 1].
    """
    last = int(np.searchsorted(x, position, side="right"))
    if not last:
        return np.zeros(0), np.zeros((*y.shape[:-1], 0))
    before, here = y[..., last - 1], x[last - 1]
    if last < len(x) and position > here:
        fraction = (position - here) / (x[last] - here)
        before = before + fraction * (y[..., last] - before)
        here = position
        x, y = np.append(x[:last], here), np.append(y[..., :last], before[..., None], axis=-1)
        return x, y
    return x[:last], y[..., :last]


def crossed(
    x: np.ndarray, one: np.ndarray, other: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return two lines [T] with a point where they cross, [T + crossings] each."""
    gap = one - other
    at = np.flatnonzero(gap[:-1] * gap[1:] < 0)
    fraction = gap[at] / (gap[at] - gap[at + 1])
    places = x[at] + fraction * (x[at + 1] - x[at])
    heights = one[at] + fraction * (one[at + 1] - one[at])
    return (
        np.insert(x, at + 1, places),
        np.insert(one, at + 1, heights),
        np.insert(other, at + 1, heights),
    )


def _line(reel: Reel, rank: int, name: str, axis: Axis, mark: str) -> StripLine:
    """Return a line that is broken where snapshots were lost."""
    lane = reel.lanes[rank]
    track = lane.track
    y = axis.place(track.series[name])
    spread = track.spreads.get(name)
    ends = None if spread is None else np.clip(axis.place(spread.T), 0, 1)
    lost = np.unique(np.searchsorted(track.steps, track.lost))
    lost = lost[(lost > 0) & (lost < len(track.steps))]
    x = np.insert(lane.places, lost, (lane.places[lost - 1] + lane.places[lost]) / 2)
    y = np.insert(y, lost, np.nan)
    ends = None if ends is None else np.insert(ends, lost, np.nan, axis=1)
    return StripLine(rank, name, mark, x, y, ends)


def _ends(track: Track, name: str) -> np.ndarray:
    """Return finite lower and upper ends [n, 2] of what a series spreads over."""
    ends = track.spreads.get(name, np.zeros((0, 2)))
    return ends[np.isfinite(ends).all(1)]


def _in_view(values: np.ndarray, ends: np.ndarray, scale: str) -> np.ndarray:
    """Return the values that an axis must hold.

    The spread of a few snapshots is cut if it makes lines much flatter than they are without it.

    Args:
        values: [n] of lines, finite.
        ends: [m, 2] of what they spread over, finite.
        scale: of the axis.
    """
    whole = np.append(values, ends)
    if scale == UNIT or not len(ends) or not len(values):
        return whole
    low = np.quantile(ends[:, 0], 1 - _IN_VIEW, method="higher")
    high = np.quantile(ends[:, 1], _IN_VIEW, method="lower")
    typical = np.append(values, [low, high])
    return whole if _length(whole, scale) <= _LONGER * _length(typical, scale) else typical


def _beyond(ends: np.ndarray, axis: Axis) -> str:
    """Return what is said of the ends [m, 2] of a spread that leave an axis; "" if none does."""
    low, high = ends.min(initial=axis.low), ends.max(initial=axis.high)
    said = [f"from {_past(low, axis.low)}"] if low < axis.low else []
    said += [f"up to {_past(high, axis.high)}"] if high > axis.high else []
    return f" (spread {' '.join(said)})" if said else ""


def _past(value: float, limit: float) -> str:
    """Return a value in two digits, or in as many as tell on which side of a limit it is."""
    rounded = (float(f"{value:.{digits}g}") for digits in range(2, 7))
    return plain(next((one for one in rounded if (one - limit) * (value - limit) > 0), value))


def _length(values: np.ndarray, scale: str) -> float:
    """Return how long an axis is that holds values."""
    if scale == LOG2:
        return float(np.ptp(np.log2(np.append(values, [_LOW, _HIGH]))))
    return float(np.ptp(np.append(values, 0)))


def _axis(strip: Strip, values: np.ndarray, numbers: int, words: Words) -> Axis:
    """Return the axis of all finite values of a strip."""
    if strip.scale == UNIT:
        low = float(np.floor((values.min(initial=1.0) - 0.02) * 10) / 10)
        # Of very many classes few are right, at first: up to 1 their lines would lie on the axis.
        high = 1.0 if values.max(initial=0.0) > 0.9 * _FEW_RIGHT else _FEW_RIGHT
        text = percents_up_to(high) if words.is_plain else None
        most = NUMBERS if numbers >= _TALL else min(numbers, _OF_SHARES)
        return linear_axis(max(low, 0.0) if high == 1 else 0.0, high, most, text)
    numbers = min(numbers, NUMBERS)
    if strip.scale == LOG2:
        values = np.append(values, [_LOW, _HIGH])
        return binary_axis(float(values.min() / 1.15), float(values.max() * 1.15), numbers)
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    return linear_axis(low * 1.08, high * 1.08 or float(low == 0), numbers)


def _ticks(reel: Reel, subject: Subject, times: int) -> tuple[Tick, ...]:
    """Return ticks of the time axis, the first one with its unit."""
    clock, unit = reel.clock, subject.steps_per_unit
    first, last = (step / unit for step in clock.axis)

    def ticks_for(most: int) -> tuple[Tick, ...]:
        return time_ticks(lambda values: clock.place(values * unit), first, last, most)

    ticks = ticks_for(times)
    longest = max((len(text) for _, text in ticks), default=0)
    if longest > _LONG:
        # There is no room for many, nor for one at the end.
        ticks = ticks_for(max(times * _LONG // longest, 1))
        ticks = tuple(tick for tick in ticks if tick[0] <= 1 - 0.5 / max(times, 1)) or ticks[:1]
    return tuple(
        (place, text if at else subject.counted(text)) for at, (place, text) in enumerate(ticks)
    )


def _series_of(strip: Strip, tracks: Sequence[Track]) -> list[tuple[int, str]]:
    """Return rank and series of each line: all series of one run, the first of each of several.

    Raises:
        SettingError: no run has any of the series.
    """

    def has(track: Track, name: str) -> bool:
        return name in track.series and (track.is_recalibrated or not strip.needs_recalibration)

    found = [
        [(rank, name) for name in strip.series if has(track, name)]
        for rank, track in enumerate(tracks)
    ]
    lines = found[0] if len(tracks) == 1 else [names[0] for names in found if names]
    if not lines:
        known = ", ".join(_known_series(tracks))
        problem = f"no run has {' or '.join(strip.series)}, only {known}{strip.hint}"
        raise SettingError("panels", problem)
    return lines


def _known_series(tracks: Sequence[Track]) -> list[str]:
    """Return the names of the series that strips of these runs can draw.

    Tracks hold all recorded scalars, but only those errors that a panel of the picture draws.
    """
    held = {name: None for track in tracks for name in track.series}
    has_scores = any(track.has_scores for track in tracks)
    are_known = any(name in BY_NAME and BY_NAME[name].is_proper for name in held)
    names = names_of("errors", has_scores, has_proper_scores=are_known)
    return list(held | dict.fromkeys(names))

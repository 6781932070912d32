"""How fast time goes, and which snapshots it shows: pure functions of arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from anim.settings import SECONDS

# Share of the time that goes by what changes; the rest goes by steps.
_BY_CHANGE = 0.75
# A Gaussian over S snapshots has a standard deviation of S / 40, and is cut at four of them.
_SMOOTHED, _CUT = 40, 4
# At most so many snapshots are shown a second; fewer where bins differ, and of curves.
RATE, CALM_RATE = 2.5, 2.0
# Distances, and shares of the time, that differ by less are equal.
_SAME = 1e-9


class Looks(NamedTuple):
    """What is seen of snapshots: distances between its rows are those between pictures.

    Attributes:
        gaps: [S, G] what bins weigh times how far they are off.
        dots: [S, D] places of the dots, each divided by their number.
    """

    gaps: np.ndarray
    dots: np.ndarray

    def picked(self, index: np.ndarray) -> Looks:
        """Return some of the snapshots; ``index`` is [I] integers."""
        return Looks(self.gaps[index], self.dots[index])


def looks_of(counts: np.ndarray, shares: np.ndarray, ideals: np.ndarray, dots: np.ndarray) -> Looks:
    """Return what is seen of the snapshots of a run.

    Bins are compared by their rank, also where their edges differ between snapshots: bins of equal
    mass stand for the same quantiles. A dot that a snapshot lacks is where it was before.

    Args:
        counts: [S, B] examples in each bin.
        shares: [S, B] hits / counts, NaN in an empty bin.
        ideals: [S, B] shares of a calibrated model, NaN in an empty bin.
        dots: [S, D] scores; NaN where there are none.

    Returns:
        The gaps are (share of the examples in the bin) * (share - ideal), 0 in empty bins.
    """
    weights = np.asarray(counts, np.float64)
    weights = weights / np.maximum(weights.sum(1, keepdims=True), 1)
    gaps = weights * (np.asarray(shares, np.float64) - ideals)
    return Looks(np.where(np.isfinite(gaps), gaps, 0.0), _filled(dots) / max(dots.shape[1], 1))


def together(looks: Sequence[Looks]) -> Looks:
    """Return what is seen of several runs on one clock: distances are means over the runs."""
    gaps, dots = (np.concatenate(parts, axis=1) / len(looks) for parts in zip(*looks, strict=True))
    return Looks(gaps, dots)


def changes(looks: Looks) -> np.ndarray:
    """Return how much changes from each snapshot to the next, [S - 1].

    It is sum |dg| + mean |dQ| of gaps g and dots Q, both smoothed over snapshots.
    """
    gaps, dots = (np.abs(_smoothed(np.diff(part, axis=0))).sum(1) for part in looks)
    return gaps + dots


def times_of(steps: np.ndarray, pace: str, changed: np.ndarray | None = None) -> np.ndarray:
    """Return at which share of the time each snapshot is reached, [S] from 0 to 1, increasing.

    Args:
        steps: [S] integers, increasing.
        pace: ``step`` spends equal time on equal steps, ``log`` on equal ratios of steps + 1 from
            the first one, ``change`` three quarters by what changes and one quarter by steps.
        changed: [S - 1] how much changes; None, or where nothing does, time goes by steps.

    Returns:
        Of a single snapshot [1.0].
    """
    if len(steps) == 1:
        return np.ones(1)
    since = np.asarray(steps, np.float64) - steps[0]
    parts = np.diff(np.log1p(since) if pace == "log" else since)
    parts = parts / parts.sum()
    total = 0.0 if changed is None else float(changed.sum())
    if pace == "change" and changed is not None and total > _SAME:
        parts = (1 - _BY_CHANGE) * parts + _BY_CHANGE * changed / total
    times = np.append(0.0, np.cumsum(parts))
    # Sums of shares are 1 but for rounding.
    return times / times[-1]


def seconds_of(snapshots: int) -> float:
    """Return for how many seconds a number of snapshots is shown, if nobody says."""
    shortest, longest = SECONDS
    return min(max((snapshots - 1) / RATE, shortest), longest)


def slots_of(seconds: float, rate: float = RATE) -> int:
    """Return into how many slots of equal time, at most ``rate`` a second, a time is cut."""
    return max(1, math.floor(rate * seconds + _SAME))


def keys_of(times: np.ndarray, slots: int, looks: Looks | None) -> tuple[np.ndarray, np.ndarray]:
    """Return which snapshots are shown, and at which share of the time.

    There is a beat at k / slots for each k from 0 to ``slots``, and a snapshot belongs to the beat
    that is nearest to its time. Shown is the one that is nearest to the mean of its beat; of
    equally near ones, that whose time is nearest to the beat. The first and the last snapshot are
    shown, and others of their beats are not. A beat without snapshots shows nothing new.

    The distance is sum |g - mean g| + 1/2 mean |Q - mean Q| of gaps g and dots Q: with a hundred
    dots, that of g and Q / 200.

    Args:
        times: [S] shares of the time, from 0 to 1.
        slots: how many.
        looks: what is seen of the snapshots; None compares times alone.

    Returns:
        [K] increasing indices of snapshots, and [K] shares of the time.
    """
    last = len(times) - 1
    beats = np.floor(times * slots + 0.5).astype(int)
    keys, at = [0] if last else [], [0]
    for beat in np.unique(beats[(beats > 0) & (beats < slots)]).tolist():
        rows = np.flatnonzero(beats == beat)
        away = np.abs(times[rows] - beat / slots)
        distances = np.zeros(len(rows)) if looks is None else _from_mean(looks.picked(rows))
        keys.append(int(rows[np.lexsort((away, distances))[0]]))
        at.append(beat)
    at = [*at, slots] if last else [slots]
    return np.array([*keys, last]), np.array(at) / slots


def _from_mean(looks: Looks) -> np.ndarray:
    """Return the distance of each row from the mean of all, rounded so that equal ones are."""
    gaps, dots = (np.abs(part - part.mean(0)).sum(1) for part in looks)
    return np.round((gaps + dots / 2) / _SAME)


def _filled(values: np.ndarray) -> np.ndarray:
    """Return values [S, D] with those before, else those after, in the place of NaN; else 0."""
    values = np.asarray(values, np.float64)
    if not np.isnan(values).any():
        return values
    rows = np.arange(len(values))[:, None]
    known = np.isfinite(values)
    before = np.maximum.accumulate(np.where(known, rows, -1), axis=0)
    after = np.minimum.accumulate(np.where(known, rows, len(values) - 1)[::-1], axis=0)[::-1]
    source = np.where(before >= 0, before, after)
    return np.nan_to_num(np.take_along_axis(values, source, axis=0), nan=0.0)


def _smoothed(differences: np.ndarray) -> np.ndarray:
    """Return differences [S - 1, F] of neighbours after smoothing, which does not move the ends.

    Smoothing values that go on as they end is smoothing their differences with 0 beyond the ends:
    what never changes stays exactly unchanged.
    """
    count = len(differences)
    if not count:
        return differences
    width = (count + 1) / _SMOOTHED
    reach = math.ceil(_CUT * width)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    size = 1 << (count + 2 * reach).bit_length()
    spectrum = np.fft.rfft(kernel / kernel.sum(), size)[:, None]
    whole = np.fft.irfft(np.fft.rfft(differences, size, axis=0) * spectrum, size, axis=0)
    return whole[reach : reach + count]

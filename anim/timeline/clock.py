"""From snapshots to moments: which step is shown when."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from anim.errors import SettingError
from anim.timeline import pace as paces
from anim.timeline.pace import Looks

# Shapes rest for this share of the time between two beats at least, and then move for so many
# seconds at most.
REST, MOVE = 0.25, 0.6
# So many seconds of the last frame stand at the beginning of what loops.
_LEAD = 0.6
# Shares of the time, and of a move, that are nearer to an end are at it.
_SAME, _ARRIVED = 1e-9, 1e-6


@dataclass(frozen=True)
class Moment:
    """A snapshot that is shown, or a point between it and the next one that is shown.

    Attributes:
        index: the snapshot whose numbers are shown.
        following: the snapshot that shapes move to; ``index`` where they rest.
        fraction: how far shapes have come, in [0, 1), slow at both ends.
        position: of the playhead on the time axis, in [0, 1].
        ticks: for how many frames it is shown.
    """

    index: int
    following: int
    fraction: float
    position: float
    ticks: int = 1


def places_of(steps: ArrayLike, axis: tuple[int, int], pace: str) -> np.ndarray:
    """Return positions in [0, 1] on a time axis, in the shape of ``steps``.

    Args:
        steps: of any shape.
        axis: first and last step.
        pace: the axis of ``log`` is logarithmic, any other linear.

    Returns:
        Ones if the axis has no length.
    """
    span = float(axis[1] - axis[0])
    if span == 0:
        return np.ones(np.shape(steps))
    since = np.asarray(steps, np.float64) - axis[0]
    return np.log1p(since) / math.log1p(span) if pace == "log" else since / span


class Timeline:
    """Snapshots placed in time, and time cut into frames.

    A few snapshots are shown, the keys, each at a beat: at most ``rate`` a second, at even times.
    Between two beats shapes rest, for a quarter of the time at least, then move for at most 0.6
    seconds, and arrive at the next beat. After the moving part, the last snapshot is held. Frame k
    shows the moment at k / fps seconds: another frame rate changes smoothness, not speed. Iterating
    yields the moments to draw: frames that show the same are one moment with many ticks.

    Args:
        steps: [S] integers, increasing.
        fps: frames a second.
        hold: length of the still at the end, in seconds.
        seconds: length of the moving part; None takes 0.4 a snapshot, from 6 to 12.
        tween: whether shapes move, instead of changing at the beats.
        pace: ``change`` spends time where much changes, ``step`` equal time on equal steps,
            ``log`` on equal ratios of steps + 1; see `anim.timeline.pace`.
        looks: what is seen of the snapshots; without it the pace ``change`` is that of steps.
        rate: how many snapshots are shown a second, at most.

    Attributes:
        steps: [S] int64.
        axis: first and last step, the ends of the time axis.
        fps: frames a second.
        seconds: length of the moving part.
        hold: length of the still.
        total_seconds: length of both.
        tween: whether shapes move.
        pace: its name.
        times: [S] shares of the moving part, from 0 to 1, at which each snapshot is reached.
        keys: [K] snapshots that are shown, with the first and the last.
        beats: [K] shares of the moving part at which each of them is.
        ticks: number of frames at the frame rate, with those of the still.
        moving: number of frames before the still.
        still: number of frames of the last moment.
        lead: how many of them what loops has at its beginning, so that its first frame is full: as
            many as are 0.6 seconds, at least 1, but not the last one of the hold.
    """

    def __init__(
        self,
        steps: np.ndarray,
        *,
        fps: float,
        hold: float,
        seconds: float | None = None,
        tween: bool = True,
        pace: str = "change",
        looks: Looks | None = None,
        rate: float = paces.RATE,
    ):
        self.steps = np.asarray(steps, np.int64)
        self.axis = (int(self.steps[0]), int(self.steps[-1]))
        self.seconds = paces.seconds_of(len(self.steps)) if seconds is None else seconds
        self.hold, self.total_seconds = hold, self.seconds + hold
        self.tween, self.pace = tween, pace
        changed = paces.changes(looks) if looks is not None and pace == "change" else None
        self.times = paces.times_of(self.steps, pace, changed)
        self._rate = rate
        slots = paces.slots_of(self.seconds, rate)
        self.keys, self.beats = paces.keys_of(self.times, slots, looks)
        self._places = self.place(self.steps)
        self._cut(fps)

    def _cut(self, fps: float) -> None:
        """Cut the time into frames, and join those that show the same."""
        self.fps = fps
        self.ticks = max(1, math.floor(self.total_seconds * fps + 0.5))
        self.moving = min(math.ceil(self.seconds * fps - 1e-9), self.ticks - 1)
        shares = np.append(np.arange(self.moving) / (self.seconds * fps), 1.0)
        shown = self._shown(shares)
        differs = np.any([part[1:] != part[:-1] for part in shown], axis=0)
        starts = np.append(0, np.flatnonzero(differs) + 1)
        self._frames = tuple(part[starts] for part in shown)
        self._lasting = np.diff(np.append(starts, self.ticks))
        self.still = int(self._lasting[-1])
        longest = self.ticks - self.moving - 1 if len(self) > 1 else 0
        self.lead = min(max(1, math.floor(_LEAD * fps + 0.5)), longest)

    def at_rate(self, fps: float) -> Timeline:
        """Return the same time, cut into other frames."""
        other = copy.copy(self)
        other._cut(fps)
        return other

    def at_snapshots(self, index: np.ndarray, looks: Looks | None) -> Timeline:
        """Return the same time with some of the snapshots, [I] integers, and what is seen there."""
        return Timeline(
            self.steps[index],
            fps=self.fps,
            hold=self.hold,
            seconds=self.seconds,
            tween=self.tween,
            pace=self.pace,
            looks=looks,
            rate=self._rate,
        )

    def place(self, steps: ArrayLike) -> np.ndarray:
        """Return positions in [0, 1] on the time axis, in the shape of ``steps``."""
        return places_of(steps, self.axis, self.pace)

    def step_at(self, position: float) -> float:
        """Return the step at a position in [0, 1] of the time axis: the inverse of `place`."""
        first, span = self.axis[0], float(self.axis[1] - self.axis[0])
        if self.pace == "log":
            return first + math.expm1(position * math.log1p(span))
        return first + position * span

    def __iter__(self) -> Iterator[Moment]:
        columns = (part.tolist() for part in (*self._frames, self._lasting))
        for index, following, fraction, ticks in zip(*columns, strict=True):
            yield self._moment(index, following, fraction, ticks)

    def __len__(self) -> int:
        return len(self._lasting)

    def moment(self, share: float) -> Moment:
        """Return the moment at a share in [0, 1] of the moving part."""
        return self._moment(*(part.item() for part in self._shown(np.array([share]))))

    def at_position(self, position: float) -> Moment:
        """Return the moment at which the playhead is at a position in [0, 1] of the time axis.

        Without moves, that of the snapshot before it.
        """
        places = self._places[self.keys]
        index = max(int(np.searchsorted(places, position, side="right")) - 1, 0)
        if index == len(self.keys) - 1 or not self.tween:
            return self._moment(self.keys[index], self.keys[index], 0.0)
        fraction = (position - places[index]) / (places[index + 1] - places[index])
        fraction = min(max(float(fraction), 0.0), 1 - _SAME)
        return self._moment(self.keys[index], self.keys[index + (fraction > 0)], fraction)

    def at(self, step: float | None) -> Moment:
        """Return the last snapshot at or before a step; None takes the last of all.

        Raises:
            SettingError: a step outside of the run.
        """
        first, last = self.axis
        if step is not None and not first <= step <= last:
            raise SettingError("at", f"expected a step from {first} to {last}, got {step:g}")
        index = int(np.searchsorted(self.steps, last if step is None else step, side="right")) - 1
        return self._moment(index, index, 0.0)

    def _shown(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return index, following and fraction at shares [F] of the moving part."""
        last = len(self.keys) - 1
        at = np.searchsorted(self.beats, shares + _SAME, side="right") - 1
        at = np.clip(at, 0, last)
        then = np.minimum(at + 1, last)
        leaves = self.beats[at] + REST * (self.beats[then] - self.beats[at])
        leaves = np.maximum(leaves, self.beats[then] - MOVE / self.seconds)
        moved = (shares - leaves) / np.maximum(self.beats[then] - leaves, _SAME)
        moved = np.where((then > at) & self.tween & (moved > _ARRIVED), moved, 0.0)
        at = np.where(moved > 1 - _ARRIVED, then, at)
        moved = np.where(moved > 1 - _ARRIVED, 0.0, moved)
        eased = moved**2 * (3 - 2 * moved)
        return self.keys[at], self.keys[np.where(eased > 0, then, at)], eased

    def _moment(self, index: int, following: int, fraction: float, ticks: int = 1) -> Moment:
        here, there = self._places[index], self._places[following]
        position = float(here + fraction * (there - here))
        return Moment(int(index), int(following), float(fraction), position, ticks)

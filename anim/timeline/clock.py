"""From snapshots to frames: which state is shown when, and what lies between two snapshots."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from anim.errors import SettingError


@dataclass(frozen=True)
class Moment:
    """A point in training, between two snapshots.

    Attributes:
        index: the snapshot at or before it.
        fraction: how far towards the next snapshot, in [0, 1).
        position: how far along the time axis, in [0, 1].
        step: the step it shows, whole at a snapshot.
        ticks: frames of the frame rate for which it is shown.
    """

    index: int
    fraction: float
    position: float
    step: float
    ticks: int = 1


class Timeline:
    """Places snapshots in time and cuts that time into frames.

    Frame k shows the moment at k / fps seconds, so that another frame rate changes smoothness and
    never speed. The moving part is followed by the last snapshot, held.

    Args:
        steps: [S] increasing.
        fps: frames a second.
        seconds: length of the moving part.
        hold: length of the still at the end.
        tween: whether moments between two snapshots are shown, or the snapshot before them.
        pace: ``"step"`` spends equal time on equal steps, ``"log"`` on equal ratios of steps + 1.
        axis: first and last step of the time axis; None takes those of ``steps``.

    Attributes:
        axis: first and last step of the time axis.
        ticks: frames of the frame rate in the whole animation, the held ones included.
        moving: those before the still at the end.
    """

    def __init__(
        self,
        steps: np.ndarray,
        *,
        fps: float,
        seconds: float,
        hold: float,
        tween: bool = True,
        pace: str = "step",
        axis: tuple[int, int] | None = None,
    ):
        self.steps = np.asarray(steps, np.int64)
        self.axis = (int(self.steps[0]), int(self.steps[-1])) if axis is None else axis
        self.fps = fps
        self.seconds = seconds
        self.total_seconds = seconds + hold
        self.ticks = max(1, math.floor(self.total_seconds * fps + 0.5))
        self.moving = min(math.ceil(seconds * fps - 1e-9), self.ticks - 1)
        self._tween = tween
        self._pace = pace
        self._places = self.place(self.steps)

    def at_rate(self, fps: float) -> Timeline:
        """The same time, cut into other frames."""
        return self._like(self.steps, fps)

    def at_steps(self, steps: np.ndarray) -> Timeline:
        """The same time, of other snapshots."""
        return self._like(steps, self.fps)

    def _like(self, steps: np.ndarray, fps: float) -> Timeline:
        return Timeline(
            steps,
            fps=fps,
            seconds=self.seconds,
            hold=self.total_seconds - self.seconds,
            tween=self._tween,
            pace=self._pace,
            axis=self.axis,
        )

    def place(self, steps) -> np.ndarray:
        """Position in [0, 1] of step numbers on the time axis."""
        span = self._paced(self.axis[1])
        if span == 0:
            return np.ones(np.shape(steps))
        return self._paced(steps) / span

    def _paced(self, steps):
        since_start = np.asarray(steps, np.float64) - self.axis[0]
        return np.log1p(since_start) if self._pace == "log" else since_start

    def _step_at(self, position: float) -> float:
        """The step at a position: the inverse of `place`."""
        first, span = self.axis[0], float(self.axis[1] - self.axis[0])
        if self._pace == "log":
            return first + math.expm1(position * math.log1p(span))
        return first + position * span

    def __iter__(self) -> Iterator[Moment]:
        """The frames to draw. Each shows once, for its ticks: the held still is one of them."""
        for k in range(self.moving):
            yield self.moment(k / (self.seconds * self.fps))
        yield self.moment(1.0, self.ticks - self.moving)

    def __len__(self) -> int:
        return self.moving + 1

    def moment(self, position: float, ticks: int = 1) -> Moment:
        """The moment at a position in [0, 1] of the time axis.

        Before its first snapshot and after its last, a run stands still.
        """
        index = int(np.searchsorted(self._places, position, side="right")) - 1
        index = min(max(index, 0), len(self.steps) - 1)
        here = self._places[index]
        if index == len(self.steps) - 1 or position <= here or not self._tween:
            return Moment(index, 0.0, float(here), float(self.steps[index]), ticks)
        fraction = (position - here) / (self._places[index + 1] - here)
        return Moment(index, float(fraction), position, self._step_at(position), ticks)

    def at(self, step: float | None) -> Moment:
        """The moment of a step; None is the last.

        Raises:
            SettingError: a step outside the run.
        """
        first, last = self.steps[0], self.steps[-1]
        if step is None:
            return self.moment(1.0)
        if not first <= step <= last:
            raise SettingError("at", f"expected a step from {first} to {last}, got {step:g}")
        return self.moment(float(self.place(step)))

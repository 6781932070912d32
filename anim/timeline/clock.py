"""From snapshots to moments: which step is shown when."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from anim.errors import SettingError


@dataclass(frozen=True)
class Moment:
    """A point in training, between two snapshots.

    Attributes:
        index: the snapshot at or before it.
        fraction: how far it is towards the next snapshot, in [0, 1).
        position: on the time axis, in [0, 1].
        step: the step that is shown, between two snapshots a fraction.
        ticks: for how many frames it is shown.
    """

    index: int
    fraction: float
    position: float
    step: float
    ticks: int = 1


class Timeline:
    """Snapshots placed in time, and time cut into frames.

    Frame k shows the moment at k / fps seconds: another frame rate changes smoothness, not speed.
    After the moving part, the last snapshot is held. Iterating yields the moments to draw: the held
    still is one moment with many ticks.

    Args:
        steps: [S] integers, increasing.
        fps: frames a second.
        seconds: length of the moving part.
        hold: length of the still at the end, in seconds.
        tween: whether to show moments between two snapshots, instead of the snapshot before.
        pace: ``"step"`` spends equal time on equal steps, ``"log"`` on equal ratios of steps + 1.
        axis: first and last step of the time axis; None takes those of ``steps``.

    Attributes:
        steps: [S] int64.
        axis: first and last step of the time axis.
        fps: frames a second.
        seconds: length of the moving part.
        total_seconds: length with the still.
        ticks: number of frames at the frame rate, with those of the still.
        moving: number of frames before the still.
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
        """Return the same time, cut into other frames."""
        return self._like(self.steps, fps)

    def at_steps(self, steps: np.ndarray) -> Timeline:
        """Return the same time, with other snapshots."""
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

    def place(self, steps: ArrayLike) -> np.ndarray:
        """Return positions in [0, 1] on the time axis, in the shape of ``steps``."""
        span = self._paced(self.axis[1])
        if span == 0:
            return np.ones(np.shape(steps))
        return self._paced(steps) / span

    def _paced(self, steps: ArrayLike) -> np.ndarray:
        since_start = np.asarray(steps, np.float64) - self.axis[0]
        return np.log1p(since_start) if self._pace == "log" else since_start

    def step_at(self, position: float) -> float:
        """Return the step at a position in [0, 1]: the inverse of `place`."""
        first, span = self.axis[0], float(self.axis[1] - self.axis[0])
        if self._pace == "log":
            return first + math.expm1(position * math.log1p(span))
        return first + position * span

    def __iter__(self) -> Iterator[Moment]:
        for k in range(self.moving):
            yield self.moment(k / (self.seconds * self.fps))
        yield self.moment(1.0, self.ticks - self.moving)

    def __len__(self) -> int:
        return self.moving + 1

    def moment(self, position: float, ticks: int = 1) -> Moment:
        """Return the moment at a position in [0, 1] of the time axis.

        Before the first snapshot of a run and after its last one, that snapshot is shown.
        """
        index = int(np.searchsorted(self._places, position, side="right")) - 1
        index = min(max(index, 0), len(self.steps) - 1)
        here = self._places[index]
        if index == len(self.steps) - 1 or position <= here or not self._tween:
            return Moment(index, 0.0, float(here), float(self.steps[index]), ticks)
        fraction = (position - here) / (self._places[index + 1] - here)
        return Moment(index, float(fraction), position, self.step_at(position), ticks)

    def at(self, step: float | None) -> Moment:
        """Return the moment of a step; None takes the last.

        Raises:
            SettingError: a step outside of the run.
        """
        first, last = self.steps[0], self.steps[-1]
        if step is None:
            return self.moment(1.0)
        if not first <= step <= last:
            raise SettingError("at", f"expected a step from {first} to {last}, got {step:g}")
        return self.moment(float(self.place(step)))

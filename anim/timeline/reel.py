"""Runs on one clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from anim.timeline.clock import Moment, Timeline
from anim.timeline.track import Frame, Track


@dataclass(frozen=True, eq=False)
class Shot:
    """What one frame of the animation shows.

    Attributes:
        moment: of the clock.
        frames: one per run.
    """

    moment: Moment
    frames: tuple[Frame, ...]


class Reel:
    """Runs on one clock. Iterating over a reel yields the shots to draw.

    Args:
        clock: the time that is shown.
        lanes: the timeline and the track of each run. All timelines have the clock's frames.
    """

    def __init__(self, clock: Timeline, lanes: Sequence[tuple[Timeline, Track]]):
        self.clock = clock
        self.lanes = tuple(lanes)

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks of the runs."""
        return tuple(track for _, track in self.lanes)

    def at_rate(self, fps: float) -> Reel:
        """Return the same runs in frames of another rate."""
        lanes = [(timeline.at_rate(fps), track) for timeline, track in self.lanes]
        return Reel(self.clock.at_rate(fps), lanes)

    def thinned(self, stride: int) -> Reel:
        """Return the same runs with every ``stride``-th snapshot, and the last."""
        lanes = [
            (timeline.at_steps(track.steps[kept]), track.picked(kept))
            for timeline, track in self.lanes
            for kept in [_strided(len(track.steps), stride)]
        ]
        clock = self.clock.at_steps(self.clock.steps[_strided(len(self.clock.steps), stride)])
        return Reel(clock, lanes)

    def __len__(self) -> int:
        return len(self.clock)

    def __iter__(self) -> Iterator[Shot]:
        return map(self._shot, self.clock)

    def at(self, step: float | None) -> Shot:
        """Return the shot at a step of the clock; see `Timeline.at`."""
        return self._shot(self.clock.at(step))

    def at_position(self, position: float) -> Shot:
        """Return the shot at a position in [0, 1] of the time axis."""
        return self._shot(self.clock.moment(position))

    def _shot(self, moment: Moment) -> Shot:
        frames = (track.at(timeline.moment(moment.position)) for timeline, track in self.lanes)
        return Shot(moment, tuple(frames))


def _strided(count: int, stride: int) -> np.ndarray:
    """Return indices below ``count``: every ``stride``-th, and the last."""
    return np.unique([*range(0, count, stride), count - 1])

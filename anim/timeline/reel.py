"""Runs on one clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from anim.timeline.clock import Moment, Timeline
from anim.timeline.track import Frame, Track


def _one_of_so_many(count: int, apart: int) -> np.ndarray:
    """Indices from the first to the last, which is always one."""
    return np.unique([*range(0, count, apart), count - 1])


@dataclass(frozen=True, eq=False)
class Shot:
    """What one frame of the animation shows.

    Attributes:
        moment: of the clock.
        frames: one a run.
    """

    moment: Moment
    frames: tuple[Frame, ...]


class Reel:
    """Runs on one clock.

    Args:
        clock: the time that is shown.
        lanes: the timeline and the track of each run; all timelines cut time as the clock does.
    """

    def __init__(self, clock: Timeline, lanes: Sequence[tuple[Timeline, Track]]):
        self.clock = clock
        self.lanes = tuple(lanes)

    @property
    def tracks(self) -> tuple[Track, ...]:
        return tuple(track for _, track in self.lanes)

    def at_rate(self, fps: float) -> Reel:
        """The same runs, in so many frames a second."""
        lanes = [(timeline.at_rate(fps), track) for timeline, track in self.lanes]
        return Reel(self.clock.at_rate(fps), lanes)

    def thinned(self, apart: int) -> Reel:
        """The same runs with one snapshot of so many, and with the last."""
        lanes = [
            (timeline.at_steps(track.steps[kept]), track.picked(kept))
            for timeline, track in self.lanes
            for kept in [_one_of_so_many(len(track.steps), apart)]
        ]
        clock = self.clock.at_steps(self.clock.steps[_one_of_so_many(len(self.clock.steps), apart)])
        return Reel(clock, lanes)

    def __len__(self) -> int:
        return len(self.clock)

    def __iter__(self) -> Iterator[Shot]:
        return map(self._shot, self.clock)

    def at(self, step: float | None) -> Shot:
        """The shot of a step of the clock; None is the last; see `Timeline.at`."""
        return self._shot(self.clock.at(step))

    def at_position(self, position: float) -> Shot:
        """The shot at a position in [0, 1] of the time axis."""
        return self._shot(self.clock.moment(position))

    def _shot(self, moment: Moment) -> Shot:
        frames = (track.at(timeline.moment(moment.position)) for timeline, track in self.lanes)
        return Shot(moment, tuple(frames))

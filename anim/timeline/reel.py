"""Runs on one clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from anim.timeline.clock import Moment, Timeline, places_of
from anim.timeline.pace import CALM_RATE, RATE, Looks, looks_of, together
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


@dataclass(frozen=True, eq=False)
class Lane:
    """A run on a clock.

    Attributes:
        track: of the run.
        shown: [C] the row of the track that is shown at each snapshot of the clock: the last one
            that the run has reached, or its first one.
        places: [S] positions in [0, 1] of its snapshots on the time axis.
    """

    track: Track
    shown: np.ndarray
    places: np.ndarray

    def looks(self) -> Looks:
        """Return what is seen of the run at each snapshot of the clock."""
        track = self.track
        return looks_of(track.counts, track.shares, track.ideals, track.dots).picked(self.shown)

    def frame(self, moment: Moment) -> Frame:
        """Return what is shown at a moment; nothing moves across a snapshot that was lost.

        Before the first snapshot of a run and after its last one, it stands there.
        """
        before, after = int(self.shown[moment.index]), int(self.shown[moment.following])
        position = float(np.clip(moment.position, self.places[0], self.places[-1]))
        if before == after or self.track.is_broken(before, after):
            return Frame(self.track, before, before, 0.0, position)
        return Frame(self.track, before, after, moment.fraction, position)


class Reel:
    """Runs on one clock. Iterating over a reel yields the shots to draw.

    Args:
        clock: the time that is shown.
        lanes: the runs on it.
    """

    def __init__(self, clock: Timeline, lanes: Sequence[Lane]):
        self.clock = clock
        self.lanes = tuple(lanes)

    @classmethod
    def of(
        cls,
        tracks: Sequence[Track],
        *,
        fps: float,
        hold: float,
        seconds: float | None = None,
        tween: bool = True,
        pace: str = "change",
        by_fraction: bool = False,
    ) -> Reel:
        """Return tracks on one clock.

        Args:
            tracks: of the runs.
            fps, hold, seconds, tween, pace: see `Timeline`.
            by_fraction: whether the clock counts percents of each run, so that all begin and end
                together, instead of steps.
        """
        first = min(int(track.steps[0]) for track in tracks)
        last = max(int(track.steps[-1]) for track in tracks)
        axis = (0, 100) if by_fraction else (first, last)
        counted = [_percents(track) if by_fraction else track.steps for track in tracks]
        # A snapshot between two percents is reached at the second.
        reached = [np.ceil(np.round(values, 9)).astype(np.int64) for values in counted]
        steps = np.unique(np.concatenate([axis, *reached]))
        lanes = [
            Lane(
                track,
                np.maximum(np.searchsorted(at, steps, side="right") - 1, 0),
                places_of(values, axis, pace),
            )
            for track, at, values in zip(tracks, reached, counted, strict=True)
        ]
        looks = together([lane.looks() for lane in lanes])
        # Bars on bins that differ, and curves, move more, and flashed at the rate of others.
        move_more = any(track.edges.ndim == 2 or track.curve is not None for track in tracks)
        clock = Timeline(
            steps,
            fps=fps,
            hold=hold,
            seconds=seconds,
            tween=tween,
            pace=pace,
            looks=looks,
            rate=CALM_RATE if move_more else RATE,
        )
        return cls(clock, lanes)

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks of the runs."""
        return tuple(lane.track for lane in self.lanes)

    def at_rate(self, fps: float) -> Reel:
        """Return the same runs in frames of another rate."""
        return Reel(self.clock.at_rate(fps), self.lanes)

    def thinned(self, stride: int) -> Reel:
        """Return the same runs with every ``stride``-th snapshot, and the last, in the same time.

        The clock keeps its first and last snapshot, and those at which a run reaches one of its
        own. The pace follows what is left.
        """
        clock = self.clock
        kept = [_strided(len(track.steps), stride) for track in self.tracks]
        reached = [
            np.searchsorted(lane.shown, rows) for lane, rows in zip(self.lanes, kept, strict=True)
        ]
        at = np.unique(np.concatenate([[0, len(clock.steps) - 1], *reached]))
        lanes = [
            Lane(
                lane.track.picked(rows),
                np.maximum(np.searchsorted(rows, lane.shown[at], side="right") - 1, 0),
                lane.places[rows],
            )
            for lane, rows in zip(self.lanes, kept, strict=True)
        ]
        looks = together([lane.looks() for lane in lanes])
        return Reel(clock.at_snapshots(at, looks), lanes)

    def __len__(self) -> int:
        return len(self.clock)

    def __iter__(self) -> Iterator[Shot]:
        return map(self._shot, self.clock)

    def at(self, step: float | None) -> Shot:
        """Return the shot of the last snapshot at or before a step; see `Timeline.at`."""
        return self._shot(self.clock.at(step))

    def at_time(self, share: float) -> Shot:
        """Return the shot at a share in [0, 1] of the moving part."""
        return self._shot(self.clock.moment(share))

    def at_position(self, position: float) -> Shot:
        """Return the shot at a position in [0, 1] of the time axis; see `Timeline.at_position`."""
        return self._shot(self.clock.at_position(position))

    def _shot(self, moment: Moment) -> Shot:
        return Shot(moment, tuple(lane.frame(moment) for lane in self.lanes))


def _percents(track: Track) -> np.ndarray:
    """Return which percents of a run have passed at each snapshot, [S]; a lone one is its end."""
    return 100 * places_of(track.steps, (int(track.steps[0]), int(track.steps[-1])), "step")


def _strided(count: int, stride: int) -> np.ndarray:
    """Return indices below ``count``: every ``stride``-th, and the last."""
    return np.unique([*range(0, count, stride), count - 1])

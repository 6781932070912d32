"""From snapshots to frames: which state is shown when, and what lies between two snapshots."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np

from anim.settings import SettingError

# The series of the ECE that a calibrated model has by chance.
CHANCE = "ece_if_calibrated"


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


@dataclass(frozen=True, eq=False)
class Track:
    """What is shown of one run, snapshot by snapshot.

    Attributes:
        steps: [S].
        edges: [B + 1], or [S, B + 1].
        counts: [S, B] examples in each bin.
        hits: [S, B] those that count towards the share.
        shares: [S, B] hits / counts; NaN where a bin is empty.
        ideals: [S, B] the shares of a calibrated model; NaN where a bin is empty.
        confidences: [S, B] the mean scores; NaN where a bin is empty.
        series: scalars over time, [S] each.
        filled: [S, B] bool, bins that have a bar; None takes those with examples.
        band: [S, 2, B] between which the bars of a calibrated model lie, or [S, 2, P] its curve
            (or, of several runs, their curves), or None.
        intervals: [S, 2, B] in which the shares lie, or None.
        curve: [S, P] the share at P places from 0 to 1 instead of bars, or None.
        spreads: [S, 2] in which the scalars of these names lie.
        band_name: what the band is, if it is not what chance does to the ideal.
        spread_name: what intervals and spreads are.
        is_median: whether all that is the median of several runs.
        is_cured: whether snapshots without examples are those that have no cure.
    """

    steps: np.ndarray
    edges: np.ndarray
    counts: np.ndarray
    hits: np.ndarray
    shares: np.ndarray
    ideals: np.ndarray
    confidences: np.ndarray
    series: dict[str, np.ndarray]
    filled: np.ndarray | None = None
    band: np.ndarray | None = None
    intervals: np.ndarray | None = None
    curve: np.ndarray | None = None
    spreads: dict[str, np.ndarray] = field(default_factory=dict)
    band_name: str = ""
    spread_name: str = "95 % interval"
    is_median: bool = False
    is_cured: bool = False

    def picked(self, index: np.ndarray) -> Track:
        """Some of the snapshots.

        Args:
            index: [S] bool, or indices.
        """
        return _combined([self], lambda arrays: arrays[0][index])

    def joined(self, other: Track) -> Track:
        """With later snapshots of the same run after these, which may know more series."""
        tracks = [
            replace(one, series={**_unknown(another, one), **one.series})
            for one, another in ((self, other), (other, self))
        ]
        return _combined(tracks, np.concatenate)

    def at(self, moment: Moment) -> Frame:
        """The values at a moment: linear between two snapshots.

        A bin that is filled on one side only keeps that side's share while its presence, and so
        its colour, fades.
        """
        i = moment.index
        # At a snapshot the next one has no say, not even that it is not there.
        j = min(i + 1, len(self.steps) - 1) if moment.fraction else i

        def mix(values: np.ndarray):
            return values[i] + moment.fraction * (values[j] - values[i])

        def mix_filled(values: np.ndarray | None) -> np.ndarray | None:
            if values is None:
                return None
            before, after = values[i], values[j]
            before = np.where(np.isnan(before), after, before)
            after = np.where(np.isnan(after), before, after)
            return before + moment.fraction * (after - before)

        moving_edges = self.edges.ndim == 2
        filled = self.counts > 0 if self.filled is None else self.filled
        before, after = filled[i], filled[j]
        return Frame(
            moment=moment,
            edges=mix(self.edges) if moving_edges else self.edges,
            counts=mix(self.counts),
            hits=mix(self.hits),
            shares=mix_filled(self.shares),
            ideals=mix_filled(self.ideals),
            presence=before + moment.fraction * (after.astype(float) - before),
            series={name: float(mix(values)) for name, values in self.series.items()},
            band=mix_filled(self.band),
            intervals=mix_filled(self.intervals),
            curve=mix_filled(self.curve),
            spreads={name: mix(values) for name, values in self.spreads.items()},
        )


def _unknown(there: Track, here: Track) -> dict[str, np.ndarray]:
    """NaN for the series that only the other one has."""
    return {
        name: np.full(len(here.steps), np.nan) for name in there.series if name not in here.series
    }


def _combined(tracks: Sequence[Track], combine: Callable) -> Track:
    """A track with the arrays of several, each of which has an entry a snapshot."""
    first, found = tracks[0], {}
    for one in fields(Track):
        values = [getattr(track, one.name) for track in tracks]
        if isinstance(values[0], dict):
            found[one.name] = {key: combine([each[key] for each in values]) for key in values[0]}
        elif isinstance(values[0], np.ndarray):
            is_fixed = one.name == "edges" and values[0].ndim == 1
            found[one.name] = values[0] if is_fixed else combine(values)
    return replace(first, **found)


def _one_of_so_many(count: int, apart: int) -> np.ndarray:
    """Indices from the first to the last, which is always one."""
    return np.unique([*range(0, count, apart), count - 1])


@dataclass(frozen=True, eq=False)
class Frame:
    """The values one frame shows; see `Track`.

    Attributes:
        moment: when it is.
        edges: [B + 1].
        counts, hits, shares, ideals: [B].
        presence: [B] in [0, 1]; 0 where there is no bar, in between while one fades.
        series: scalars.
        band: [2, B] or [2, P], or None.
        intervals: [2, B], or None.
        curve: [P], or None.
        spreads: [2] each.
    """

    moment: Moment
    edges: np.ndarray
    counts: np.ndarray
    hits: np.ndarray
    shares: np.ndarray
    ideals: np.ndarray
    presence: np.ndarray
    series: dict[str, float]
    band: np.ndarray | None
    intervals: np.ndarray | None
    curve: np.ndarray | None
    spreads: dict[str, np.ndarray]


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

"""What is shown of one run, snapshot by snapshot, and what lies between two snapshots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

# What an interval around a bar is.
INTERVAL_NAME = "95 % interval"


@dataclass(frozen=True, eq=False)
class Track:
    """What is shown of one run: S snapshots with B bins and D dots, or a curve at P places.

    Attributes:
        steps: [S] integers, increasing.
        edges: [B + 1] of the bins, or [S, B + 1] if they differ between snapshots.
        counts: [S, B] examples in each bin; with weights, sums of these in units of their mean, so
            that all examples add up to their number.
        hits: [S, B] examples that count towards the share, in the same unit.
        shares: [S, B] hits / counts; NaN in an empty bin.
        ideals: [S, B] shares of a calibrated model; NaN in an empty bin.
        confidences: [S, B] mean scores; NaN in an empty bin.
        series: scalars over time, [S] each.
        dots: [S, D] scores that stand for equal parts of all examples, ascending.
        wrong: [S, D] bool, dots that are drawn as wrong: as many as there are wrong examples among
            D. None in a view that has no wrong examples.
        says: [S] mean score, or mean confidence.
        right: [S] share of hits.
        misses: [S] mean distance of a bin's share from its ideal, weighted by examples; of a curve,
            its distance from the ideal in the mean over the scores of all examples.
        p_values: [S] how likely a calibrated model misses by as much, by chance; NaN where unknown.
        stands_out: [S, 2] bool, whether single bins, or places of a curve, are further off than
            chance explains: under-confident ones, and over-confident ones. False where unknown.
        filled: [S, B] bool, whether a bin has a bar; None if bins with examples have one.
        band: [S, 2, B] lower and upper ends of the shares of a calibrated model, or [S, 2, P] of
            its curve; None if not shown.
        intervals: [S, 2, B] lower and upper ends of an interval of each share; None if not shown.
        curve: [S, P] shares at P places from 0 to 1, shown instead of bars; None shows bars.
        spread: [S, 2, P] lower and upper ends of the curves of several runs; None if there is one.
        spreads: lower and upper ends [S, 2] of the scalars with these names.
        lost: steps of snapshots that could not be read, [L] integers.
        spread_name: what intervals and spreads are.
        is_median: whether the values are medians of several runs.
        is_recalibrated: whether a snapshot without examples is one without a recalibration.
        has_scores: whether the scores of all classes are known.
        effective: [S, B] with weights, the effective number of examples in each bin: what is drawn
            and said of a bin with few of them, and what chance does, follows from it. Else None.
    """

    steps: np.ndarray
    edges: np.ndarray
    counts: np.ndarray
    hits: np.ndarray
    shares: np.ndarray
    ideals: np.ndarray
    confidences: np.ndarray
    series: dict[str, np.ndarray]
    dots: np.ndarray
    wrong: np.ndarray | None
    says: np.ndarray
    right: np.ndarray
    misses: np.ndarray
    p_values: np.ndarray
    stands_out: np.ndarray
    filled: np.ndarray | None = None
    band: np.ndarray | None = None
    intervals: np.ndarray | None = None
    curve: np.ndarray | None = None
    spread: np.ndarray | None = None
    spreads: dict[str, np.ndarray] = field(default_factory=dict)
    lost: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    spread_name: str = INTERVAL_NAME
    is_median: bool = False
    is_recalibrated: bool = False
    has_scores: bool = True
    effective: np.ndarray | None = None

    @property
    def examples(self) -> np.ndarray:
        """The numbers of examples [S, B]: the effective ones, if they have weights."""
        return self.counts if self.effective is None else self.effective

    def examples_at(self, row: int) -> float:
        """Return how many examples a snapshot has, with weights effectively."""
        counts, examples = self.counts[row], self.examples[row]
        if self.effective is None:
            return float(counts.sum())
        filled = examples > 0
        squares = (counts[filled] ** 2 / examples[filled]).sum()
        return float(counts.sum() ** 2 / squares) if squares > 0 else 0.0

    def picked(self, index: np.ndarray) -> Track:
        """Return some of the snapshots.

        Args:
            index: [S] bool, or integers [I].
        """
        return _combined([self], lambda arrays: arrays[0][index])

    def joined(self, other: Track) -> Track:
        """Return these snapshots followed by later ones of the same run.

        A series that only one of the tracks has is NaN in the snapshots of the other.
        """
        tracks = [
            replace(one, series={**_unknown(another, one), **one.series})
            for one, another in ((self, other), (other, self))
        ]
        both = _combined(tracks, np.concatenate)
        return replace(both, lost=np.concatenate([self.lost, other.lost]))

    def is_broken(self, before: int, after: int) -> bool:
        """Return whether a snapshot between two others could not be read."""
        start, end = self.steps[[before, after]]
        return bool(((self.lost > start) & (self.lost < end)).any())


@dataclass(frozen=True, eq=False)
class Frame:
    """What one frame shows of a run: a snapshot, or shapes between it and a later one.

    Attributes:
        track: of the run.
        before, after: rows of the snapshot whose numbers are shown, and of the one that shapes
            move to. They are the same where nothing moves.
        fraction: how far shapes have come, in [0, 1).
        position: where the run stands on the time axis, in [0, 1].
    """

    track: Track
    before: int
    after: int
    fraction: float
    position: float

    def mix(self, values: np.ndarray) -> np.ndarray:
        """Return what lies between the rows of values [S, ...] of two snapshots."""
        start = values[self.before]
        if self.before == self.after:
            return start
        return start + self.fraction * (values[self.after] - start)

    def fading(self) -> list[tuple[int, float]]:
        """Return rows of what fades instead of moving, each with its strength in (0, 1].

        Where that of both rows lies, it stays: together they hide all but a sixteenth.
        """
        if self.before == self.after or self.fraction == 0:
            return [(self.before, 1.0)]
        return [
            (self.before, 1 - self.fraction**2),
            (self.after, 1 - (1 - self.fraction) ** 2),
        ]


def _unknown(there: Track, here: Track) -> dict[str, np.ndarray]:
    """Return NaN [S] for each series that only the other track has."""
    return {
        name: np.full(len(here.steps), np.nan) for name in there.series if name not in here.series
    }


def _combined(tracks: Sequence[Track], combine: Callable[[list], np.ndarray]) -> Track:
    """Return a track whose arrays [S, ...] are combined from those of several tracks."""
    first: Track = tracks[0]
    found: dict[str, Any] = {}
    for one in fields(Track):
        values = [getattr(track, one.name) for track in tracks]
        if isinstance(values[0], dict):
            found[one.name] = {key: combine([each[key] for each in values]) for key in values[0]}
        elif isinstance(values[0], np.ndarray):
            is_fixed = one.name == "lost" or (one.name == "edges" and values[0].ndim == 1)
            found[one.name] = values[0] if is_fixed else combine(values)
    return replace(first, **found)

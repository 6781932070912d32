"""What is shown of one run, snapshot by snapshot, and what lies between two snapshots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from anim.timeline.clock import Moment


@dataclass(frozen=True, eq=False)
class Track:
    """What is shown of one run: S snapshots with B bins, or with a curve at P places.

    Attributes:
        steps: [S] integers, increasing.
        edges: [B + 1] of the bins, or [S, B + 1] if they differ between snapshots.
        counts: [S, B] examples in each bin.
        hits: [S, B] examples that count towards the share.
        shares: [S, B] hits / counts; NaN in an empty bin.
        ideals: [S, B] shares of a calibrated model; NaN in an empty bin.
        confidences: [S, B] mean scores; NaN in an empty bin.
        series: scalars over time, [S] each.
        filled: [S, B] bool, whether a bin has a bar; None if bins with examples have one.
        band: [S, 2, B] lower and upper ends of the bars of a calibrated model, or [S, 2, P] of its
            curve, or of the curves of several runs; None if not shown.
        intervals: [S, 2, B] lower and upper ends of an interval of each share; None if not shown.
        curve: [S, P] shares at P places from 0 to 1, shown instead of bars; None shows bars.
        spreads: lower and upper ends [S, 2] of the scalars with these names.
        band_name: what a legend says of the band.
        is_band_of_ideal: whether the band lies around the ideal, and shares its entry there.
        spread_name: what intervals and spreads are.
        is_median: whether the values are medians of several runs.
        is_recalibrated: whether a snapshot without examples is one without a recalibration.
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
    is_band_of_ideal: bool = False
    spread_name: str = "95 % interval"
    is_median: bool = False
    is_recalibrated: bool = False

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
        return _combined(tracks, np.concatenate)

    def at(self, moment: Moment) -> Frame:
        """Return the values at a moment: linear between two snapshots.

        A bin that has a bar on one side only keeps that side's share while its presence, and with
        it its colour, fades.
        """
        i = moment.index
        # At a snapshot the next one does not count, not even where it is empty.
        j = min(i + 1, len(self.steps) - 1) if moment.fraction else i

        def mix(values: np.ndarray) -> np.ndarray:
            return values[i] + moment.fraction * (values[j] - values[i])

        def mix_known(values: np.ndarray) -> np.ndarray:
            before, after = values[i], values[j]
            before = np.where(np.isnan(before), after, before)
            after = np.where(np.isnan(after), before, after)
            return before + moment.fraction * (after - before)

        filled = self.counts > 0 if self.filled is None else self.filled
        before, after = filled[i], filled[j]
        return Frame(
            moment=moment,
            edges=self.edges if self.edges.ndim == 1 else mix(self.edges),
            counts=mix(self.counts),
            hits=mix(self.hits),
            shares=mix_known(self.shares),
            ideals=mix_known(self.ideals),
            presence=before + moment.fraction * (after.astype(float) - before),
            series={name: float(mix(values)) for name, values in self.series.items()},
            band=None if self.band is None else mix_known(self.band),
            intervals=None if self.intervals is None else mix_known(self.intervals),
            curve=None if self.curve is None else mix_known(self.curve),
            spreads={name: mix(values) for name, values in self.spreads.items()},
        )


@dataclass(frozen=True, eq=False)
class Frame:
    """The values that one frame shows; see `Track`.

    Attributes:
        moment: when it is.
        edges: [B + 1].
        counts, hits, shares, ideals: [B].
        presence: [B] in [0, 1]: 0 without a bar, between 0 and 1 while a bar fades.
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
            is_fixed = one.name == "edges" and values[0].ndim == 1
            found[one.name] = values[0] if is_fixed else combine(values)
    return replace(first, **found)

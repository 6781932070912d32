"""What is shown of one run, snapshot by snapshot, and what lies between two snapshots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np

from anim.timeline.clock import Moment

# The series of the ECE that a calibrated model has by chance.
CHANCE = "ece_if_calibrated"
# The series of mean top-label confidence less accuracy, which sentences need and no panel shows. A
# recorded name never begins with an underscore, hence a recorded ``gap`` is another series.
GAP = "_gap"


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
        is_recalibrated: whether snapshots without examples are those that have no recalibration.
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
    is_recalibrated: bool = False

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

"""From a run to what is shown of it, snapshot by snapshot."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np

from anim import calibration
from anim.errors import SettingError
from anim.run import Reliability, Run, RunLike
from anim.settings import CURVES, Picture
from anim.timeline import CHANCE, GAP, Track

_SPREAD = 0.9


def prepare(
    run: RunLike,
    views: Sequence[str],
    picture: Picture,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Reads the snapshots of a run once, for tracks in these views.

    Args:
        run: what is shown.
        views: of its scores.
        picture: how it is shown.
        progress: called with (snapshots read, snapshots in all).
    """
    before = 0
    for one in run.members:
        tell = progress and (lambda i, _, before=before: progress(before + i, 0))
        one.prepare(
            views,
            picture.bins,
            picture.binning,
            curve=picture.curve,
            band=picture.band,
            intervals=picture.intervals,
            progress=tell,
        )
        before += len(one)


def track_of(run: RunLike, view: str, picture: Picture) -> Track:
    """What is shown of a run: its snapshots, but for those that cannot be read.

    Of replicas it is their median, and the spread in which most of them are.
    """
    if isinstance(run, Run):
        return _track(run, view, picture)
    return _middle([_track(one, view, picture) for one in run.members])


def _track(run: Run, view: str, picture: Picture) -> Track:
    """Of one run; snapshots that lack a recalibration are shown empty."""
    has_curve = picture.curve != CURVES[0]
    bins = run.reliability(view, picture.bins, picture.binning)
    series, spreads = {**run.metrics(), GAP: _gap(run)}, {}
    is_read = np.isfinite(series["accuracy"]) | run.lacks_recalibration
    curve = run.curve(view, picture.curve)[is_read] if has_curve else None
    band = None
    if picture.band:
        series[CHANCE] = run.chance()
        band = (run.curve_band(view, picture.curve) if has_curve else _band(bins))[is_read]
    if picture.intervals:
        spreads["ece"] = np.stack(run.error_interval(), axis=1)
    return Track(
        steps=run.steps[is_read],
        edges=bins.edges if bins.edges.ndim == 1 else bins.edges[is_read],
        counts=bins.counts[is_read],
        hits=bins.hits[is_read],
        shares=bins.accuracy[is_read],
        ideals=bins.ideal[is_read],
        confidences=bins.confidence[is_read],
        series={name: values[is_read] for name, values in series.items()},
        band=band,
        band_name="calibrated (95 %)" if picture.curve == "smooth" else "",
        intervals=_intervals(bins)[is_read] if picture.intervals and not has_curve else None,
        curve=curve,
        spreads={name: values[is_read] for name, values in spreads.items()},
        is_recalibrated=run.is_recalibrated,
    )


def _gap(run: Run) -> np.ndarray:
    """[S] from the very bins of the ECE, which are there already."""
    bins = run.reliability(calibration.CONFIDENCE.name, calibration.ERROR_BINS)
    counts = bins.counts.sum(1)
    sums = np.nansum(bins.counts * (bins.confidence - bins.accuracy), axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _band(bins: Reliability) -> np.ndarray:
    return np.stack(calibration.consistency_band(bins.counts, bins.ideal), axis=1)


def _intervals(bins: Reliability) -> np.ndarray:
    return np.stack(calibration.wilson_interval(bins.counts, bins.hits), axis=1)


def _middle(tracks: Sequence[Track]) -> Track:
    """The median of tracks at the steps they share, and the spread of nine tenths of them."""
    steps = tracks[0].steps
    for track in tracks[1:]:
        steps = np.intersect1d(steps, track.steps)
    if not len(steps):
        raise SettingError("runs", "the replicas have no step in common")
    kept = [np.searchsorted(track.steps, steps) for track in tracks]

    def stacked(values: Sequence[np.ndarray]) -> np.ndarray:
        return np.stack([one[at] for one, at in zip(values, kept, strict=True)]).astype(float)

    def middle(name: str) -> np.ndarray | None:
        values = [getattr(track, name) for track in tracks]
        return None if values[0] is None else _quantiles(stacked(values), 0.5)

    edges = tracks[0].edges
    all_shares = stacked([track.shares for track in tracks])
    counts = stacked([track.counts for track in tracks])
    names = [name for name in tracks[0].series if all(name in track.series for track in tracks)]
    series = {name: stacked([track.series[name] for track in tracks]) for name in names}
    return Track(
        steps=steps,
        edges=edges if edges.ndim == 1 else middle("edges"),
        counts=counts.mean(0),
        hits=stacked([track.hits for track in tracks]).mean(0),
        shares=_quantiles(all_shares, 0.5),
        ideals=middle("ideals"),
        confidences=middle("confidences"),
        # Not for the sake of a few: most of them have something there.
        filled=np.median(counts, axis=0) > 0,
        series={name: _mostly(values) for name, values in series.items()},
        curve=middle("curve"),
        **_around(tracks, stacked),
        spreads={
            name: np.where(
                np.isfinite(_mostly(values))[:, None], np.stack(_spread(values), axis=1), np.nan
            )
            for name, values in series.items()
            if name != CHANCE
        },
        is_median=True,
        is_recalibrated=tracks[0].is_recalibrated,
    )


def _around(tracks: Sequence[Track], stacked: Callable) -> dict:
    """What is drawn around the bars, or around the curve."""
    name = f"{100 * _SPREAD:.0f} % of {len(tracks)} replicas"
    if tracks[0].curve is None:
        shares = stacked([track.shares for track in tracks])
        return {"intervals": np.stack(_spread(shares), axis=1), "spread_name": name}
    curves = stacked([track.curve for track in tracks])
    return {"band": np.stack(_spread(curves), axis=1), "band_name": name, "spread_name": name}


def _mostly(values: np.ndarray) -> np.ndarray:
    """Medians over the first axis where at least half of the values are there."""
    has_most = np.isfinite(values).mean(0) >= 0.5
    return np.where(has_most, _quantiles(values, 0.5), np.nan)


def _spread(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = (1 - _SPREAD) / 2, (1 + _SPREAD) / 2
    return _quantiles(values, low), _quantiles(values, high)


def _quantiles(values: np.ndarray, q: float) -> np.ndarray:
    """Over the first axis, of the values that are there; NaN where there is none."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice")
        return np.nanquantile(values, q, axis=0)

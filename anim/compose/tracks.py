"""From a run to its track: what is shown of it, snapshot by snapshot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anim import calibration
from anim.compose.medians import median_of
from anim.metrics import CHANCE, GAP, P_VALUE, names_of
from anim.run import Reliability, Run, RunLike
from anim.run.passes import Progress
from anim.settings import CURVES, Picture
from anim.settings.panels import panel_of, series_of
from anim.timeline import Track


def prepare(
    run: RunLike,
    views: Sequence[str],
    picture: Picture,
    progress: Progress | None = None,
) -> None:
    """Read the snapshots of a run once, for tracks in several views.

    Args:
        run: to show.
        views: names of views.
        picture: how to show it.
        progress: called with (snapshots read, 0).
    """
    before = 0
    for one in run.members:

        def report(done: int, _total: int, before: int = before) -> None:
            if progress is not None:
                progress(before + done, 0)

        one.prepare(
            views,
            picture.bins,
            picture.binning,
            curve=picture.curve,
            band=picture.band,
            errors=bool(_errors_in(picture)),
            progress=report,
        )
        before += len(one)


def track_of(run: RunLike, view: str, picture: Picture) -> Track:
    """Return what is shown of a run, without snapshots that cannot be read.

    A snapshot without a recalibration has empty bins. Replicas are shown by their median, with the
    spread of most of them.
    """
    if isinstance(run, Run):
        return _track(run, view, picture)
    steps = set.intersection(*(set(one.steps.tolist()) for one in run.members))
    end = max(steps, default=0)
    return median_of([_track(one, view, picture, end) for one in run.members])


def _track(run: Run, view: str, picture: Picture, end: int | None = None) -> Track:
    """Return the track of a run; its verdict is that of the last snapshot up to step ``end``."""
    has_bars = CURVES[picture.curve].is_bars
    bins = run.reliability(view, picture.bins, picture.binning)
    series, spreads = {**run.metrics(), GAP: run.gap()}, {}
    if drawn := _errors_in(picture):
        series |= {name: values for name, values in run.errors().items() if name in drawn}
    is_read = np.isfinite(series["accuracy"]) & (bins.counts.sum(1) > 0)
    ends = np.isfinite(series["accuracy"]) & (run.steps <= (run.steps[-1] if end is None else end))
    series[P_VALUE] = run.error_p_values(np.flatnonzero(ends)[-1:])
    is_read |= run.lacks_recalibration
    curve = None if has_bars else run.curve(view, picture.curve)[is_read]
    band = _band(run, view, picture, bins)
    if picture.band is not None or _has_panel_of(CHANCE, picture):
        series[CHANCE] = run.chance()
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
        band=None if band is None else band[is_read],
        band_name=_band_name(picture),
        is_band_of_ideal=not CURVES[picture.curve].band_name,
        intervals=_intervals(bins)[is_read] if picture.intervals and has_bars else None,
        curve=curve,
        spreads={name: values[is_read] for name, values in spreads.items()},
        is_recalibrated=run.is_recalibrated,
    )


def _errors_in(picture: Picture) -> set[str]:
    """Return the errors that panels draw and that `_track` does not compute otherwise."""
    errors = set(names_of("errors")) - set(names_of("metrics")) - {GAP, CHANCE, P_VALUE}
    return errors & series_of(picture.shown_panels)


def _has_panel_of(name: str, picture: Picture) -> bool:
    """Return whether a series is the main one of a panel."""
    strips = (panel_of(panel).strip for panel in picture.shown_panels)
    return any(strip is not None and next(iter(strip.series)) == name for strip in strips)


def _band(run: Run, view: str, picture: Picture, bins: Reliability) -> np.ndarray | None:
    """Return the band [S, 2, B or P] of the bars or of the curve; None if not shown."""
    kind = CURVES[picture.curve]
    if picture.band is None or not kind.has_band:
        return None
    if not kind.is_bars:
        return run.curve_band(view, picture.curve, band=picture.band)
    ends = calibration.consistency_band(bins.counts, bins.ideal, band=picture.band)
    return np.stack(ends, axis=1)


def _band_name(picture: Picture) -> str:
    """Return what a legend calls the band, and whether it holds all bars or each one."""
    name = CURVES[picture.curve].band_name or "ideal ± chance"
    held = "all" if picture.band == "simultaneous" else "each"
    return f"{name} ({100 * calibration.LEVEL:.0f} %, {held})"


def _intervals(bins: Reliability) -> np.ndarray:
    return np.stack(calibration.wilson_interval(bins.counts, bins.hits), axis=1)

"""From a run to its track: what is shown of it, snapshot by snapshot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anim import calibration
from anim.compose.medians import median_of
from anim.metrics import CHANCE, CONFIDENCE, GAP, names_of
from anim.panels.layout import cell_width, unit_of
from anim.run import Reliability, Run, RunLike
from anim.run.passes import Progress
from anim.settings import CURVES, FEWEST, Picture
from anim.settings.panels import panel_of, series_of
from anim.timeline import Track

# The width of the narrowest bar in pixels, and of bins of lines, in those of the reference design.
_NARROWEST, _OF_LINES = 8, 24


def prepare(
    run: RunLike,
    views: Sequence[str],
    picture: Picture,
    progress: Progress | None = None,
    *,
    runs: int = 1,
) -> None:
    """Read the snapshots of a run once, for tracks in several views.

    Args:
        run: to show.
        views: names of views.
        picture: how to show it.
        progress: called with (snapshots read, 0).
        runs: how many the picture shows, recalibrations included.
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
            most_bins=_bars_at_most(picture, runs),
            curve=picture.curve,
            band=picture.band,
            errors=bool(_errors_in(picture)),
            progress=report,
        )
        before += len(one)


def track_of(run: RunLike, view: str, picture: Picture, *, runs: int = 1) -> Track:
    """Return what is shown of a run, without snapshots that cannot be read.

    A snapshot without a recalibration has empty bins. Replicas are shown by their median, with the
    spread of most of them.

    Args:
        run: to show.
        view: its name.
        picture: how to show it.
        runs: how many the picture shows, recalibrations included.
    """
    most = _bars_at_most(picture, runs)
    if isinstance(run, Run):
        return _track(run, view, picture, most)
    steps = set.intersection(*(set(one.steps.tolist()) for one in run.members))
    end = max(steps, default=0)
    return median_of([_track(one, view, picture, most, end) for one in run.members])


def _bars_at_most(picture: Picture, runs: int) -> int:
    """Return how many bars a cell of a picture of several runs has room for."""
    width = cell_width(picture, runs)
    if picture.for_runs(runs).is_overlaid:
        return int(width / unit_of(picture) / _OF_LINES)
    return int(width / _NARROWEST)


def _track(run: Run, view: str, picture: Picture, most: int, end: int | None = None) -> Track:
    """Return the track of a run; its verdict is that of the last snapshot up to step ``end``."""
    has_bars = CURVES[picture.curve].is_bars
    number = run.default_bins(view, most) if picture.bins is None else picture.bins
    bins, dots = run.reliability(view, number, picture.binning), run.dots(view)
    total = bins.counts.sum(1)
    series, spreads = {**run.metrics(), GAP: run.gap()}, {}
    series[CONFIDENCE] = series["accuracy"] + series[GAP]
    if drawn := _errors_in(picture):
        series |= {name: values for name, values in run.errors().items() if name in drawn}
    is_read = np.isfinite(series["accuracy"]) & (total > 0) & np.isfinite(dots.mean)
    ends = is_read & (run.steps <= (run.steps[-1] if end is None else end))
    p_values, stands_out = _chance_of(bins, np.flatnonzero(ends)[-1:])
    is_read |= run.lacks_recalibration
    curve = None if has_bars else run.curve(view, picture.curve)
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
        dots=dots.scores[is_read],
        wrong=None if dots.wrong is None else dots.wrong[is_read],
        says=dots.mean[is_read],
        right=(bins.hits.sum(1) / np.where(total > 0, total, np.nan))[is_read],
        misses=_misses(run, view, picture, bins)[is_read],
        p_values=p_values[is_read],
        stands_out=stands_out[is_read],
        band=None if band is None else band[is_read],
        intervals=_intervals(bins)[is_read] if picture.intervals and has_bars else None,
        curve=None if curve is None else curve[is_read],
        spreads={name: values[is_read] for name, values in spreads.items()},
        lost=run.steps[~is_read],
        is_recalibrated=run.is_recalibrated,
    )


def _chance_of(bins: Reliability, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what chance does in some snapshots: p-values, and whether a bar is beyond it, [S].

    Both are of the bins that are drawn. The bins of the ECE would put scores of 0.4 and 0.6 into
    one, where errors of opposite signs cancel.
    """
    p_values, stands_out = np.full(len(bins.counts), np.nan), np.zeros(len(bins.counts), bool)
    counts, shares, ideals = bins.counts[rows], bins.accuracy[rows], bins.ideal[rows]
    p_values[rows] = calibration.error_p_value(counts, shares, ideals)
    low, high = calibration.consistency_band(counts, ideals)
    is_outside = (counts >= FEWEST) & ((shares < low) | (shares > high))
    stands_out[rows] = is_outside.any(1)
    return p_values, stands_out


def _misses(run: Run, view: str, picture: Picture, bins: Reliability) -> np.ndarray:
    """Return how far bars or the curve are from the ideal line, in the mean over examples, [S]."""
    if CURVES[picture.curve].is_bars:
        return np.asarray(
            calibration.expected_error_of_bins(bins.counts, bins.accuracy, bins.ideal)
        )
    return run.curve_distance(view, picture.curve)


def _errors_in(picture: Picture) -> set[str]:
    """Return the errors that panels draw and that `_track` does not compute otherwise."""
    errors = set(names_of("errors")) - set(names_of("metrics")) - {CONFIDENCE, GAP, CHANCE}
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


def _intervals(bins: Reliability) -> np.ndarray:
    return np.stack(calibration.wilson_interval(bins.counts, bins.hits), axis=1)

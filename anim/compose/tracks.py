"""From a run to its track: what is shown of it, snapshot by snapshot."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from anim import calibration
from anim.compose.medians import median_of
from anim.metrics import CHANCE, CONFIDENCE, GAP, names_of
from anim.panels.layout import cell_width, unit_of
from anim.run import Reliability, Run, RunLike
from anim.run.passes import Progress
from anim.settings import BANDS, CURVES, FEWEST, Picture
from anim.settings.panels import panel_of, series_of
from anim.timeline import Track

# The width of the narrowest bar in pixels, and in those of the reference design that of bins of
# lines and of bars in the small panels of classes.
_NARROWEST, _OF_LINES, _OF_CLASSES = 8, 24, 14


def prepare(
    run: RunLike,
    views: Sequence[str],
    picture: Picture,
    progress: Progress | None = None,
    *,
    runs: int = 1,
    class_errors: bool = False,
) -> None:
    """Read the snapshots of a run once, for tracks in several views.

    Args:
        run: to show.
        views: names of views.
        picture: how to show it.
        progress: called with (snapshots read, 0).
        runs: how many the picture shows, recalibrations included.
        class_errors: whether `anim.Run.class_errors` is wanted, too.
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
            class_errors=class_errors,
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
    tracks = [_track(one, view, picture, most) for one in run.members]
    if isinstance(run, Run):
        return _judged(tracks[0], picture, tracks[0].steps)
    shared = functools.reduce(np.intersect1d, (track.steps for track in tracks))
    return median_of([_judged(track, picture, shared) for track in tracks])


def _bars_at_most(picture: Picture, runs: int) -> int:
    """Return how many bars a cell of a picture of several runs has room for."""
    width, shown = cell_width(picture, runs), picture.for_runs(runs)
    if shown.is_overlaid or shown.shows_classes:
        narrowest = _OF_LINES if shown.is_overlaid else _OF_CLASSES
        return int(width / unit_of(shown) / narrowest)
    return int(width / _NARROWEST)


def _track(run: Run, view: str, picture: Picture, most: int) -> Track:
    """Return the track of a run, without what chance does at its end."""
    has_bars = CURVES[picture.curve].is_bars
    number = run.default_bins(view, most) if picture.bins is None else picture.bins
    bins, dots = run.reliability(view, number, picture.binning), run.dots(view)
    total = bins.counts.sum(1)
    # All examples add up to their number.
    counts, hits = bins.counts, bins.hits
    if run.weights is not None:
        counts, hits = (part / run.weights.mean() for part in (counts, hits))
    series, spreads = {**run.metrics(), GAP: run.gap()}, {}
    series[CONFIDENCE] = series["accuracy"] + series[GAP]
    if drawn := _errors_in(picture):
        series |= {name: values for name, values in run.errors().items() if name in drawn}
    is_read = np.isfinite(series["accuracy"]) & (total > 0) & np.isfinite(dots.mean)
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
        counts=counts[is_read],
        hits=hits[is_read],
        shares=bins.accuracy[is_read],
        ideals=bins.ideal[is_read],
        confidences=bins.confidence[is_read],
        series={name: values[is_read] for name, values in series.items()},
        dots=dots.scores[is_read],
        wrong=None if dots.wrong is None else dots.wrong[is_read],
        says=dots.mean[is_read],
        right=(bins.hits.sum(1) / np.where(total > 0, total, np.nan))[is_read],
        misses=_misses(run, view, picture, bins)[is_read],
        p_values=np.full(is_read.sum(), np.nan),
        stands_out=np.zeros((is_read.sum(), 2), bool),
        band=None if band is None else band[is_read],
        intervals=_intervals(bins)[is_read] if picture.intervals and has_bars else None,
        curve=None if curve is None else curve[is_read],
        spreads={name: values[is_read] for name, values in spreads.items()},
        lost=run.steps[~is_read],
        is_recalibrated=run.is_recalibrated,
        has_scores=run.has_scores,
        effective=None if bins.effective is None else bins.effective[is_read],
    )


def _judged(track: Track, picture: Picture, steps: np.ndarray) -> Track:
    """Return a track that knows what chance does in the last of some steps that has examples.

    The test is of the bins that are drawn, or that would be in the place of a curve. The bins of
    the ECE would put scores of 0.4 and 0.6 into one, where errors of opposite signs cancel.
    """
    rows = np.flatnonzero(np.isin(track.steps, steps) & (track.counts.sum(1) > 0))[-1:]
    counts, shares, ideals = track.counts[rows], track.shares[rows], track.ideals[rows]
    p_values, stands_out = track.p_values.copy(), track.stands_out.copy()
    examples = track.examples[rows]
    effective = None if track.effective is None else examples
    p_values[rows] = calibration.error_p_value(counts, shares, ideals, effective=effective)
    if track.curve is not None and track.band is not None:
        shares, band = track.curve[rows], track.band[rows]
        is_shown = np.isfinite(shares)
    else:
        kind = BANDS[0] if picture.band is None else picture.band
        band = np.stack(calibration.consistency_band(examples, ideals, band=kind), axis=1)
        is_shown = examples >= FEWEST
    sides = shares > band[:, 1], shares < band[:, 0]
    stands_out[rows] = np.stack([(is_shown & side).any(1) for side in sides], axis=1)
    return replace(track, p_values=p_values, stands_out=stands_out)


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
    ends = calibration.consistency_band(bins.examples, bins.ideal, band=picture.band)
    return np.stack(ends, axis=1)


def _intervals(bins: Reliability) -> np.ndarray:
    hits = bins.hits
    if bins.effective is not None:
        hits = bins.effective * np.where(bins.effective > 0, bins.accuracy, 0)
    return np.stack(calibration.wilson_interval(bins.examples, hits), axis=1)

"""From a run to what is shown of it, snapshot by snapshot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from anim import calibration
from anim.run import Reliability, Run
from anim.settings import CURVES, Picture
from anim.timeline import CHANCE, Track


def track_of(
    run: Run, view: str, picture: Picture, progress: Callable[[int, int], None] | None = None
) -> Track:
    """What is shown of a run: its snapshots, but for those that cannot be read.

    Those that lack a cure are shown, empty.

    Args:
        run: what is shown.
        view: of its scores.
        picture: how it is shown.
        progress: called with (snapshots read, snapshots in all).
    """
    has_curve = picture.curve != CURVES[0]
    run.prepare(
        view,
        picture.bins,
        picture.binning,
        curve=picture.curve,
        intervals=picture.intervals,
        progress=progress,
    )
    bins = run.reliability(view, picture.bins, picture.binning)
    series, spreads = run.metrics(), {}
    is_read = np.isfinite(series["accuracy"]) | run.lacks_cure
    curve = run.curve(view, picture.curve).share[is_read] if has_curve else None
    if picture.band:
        series[CHANCE] = _chance(run)
    if picture.intervals:
        spreads["ece"] = np.stack(run.error_interval(), axis=1)
    return Track(
        steps=run.steps[is_read],
        edges=bins.edges if bins.edges.ndim == 1 else bins.edges[is_read],
        counts=bins.counts[is_read],
        hits=bins.hits[is_read],
        shares=bins.accuracy[is_read],
        confidences=bins.confidence[is_read],
        series={name: values[is_read] for name, values in series.items()},
        band=_band(bins)[is_read] if picture.band and not has_curve else None,
        intervals=_intervals(bins)[is_read] if picture.intervals and not has_curve else None,
        curve=curve,
        spreads={name: values[is_read] for name, values in spreads.items()},
    )


def _chance(run: Run) -> np.ndarray:
    bins = run.reliability(calibration.CONFIDENCE, calibration.ERROR_BINS)
    return calibration.expected_error_if_calibrated(bins.counts, bins.confidence)


def _band(bins: Reliability) -> np.ndarray:
    score = bins.confidence
    ideal = np.maximum(score, 1 - score) if bins.view == calibration.SCORE else score
    return np.stack(calibration.consistency_band(bins.counts, ideal), axis=1)


def _intervals(bins: Reliability) -> np.ndarray:
    return np.stack(calibration.wilson_interval(bins.counts, bins.hits), axis=1)

"""Several replicas as one track: their median, and the spread of most of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from anim.calibration.dots import apportioned
from anim.errors import SettingError
from anim.metrics import CHANCE
from anim.panels.words import SPREAD, spread_name
from anim.timeline import Track

Method = Literal["linear", "lower", "higher"]


def median_of(tracks: Sequence[Track]) -> Track:
    """Return the median of tracks at the steps they share, with the spread of 90 % of them.

    Raises:
        SettingError: the tracks have no step in common.
    """
    steps = tracks[0].steps
    for track in tracks[1:]:
        steps = np.intersect1d(steps, track.steps)
    if not len(steps):
        raise SettingError("runs", "the replicas have no step in common")
    kept = [np.searchsorted(track.steps, steps) for track in tracks]

    def stacked(value_of: Callable[[Track], Any]) -> np.ndarray:
        values = [value_of(track)[at] for track, at in zip(tracks, kept, strict=True)]
        return np.stack(values).astype(float)

    edges = tracks[0].edges
    counts = stacked(lambda track: track.counts)
    names = [name for name in tracks[0].series if all(name in track.series for track in tracks)]
    series = {name: stacked(lambda track, name=name: track.series[name]) for name in names}
    return Track(
        steps=steps,
        edges=edges if edges.ndim == 1 else _quantiles(stacked(lambda track: track.edges), 0.5),
        counts=counts.mean(0),
        hits=stacked(lambda track: track.hits).mean(0),
        shares=_quantiles(stacked(lambda track: track.shares), 0.5),
        ideals=_quantiles(stacked(lambda track: track.ideals), 0.5),
        confidences=_quantiles(stacked(lambda track: track.confidences), 0.5),
        # A bar needs examples in at least half of the replicas.
        filled=np.median(counts, axis=0) > 0,
        series={name: _median_of_most(values) for name, values in series.items()},
        dots=_quantiles(stacked(lambda track: track.dots), 0.5),
        wrong=_wrong(tracks, stacked),
        says=_quantiles(stacked(lambda track: track.says), 0.5),
        right=_quantiles(stacked(lambda track: track.right), 0.5),
        misses=_quantiles(stacked(lambda track: track.misses), 0.5),
        p_values=_p_values(stacked),
        stands_out=_quantiles(stacked(lambda track: track.stands_out), 0.5) > 0.5,
        **_around(tracks, stacked),
        spreads={
            name: np.where(np.isfinite(_median_of_most(values))[:, None], _spread(values), np.nan)
            for name, values in series.items()
            if name != CHANCE
        },
        lost=_lost(tracks, steps),
        is_median=True,
        is_recalibrated=tracks[0].is_recalibrated,
        has_scores=all(track.has_scores for track in tracks),
    )


def _p_values(stacked: Callable) -> np.ndarray:
    """Return median p-values [S]; NaN where some replicas are over- and others under-confident."""
    gaps = stacked(lambda track: track.says) - stacked(lambda track: track.right)
    is_clear = np.abs(gaps) >= stacked(lambda track: track.misses) / 3
    # The share of those that are left out of a spread may differ.
    shares = [np.mean(is_clear & (sign * gaps > 0), axis=0) for sign in (1, -1)]
    is_split = np.minimum(*shares) > (1 - SPREAD)
    return np.where(is_split, np.nan, _quantiles(stacked(lambda track: track.p_values), 0.5))


def _around(tracks: Sequence[Track], stacked: Callable) -> dict[str, Any]:
    """Return the curve, and what is drawn around it or around the bars; and effective numbers.

    The band of chance is the median of the bands of the replicas.
    """
    found: dict[str, Any] = {"spread_name": spread_name(len(tracks))}
    if all(track.effective is not None for track in tracks):
        found["effective"] = stacked(lambda track: track.effective).mean(0)
    if all(track.band is not None for track in tracks):
        found["band"] = _quantiles(stacked(lambda track: track.band), 0.5)
    if tracks[0].curve is None:
        return found | {"intervals": _spread(stacked(lambda track: track.shares))}
    curves = stacked(lambda track: track.curve)
    # A curve needs examples in at least half of the replicas, too.
    return found | {"curve": _median_of_most(curves), "spread": _spread(curves)}


def _wrong(tracks: Sequence[Track], stacked: Callable) -> np.ndarray | None:
    """Return which dots [S, D] are wrong, from their mean over the replicas.

    Their number is the mean one, rounded, and thus belongs to the mean of
    ``right``, while the sentence says the median.
    """
    if any(track.wrong is None for track in tracks):
        return None
    right, wrong = stacked(lambda track: track.right), stacked(lambda track: track.wrong)
    # Not every replica has a recalibration at each step.
    is_known = np.isfinite(right)
    count = np.maximum(is_known.sum(0), 1)
    shares = np.where(is_known[..., None], wrong, 0).sum(0) / count[:, None]
    return apportioned(shares)


def _lost(tracks: Sequence[Track], steps: np.ndarray) -> np.ndarray:
    """Return the steps that all replicas recorded, and that some of them could not read."""
    recorded = [np.union1d(track.steps, track.lost) for track in tracks]
    common = recorded[0]
    for one in recorded[1:]:
        common = np.intersect1d(common, one)
    return np.setdiff1d(common, steps)


def _median_of_most(values: np.ndarray) -> np.ndarray:
    """Return medians over the first axis; NaN if fewer than half of the values are finite."""
    has_most = np.isfinite(values).mean(0) >= 0.5
    return np.where(has_most, _quantiles(values, 0.5), np.nan)


def _spread(values: np.ndarray) -> np.ndarray:
    """Return lower and upper ends [S, 2, ...] of the spread of values [R, S, ...]."""
    low, high = (1 - SPREAD) / 2, (1 + SPREAD) / 2
    # At least this share lies between them: of fewer than 20, all.
    ends = _quantiles(values, low, "lower"), _quantiles(values, high, "higher")
    return np.stack(ends, axis=1)


def _quantiles(values: np.ndarray, q: float, method: Method = "linear") -> np.ndarray:
    """Return a quantile over the first axis, without NaN; NaN if there is nothing else."""
    is_empty = np.isnan(values).all(0)
    known = np.where(is_empty, 0, values)
    return np.where(is_empty, np.nan, np.nanquantile(known, q, axis=0, method=method))

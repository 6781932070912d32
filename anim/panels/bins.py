"""Bins in a frame: those that differ between two snapshots do not travel, since what does flashes.

Between two snapshots stands what lies between the edges of both: it rises and falls where it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anim.timeline import Frame, Track


def do_differ(frame: Frame) -> bool:
    """Return whether a frame lies between two snapshots whose bins differ."""
    return frame.track.edges.ndim == 2 and frame.before != frame.after


def edges_of(track: Track, row: int, low: float) -> np.ndarray:
    """Return the edges [B + 1] of the bins of a snapshot, on an axis that begins at ``low``."""
    return np.maximum(track.edges if track.edges.ndim == 1 else track.edges[row], low)


@dataclass(frozen=True, eq=False)
class SharedBins:
    """What lies between the edges of two snapshots.

    Attributes:
        low, high: [n] scores.
        ends: the edges [B + 1] of each of the two.
        bins: [n] integers of each, the bin that holds this; any where none does.
        held: [n] bool of each, whether one does.
    """

    low: np.ndarray
    high: np.ndarray
    ends: tuple[np.ndarray, np.ndarray]
    bins: tuple[np.ndarray, np.ndarray]
    held: tuple[np.ndarray, np.ndarray]

    def mix(self, frame: Frame, values: np.ndarray) -> np.ndarray:
        """Return what lies between values [S, ..., B] of the two, [..., n]; 0 where no bin is."""
        rows = frame.before, frame.after
        start, end = (values[rows[k]][..., self.bins[k]] * self.held[k] for k in (0, 1))
        return start + frame.fraction * (end - start)


def shared_bins(frame: Frame, low: float) -> SharedBins:
    """Return what lies between the edges of the two snapshots of a frame.

    Args:
        frame: whose bins differ.
        low: where the axis of the scores begins.
    """
    before, after = (edges_of(frame.track, row, low) for row in (frame.before, frame.after))
    edges = np.unique(np.concatenate([before, after]))
    middle, last = (edges[1:] + edges[:-1]) / 2, len(before) - 2
    at = [np.searchsorted(one, middle, side="right") - 1 for one in (before, after)]
    bins, other = (np.clip(one, 0, last) for one in at)
    # A snapshot has no bin beyond its lowest and highest score.
    held, and_other = ((one >= 0) & (one <= last) for one in at)
    return SharedBins(edges[:-1], edges[1:], (before, after), (bins, other), (held, and_other))

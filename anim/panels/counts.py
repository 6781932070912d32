"""The post's Figure 1: how many examples there are at each score, right on wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anim.panels.axes import Axis, grouped, linear_axis
from anim.panels.bins import do_differ, edges_of, shared_bins
from anim.panels.scores import NUMBER_BESIDE, ScorePanel, names_of, score_axis
from anim.panels.subject import Subject
from anim.panels.words import Words
from anim.timeline import Frame, Track

# The name of the y axis, without and with weights.
NAME, _WEIGHTED = "examples", "weighted examples"
# The share of its bin that a column takes, but where bins differ between snapshots: gaps between
# these would come and go.
COLUMN = 0.9
# Columns higher than these quantile of all columns, times the room above, are cut.
_TALL, _ABOVE = 0.95, 1.25


@dataclass(frozen=True, eq=False)
class CountMarks:
    """Where columns stand.

    Attributes:
        left, right: [C] places.
        wrong, top: [C] heights of the wrong examples, and of all, up to 1.
        cut: rows [n, 2] of place and number of examples, of columns that are higher than that.
    """

    left: np.ndarray
    right: np.ndarray
    wrong: np.ndarray
    top: np.ndarray
    cut: np.ndarray


def count_axis(tracks: Sequence[Track], most: int) -> Axis:
    """Return the axis of counts of all runs: the highest columns may be cut."""
    counts = np.concatenate([track.counts[track.counts > 0] for track in tracks])
    if not len(counts):
        return linear_axis(0, 1, most)
    largest, tall = counts.max(), float(np.quantile(counts, _TALL)) * _ABOVE
    high = largest * 1.04 if largest < 2 * tall else tall
    return linear_axis(0, high, most, grouped if high < 10_000 else _thousands)


def _thousands(count: float) -> str:
    return f"{count / 1000:g}k" if count else "0"


class Counts:
    """The columns of a run.

    Args:
        track: of the run.
        axis: of the scores.
        counts: the axis of counts.

    Attributes:
        bins: B.
    """

    def __init__(self, track: Track, axis: Axis, counts: Axis):
        self._track, self._axis, self._counts = track, axis, counts
        self.bins = track.counts.shape[1]

    def at(self, frame: Frame) -> CountMarks:
        """Return where the columns stand in a frame.

        Where bins differ between two snapshots, columns stand between the edges of both, and rise
        and fall where they are; see `anim.panels.bins`.
        """
        track, low = self._track, self._axis.low
        edges = edges_of(track, frame.before, low)
        if do_differ(frame):
            shared = shared_bins(frame, low)
            starts, ends = shared.low, shared.high
            counts, hits = shared.mix(frame, track.counts), shared.mix(frame, track.hits)
        else:
            starts, ends = edges[:-1], edges[1:]
            counts, hits = frame.mix(track.counts), frame.mix(track.hits)
        middle = (starts + ends) / 2
        half = (ends - starts) / 2 * (COLUMN if track.edges.ndim == 1 else 1)
        # Numbers are those of a snapshot, where its columns are.
        known = track.counts[frame.before]
        cut = np.flatnonzero(known > self._counts.high)
        places = self._axis.place((edges[1:] + edges[:-1]) / 2)
        return CountMarks(
            left=self._axis.place(middle - half),
            right=self._axis.place(middle + half),
            wrong=np.minimum(self._counts.place(counts - hits), 1),
            top=np.minimum(self._counts.place(counts), 1),
            cut=np.stack([places[cut], known[cut]], axis=1),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class CountsPanel(ScorePanel):
    """What the columns of a run show.

    Attributes:
        columns: the columns.
        lower: the mark of their lower part, see `Words.columns`.
    """

    columns: Counts
    lower: str


def counts_panel(
    tracks: Sequence[Track], rank: int, subject: Subject, words: Words, size: tuple[float, float]
) -> CountsPanel:
    """Return what the columns of a run show; all runs have the same axis.

    Args:
        tracks: of all runs.
        rank: of the run.
        subject: what the picture is about.
        words: of the picture.
        size: width and height of the axes, in pixels of the reference design.
    """
    width, height = size
    axis = score_axis(subject, words, width)
    counts = count_axis(tracks, max(int(height / NUMBER_BESIDE), 1))
    columns = Counts(tracks[rank], axis, counts)
    return CountsPanel(
        x=axis,
        y=counts,
        name=NAME if tracks[rank].effective is None else _WEIGHTED,
        scores=names_of(words, width),
        columns=columns,
        lower=words.columns[1].mark,
    )

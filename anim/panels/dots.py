"""A hundred dots for all examples: how many there are at each score, and how many are wrong."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from anim.panels.axes import Axis
from anim.timeline import Frame, Track

# Distance of two dots, in pixels of the reference design.
PITCH = 6
# What a cell of the grid holds.
NONE, RIGHT, WRONG = 0, 1, 2


class Dots:
    """The dots of a run, in cells of a grid that hangs below an axis.

    Args:
        track: of the run.
        axis: of the scores.
        columns, rows: of the grid.
    """

    def __init__(self, track: Track, axis: Axis, columns: int, rows: int):
        self.columns, self.rows = columns, rows
        self._places = axis.place(track.dots)
        self._wrong = np.zeros(track.dots.shape, bool) if track.wrong is None else track.wrong
        self.cells = lru_cache(maxsize=8)(self._settled)

    def at(self, frame: Frame) -> np.ndarray:
        """Return how much of a right and of a wrong dot is in each cell, [2, columns, rows].

        Dots do not travel: those that come and those that go fade in their cells.
        """
        before, after = self.cells(frame.before), self.cells(frame.after)
        return before + frame.fraction * (after - before)

    def _settled(self, row: int) -> np.ndarray:
        cells = settled(self._places[row], self._wrong[row], self.columns, self.rows)
        return np.stack([cells == RIGHT, cells == WRONG]).astype(float)


def settled(places: np.ndarray, wrong: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """Return what each cell of the grid holds, [columns, rows].

    A dot hangs in the column of its place or, if that is full, in the nearest one that is not; the
    wrong ones of a column hang on top.

    Args:
        places: [D] in [0, 1]; NaN for none.
        wrong: [D] bool.
        columns, rows: of the grid.
    """
    counts = np.zeros((2, columns), int)
    for place, is_wrong in zip(places, wrong, strict=True):
        if np.isnan(place):
            continue
        column = _free(counts.sum(0), min(max(int(place * columns), 0), columns - 1), rows)
        if column is not None:
            counts[int(is_wrong), column] += 1
    row = np.arange(rows)
    rights, wrongs = counts[:, :, None]
    return np.where(row < wrongs, WRONG, np.where(row < rights + wrongs, RIGHT, NONE))


def _free(taken: np.ndarray, column: int, rows: int) -> int | None:
    """Return the column nearest to another one that has room, the left one of two; None if none."""
    for distance in range(len(taken)):
        for other in (column - distance, column + distance):
            if 0 <= other < len(taken) and taken[other] < rows:
                return other
    return None

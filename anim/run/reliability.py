"""The bins and the dots of a run in one view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anim import calibration
from anim.calibration.dots import wrong_dots
from anim.run.statistics import Binned, Told


@dataclass(frozen=True, eq=False)
class Reliability:
    """The bins of every snapshot in one view.

    Attributes:
        view: the name of the view, such as ``score``, ``confidence`` or ``class:NAME``.
        edges: [B + 1] float32; [S, B + 1] for quantile bins, which differ between snapshots.
        counts: [S, B] int64, the examples; 0 for a snapshot that cannot be read.
        hits: [S, B] int64, the examples that count towards ``accuracy``.
        accuracy: [S, B] float64, the share of hits; NaN where the bin is empty.
        confidence: [S, B] float64, the mean score in the bin; NaN where it is empty.
        ideal: [S, B] float64, the share of hits that a calibrated model has there: the mean score
            or, in the score view, that of the predicted class.
    """

    view: str
    edges: np.ndarray
    counts: np.ndarray
    hits: np.ndarray
    accuracy: np.ndarray
    confidence: np.ndarray
    ideal: np.ndarray

    @classmethod
    def of(cls, view: str, edges: np.ndarray, binned: Binned) -> Reliability:
        """Return the reliability for sums over bins.

        Args:
            view: the name of the view.
            edges: [B + 1] or [S, B + 1].
            binned: the sums of all snapshots, [S, B] each.
        """
        sums, lifts = binned.sums, binned.lifts
        accuracy, confidence = calibration.shares(sums, edges)
        return cls(
            view,
            edges,
            np.asarray(sums.counts, np.int64),
            np.asarray(sums.hits, np.int64),
            accuracy,
            confidence,
            # A sum of float32 may exceed that of ones.
            confidence
            if lifts is None
            else np.minimum(confidence + lifts / np.maximum(sums.counts, 1), 1),
        )


@dataclass(frozen=True, eq=False)
class Dotted:
    """Dots that stand for equal parts of the examples of every snapshot, in one view.

    Attributes:
        scores: [S, D] float32, ascending, D = min(N, 100): of more than 100 examples, dot k has the
            score at rank (k + 1/2) / 100. NaN for a snapshot that cannot be read.
        wrong: [S, D] bool, which are drawn as wrong, see `anim.calibration.dots.wrong_dots`;
            None in a view that counts labels.
        mean: [S] float64, the mean score or, in the score view, the mean confidence.
    """

    scores: np.ndarray
    wrong: np.ndarray | None
    mean: np.ndarray

    @classmethod
    def of(cls, view: calibration.View, told: Told, examples: int) -> Dotted:
        """Return the dots for the sums [S, ...] over a number of examples."""
        wrong = None if view.counts_labels else wrong_dots(told.dots, examples)
        return cls(np.asarray(told.dots.scores), wrong, np.asarray(told.mean, np.float64))

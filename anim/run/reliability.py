"""The bins and the dots of a run in one view."""

from __future__ import annotations

from dataclasses import dataclass

import jax
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
        counts: [S, B] int64, the examples; 0 for a snapshot that cannot be read. With weights
            float64, the sums of these.
        hits: [S, B] int64, the examples that count towards ``accuracy``; with weights float64.
        accuracy: [S, B] float64, the share of hits; NaN where the bin is empty.
        confidence: [S, B] float64, the mean score in the bin; NaN where it is empty.
        ideal: [S, B] float64, the share of hits that a calibrated model has there: the mean score
            or, in the score view, that of the predicted class.
        effective: [S, B] float64, with weights the effective number of examples, which says what
            chance does: see `anim.calibration.effective_number`; else None.
    """

    view: str
    edges: np.ndarray
    counts: np.ndarray
    hits: np.ndarray
    accuracy: np.ndarray
    confidence: np.ndarray
    ideal: np.ndarray
    effective: np.ndarray | None = None

    @classmethod
    def of(cls, view: str, edges: np.ndarray, binned: Binned) -> Reliability:
        """Return the reliability for sums over bins.

        Args:
            view: the name of the view.
            edges: [B + 1] or [S, B + 1].
            binned: the sums of all snapshots, [S, B] each.
        """
        sums, lifts = without_unread(binned.sums), binned.lifts
        kind = np.int64 if sums.squares is None else np.float64
        filled = np.maximum(sums.counts, 1)
        if sums.squares is not None:
            filled = np.where(sums.counts > 0, sums.counts, 1)
        accuracy, confidence = calibration.shares(sums, edges)
        return cls(
            view,
            edges,
            np.asarray(sums.counts, kind),
            np.asarray(sums.hits, kind),
            accuracy,
            confidence,
            # A sum of float32 may exceed that of ones.
            confidence if lifts is None else np.minimum(confidence + lifts / filled, 1),
            None if sums.squares is None else np.asarray(sums.effective),
        )

    @property
    def examples(self) -> np.ndarray:
        """The numbers of examples [S, B] from which it follows what chance does."""
        return self.counts if self.effective is None else self.effective


def without_unread(sums: calibration.BinSums) -> calibration.BinSums:
    """Return sums in which a snapshot that cannot be read has none of weights: 0, not NaN."""
    return sums if sums.squares is None else jax.tree.map(np.nan_to_num, sums)


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
    def of(cls, view: calibration.View, told: Told, examples: float) -> Dotted:
        """Return the dots for the sums [S, ...] over a number of examples, or their weight."""
        wrong = None if view.counts_labels else wrong_dots(told.dots, examples)
        return cls(np.asarray(told.dots.scores), wrong, np.asarray(told.mean, np.float64))

"""The metrics of every snapshot; `anim.metrics` says what they are."""

from __future__ import annotations

import numpy as np

from anim import calibration
from anim.calibration import SCORE
from anim.metrics import CHANCE, CONFIDENCE, GAP, P_VALUE, SCORE_P_VALUE
from anim.run.outcome_errors import TOP_LABEL_ERROR
from anim.run.passes import Passes
from anim.run.predictions import Statistic
from anim.run.reliability import Reliability, without_unread
from anim.run.statistics import (
    ERROR_BINS,
    PROPER_SCORES,
    SNAPSHOT_ERRORS,
    TWO_CLASS_ERRORS,
    Bins,
)

# The statistics that `metrics` needs, and those that `errors` needs.
FOR_METRICS = (ERROR_BINS, PROPER_SCORES)
# Of the scores of two classes: none holds scores on both sides of 1/2.
SCORE_BINS = Bins(SCORE, 20)


def metrics(passes: Passes) -> dict[str, np.ndarray]:
    """Return the metrics [S] that every picture needs, by name.

    ECE and MCE: top-label confidence, 15 equal-width bins, all N examples.
    """
    found = passes.compute(FOR_METRICS)
    hits = np.asarray(without_unread(found[ERROR_BINS].values.sums).hits).sum(axis=1)
    (counts, accuracy, confidence), _ = _error_bins(passes)
    scores = found[PROPER_SCORES].values
    return {
        "accuracy": hits / _total(counts),
        "ece": np.asarray(calibration.expected_error_of_bins(counts, accuracy, confidence)),
        "mce": np.asarray(calibration.maximum_error_of_bins(counts, accuracy, confidence)),
        **{name: np.asarray(values, np.float64) for name, values in scores.items()},
    }


def errors(passes: Passes, *, has_score_view: bool) -> dict[str, np.ndarray]:
    """Return the metrics [S], and the errors that take longer, by name."""
    computed = passes.compute(for_errors(has_score_view))
    if has_score_view:
        found = computed[TWO_CLASS_ERRORS].values
    else:
        found = {**computed[SNAPSHOT_ERRORS].values, **computed[TOP_LABEL_ERROR].values}
    low, high = error_interval(passes)
    known, difference = metrics(passes), gap(passes)
    bins, effective = _error_bins(passes)
    return {
        **known,
        CONFIDENCE: known["accuracy"] + difference,
        GAP: difference,
        "ece_low": low,
        "ece_high": high,
        CHANCE: chance(passes),
        P_VALUE: np.asarray(calibration.error_p_value(*bins, effective=effective)),
        **({SCORE_P_VALUE: _score_p_values(passes)} if has_score_view else {}),
        **{name: np.asarray(values, np.float64) for name, values in found.items()},
    }


def for_errors(has_score_view: bool) -> tuple[Statistic, ...]:
    """Return the statistics that `errors` needs."""
    if has_score_view:
        return (*FOR_METRICS, TWO_CLASS_ERRORS, SCORE_BINS)
    return (*FOR_METRICS, SNAPSHOT_ERRORS, TOP_LABEL_ERROR)


def _score_p_values(passes: Passes) -> np.ndarray:
    """Return how likely a calibrated model of two classes has scores this far off, [S]."""
    found = passes.compute([SCORE_BINS])[SCORE_BINS].values
    bins = Reliability.of(SCORE.name, calibration.width_edges(SCORE_BINS.bins), found)
    found = bins.counts, bins.accuracy, bins.ideal
    return np.asarray(calibration.error_p_value(*found, effective=bins.effective))


def gap(passes: Passes) -> np.ndarray:
    """Return mean confidence minus accuracy [S]; NaN for snapshots that could not be read."""
    (counts, accuracy, confidence), _ = _error_bins(passes)
    return np.nansum(counts * (confidence - accuracy), axis=1) / _total(counts)


def chance(passes: Passes) -> np.ndarray:
    """Return the mean ECE [S] of a calibrated model with these confidences."""
    (counts, _, confidence), effective = _error_bins(passes)
    return np.asarray(
        calibration.expected_error_if_calibrated(counts, confidence, effective=effective)
    )


def error_interval(passes: Passes) -> calibration.Interval:
    """Return a 95 % interval of the ECE without chance, [S] each."""
    bins, effective = _error_bins(passes)
    return calibration.error_interval(*bins, effective=effective)


def _error_bins(
    passes: Passes,
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray | None]:
    """Return counts, accuracies and confidences [S, B] of the bins of the ECE.

    With weights also the effective numbers of examples [S, B].
    """
    edges, sums, _ = passes.compute([ERROR_BINS])[ERROR_BINS].values
    sums = without_unread(sums)
    effective = None if sums.squares is None else np.asarray(sums.effective)
    return (np.asarray(sums.counts), *calibration.shares(sums, edges)), effective


def _total(counts: np.ndarray) -> np.ndarray:
    """Return the number of examples [S]; NaN for snapshots that could not be read."""
    total = counts.sum(axis=1)
    return np.where(total > 0, total, np.nan)

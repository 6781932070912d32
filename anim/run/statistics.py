"""Statistics of one snapshot, each of them a function of `Predictions` that can be hashed."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np

from anim.calibration.binned_errors import debiased_error_of_bins, expected_error_of_bins
from anim.calibration.bins import ERROR_BINS as DEFAULT_BINS
from anim.calibration.bins import (
    Array,
    BinSums,
    binned,
    is_on_host,
    lifts,
    shares,
    width_edges,
)
from anim.calibration.class_errors import pooled_error
from anim.calibration.dots import DotSums, dot_sums, weighted_dot_sums
from anim.calibration.neighbours import effective_neighbours, neighbours
from anim.calibration.proper_scores import brier_parts
from anim.calibration.ranked import mass_bins, ranked
from anim.calibration.scores import mean
from anim.calibration.smooth import smooth_calibration_error
from anim.calibration.views import CONFIDENCE, ClassView, View
from anim.run.outcome_errors import (
    TWO_CLASS_VIEWS,
    outcome_errors,
    spiegelhalter_errors,
    two_class_errors,
)
from anim.run.predictions import Predictions, Statistic
from anim.settings import CURVES, FEWEST


class Binned(NamedTuple):
    """Attributes: ``edges``, ``sums`` and, in a folded view, ``lifts``; see `anim.calibration`."""

    edges: Array
    sums: BinSums
    lifts: Array | None


@dataclass(frozen=True)
class _OfView(Statistic):
    """A statistic of one view."""

    view: View

    @property
    def views(self) -> tuple[View, ...]:
        return (self.view,)


@dataclass(frozen=True)
class Bins(_OfView):
    """The sums over the bins of a view."""

    bins: int
    binning: str = "width"

    def __call__(self, predictions: Predictions) -> Binned:
        scores, hits = predictions.views[self.view]
        weights = predictions.weights
        edges, sums = binned(scores, hits, self.bins, self.binning, weights=weights)
        lifted = lifts(scores, edges, weights=weights) if self.view.is_folded else None
        return Binned(edges, sums, lifted)


class Told(NamedTuple):
    """Attributes: ``dots``, and ``mean``, [] the mean score, or the mean of max(s, 1 - s)."""

    dots: DotSums
    mean: Array | np.floating


@dataclass(frozen=True)
class Dots(_OfView):
    """What dots show of a view, and its mean score; in a folded view its mean confidence.

    A dot is wrong if its prediction is. In a view that counts labels, none is.
    """

    def __call__(self, predictions: Predictions) -> Told:
        scores, hits = predictions.views[self.view]
        is_exact = is_on_host(scores)
        if is_exact:
            scores, hits = np.asarray(scores), np.asarray(hits)
        confidences = scores.clip(1 - scores) if self.view.is_folded else scores
        is_wrong = (hits == 0) & (not self.view.counts_labels)
        if (weights := predictions.weights) is not None:
            mean = np.average(confidences, weights=weights)
            return Told(weighted_dot_sums(*map(np.asarray, (scores, is_wrong, weights))), mean)
        mean = confidences.mean(dtype=np.float64 if is_exact else np.float32)
        return Told(dot_sums(scores, is_wrong), mean)


class Shown(NamedTuple):
    """Attributes: ``share`` [P], and ``distance`` [], as of `anim.calibration.smooth.Curve`."""

    share: np.ndarray
    distance: Array | np.floating


@dataclass(frozen=True)
class ReliabilityCurve(_OfView):
    """The share of hits along a view, by the function of a curve of `anim.settings.CURVES`.

    It is NaN where its support is less than 5, and where no 5 examples, at most 0.1 apart, are
    around, with weights by their effective number: see `anim.calibration.neighbours`. In a folded
    view it is the curve of class 1, folded: where class 0 is predicted, a hit is an example that is
    not of class 1. Its distance is the same unfolded.
    """

    kind: str
    points: int

    @property
    def views(self) -> tuple[View, ...]:
        return (_unfolded(self.view),)

    def __call__(self, predictions: Predictions) -> Shown:
        curve = pkgutil.resolve_name(CURVES[self.kind].function)
        scores, hits = predictions.views[_unfolded(self.view)]
        if (weights := predictions.weights) is None:
            share, support, distance = curve(scores, hits, self.points)
            near = neighbours(scores, self.points)
        else:
            share, support, distance = curve(scores, hits, self.points, weights=weights)
            near = effective_neighbours(scores, weights, self.points)
        share = np.where((support >= FEWEST) & (near >= FEWEST), share, np.nan)
        return Shown(_folded(share, 1 - share, self.view), distance)


@dataclass(frozen=True)
class CurveBand(Statistic):
    """Where a `ReliabilityCurve` that has a band lies by chance if calibrated, [2, P].

    ``kind`` is one of `anim.settings.BANDS`.
    """

    curve: ReliabilityCurve
    kind: str

    @property
    def views(self) -> tuple[View, ...]:
        return self.curve.views

    def __call__(self, predictions: Predictions) -> np.ndarray:
        view, points = self.curve.view, self.curve.points
        band = pkgutil.resolve_name(CURVES[self.curve.kind].band)
        weights = predictions.weights
        options = {"band": self.kind, **({} if weights is None else {"weights": weights})}
        low, high = band(*predictions.views[_unfolded(view)], points, **options)
        return np.stack([_folded(low, 1 - high, view), _folded(high, 1 - low, view)])


def _unfolded(view: View) -> View:
    return ClassView(1) if view.is_folded else view


def _folded(above, below, view: View):
    """Return the first where class 1 is predicted, and the second where it is not."""
    is_below = (np.linspace(0, 1, len(above)) <= 0.5) & view.is_folded
    return np.where(is_below, below, above)


ERROR_BINS = Bins(CONFIDENCE, DEFAULT_BINS)


@dataclass(frozen=True)
class ProperScores(Statistic):
    """NLL and Brier score, [] each, if they are known."""

    def __call__(self, predictions: Predictions) -> dict[str, Any]:
        if (weights := predictions.weights) is None:
            return _means(dict(predictions.proper))
        known = predictions.proper.items()
        return {name: np.average(values, weights=weights) for name, values in known}


@dataclass(frozen=True)
class SnapshotErrors(Statistic):
    """The errors of a snapshot that do not follow from its `ERROR_BINS`, [] each.

    Their names are those of `anim.metrics.METRICS`.

    Attributes:
        of_two: whether there are two classes, and those of the score of class 1 are wanted, and
            that of `TOP_LABEL_ERROR`: it takes less time to find them together.
    """

    of_two: bool = False

    @property
    def views(self) -> tuple[View, ...]:
        return TWO_CLASS_VIEWS if self.of_two else (CONFIDENCE,)

    @property
    def needs_class_bins(self) -> bool:
        return True

    def __call__(self, predictions: Predictions) -> dict[str, Array | np.floating]:
        confidence, correct = predictions.views[CONFIDENCE]
        weights = predictions.weights
        smooth = smooth_calibration_error(confidence, correct, weights=weights).error
        # Sorted once for all that follows from their order.
        if self.of_two:
            outcomes, of_two = two_class_errors(predictions)
        else:
            outcomes, of_two = ranked(confidence, correct, weights), {}
        if weights is None:
            edges, sums = mass_bins(outcomes, DEFAULT_BINS)
            of_mass = _errors_of_mass(sums.counts, *shares(sums, edges))
        else:
            edges, sums = binned(confidence, correct, DEFAULT_BINS, "mass", weights=weights)
            of_mass = _weighted_errors(sums, sums.counts, *shares(sums, edges))
        errors = {
            **of_mass,
            "smooth_ece": smooth,
            **outcome_errors(outcomes),
            **spiegelhalter_errors(outcomes),
            **of_two,
        }
        if (of_classes := predictions.class_bins) is not None:
            brier = np.asarray(predictions.proper["brier"])
            if weights is None:
                brier, examples = brier.mean(dtype=np.float64), len(confidence)
            else:
                brier, examples = np.average(brier, weights=weights), weights.sum()
            parts = brier_parts(of_classes, examples, brier)._asdict()
            errors["classwise_ece"] = _class_errors(of_classes).mean()
            errors["pooled_ece"] = pooled_error(of_classes, width_edges(DEFAULT_BINS))
            errors |= {f"brier_{name}": part for name, part in parts.items()}
        return errors


PROPER_SCORES, SNAPSHOT_ERRORS = ProperScores(), SnapshotErrors()
TWO_CLASS_ERRORS = SnapshotErrors(of_two=True)

_means = jax.jit(partial(jax.tree.map, mean))


@jax.jit
def _errors_of_mass(counts, accuracy, confidence) -> dict[str, Array | np.floating]:
    """Return the errors of bins of equal mass: in one program, as each is slow to compile."""
    return {
        "ece_mass": expected_error_of_bins(counts, accuracy, confidence),
        "debiased_l2": debiased_error_of_bins(counts, accuracy, confidence),
    }


def _weighted_errors(sums: BinSums, *found: Array) -> dict[str, Any]:
    return {
        "ece_mass": expected_error_of_bins(*found),
        "debiased_l2": debiased_error_of_bins(*found, effective=sums.effective),
    }


@dataclass(frozen=True)
class ClassErrors(Statistic):
    """The ECE of the score of each class against the rest, [K], of 15 equal-width bins."""

    @property
    def needs_class_bins(self) -> bool:
        return True

    def __call__(self, predictions: Predictions) -> Array:
        assert predictions.class_bins is not None
        return np.asarray(_class_errors(predictions.class_bins))


CLASS_ERRORS = ClassErrors()


def _class_errors(sums: BinSums) -> Array | np.floating:
    edges = width_edges(sums.counts.shape[1])
    return expected_error_of_bins(sums.counts, *shares(sums, edges))

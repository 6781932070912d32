"""Statistics of one snapshot, each of them a function of `Predictions` that can be hashed."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax
import numpy as np

from anim.calibration.binned_errors import debiased_error_of_bins, expected_error_of_bins
from anim.calibration.bins import ERROR_BINS as DEFAULT_BINS
from anim.calibration.bins import Array, BinSums, binned, is_on_host, lifts, shares
from anim.calibration.dots import DotSums, dot_sums
from anim.calibration.prediction_errors import calibration_error
from anim.calibration.proper_scores import (
    brier_decomposition,
    brier_score,
    negative_log_likelihood,
    negative_log_likelihood_of_logits,
)
from anim.calibration.scores import probabilities, real
from anim.calibration.smooth import neighbours, smooth_calibration_error
from anim.calibration.views import CONFIDENCE, ClassView, View, scores_and_hits
from anim.settings import CURVES, FEWEST


class Predictions:
    """A snapshot on the device.

    Args:
        snapshot: its arrays by name; see `anim.Run`. With ``predicted`` [N], these are the
            predicted classes, instead of the arg max of the scores.
        labels: [N], if they are needed.
    """

    def __init__(self, snapshot: Mapping[str, np.ndarray], labels: jax.Array | None = None):
        self.labels = jax.numpy.zeros(0, np.int32) if labels is None else labels
        self._arrays = {name: jax.numpy.asarray(values) for name, values in snapshot.items()}

    @property
    def has_scores(self) -> bool:
        """Whether the scores of all classes are there."""
        return "confidence" not in self._arrays

    @property
    def logits(self) -> jax.Array | None:
        """[N, K], if they were recorded."""
        return self._arrays.get("logits")

    @property
    def as_logits(self) -> jax.Array:
        """[N, K] float32: logits, or the logarithms of probabilities."""
        if self.logits is not None:
            return self.logits.astype(np.float32)
        return jax.numpy.log(jax.numpy.maximum(self.probs, np.finfo(np.float32).tiny))

    @cached_property
    def probs(self) -> jax.Array:
        """[N, K] float32."""
        if self.logits is not None:
            return probabilities(self.logits)
        return self._arrays["probs"].astype(np.float32)

    @cached_property
    def predicted(self) -> jax.Array:
        """[N] the predicted classes: of logits, as a softmax can make two of them equal."""
        known = self._arrays.get("predicted")
        return _largest(self._arrays.get("logits", self.probs)) if known is None else known

    def scores_and_hits(self, view: View) -> tuple[jax.Array, jax.Array]:
        """Return scores and hits, [N] each; see `anim.calibration.scores_and_hits`."""
        if not self.has_scores:
            return self._arrays["confidence"], self._arrays["correct"]
        predicted = None if view.counts_labels else self.predicted
        return scores_and_hits(self.probs, self.labels, view, predicted)


@jax.jit
def _largest(scores: jax.Array) -> jax.Array:
    """Return the class of the largest score, the first one among equals."""
    return real(scores).argmax(1)


class Binned(NamedTuple):
    """Attributes: ``edges``, ``sums`` and, in a folded view, ``lifts``; see `anim.calibration`."""

    edges: Array
    sums: BinSums
    lifts: Array | None


@dataclass(frozen=True)
class Bins:
    """The sums over the bins of a view."""

    view: View
    bins: int
    binning: str = "width"

    def __call__(self, predictions: Predictions) -> Binned:
        scores, hits = predictions.scores_and_hits(self.view)
        edges, sums = binned(scores, hits, self.bins, self.binning)
        return Binned(edges, sums, lifts(scores, edges) if self.view.is_folded else None)


class Told(NamedTuple):
    """Attributes: ``dots``, and ``mean``, [] the mean score, or the mean of max(s, 1 - s)."""

    dots: DotSums
    mean: Array | np.floating


@dataclass(frozen=True)
class Dots:
    """What dots show of a view, and its mean score; in a folded view its mean confidence.

    A dot is wrong if its prediction is. In a view that counts labels, none is.
    """

    view: View

    def __call__(self, predictions: Predictions) -> Told:
        scores, hits = predictions.scores_and_hits(self.view)
        is_exact = is_on_host(scores)
        if is_exact:
            scores, hits = np.asarray(scores), np.asarray(hits)
        confidences = scores.clip(1 - scores) if self.view.is_folded else scores
        mean = confidences.mean(dtype=np.float64 if is_exact else np.float32)
        return Told(dot_sums(scores, (hits == 0) & (not self.view.counts_labels)), mean)


class Shown(NamedTuple):
    """Attributes: ``share`` [P], and ``distance`` [], as of `anim.calibration.smooth.Curve`."""

    share: np.ndarray
    distance: Array | np.floating


@dataclass(frozen=True)
class ReliabilityCurve:
    """The share of hits along a view, by the function of a curve of `anim.settings.CURVES`.

    It is NaN where its support is less than 5, and where no 5 examples, at most 0.1 apart, are
    around: see `anim.calibration.smooth.neighbours`. In a folded view it is the curve of class 1,
    folded: where class 0 is predicted, a hit is an example that is not of class 1. Its distance is
    the same unfolded.
    """

    view: View
    kind: str
    points: int

    def __call__(self, predictions: Predictions) -> Shown:
        curve = pkgutil.resolve_name(CURVES[self.kind].function)
        scores, hits = _unfolded(predictions, self.view)
        share, support, distance = curve(scores, hits, self.points)
        near = neighbours(scores, self.points)
        share = np.where((support >= FEWEST) & (near >= FEWEST), share, np.nan)
        return Shown(_folded(share, 1 - share, self.view), distance)


@dataclass(frozen=True)
class CurveBand:
    """Where a `ReliabilityCurve` that has a band lies by chance if calibrated, [2, P].

    ``kind`` is one of `anim.settings.BANDS`.
    """

    curve: ReliabilityCurve
    kind: str

    def __call__(self, predictions: Predictions) -> np.ndarray:
        view, points = self.curve.view, self.curve.points
        band = pkgutil.resolve_name(CURVES[self.curve.kind].band)
        low, high = band(*_unfolded(predictions, view), points, band=self.kind)
        return np.stack([_folded(low, 1 - high, view), _folded(high, 1 - low, view)])


def _unfolded(predictions: Predictions, view: View) -> tuple[jax.Array, jax.Array]:
    return predictions.scores_and_hits(ClassView(1) if view.is_folded else view)


def _folded(above, below, view: View):
    """Return the first where class 1 is predicted, and the second where it is not."""
    is_below = (np.linspace(0, 1, len(above)) <= 0.5) & view.is_folded
    return np.where(is_below, below, above)


ERROR_BINS = Bins(CONFIDENCE, DEFAULT_BINS)


def proper_scores(predictions: Predictions) -> dict[str, jax.Array]:
    """Return NLL and Brier score, [] each; nothing without the scores of all classes."""
    if not predictions.has_scores:
        return {}
    labels = predictions.labels
    if predictions.logits is not None:
        nll = negative_log_likelihood_of_logits(predictions.logits, labels)
    else:
        nll = negative_log_likelihood(predictions.probs, labels)
    return {"nll": nll, "brier": brier_score(predictions.probs, labels)}


def snapshot_errors(predictions: Predictions) -> dict[str, jax.Array]:
    """Return the errors of a snapshot that do not follow from its `ERROR_BINS`, [] each.

    Their names are those of `anim.metrics.METRICS`.
    """
    confidence, correct = predictions.scores_and_hits(CONFIDENCE)
    edges, sums = binned(confidence, correct, DEFAULT_BINS, "mass")
    of_mass = (sums.counts, *shares(jax.device_get(sums), edges))
    errors = {
        "ece_mass": expected_error_of_bins(*of_mass),
        "debiased_l2": debiased_error_of_bins(*of_mass),
        "smooth_ece": smooth_calibration_error(confidence, correct).error,
    }
    if predictions.has_scores:
        probs, labels = predictions.probs, predictions.labels
        errors["classwise_ece"] = calibration_error(probs, labels, classwise=True)
        parts = brier_decomposition(probs, labels)._asdict()
        errors |= {f"brier_{name}": part for name, part in parts.items()}
    return errors

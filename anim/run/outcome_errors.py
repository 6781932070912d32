"""Statistics of outcomes by score, without bins, and of outcomes by predicted class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import numpy as np

from anim.calibration.bins import ERROR_BINS, width_edges
from anim.calibration.class_errors import top_label_bins, top_label_errors
from anim.calibration.corp import corp_parts
from anim.calibration.ranked import Ranked, ranked, ranked_of_two
from anim.calibration.score_tests import differences, spiegelhalter
from anim.calibration.views import CONFIDENCE, ClassView, View
from anim.metrics import OF_SCORES
from anim.run.predictions import Predictions, Statistic


def outcome_errors(outcomes: Ranked) -> dict[str, np.floating]:
    """Return the errors that follow from outcomes by score, by their names, [] each."""
    corp, walk = corp_parts(outcomes), differences(outcomes)
    return {
        "corp_mcb": corp.miscalibration,
        "corp_dsc": corp.discrimination,
        "corp_unc": corp.uncertainty,
        "kuiper": walk.kuiper,
        "kuiper_p": walk.kuiper_p,
    }


def spiegelhalter_errors(outcomes: Ranked) -> dict[str, np.floating]:
    """Return Spiegelhalter's test; of the score of class 1 of two it is that of the confidence."""
    found = spiegelhalter(outcomes)
    return {"spiegelhalter_z": found.z, "spiegelhalter_p": found.p}


@dataclass(frozen=True)
class _Predicted(View):
    """The confidence, and in place of hits the predicted classes; no picture has this view."""

    pattern = "predicted"

    def scores(self, probs: jax.Array) -> jax.Array:
        return probs.max(1)

    def hits(
        self,
        values: jax.Array,
        predicted: jax.Array,
        labels: jax.Array,
    ) -> jax.Array:
        return predicted

    def label(self, classes: Sequence[Sequence[str]]) -> str:
        return "confidence"


@dataclass(frozen=True)
class TopLabelError(Statistic):
    """The mean over predicted classes of the ECE of their examples, []; see `anim.metrics`.

    There is none without the scores of all classes.
    """

    @property
    def views(self) -> tuple[View, ...]:
        return (CONFIDENCE, _PREDICTED)

    @property
    def needs_class_bins(self) -> bool:
        return True

    def __call__(self, predictions: Predictions) -> dict[str, np.floating]:
        if (of_classes := predictions.class_bins) is None:
            return {}
        return _top_label_error(predictions, len(of_classes.counts))


def _top_label_error(predictions: Predictions, classes: int) -> dict[str, np.floating]:
    confidence, correct = map(np.asarray, predictions.views[CONFIDENCE])
    _, predicted = predictions.views[_PREDICTED]
    edges = width_edges(ERROR_BINS, confidence.dtype)
    sums = top_label_bins(confidence, correct, predicted, edges, classes, predictions.weights)
    return {_TOP_LABEL: top_label_errors(sums, edges).error}


def two_class_errors(predictions: Predictions) -> tuple[Ranked, dict[str, np.floating]]:
    """Return outcomes by confidence, and the errors by score and by predicted class, of two.

    Args:
        predictions: with `TWO_CLASS_VIEWS`.
    """
    (confidence, correct), (_, predicted), (scores, is_one) = (
        predictions.views[view] for view in TWO_CLASS_VIEWS
    )
    if predictions.weights is not None or confidence.dtype != np.float32:
        found = ranked(confidence, correct, predictions.weights)
        by_score = ranked(scores, is_one, predictions.weights)
        top_label = _top_label_error(predictions, 2)
    else:
        edges = width_edges(ERROR_BINS)
        found, by_score, bins = ranked_of_two(confidence, correct, predicted, scores, edges)
        top_label = {_TOP_LABEL: top_label_errors(bins, edges).error}
    of_scores = outcome_errors(by_score).items()
    return found, {**{f"{OF_SCORES}{name}": value for name, value in of_scores}, **top_label}


_PREDICTED, _TOP_LABEL = _Predicted(), "top_label_ece"
TOP_LABEL_ERROR = TopLabelError()
TWO_CLASS_VIEWS = (CONFIDENCE, _PREDICTED, ClassView(1))

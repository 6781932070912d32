"""Statistics of outcomes by score, without bins, and of outcomes by predicted class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import numpy as np

from anim.calibration.bins import ERROR_BINS, width_edges
from anim.calibration.class_errors import top_label_bins, top_label_errors
from anim.calibration.corp import corp_parts
from anim.calibration.ranked import Ranked, ranked
from anim.calibration.score_tests import differences, spiegelhalter
from anim.calibration.views import CONFIDENCE, ClassView, View
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
class ScoreErrors(Statistic):
    """The `outcome_errors` of the score of class 1 of two."""

    @property
    def views(self) -> tuple[View, ...]:
        return (_CLASS_1,)

    def __call__(self, predictions: Predictions) -> dict[str, np.floating]:
        return outcome_errors(ranked(*predictions.views[_CLASS_1], predictions.weights))


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
        confidence, correct = map(np.asarray, predictions.views[CONFIDENCE])
        _, predicted = predictions.views[_PREDICTED]
        edges = width_edges(ERROR_BINS, confidence.dtype)
        classes = len(of_classes.counts)
        sums = top_label_bins(confidence, correct, predicted, edges, classes, predictions.weights)
        return {"top_label_ece": top_label_errors(sums, edges).error}


_CLASS_1, _PREDICTED = ClassView(1), _Predicted()
SCORE_ERRORS, TOP_LABEL_ERROR = ScoreErrors(), TopLabelError()

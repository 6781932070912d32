"""XGBoost: a callback that records boosting rounds as steps.

xgb.train(..., callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
XGBClassifier(callbacks=[SnapshotCallback("runs/mine", x_val, y_val)]).fit(x, y)
"""

from __future__ import annotations

import json
import math
import os
from functools import partial
from typing import Any

import numpy as np

from anim.errors import SettingError
from anim.integrations.base import CallbackRecorder, guarded, require
from anim.run import Run

xgboost = require("xgboost", "xgboost")

# Objectives whose raw scores are the logits of a sigmoid or softmax.
_OBJECTIVES = (
    "binary:logistic",
    "binary:logitraw",
    "multi:softmax",
    "multi:softprob",
    "reg:logistic",
)


class SnapshotCallback(xgboost.callback.TrainingCallback):
    """Records validation predictions after boosting rounds.

    A step is a number of rounds. At step 0, where there is no tree yet, each example has the base
    score of the model. Evaluation results (``validation_0/logloss``, ...) are recorded too.

    A model with this callback can be copied, pickled, cross-validated and searched. Of several
    trainings with one path the first is recorded; the others warn that it is there already.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        x_val: [N, D] inputs, or a ``DMatrix``. A copy of the callback does not have the latter.
        y_val: [N] integers in [0, K).
        every: rounds between two snapshots.
        outputs: ``logits`` if the raw scores are logits though the objective is none that is known
            for it, such as one of your own.
        missing: the number that stands for a missing value in ``x_val``, as in ``XGBClassifier``.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``.

    Raises:
        RecordingError: there is already a recording at ``path``.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        x_val,
        y_val,
        *,
        every: int = 1,
        outputs: str | None = None,
        missing: float = math.nan,
        on_error: str = "warn",
        **options,
    ):
        super().__init__()
        if outputs not in (None, "logits"):
            raise SettingError("outputs", f"expected 'logits' or None, got {outputs!r}")
        self._x_val, self._missing, self._accepts_any = x_val, missing, outputs is not None
        self._matrix: Any = None
        self._begins_empty = False
        self._recorder = CallbackRecorder(
            path, y_val, every=every, outputs="logits", options=options, on_error=on_error
        )

    def __getstate__(self) -> dict:
        is_matrix = isinstance(self._x_val, xgboost.DMatrix)
        return {
            **self.__dict__,
            "_matrix": None,
            "_x_val": None if is_matrix else self._x_val,
        }

    def run(self) -> Run:
        """Return the snapshots so far."""
        return self._recorder.run()

    def before_training(self, model):
        self._begin(model)
        return model

    def after_iteration(self, model, epoch, evals_log):
        self._after_iteration(model, evals_log)
        return False

    def after_training(self, model):
        self._end(model)
        return model

    @guarded
    def _begin(self, model) -> None:
        if not isinstance(model, xgboost.Booster):
            raise TypeError("model: expected one Booster; xgboost.cv trains several at once")
        if self._x_val is None:
            raise ValueError("x_val: a DMatrix is not copied with a model; pass an array")
        if not self._accepts_any:
            _check_objective(model)
        rounds = model.num_boosted_rounds()
        self._matrix, self._begins_empty = None, rounds == 0
        self._recorder.begin(rounds)
        if rounds:
            self._take(model)

    @guarded
    def _after_iteration(self, model, evals_log) -> None:
        if self._begins_empty:
            # XGBoost estimates the base score in the first round.
            self._begins_empty = False
            if not isinstance(self._x_val, xgboost.DMatrix):
                self._recorder.take(0, partial(self._base_scores, model))
        if self._recorder.is_due(model.num_boosted_rounds()):
            self._take(model, _last(evals_log))

    @guarded
    def _end(self, model) -> None:
        self._take(model)
        self._matrix = None
        self._recorder.end()

    def _take(self, model, metrics=None) -> None:
        self._recorder.take(model.num_boosted_rounds(), partial(self._margins, model), metrics)

    def _margins(self, model) -> np.ndarray:
        if self._matrix is None:
            is_matrix = isinstance(self._x_val, xgboost.DMatrix)
            self._matrix = self._x_val if is_matrix else self._new_matrix(model)
        return model.predict(self._matrix, output_margin=True)

    def _new_matrix(self, model):
        return xgboost.DMatrix(
            self._x_val,
            missing=self._missing,
            feature_types=None if hasattr(self._x_val, "columns") else model.feature_types,
            enable_categorical=True,
        )

    def _base_scores(self, model) -> np.ndarray:
        """Return the scores before the first tree: those with trees, less those of the trees."""
        scores = self._margins(model)
        matrix = self._new_matrix(model)
        matrix.set_base_margin(np.zeros(scores.shape, np.float32))
        of_trees = model.predict(matrix, output_margin=True)
        # One number for all examples: what differs is rounding.
        base = np.median(scores - of_trees, axis=0)
        return np.broadcast_to(base, scores.shape)


def _check_objective(model) -> None:
    """Raise ValueError unless the raw scores of a model are logits of one label an example."""
    learner = json.loads(model.save_config())["learner"]
    objective = learner["objective"]["name"]
    if objective not in _OBJECTIVES:
        raise ValueError(
            f"objective: expected one of {', '.join(_OBJECTIVES)}, got {objective}; "
            "outputs='logits' records the raw scores of an objective of your own as logits"
        )
    if int(learner["learner_model_param"].get("num_target", 1)) > 1:
        raise ValueError("objective: expected one label an example, got a model of several")


def _last(evals_log) -> dict[str, float]:
    """Return the newest value of each metric, by ``data/metric``."""
    found = {}
    for data, metrics in evals_log.items():
        for name, values in metrics.items():
            found[f"{data}/{name}"] = values[-1]
    return found

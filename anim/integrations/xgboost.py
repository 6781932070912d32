"""XGBoost: a callback that records boosting rounds as steps.

xgb.train(..., callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
XGBClassifier(callbacks=[SnapshotCallback("runs/mine", x_val, y_val)]).fit(x, y)
"""

from __future__ import annotations

import os

from anim.integrations.base import CallbackRecorder, require
from anim.run import Run

xgboost = require("xgboost", "xgboost")


class SnapshotCallback(xgboost.callback.TrainingCallback):
    """Records validation predictions after boosting rounds; at step 0 there is no tree yet.

    Evaluation results (``validation_0/logloss``, ...) are recorded too.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        x_val: [N, D] inputs, or a ``DMatrix``.
        y_val: [N] integers in [0, K).
        every: rounds between two snapshots.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``.
    """

    def __init__(self, path: str | os.PathLike | None, x_val, y_val, *, every: int = 1, **options):
        super().__init__()
        is_matrix = isinstance(x_val, xgboost.DMatrix)
        self._x_val = x_val if is_matrix else xgboost.DMatrix(x_val)
        self._recorder = CallbackRecorder(
            path, y_val, every=every, outputs="logits", options=options
        )

    def run(self) -> Run:
        """Return the snapshots so far."""
        return self._recorder.run()

    def _step(self, model) -> int:
        return self._recorder.offset + model.num_boosted_rounds()

    def _take(self, model, metrics=None) -> None:
        step = self._step(model)
        if step > self._recorder.last_step:
            margins = model.predict(self._x_val, output_margin=True)
            self._recorder.take(step, margins, metrics)

    def before_training(self, model):
        if not isinstance(model, xgboost.Booster):
            raise TypeError("model: expected a Booster; cross-validation trains several models")
        self._recorder.begin()
        if model.num_boosted_rounds():
            # Training continues from an earlier model, whose rounds are counted already.
            self._recorder.offset = 0
        self._take(model)
        return model

    def after_iteration(self, model, epoch, evals_log):
        if self._recorder.is_due(self._step(model)):
            self._take(model, _last(evals_log))
        return False

    def after_training(self, model):
        self._take(model)
        self._recorder.end()
        return model


def _last(evals_log) -> dict[str, float]:
    """Return the newest value of each metric, by ``data/metric``."""
    found = {}
    for data, metrics in evals_log.items():
        for name, values in metrics.items():
            found[f"{data}/{name}"] = values[-1]
    return found

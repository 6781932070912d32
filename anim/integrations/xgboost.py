"""XGBoost: a callback that records boosting rounds as steps.

xgb.train(..., callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
XGBClassifier(callbacks=[SnapshotCallback("runs/mine", x_val, y_val)]).fit(x, y)
"""

from __future__ import annotations

import os
from functools import partial

from anim.integrations.base import CallbackRecorder, guarded, require
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
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        x_val,
        y_val,
        *,
        every: int = 1,
        on_error: str = "warn",
        **options,
    ):
        super().__init__()
        is_matrix = isinstance(x_val, xgboost.DMatrix)
        self._x_val = x_val if is_matrix else xgboost.DMatrix(x_val)
        self._recorder = CallbackRecorder(
            path, y_val, every=every, outputs="logits", options=options, on_error=on_error
        )

    def run(self) -> Run:
        """Return the snapshots so far."""
        return self._recorder.run()

    def _take(self, model, metrics=None) -> None:
        predict = partial(model.predict, self._x_val, output_margin=True)
        self._recorder.take(model.num_boosted_rounds(), predict, metrics)

    @guarded
    def _begin(self, model) -> None:
        if not isinstance(model, xgboost.Booster):
            raise TypeError("model: expected a Booster; cross-validation trains several models")
        self._recorder.begin(model.num_boosted_rounds())
        self._take(model)

    @guarded
    def _after_iteration(self, model, evals_log) -> None:
        if self._recorder.is_due(model.num_boosted_rounds()):
            self._take(model, _last(evals_log))

    @guarded
    def _end(self, model) -> None:
        self._take(model)
        self._recorder.end()

    def before_training(self, model):
        self._begin(model)
        return model

    def after_iteration(self, model, epoch, evals_log):
        self._after_iteration(model, evals_log)
        return False

    def after_training(self, model):
        self._end(model)
        return model


def _last(evals_log) -> dict[str, float]:
    """Return the newest value of each metric, by ``data/metric``."""
    found = {}
    for data, metrics in evals_log.items():
        for name, values in metrics.items():
            found[f"{data}/{name}"] = values[-1]
    return found

"""XGBoost: boosting rounds as steps.

xgb.train(..., callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
XGBClassifier(callbacks=[SnapshotCallback("runs/mine", x_val, y_val)]).fit(x, y)
"""

from __future__ import annotations

import os

from anim.integrations.base import Snapshots, require

xgboost = require("xgboost", "xgboost")


class SnapshotCallback(xgboost.callback.TrainingCallback):
    """Records validation predictions after boosting rounds; round 0 has no tree yet.

    What is evaluated on the way (``validation_0/logloss``, ...) is recorded too.

    Args:
        path: a folder for the recording; None keeps it in memory, for `run`.
        x_val: [N, D] inputs, or a ``DMatrix``.
        y_val: [N] integers in [0, K).
        every: rounds between two snapshots.
        options: more arguments of `anim.Recorder`: ``classes``, ``keep``, ``resume``, ...
    """

    def __init__(self, path: str | os.PathLike | None, x_val, y_val, *, every: int = 1, **options):
        super().__init__()
        is_matrix = isinstance(x_val, xgboost.DMatrix)
        self._x_val = x_val if is_matrix else xgboost.DMatrix(x_val)
        self._snapshots = Snapshots(path, y_val, every=every, outputs="logits", options=options)

    def run(self):
        """The snapshots so far, as an `anim.Run`."""
        return self._snapshots.run()

    def _step(self, model) -> int:
        return self._snapshots.offset + model.num_boosted_rounds()

    def _take(self, model, metrics=None) -> None:
        step = self._step(model)
        if step > self._snapshots.last_step:
            margins = model.predict(self._x_val, output_margin=True)
            self._snapshots.take(step, margins, metrics)

    def before_training(self, model):
        if not isinstance(model, xgboost.Booster):
            raise TypeError("a cross-validation trains several models: give each a callback")
        self._snapshots.begin()
        if model.num_boosted_rounds():
            self._snapshots.offset = 0  # it goes on from an earlier model, and counts on
        self._take(model)
        return model

    def after_iteration(self, model, epoch, evals_log):
        if self._snapshots.is_due(self._step(model)):
            self._take(model, _last(evals_log))
        return False

    def after_training(self, model):
        self._take(model)
        self._snapshots.end()
        return model


def _last(evals_log) -> dict[str, float]:
    """The newest value of each metric, as ``data/metric``."""
    found = {}
    for data, metrics in evals_log.items():
        for name, values in metrics.items():
            found[f"{data}/{name}"] = values[-1]
    return found

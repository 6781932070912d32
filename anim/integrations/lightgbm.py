"""LightGBM: boosting rounds as steps.

lgb.train(..., callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
LGBMClassifier().fit(x, y, callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
"""

from __future__ import annotations

import os

from anim.integrations.base import Snapshots, require

lightgbm = require("lightgbm", "lightgbm")


class SnapshotCallback:
    """Records validation predictions after boosting rounds.

    What is evaluated on the way (``valid_0/binary_logloss``, ...) is recorded too. LightGBM tells
    no callback that training has stopped early: each snapshot is committed before the next round,
    and `close` lets others write to the path.

    Args:
        path: a folder for the recording; None keeps it in memory, for `run`.
        x_val: [N, D] inputs.
        y_val: [N] integers in [0, K).
        every: rounds between two snapshots.
        options: more arguments of `anim.Recorder`: ``classes``, ``keep``, ``resume``, ...
    """

    # After the evaluation (which is what early stopping, order 30, ends with an exception).
    order = 25
    before_iteration = False

    def __init__(self, path: str | os.PathLike | None, x_val, y_val, *, every: int = 1, **options):
        self._x_val = x_val
        self._snapshots = Snapshots(path, y_val, every=every, outputs="logits", options=options)

    def run(self):
        """The snapshots so far, as an `anim.Run`."""
        return self._snapshots.run()

    def close(self) -> None:
        """Lets others write to the path."""
        self._snapshots.end()

    def __call__(self, env) -> None:
        self._snapshots.begin()
        rounds, is_last = env.iteration + 1, env.iteration + 1 == env.end_iteration
        step = self._snapshots.offset + rounds
        if self._snapshots.is_due(step) or is_last:
            scores = env.model.predict(self._x_val, raw_score=True, num_iteration=rounds)
            metrics = {
                f"{data}/{name}": value
                for data, name, value, *_ in env.evaluation_result_list or []
            }
            self._snapshots.take(step, scores, metrics)
        if is_last:
            self.close()

"""LightGBM: a callback that records boosting rounds as steps.

lgb.train(..., callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
LGBMClassifier().fit(x, y, callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
"""

from __future__ import annotations

import os
from functools import partial

from anim.integrations.base import CallbackRecorder, guarded, require
from anim.run import Run

lightgbm = require("lightgbm", "lightgbm")


class SnapshotCallback:
    """Records validation predictions after boosting rounds.

    Evaluation results (``valid_0/binary_logloss``, ...) are recorded too. LightGBM does not notify
    callbacks when training stops early; call `close` then, to release the path.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        x_val: [N, D] inputs.
        y_val: [N] integers in [0, K).
        every: rounds between two snapshots.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``.
    """

    # Before early stopping (order 30), which ends the round with an exception.
    order = 25
    before_iteration = False

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
        self._x_val = x_val
        self._recorder = CallbackRecorder(
            path, y_val, every=every, outputs="logits", options=options, on_error=on_error
        )

    def run(self) -> Run:
        """Return the snapshots so far."""
        return self._recorder.run()

    def close(self) -> None:
        """Commit all snapshots, and release the path for other recorders."""
        self._recorder.end()

    @guarded
    def __call__(self, env) -> None:
        if env.iteration == env.begin_iteration:
            self._recorder.begin(env.begin_iteration)
        rounds, is_last = env.iteration + 1, env.iteration + 1 == env.end_iteration
        if self._recorder.is_due(rounds) or is_last:
            predict = partial(env.model.predict, self._x_val, raw_score=True, num_iteration=rounds)
            metrics = {
                f"{data}/{name}": value
                for data, name, value, *_ in env.evaluation_result_list or []
            }
            self._recorder.take(rounds, predict, metrics)
        if is_last:
            self.close()

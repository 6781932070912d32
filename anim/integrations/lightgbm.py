"""LightGBM: a callback that records boosting rounds as steps.

lgb.train(..., callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
LGBMClassifier().fit(x, y, callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import partial

import numpy as np

from anim.checks.arrays import as_array
from anim.errors import SettingError
from anim.integrations.base import CallbackRecorder, guarded, require
from anim.run import Run

lightgbm = require("lightgbm", "lightgbm")

# Objectives whose raw scores are logits, but for a factor.
_OBJECTIVES = ("binary", "cross_entropy", "multiclass")


class SnapshotCallback:
    """Records validation predictions after boosting rounds.

    A step is a number of rounds, with those of an ``init_model``. Evaluation results
    (``valid_0/binary_logloss``, ...) are recorded too. All is committed as it is recorded.

    LightGBM does not notify callbacks when training stops early: a callback that is kept in a
    variable then holds its path for other processes until `run` or `close`.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        x_val: [N, D] inputs.
        y_val: [N] integers in [0, K); or names, with ``classes`` in sorted order, as in
            ``LGBMClassifier``.
        every: rounds between two snapshots.
        outputs: ``logits`` if the raw scores are logits though the objective is none that is known
            for it, such as one of your own.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``.

    Raises:
        RecordingError: there is already a recording at ``path``.
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
        outputs: str | None = None,
        on_error: str = "warn",
        **options,
    ):
        if outputs not in (None, "logits"):
            raise SettingError("outputs", f"expected 'logits' or None, got {outputs!r}")
        self._x_val, self._accepts_any = x_val, outputs is not None
        self._scale = _Scale()
        self._recorder = CallbackRecorder(
            path, y_val, every=every, outputs="logits", options=options, on_error=on_error
        )
        _check_order(y_val, options.get("classes"))

    def run(self) -> Run:
        """Return the snapshots so far, and release the path until the next one."""
        self._recorder.attempt(self._recorder.end)
        return self._recorder.run()

    def close(self) -> None:
        """Commit all snapshots, and release the path for other recorders."""
        self._recorder.attempt(self._recorder.end)

    @guarded
    def __call__(self, env) -> None:
        if env.iteration == env.begin_iteration:
            self._begin(env)
        else:
            self._recorder.proceed()
        rounds, is_last = env.iteration + 1, env.iteration + 1 == env.end_iteration
        if self._recorder.is_due(rounds) or is_last:
            metrics = {
                f"{data}/{name}": value
                for data, name, value, *_ in env.evaluation_result_list or []
            }
            if self._recorder.take(rounds, partial(self._logits, env.model, rounds), metrics):
                self._recorder.commit()
        if is_last:
            self._recorder.end()

    def _begin(self, env) -> None:
        if not isinstance(env.model, lightgbm.Booster):
            raise TypeError("model: expected one Booster; lightgbm.cv trains several at once")
        self._scale = _Scale() if self._accepts_any else _scale_of(env.model)
        self._recorder.begin(env.begin_iteration)

    def _logits(self, model, rounds: int) -> np.ndarray:
        scores = model.predict(self._x_val, raw_score=True, num_iteration=rounds)
        return np.asarray(scores) * self._scale.at(rounds)


@dataclass(frozen=True)
class _Scale:
    """What raw scores are multiplied by to be logits: the slope of a sigmoid, for a mean."""

    slope: float = 1.0
    is_mean: bool = False

    def at(self, rounds: int) -> float:
        """Return the factor for a number of rounds."""
        return self.slope / rounds if self.is_mean else self.slope


def _scale_of(model) -> _Scale:
    """Return the scale of the raw scores of a model.

    Raises:
        ValueError: the objective is none whose raw scores are logits.
    """
    header = model.model_to_string(num_iteration=1).partition("\nTree=")[0]
    found = re.search(r"^objective=(\S+)(.*)$", header, re.M)
    objective = "one of your own" if found is None else found[1]
    if found is None or objective not in _OBJECTIVES:
        raise ValueError(
            f"objective: expected one of {', '.join(_OBJECTIVES)}, got {objective}; "
            "outputs='logits' records the raw scores of an objective of your own as logits"
        )
    slope = re.search(r"sigmoid:(\S+)", found[2])
    # A random forest returns the sum of its trees, and predicts by their mean.
    is_mean = re.search(r"^average_output$", header, re.M) is not None
    return _Scale(1.0 if slope is None else float(slope[1]), is_mean)


def _check_order(labels, classes) -> None:
    """Raise SettingError for labels that are names, if the classes are not in the model's order."""
    is_named = as_array("labels", labels).dtype.kind not in "biuf"
    if is_named and list(classes) != sorted(classes):
        raise SettingError(
            "classes", "expected sorted names, as LightGBM sorts them, for labels that are names"
        )

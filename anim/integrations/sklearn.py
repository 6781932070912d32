"""scikit-learn: two lines for a loop of ``partial_fit``, one line for boosted ensembles.

    snapshots = Snapshots("runs/mine", model, x_val, y_val)
    ...
    snapshots(step)

    record_staged(model, x_val, y_val, "runs/mine")

Labels are those that the model is trained with: integers, names, in any order.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping

import numpy as np

from anim.errors import SettingError
from anim.integrations.base import CallbackRecorder, guarded, require
from anim.integrations.classifiers import (
    classes_of,
    indices_in,
    names_of,
    probs_of_labels,
    record_stages,
)
from anim.integrations.randomness import kept_random_state
from anim.run import Run
from anim.run.caller import warn_caller
from anim.settings import whole

sklearn_base = require("sklearn.base", "scikit-learn")

_HAVE_PROBS = (
    "LogisticRegression, SGDClassifier(loss='log_loss'), MLPClassifier, naive Bayes, forests, "
    "boosting and CalibratedClassifierCV have it"
)

# How far single precision may move a probability.
_FLOAT32 = 1e-4


class Snapshots:
    """Records a classifier's predictions for validation data, whenever it is called.

    The predicted class is the one of the largest probability; for a model whose ``predict`` decides
    by something else, a warning at the end gives the largest number of examples that differ. An
    exception does not end the training: it is reported, and the recording stops (``on_error``).
    The recording is closed at the end of a ``with`` block, by `close`, or when Python exits; a call
    after that continues it.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        model: a classifier or a pipeline with ``predict_proba``.
        x_val: [N, D] inputs, as the model takes them.
        y_val: [N] labels, as the model was trained with: integers or names; with
            ``multilabel=True`` [N, L] of 0 and 1.
        every: record only if a multiple of this number of steps was reached since the last
            snapshot; None records at each call.
        outputs: ``logits`` records ``decision_function`` of a model whose ``predict_proba`` is its
            softmax, or its sigmoid; None records ``predict_proba``.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``keep``, ``overwrite`` or ``resume``;
            ``classes`` in the order of the model's ``classes_``.

    Raises:
        TypeError: a model that is not a classifier, or an unknown option.
        ValueError: a wrong value of an argument.
        RecordingError: there is already a recording at ``path``.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        model,
        x_val,
        y_val,
        *,
        every: int | None = None,
        outputs: str | None = None,
        on_error: str = "warn",
        **options,
    ):
        if not sklearn_base.is_classifier(model):
            raise TypeError(f"model: expected a classifier, got {type(model).__name__}")
        self._is_logits, self._names = outputs == "logits", options.get("classes")
        if options.get("multilabel", False):
            if self._is_logits:
                raise SettingError("outputs", "expected None with multilabel=True, got 'logits'")
            outputs = "probs"
        self._recorder = CallbackRecorder(
            path, None, every=every, outputs=outputs, options=options, on_error=on_error
        )
        self._model, self._x_val, self._y_val = model, x_val, y_val
        self._step, self._has_begun = -1, False
        self._apart = _Apart()
        self._close = weakref.finalize(self, _finish, self._recorder, self._apart)

    @guarded
    def __call__(self, step: int | None = None, *, metrics: Mapping | None = None) -> None:
        """Record the predictions of the model as it is now, unless it is not fitted yet.

        Args:
            step: of the training, greater than the last one; None counts the calls from 0.
            metrics: scalars to record with it, such as ``{"loss": loss}``.
        """
        if step is not None:
            whole("step", step, self._step + 1)
        self._step = self._step + 1 if step is None else int(step)
        if getattr(self._model, "classes_", None) is None:
            return
        is_first = not self._has_begun
        if is_first:
            self._has_begun = True
            if not self._recorder.is_multilabel:
                self._recorder.name_classes(names_of(classes_of(self._model), self._names))
            self._recorder.begin(counts_on=step is not None)
        else:
            self._recorder.proceed()
        if is_first or not self._recorder.has_interval or self._recorder.is_due(self._step):
            self._recorder.take(self._step, self._predict, metrics)

    def _predict(self) -> tuple[np.ndarray, np.ndarray]:
        if self._recorder.is_multilabel:
            with kept_random_state(self._model):
                _check_has_probs(self._model)
                return probs_of_labels(self._model, self._x_val), self._y_val
        classes = classes_of(self._model)
        labels = indices_in(classes, self._y_val)
        with kept_random_state(self._model):
            _check_has_probs(self._model)
            scores = probs = self._model.predict_proba(self._x_val)
            if self._is_logits:
                scores = _logits_of(self._model, self._x_val, np.asarray(probs))
            else:
                predicted = self._model.predict(self._x_val)
                self._apart.count(self._step, probs, predicted, classes)
        return scores, labels

    def run(self) -> Run:
        """Return the snapshots so far, the last one with them.

        Nothing has to be closed before: ``anim.animate(snapshots.run(), "mine.gif")``.
        """
        self._apart.warn()
        return self._recorder.run()

    def close(self) -> None:
        """Commit all snapshots, and release the path for other recorders."""
        _finish(self._recorder, self._apart)

    def __enter__(self) -> Snapshots:
        return self

    def __exit__(self, *_) -> None:
        self.close()


def record_staged(
    model,
    x_val,
    y_val,
    path: str | os.PathLike | None = None,
    *,
    every: int = 1,
    **options,
) -> Run:
    """Record what a trained ensemble predicts after each of its stages; return the run.

    Args:
        model: a fitted classifier with ``staged_predict_proba``: ``GradientBoostingClassifier``,
            ``HistGradientBoostingClassifier`` or ``AdaBoostClassifier``.
        x_val: [N, D] inputs, as the model takes them.
        y_val: [N] labels, as the model was trained with: integers or names.
        path: a folder for the recording; None keeps it in memory.
        every: stages between two snapshots; the last one is recorded, too.
        options: more arguments of `anim.Recorder`, such as ``keep`` or ``overwrite``; ``classes``
            in the order of the model's ``classes_``.

    Raises:
        ValueError: a model without stages, or labels that it does not know.
    """
    whole("every", every, 1)
    if not hasattr(model, "staged_predict_proba"):
        raise ValueError(
            "model: expected one with staged_predict_proba, as GradientBoostingClassifier, "
            "HistGradientBoostingClassifier and AdaBoostClassifier, "
            f"got {type(model).__name__}"
        )
    stages = _some(model.staged_predict_proba(x_val), every)
    return record_stages(stages, classes_of(model), y_val, path, options)


def _some(stages: Iterator, every: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (number, probs) of each ``every``-th stage, and of the last one."""
    number, probs = 0, None
    for number, probs in enumerate(stages, 1):
        if number % every == 0:
            yield number, probs
    if probs is not None and number % every:
        yield number, probs


def _check_has_probs(model) -> None:
    """Raise ValueError for a classifier without ``predict_proba``."""
    if not hasattr(model, "predict_proba"):
        raise ValueError(
            f"model: {type(model).__name__} has no predict_proba, and its scores are no logits; "
            f"{_HAVE_PROBS}"
        )


def _logits_of(model, x_val, probs: np.ndarray) -> np.ndarray:
    """Return the ``decision_function`` of a classifier.

    Margins, votes, and one-vs-rest scores of several classes are no logits: their softmax is not
    what ``predict_proba`` returns.

    Args:
        model: a fitted classifier.
        x_val: its N inputs.
        probs: [N, K] its ``predict_proba``.

    Raises:
        SettingError: it has none, or one that returns no logits.
    """
    name = type(model).__name__
    if not hasattr(model, "decision_function"):
        raise SettingError("outputs", f"{name} has no decision_function; leave outputs out")
    scores = np.asarray(model.decision_function(x_val))
    logits = scores if scores.ndim == 2 else np.stack([np.zeros_like(scores), scores], 1)
    with np.errstate(all="ignore"):
        own = np.exp(logits - logits.max(1, keepdims=True))
        own /= own.sum(1, keepdims=True)
    if np.isfinite(scores).all() and (
        own.shape != probs.shape or np.abs(own - probs).max() > _FLOAT32
    ):
        raise SettingError(
            "outputs",
            f"the decision_function of {name} returns no logits: their softmax is not its "
            "predict_proba; leave outputs out to record that",
        )
    return scores


class _Apart:
    """The snapshot in which ``predict`` and the largest probabilities differ most."""

    def __init__(self):
        self._most, self._said, self._total, self._step = 0, 0, 0, 0

    def count(self, step: int, probs, predicted, classes: np.ndarray) -> None:
        """Count the examples [N] of a snapshot whose predicted classes differ."""
        largest = np.asarray(probs).argmax(1)
        apart = int((classes[largest] != np.asarray(predicted)).sum())
        if apart > self._most:
            self._most, self._total, self._step = apart, len(largest), step

    def warn(self) -> None:
        """Warn of the largest count, unless that was said already."""
        if self._most > self._said:
            self._said = self._most
            warn_caller(
                f"predict and predict_proba name different classes in {self._most} of "
                f"{self._total} examples at step {self._step}, and in no more at others; the "
                "accuracy that is recorded is that of predict_proba"
            )


def _finish(recorder: CallbackRecorder, apart: _Apart) -> None:
    recorder.attempt(recorder.end)
    apart.warn()

"""What one snapshot of predictions may hold, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from anim.checks.arrays import raise_first
from anim.checks.labels import check_range
from anim.checks.predictions import (
    checked_confidence,
    checked_correct,
    checked_scores,
    rows_are_probs,
)
from anim.checks.rounding import narrowed
from anim.errors import SettingError
from anim.run.caller import warn_caller
from anim.run.snapshots import KINDS, Form, Snapshot


def checked_snapshot(
    given: Mapping[str, object], labels: np.ndarray, keep: str
) -> dict[str, np.ndarray]:
    """Return the arrays of a snapshot by name, in memory that the caller cannot change.

    Args:
        given: ``logits``, ``probs``, ``confidence`` and ``correct``; None if not given.
        labels: [N] int32.
        keep: one of `anim.settings.KEEPS`.

    Raises:
        ValueError: predictions of a wrong shape or value.
        NotFiniteError: predictions with NaN or infinity.
    """
    given = {name: values for name, values in given.items() if values is not None}
    if tuple(given) not in KINDS.values():
        raise ValueError(
            "snapshot: expected logits, or probs, or confidence and correct, "
            f"got {' and '.join(given) or 'none of them'}"
        )
    if "confidence" in given:
        return {
            "confidence": checked_confidence(given["confidence"], len(labels)),
            "correct": checked_correct(given["correct"], len(labels)),
        }
    ((name, values),) = given.items()
    scores = checked_scores(name, values, len(labels))
    if keep == "top":
        check_range(labels, scores.shape[1])
        return _top(name, scores, labels)
    return {name: _as_float16(name, scores) if keep == "float16" else scores}


def _as_float16(name: str, values: np.ndarray) -> np.ndarray:
    half = narrowed(values, np.dtype(np.float16))
    if np.isinf(half).any():
        raise_first(name, "numbers that float16 can represent", values, np.isinf(half))
    return half


def _top(name: str, values: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Reduce scores [N, K] to the confidence of the predicted class and whether it is right."""
    from anim.calibration.scores import probabilities
    from anim.calibration.views import CONFIDENCE, scores_and_hits

    probs = probabilities(values) if name == "logits" else values
    # Of the scores as they are: a softmax can make two of them equal.
    confidence, correct = scores_and_hits(probs, labels, CONFIDENCE, values.argmax(1))
    return {"confidence": np.asarray(confidence), "correct": np.asarray(correct)}


def warn_if_probs(snapshot: Snapshot) -> None:
    """Warn if the logits look like probabilities, which would give a wrong but plausible picture.

    Args:
        snapshot: checked arrays by name.
    """
    logits = snapshot.get("logits")
    if logits is None:
        return
    try:
        seems = rows_are_probs(logits, "logits")
    except ValueError as error:
        warn_caller(str(error))
        return
    if seems:
        warn_caller(
            "logits: each row is in [0, 1] and sums to 1; if these are probabilities, pass probs="
        )


def check_same_form(form: Form, earlier: Form) -> None:
    """Raise SettingError unless a snapshot has the kind, classes and dtype of earlier ones."""
    if form.keys() != earlier.keys():
        before, now = " and ".join(earlier), " and ".join(form)
        raise SettingError("snapshot", f"expected {before} as in earlier snapshots, got {now}")
    for name, (shape, dtype) in form.items():
        earlier_shape, earlier_dtype = earlier[name]
        if shape != earlier_shape:
            raise SettingError(name, f"expected {earlier_shape[1]} classes, got {shape[1]}")
        if dtype != earlier_dtype:
            problem = f"expected {earlier_dtype} as in earlier snapshots of this run, got {dtype}"
            raise SettingError("keep", problem)


def check_classes(form: Form, labels: np.ndarray, classes: Sequence[str] | None) -> None:
    """Raise ValueError unless the first snapshot fits the labels and the names of classes."""
    name, (shape, _) = next(iter(form.items()))
    count = shape[1] if len(shape) == 2 else None
    if classes is not None and count not in (None, len(classes)):
        raise SettingError(name, f"expected {len(classes)} classes, got {count}")
    if count is None:
        count = None if classes is None else len(classes)
    if count is not None:
        check_range(labels, count)

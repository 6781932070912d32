"""What arrays of an ``.npz`` or ``.npy`` file mean: labels, scores, predictions, steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from anim.errors import SettingError
from anim.record import npy
from anim.record.array_classes import sign_classes
from anim.record.array_content import Content, names_listed
from anim.record.array_examples import read_beside, rows_of
from anim.record.array_ids import ids_of
from anim.record.array_predictions import check_correct, check_predicted
from anim.record.array_shapes import Arrays, in_rows
from anim.record.saved import Saved, scores_of
from anim.record.schema import NOTHING_WANTED, Wanted
from anim.record.spelling import by_name, names_in, words

# Names of arrays in files of scikit-learn, Hugging Face, Keras and others, in small letters. Of
# each list, a file may have one.
_LABELS = words(
    "labels label y_true true_label true_labels y targets target gt ground_truth label_ids y_val "
    "y_test"
)
_LOGITS = ["logits", "logit", "y_logits"]
_PROBS = words("probs prob probabilities probability proba y_prob y_proba softmax")
# Scores that may be either.
_SCORES = words("scores score y_score y_scores outputs output")
# Labels that were predicted, or scores if they are not integers.
_PREDICTED = words(
    "predictions prediction preds pred y_pred y_hat predicted pred_label pred_labels"
)
_STEPS = words("step steps global_step global_steps iteration iterations epoch epochs")
_CONFIDENCE = ["confidence", "confidences"]
_CLASSES = words("classes class_names label_names classes_ target_names")
# numpy.savez calls an array without a name this.
_UNNAMED = "arr_0"


def read_npy(
    path: Path, wanted: Wanted = NOTHING_WANTED, labels: np.ndarray | None = None
) -> Iterator[Saved]:
    """Yield one snapshot: scores [N, K] or [N].

    Args:
        path: the file.
        wanted: what the user says.
        labels: [N] from elsewhere, of which some may be ignored.

    Raises:
        SettingError: the file holds no scores.
    """
    values = npy.load(path)
    if values.dtype.kind in "iub" and values.ndim == 1:
        problem = "expected scores [N, K], got integers [N]; --labels takes labels"
        raise SettingError("FILE", f"{str(path)!r}: {problem}")
    content = Content(path, {})
    count = len(values) if values.ndim else 0
    rows = rows_of(content, read_beside(content, wanted), labels, wanted, (None, count))
    scores = scores_of(path, rows.of(values) if values.ndim else values)
    yield rows.beside(Saved(path, None, None, scores, notes=rows.notes))


def read_npz(
    path: Path, wanted: Wanted = NOTHING_WANTED, labels: np.ndarray | None = None
) -> Iterator[Saved]:
    """Yield one snapshot, or one for each of its steps.

    Args:
        path: the file.
        wanted: what the user says.
        labels: [N] from elsewhere, which say which rows are ignored in the place of those in it.

    Raises:
        SettingError: the file holds no predictions, or arrays that do not belong together.
    """
    with npy.opened(path) as archive:
        content = Content(path, archive)
        own, classes = content.take(_LABELS), _classes_of(content)
        steps = content.take(_STEPS, is_one=False)
        given, predicted, is_named = _predictions_in(content)
        arrays = Arrays(given, own, labels, predicted, read_beside(content, wanted))
        content.check_no_ranks(given)
        key, ids = content.take_ids()
    notes = [f"{role}: {name!r} (by its name)" for name, role in content.taken.items()]
    moments = _steps_of(content, steps)
    arrays = in_rows(content, arrays, steps, wanted.class_axis)
    given, own, predicted = arrays.given, arrays.labels, arrays.predicted
    several = _has_steps(content, steps, moments, given, predicted)
    at_steps = moments if several else None
    shape = (len(moments) if several else None, next(iter(given.values())).shape[int(several)])
    # Of tokens and pixels, ids are of texts or images.
    found = None if ids is None or arrays.layout else _ids_in(content, key, ids, given, at_steps)
    truth = None if own is None else _labels_of(content, own, given, at_steps, classes)
    known = truth if arrays.elsewhere is None else arrays.elsewhere
    rows = rows_of(content, arrays.beside, known, wanted, shape)
    notes += arrays.notes + _rest(content, key if found else None)
    given = {name: rows.of(values, int(several)) for name, values in given.items()}
    truth = None if truth is None else rows.of(truth)
    predicted = None if predicted is None else rows.of(predicted, int(several))
    if found is not None and rows.positions is not None:
        found = tuple(found[row] for row in rows.positions)
    if classes is None and (classes := sign_classes(truth, predicted, given)) is not None:
        truth = None if truth is None else by_name(truth, classes)
    notes = (*notes, *rows.notes)
    saved = rows.beside(Saved(path, None, truth, {}, classes, is_named, notes, found))
    saved = replace(saved, layout=arrays.layout)
    for i, step in enumerate(moments):
        at = {name: values[i] for name, values in given.items()} if several else given
        guess = predicted[i] if several and predicted is not None else predicted
        yield replace(saved, step=step, given=_checked(content, saved, at, guess))


def _rest(content: Content, ids: str | None) -> list[str]:
    """Return what is said of the ids, and of the arrays that are not used."""
    names = [name for name in content.names.values() if name not in content.taken]
    ignored = [name for name in names if name != ids]
    notes = [] if ids is None else [f"id: {ids!r} (by its name)"]
    return notes + ([f"ignored: {names_listed(ignored)}"] if ignored else [])


def _checked(
    content: Content, saved: Saved, given: Mapping[str, np.ndarray], predicted: np.ndarray | None
) -> Mapping[str, np.ndarray]:
    """Return the predictions of a step as arguments of `anim.Recorder.snapshot`.

    Args:
        content: of the file.
        saved: what is known of all steps.
        given: the predictions by the names of their arrays.
        predicted: labels that were predicted; None if there are none.
    """
    truth, classes = saved.labels, saved.classes
    given = given if saved.is_named else scores_of(content.path, *given.values())
    if predicted is not None and "correct" in given:
        check_correct(content, given["correct"], predicted, truth, classes)
    elif predicted is not None:
        names = classes or (None if truth is None else names_in(truth))
        check_predicted(content, given, predicted, names)
    return given


def _has_steps(
    content: Content,
    steps: np.ndarray | None,
    moments: Sequence[int | None],
    given: Mapping[str, np.ndarray],
    predicted: np.ndarray | None,
) -> bool:
    """Return whether predictions have an axis of steps.

    Raises:
        SettingError: predictions of other shapes.
    """
    several = steps is not None and steps.ndim == 1
    # A list of one step beside scores without an axis of steps is that step.
    if several and len(moments) == 1 and all(len(values) != 1 for values in given.values()):
        several = False
    for name, values in given.items():
        _check_axes(content, name, values, len(moments) if several else None)
    if several and predicted is not None and predicted.shape[:1] != (len(moments),):
        found = list(predicted.shape)
        content.fail(f"predictions: expected {len(moments)} steps, got shape {found}")
    return several


def _predictions_in(
    content: Content,
) -> tuple[dict[str, np.ndarray], np.ndarray | None, bool]:
    """Return scores by name, predicted labels or None, and whether the file says what scores are.

    Without scores, they are ``confidence`` and ``correct``, or ``confidence`` and ``pred_label``.
    """
    known = {"logits": _LOGITS, "probs": _PROBS, "scores": _SCORES}
    found = {name: content.take(names) for name, names in known.items()}
    scores = {name: values for name, values in found.items() if values is not None}
    predicted = content.take(_PREDICTED)
    if predicted is not None and not _are_labels(predicted):
        scores, predicted = {**scores, "predictions": predicted}, None
    if not scores and [*content.names] == [_UNNAMED]:
        unnamed = content.take([_UNNAMED])
        scores = {} if unnamed is None else {"scores": unnamed}
    if len(scores) > 1:
        content.fail(f"expected one array of scores, got {' and '.join(scores)}")
    if scores:
        return scores, predicted, not {"scores", "predictions"} & scores.keys()
    confidence, correct = content.take(_CONFIDENCE), content.take(["correct"])
    if confidence is not None and correct is not None:
        return {"confidence": confidence, "correct": correct}, predicted, True
    if content.names and all(name.startswith("arr_") for name in content.names):
        content.fail(
            "expected arrays with names: np.savez(file, probs=..., labels=...), got "
            f"{names_listed(list(content.names))}"
        )
    if predicted is None or confidence is None:
        found_names = names_listed(list(content.names.values())) or "no array"
        beside = "" if predicted is None else " beside the predicted labels"
        content.fail(f"expected logits or probs{beside}, got {found_names}")
    return {"pred_label": predicted, "confidence": confidence}, None, True


def _check_axes(content: Content, name: str, values: np.ndarray, steps: int | None) -> None:
    """Raise SettingError unless an array is of numbers [N, K] or [N], behind an axis of steps."""
    is_row = name in ("correct", "confidence", "pred_label")
    kinds = {"pred_label": "USbiuf", "correct": "biuf"}.get(name, "iuf")
    if values.dtype.kind not in kinds:
        content.fail(f"{name}: expected numbers, got {values.dtype}")
    if steps is not None and (not values.ndim or len(values) != steps):
        content.fail(f"{name}: expected {steps} steps, got shape {list(values.shape)}")
    axes, most = values.ndim - (steps is not None), 1 if is_row else 2
    if not 1 <= axes <= most or not values.size:
        hint = "; several snapshots need an array steps [S]" if steps is None else ""
        expected = "[N]" if is_row else "[N, K] or [N]"
        content.fail(f"{name}: expected shape {expected}, got {list(values.shape)}{hint}")


def _ids_in(
    content: Content,
    name: str,
    ids: np.ndarray,
    given: Mapping[str, np.ndarray],
    steps: Sequence[int | None] | None,
) -> tuple[str, ...] | None:
    """Return the ids of the examples; None if the array holds something else."""
    examples = next(iter(given.values())).shape[steps is not None]
    try:
        return ids_of(name, ids, examples, [None] if steps is None else steps)
    except ValueError as error:
        content.fail(str(error))


def _are_labels(values: np.ndarray) -> bool:
    """Return whether predictions are classes: names, booleans, or whole numbers, not scores."""
    if values.dtype.kind in "USbiu":
        return True
    return values.ndim == 1 and bool(
        (np.isfinite(values) & (np.abs(values) < 2**31) & (values == np.round(values))).all()
    )


def _steps_of(content: Content, steps: np.ndarray | None) -> list[int | None]:
    """Return steps as integers; a list of None if there is no array of them."""
    if steps is None:
        return [None]
    if steps.ndim > 1 or not steps.size:
        content.fail(f"steps: expected one step or a list [S], got shape {list(steps.shape)}")
    if steps.dtype.kind not in "iuf":
        content.fail(f"steps: expected integers, got {steps.dtype}")
    is_step = (steps >= 0) & (steps < 2**53)
    if not is_step.all() or (steps != np.round(steps)).any():
        wrong = steps[~is_step] if not is_step.all() else steps[steps != np.round(steps)]
        content.fail(f"steps: expected integers in [0, 2**53), got {wrong.flat[0]}")
    return [int(step) for step in steps.ravel()]


def _classes_of(content: Content) -> tuple[str, ...] | None:
    names = content.take(_CLASSES)
    if names is None:
        return None
    if names.tolist() == [False, True] or (names.dtype.kind == "f" and _are_labels(names)):
        # Of labels that are booleans or floats, as scikit-learn's classes_ are.
        names = names.astype(np.int64)
    if names.ndim != 1 or names.dtype.kind not in "Uiu":
        content.fail(
            f"classes: expected a list of names, got {names.dtype} of shape {list(names.shape)}"
        )
    return tuple(map(str, names.tolist()))


def _labels_of(
    content: Content,
    labels: np.ndarray,
    given: Mapping[str, np.ndarray],
    steps: Sequence[int | None] | None,
    classes: Sequence[str] | None,
) -> np.ndarray:
    """Return labels, one row of [S, N] labels that are the same at every step."""
    scores = next(iter(given.values()))
    if steps is not None and labels.ndim == 2 and labels.shape == scores.shape[:2]:
        differ = (labels != labels[0]).any(1)
        if differ.any():
            at = steps[int(differ.argmax())]
            content.fail(
                f"labels: expected the same at every step, got others at step {at}; "
                "save examples in one order"
            )
        labels = labels[0]
    return by_name(labels, classes)

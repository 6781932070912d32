"""Predicted labels beside scores, or beside what says whether they are right."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from anim.record.array_content import Content, names_listed
from anim.record.doubts import MAY_BE, is_more_than_a_few
from anim.record.spelling import hits, spelt


def check_correct(
    content: Content,
    correct: np.ndarray,
    predicted: np.ndarray,
    labels: np.ndarray | None,
    classes: Sequence[str] | None,
) -> None:
    """Raise SettingError where ``correct`` is not whether the prediction is the label."""
    if labels is None:
        return
    try:
        are_right = hits(predicted, labels, classes)
    except ValueError as error:
        content.fail(str(error))
    if correct.shape != are_right.shape:
        content.fail(f"correct: expected shape {[*are_right.shape]}, got {[*correct.shape]}")
    is_other = are_right != correct
    if is_other.any():
        at = int(is_other.argmax())
        content.fail(
            f"correct: expected whether the prediction is the label, got {correct[at]} at index "
            f"{at}, where {predicted[at]} is predicted and the label is {labels[at]}; "
            f"wrong in {is_other.sum()} of {len(is_other)} rows"
        )


def check_predicted(
    content: Content,
    scores: Mapping[str, np.ndarray],
    predicted: np.ndarray,
    classes: tuple[str, ...] | None,
) -> None:
    """Warn where predicted labels are not the class with the largest score."""
    (values,) = scores.values()
    if predicted.shape != values.shape[:1]:
        content.fail(f"predictions: expected shape [{len(values)}], got {list(predicted.shape)}")
    if values.ndim == 1 or values.shape[1] == 1:
        of_1 = values.reshape(-1)
        values = np.stack([1 - of_1 if "probs" in scores else 0 * of_1, of_1], axis=1)
    names = classes or tuple(map(str, range(values.shape[1])))
    columns = {name: i for i, name in enumerate(names)}
    texts = spelt(predicted, classes)
    places = np.array([columns.get(text, -1) for text in texts.tolist()])
    if (places < 0).any():
        unknown = texts[int((places < 0).argmax())]
        content.fail(f"predictions: expected one of {names_listed(names)}, got {str(unknown)!r}")
    if places.max() >= values.shape[1]:
        content.fail(f"classes: expected {values.shape[1]} names, got {len(names)}")
    is_other = values[np.arange(len(values)), places] < values.max(1)
    if is_other.any():
        doubt = f": {MAY_BE}" if is_more_than_a_few(int(is_other.sum()), len(is_other)) else ""
        warnings.warn(
            f"{str(content.path)!r}: predictions differ from the largest score in "
            f"{is_other.sum()} of {len(is_other)} rows; the scores are recorded{doubt}",
            stacklevel=2,
        )

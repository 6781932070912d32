"""Classifiers with the methods of scikit-learn: their classes, and scores stage by stage."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np

from anim.checks.labels import listed
from anim.errors import SettingError
from anim.run import Recorder, Run


def indices_in(classes: np.ndarray, labels) -> np.ndarray:
    """Return labels as places in the classes of a model, whose order its scores have.

    Args:
        classes: [K] labels, as in ``classes_``.
        labels: [N] labels: integers, names, or what else the model was trained with.

    Returns:
        [N] integers in [0, K).

    Raises:
        SettingError: labels of another shape, or that the model does not know.
    """
    values = np.asarray(labels)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        problem = f"expected one label an example, got shape {list(values.shape)}"
        raise SettingError("y_val", f"{problem}; for several, pass multilabel=True")
    places = {label: place for place, label in enumerate(classes.tolist())}
    found = np.array([places.get(label, -1) for label in values.tolist()], dtype=int)
    if (found < 0).any():
        index = int((found < 0).argmax())
        raise SettingError(
            "y_val",
            f"expected one of the model's classes {listed(list(map(repr, places)))}, got "
            f"{values.tolist()[index]!r} at index {index}",
        )
    return found


def names_of(classes: np.ndarray, given: Sequence[str] | None) -> list[str] | None:
    """Return the names of a model's classes; None if they are 0, 1, ... without other names.

    Args:
        classes: [K] labels, as in ``classes_``.
        given: K names in the same order; None takes the labels.

    Raises:
        SettingError: another number of names, or the labels in another order.
    """
    own = [str(label) for label in classes.tolist()]
    if given is None:
        return None if own == [str(i) for i in range(len(own))] else own
    names = [str(name) for name in given]
    if len(names) != len(own):
        raise SettingError("classes", f"expected {len(own)} names, got {len(names)}")
    if sorted(names) == sorted(own) and names != own:
        raise SettingError("classes", f"expected the order of the model: {listed(own)}")
    return names


def classes_of(model) -> np.ndarray:
    """Return the classes [K] of a fitted classifier of one label an example.

    Raises:
        ValueError: a regressor, a model that is not fitted, or one of several labels an example.
    """
    name = type(model).__name__
    classes = getattr(model, "classes_", None)
    if classes is None or len(classes) == 0:
        raise ValueError(f"model: expected a fitted classifier, got {name} without classes_")
    if getattr(model, "multilabel_", False) or isinstance(classes, list):
        problem = f"expected one label an example, got {name} for several"
        raise ValueError(f"model: {problem}; with Snapshots, pass multilabel=True")
    return np.asarray(classes)


def probs_of_labels(model, x_val) -> np.ndarray:
    """Return the probability [N, L] of each label, of which an example may have several.

    Args:
        model: fitted to labels [N, L] of 0 and 1.
        x_val: [N, D] inputs.

    Raises:
        ValueError: a model of one label an example, or of labels that are not 0 and 1.
    """
    name, classes = type(model).__name__, getattr(model, "classes_", None)
    found = model.predict_proba(x_val)
    if isinstance(found, list):
        # Of each label, the probabilities of the values that it had in the training.
        columns = zip(found, cast("list[np.ndarray]", classes), strict=True)
        return np.stack([_of_one_label(name, *column) for column in columns], 1)
    is_several = getattr(model, "multilabel_", None)
    if is_several is None:
        labels = getattr(model, "_label_binarizer", None)
        is_several = getattr(labels, "y_type_", "multilabel-indicator") == "multilabel-indicator"
    if not is_several or np.ndim(found) != 2:
        problem = f"expected a model that is fitted to labels [N, L], got {name} with one label"
        raise SettingError("multilabel", f"{problem} an example")
    return np.asarray(found)


def _of_one_label(name: str, probs: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the probability [N] of 1 among those [N, 1 or 2] of values of a label."""
    if not np.isin(values, (0, 1)).all():
        problem = f"expected {name} to be fitted to labels of 0 and 1, got {values.tolist()}"
        raise SettingError("multilabel", problem)
    return np.where(values == 1, probs, 0).sum(1)


def record_stages(
    stages: Iterable[tuple[int, np.ndarray]],
    classes: np.ndarray,
    labels,
    path: str | os.PathLike | None,
    options: dict,
) -> Run:
    """Record the probabilities of each stage of a trained model.

    Args:
        stages: (step, [N, K] probs) of each.
        classes: [K] labels, as in ``classes_``.
        labels: [N] labels.
        path: a folder for the recording; None keeps it in memory.
        options: more arguments of `anim.Recorder`.

    Raises:
        ValueError: labels or classes that are not those of the model.
    """
    options = {**options, "classes": names_of(classes, options.get("classes"))}
    with Recorder(path, labels=indices_in(classes, labels), **options) as recorder:
        for step, probs in stages:
            recorder.snapshot(step, probs=probs)
        return recorder.run()

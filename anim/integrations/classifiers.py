"""Classifiers with the methods of scikit-learn: their classes, and scores stage by stage."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

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
        raise SettingError("y_val", f"expected one label an example, got shape {values.shape}")
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
        raise ValueError(f"model: expected one label an example, got {name} for several")
    return np.asarray(classes)


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

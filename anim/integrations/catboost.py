"""CatBoost: one line after training.

    record_staged(model, x_val, y_val, "runs/mine", every=10)

CatBoost does not show the model to its callbacks while it trains, but a trained model predicts with
any number of its trees.
"""

from __future__ import annotations

import os

import numpy as np

from anim.integrations.base import require
from anim.integrations.classifiers import classes_of, record_stages
from anim.run import Run
from anim.settings import whole

catboost = require("catboost", "catboost")

# Losses of models whose probabilities do not sum to 1.
_SIGMOIDS = ("MultiClassOneVsAll", "MultiLogloss", "MultiCrossEntropy")


def record_staged(
    model,
    x_val,
    y_val,
    path: str | os.PathLike | None = None,
    *,
    every: int = 1,
    **options,
) -> Run:
    """Record what a trained model predicts with its first trees, then more; return the run.

    Args:
        model: a fitted ``CatBoostClassifier``, for one label an example.
        x_val: [N, D] inputs, or a ``Pool``.
        y_val: [N] labels, as the model was trained with: integers or names.
        path: a folder for the recording; None keeps it in memory.
        every: trees between two snapshots; all trees are recorded last.
        options: more arguments of `anim.Recorder`, such as ``keep`` or ``overwrite``; ``classes``
            in the order of the model's ``classes_``.

    Raises:
        ValueError: a model that is not a classifier, or labels that it does not know.
    """
    whole("every", every, 1)
    if not isinstance(model, catboost.CatBoost):
        raise ValueError(f"model: expected a CatBoostClassifier, got {type(model).__name__}")
    classes, trees = classes_of(model), int(model.tree_count_ or 0)
    if len(classes) < 2 or trees == 0:
        raise ValueError("model: expected trees for two classes or more, got none")
    loss = str(model.get_all_params().get("loss_function"))
    if loss.startswith(_SIGMOIDS):
        raise ValueError(f"model: expected probabilities of classes, got one sigmoid each ({loss})")
    steps = [*range(every, trees, every), trees]
    scores = model.staged_predict(x_val, prediction_type="Probability", eval_period=every)
    stages = zip(steps, map(np.asarray, scores), strict=True)
    return record_stages(stages, classes, y_val, path, options)

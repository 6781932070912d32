"""Datasets: the post's XOR squares, and small real ones that scikit-learn ships.

`anim.settings.datasets` is the table of them; a function here makes each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from anim.errors import MissingExtraError
from anim.settings import DATASETS
from anim.settings.limits import real, whole

_XOR = DATASETS["xor"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Arrays to train and validate a classifier on.

    Attributes:
        name: the name in a caption.
        x_train: [N, D] float32 inputs.
        y_train: [N] int32 labels in [0, K).
        x_val: [M, D] float32 inputs.
        y_val: [M] int32 labels in [0, K).
        classes: K class names.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    classes: tuple[str, ...]


def xor(
    train_size: int | None = None, val_size: int | None = None, noise: float = 0.0, seed: int = 0
) -> Dataset:
    """Return points uniform in the unit square, labelled 1 if exactly one coordinate is above 0.5.

    Args:
        train_size: number of training points; None takes 2000.
        val_size: number of validation points; None takes 50 x ``train_size``, as the post does.
        noise: probability, in [0, 1], that a label of either part is flipped.
        seed: seeds both parts.

    Returns:
        A `Dataset` with D = 2 and the classes ``not_xor`` and ``is_xor``.

    Raises:
        SettingError: a size below 1, or a noise outside [0, 1].
    """
    train_size = _XOR.train_size if train_size is None else train_size
    whole("train_size", train_size, 1)
    val_size = _XOR.val_size(train_size) if val_size is None else val_size
    whole("val_size", val_size, 1)
    real("noise", noise, 0, 1)
    rng = np.random.default_rng(seed)

    def part(size: int) -> tuple[np.ndarray, np.ndarray]:
        x = rng.random((size, 2), dtype=np.float32)
        label = (x[:, 0] > 0.5) ^ (x[:, 1] > 0.5)
        flipped = rng.random(size) < noise
        return x, (label ^ flipped).astype(np.int32)

    return Dataset("XOR", *part(train_size), *part(val_size), ("not_xor", "is_xor"))


def digits(train_size: int | None = None, val_size: int | None = None, seed: int = 0) -> Dataset:
    """Return 1797 images of handwritten digits, 8 x 8 pixels, 10 classes (UCI, via scikit-learn).

    Args:
        train_size: training images; None takes half of the images.
        val_size: validation images; None takes all the others.
        seed: seeds the split.

    Raises:
        MissingExtraError: scikit-learn is not installed.
        SettingError: a size below 1, or more examples than there are.
    """
    bunch = _sklearn("digits")
    return _split(
        "handwritten digits", bunch, map(str, bunch.target_names), train_size, val_size, seed
    )


def breast_cancer(
    train_size: int | None = None, val_size: int | None = None, seed: int = 0
) -> Dataset:
    """Return 30 cell measurements of 569 patients, 2 diagnoses (UCI, via scikit-learn).

    Class 1 is ``malignant``, so its score is the score of the diagnosis.

    Args:
        train_size: training examples; None takes half of the examples.
        val_size: validation examples; None takes all the others.
        seed: seeds the split.

    Raises:
        MissingExtraError: scikit-learn is not installed.
        SettingError: a size below 1, or more examples than there are.
    """
    bunch = _sklearn("breast_cancer")
    bunch.target = 1 - bunch.target
    names = map(str, bunch.target_names[::-1])
    return _split("breast cancer diagnosis", bunch, names, train_size, val_size, seed)


def load(
    name: str,
    *,
    train_size: int | None = None,
    val_size: int | None = None,
    noise: float = 0.0,
    seed: int = 0,
) -> Dataset:
    """Return the dataset of that name in `anim.settings.DATASETS`.

    Args:
        name: a key of `anim.settings.DATASETS`.
        train_size: training examples; None takes the dataset's default.
        val_size: validation examples; None takes the dataset's default.
        noise: probability that a label is flipped, for a dataset with label noise.
        seed: seeds the examples, or how they are split.
    """
    make = globals()[name.replace("-", "_")]
    options = {"noise": noise} if DATASETS[name].has_label_noise else {}
    return make(train_size, val_size, seed=seed, **options)


def _sklearn(name: str) -> Any:
    try:
        from sklearn import datasets
    except ImportError as error:
        raise MissingExtraError(
            f"the {name.replace('_', ' ')} data come with scikit-learn, which is not installed: "
            "pip install scikit-learn"
        ) from error
    return getattr(datasets, f"load_{name}")()


def _split(
    name: str,
    bunch: Any,
    classes: Iterable[str],
    train_size: int | None,
    val_size: int | None,
    seed: int,
) -> Dataset:
    """Return shuffled parts, each input standardised by its training mean and deviation."""
    total = len(bunch.target)
    train_size = total // 2 if train_size is None else train_size
    whole("train_size", train_size, 1, total - 1)
    left = total - train_size
    val_size = left if val_size is None else val_size
    whole("val_size", val_size, 1, left)
    order = np.random.default_rng(seed).permutation(total)
    train, val = order[:train_size], order[train_size : train_size + val_size]
    mean, deviation = bunch.data[train].mean(0), bunch.data[train].std(0)
    x = ((bunch.data - mean) / np.where(deviation > 0, deviation, 1)).astype(np.float32)
    y = bunch.target.astype(np.int32)
    return Dataset(name, x[train], y[train], x[val], y[val], tuple(classes))

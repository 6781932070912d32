"""Datasets: the post's XOR squares, and small real ones that scikit-learn ships."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anim.errors import MissingExtraError, SettingError
from anim.settings import VAL_PER_TRAIN, XOR_TRAIN_SIZE, whole


@dataclass(frozen=True, eq=False)
class Dataset:
    """Arrays to train and validate a classifier on.

    Attributes:
        name: what it is called in a caption.
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
    train_size: int = XOR_TRAIN_SIZE, val_size: int | None = None, noise: float = 0.0, seed: int = 0
) -> Dataset:
    """Points uniform in the unit square, labelled 1 where exactly one coordinate is above 0.5.

    Args:
        train_size: number of training points.
        val_size: number of validation points; None takes 50 x ``train_size``, as the post does.
        noise: probability, in [0, 1], that a label (of either part) is flipped.
        seed: seeds both parts.

    Returns:
        A `Dataset` with D = 2 and the classes ``not_xor`` and ``is_xor``.

    Raises:
        SettingError: a size below 1, or a noise outside [0, 1].
    """
    val_size = VAL_PER_TRAIN * train_size if val_size is None else val_size
    for name, size in (("train_size", train_size), ("val_size", val_size)):
        whole(name, size, 1)
    if not 0 <= noise <= 1:
        raise SettingError("noise", f"expected a number from 0 to 1, got {noise}")
    rng = np.random.default_rng(seed)

    def part(size: int) -> tuple[np.ndarray, np.ndarray]:
        x = rng.random((size, 2), dtype=np.float32)
        label = (x[:, 0] > 0.5) ^ (x[:, 1] > 0.5)
        flipped = rng.random(size) < noise
        return x, (label ^ flipped).astype(np.int32)

    return Dataset("XOR", *part(train_size), *part(val_size), ("not_xor", "is_xor"))


def digits(train_size: int | None = None, val_size: int | None = None, seed: int = 0) -> Dataset:
    """Handwritten digits, 8 x 8 pixels, 10 classes, 1797 images (UCI, shipped by scikit-learn).

    Args:
        train_size: training images; None takes half of the images.
        val_size: validation images; None takes all that are left.
        seed: seeds the split.

    Raises:
        MissingExtraError: scikit-learn is not installed.
        SettingError: more examples asked for than there are.
    """
    bunch = _sklearn("digits")
    return _split(
        "handwritten digits", bunch, map(str, bunch.target_names), train_size, val_size, seed
    )


def breast_cancer(
    train_size: int | None = None, val_size: int | None = None, seed: int = 0
) -> Dataset:
    """Breast cancer diagnosis from 30 cell measurements, 569 patients (UCI, via scikit-learn).

    Class 1 is ``malignant``, so that its score is the score of the diagnosis.

    Args:
        train_size: training examples; None takes half of the examples.
        val_size: validation examples; None takes all that are left.
        seed: seeds the split.

    Raises:
        MissingExtraError: scikit-learn is not installed.
        SettingError: more examples asked for than there are.
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
    """The dataset of that name, one of `anim.settings.DATASETS`."""
    if name == "xor":
        return xor(XOR_TRAIN_SIZE if train_size is None else train_size, val_size, noise, seed)
    makers = {"digits": digits, "breast-cancer": breast_cancer}
    return makers[name](train_size, val_size, seed)


def _sklearn(name: str):
    try:
        from sklearn import datasets
    except ImportError as error:
        raise MissingExtraError(
            f"the {name.replace('_', ' ')} data come with scikit-learn, which is not installed: "
            "pip install scikit-learn"
        ) from error
    return getattr(datasets, f"load_{name}")()


def _split(name, bunch, classes, train_size, val_size, seed) -> Dataset:
    """Shuffles, splits, and standardises each input by its training mean and deviation."""
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

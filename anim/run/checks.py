"""What may be recorded: labels and predictions as they come in, checked and made plain arrays."""

from __future__ import annotations

import numpy as np


def checked_labels(labels) -> np.ndarray:
    """The labels as int32 [N], of integers or of one-hot rows."""
    values = np.asarray(labels)
    if values.dtype.kind not in "biuf":
        raise ValueError(
            f"labels: expected integers in [0, K), got {str(values.flat[0])!r}; "
            "names of classes belong in classes="
        )
    if values.ndim == 2:
        is_one_hot = np.isin(values, (0, 1)).all() and (values.sum(1) == 1).all()
        if not is_one_hot:
            raise ValueError("labels: expected [N] integers or one-hot [N, K], got other rows")
        values = values.argmax(1)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"labels: expected [N] integers, got shape {np.shape(labels)}")
    wrong = np.flatnonzero((values != np.floor(values)) | (values < 0))
    if wrong.size:
        raise ValueError(
            f"labels: expected integers of at least 0, got {values[wrong[0]]} at index {wrong[0]}"
        )
    return values.astype(np.int32)


def checked_predictions(kind: str, given, examples: int) -> np.ndarray:
    """The predictions as float32 [N, K], checked, and safe from what the caller does to his."""
    values = np.asarray(given, np.float32)
    if values.flags.writeable and (values is given or not values.flags.owndata):
        values = values.copy()
    if values.shape in ((examples,), (examples, 1)):
        of_class_1 = values.reshape(-1)
        of_class_0 = 1 - of_class_1 if kind == "probs" else np.zeros_like(of_class_1)
        values = np.stack([of_class_0, of_class_1], axis=1)
    if values.ndim != 2 or values.shape[0] != examples or values.shape[1] < 2:
        expected = f"[{examples}, K] with K of at least 2"
        raise ValueError(f"{kind}: expected {expected}, got shape {np.shape(given)}")
    wrong = ~np.isfinite(values)
    problem = "finite numbers"
    if kind == "probs" and not wrong.any():
        wrong = (values < 0) | (values > 1) | (np.abs(values.sum(1, keepdims=True) - 1) > 1e-3)
        problem = "numbers in [0, 1] that sum to 1 (are these logits?)"
    if wrong.any():
        row = int(np.flatnonzero(wrong.any(1))[0])
        raise ValueError(f"{kind}: expected {problem}, got {values[row]} at index {row}")
    return values

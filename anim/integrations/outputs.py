"""Whether a model returns logits or probabilities."""

from __future__ import annotations

import numpy as np

from anim.checks.arrays import as_array, widened
from anim.checks.predictions import check_mixture, rows_of_probs
from anim.checks.rounding import LARGEST_SLACK


class Look:
    """What predictions seem to be, looked at batch by batch, wherever they are.

    Examples with NaN or infinity show nothing, and are passed over.

    Args:
        is_multilabel: whether each number is about one of several labels of an example.
    """

    def __init__(self, is_multilabel: bool = False):
        self._is_multilabel = is_multilabel
        self._rows = self._probs = 0
        self._has_classes = True
        # Whether all were in [0, 1] so far, and whether one of them was not 0.
        self._are_scores, self._is_any = True, False
        self._declared: list[str | None] = []

    def add(self, values, declared: str | None = None) -> None:
        """Look at a batch.

        Args:
            values: [n, K], [n, 1] or [n] predictions: a NumPy array, or a tensor of PyTorch, of
                which only rows that may be probabilities are moved to the host.
            declared: what the model says of them: ``logits``, ``probs``, or None.

        Raises:
            ValueError: no numbers.
        """
        if isinstance(values, np.ndarray) and values.dtype.kind in "OUS":
            found = repr(values.item()) if values.ndim == 0 else values.dtype
            raise ValueError(f"predictions: expected an array of numbers, got {found}")
        self._declared.append(declared)
        if not len(values):
            return
        if self._is_multilabel:
            values = values.reshape(-1)
        numbers = widened(values) if isinstance(values, np.ndarray) else values
        self._has_classes = values.ndim == 2 and values.shape[-1] > 1
        sums = _sums(numbers) if self._has_classes else numbers.reshape(-1)
        is_finite = abs(sums) < np.inf
        if not bool(is_finite.all()):
            # Sums of finite numbers may be infinite, too.
            of_row = numbers.reshape(len(values), -1)
            is_finite = (abs(of_row) < np.inf).all(1)
            numbers, values, sums = numbers[is_finite], values[is_finite], sums[is_finite]
        self._rows += len(values)
        if self._has_classes:
            near = abs(sums - 1) <= LARGEST_SLACK
            if bool(near.any()):
                self._probs += rows_of_probs(as_array("predictions", values[near]))
        # Most logits are settled by their first batch.
        if self._are_scores:
            self._are_scores = bool(((numbers >= 0) & (numbers <= 1)).all())
            self._is_any = self._is_any or bool((numbers != 0).any())

    @property
    def has_nothing(self) -> bool:
        """Whether there was no example of finite numbers."""
        return not self._rows

    @property
    def has_probs_alone(self) -> bool:
        """Whether each row so far is a distribution over two classes or more."""
        return self._has_classes and 0 < self._probs == self._rows

    def kind(self, declared: str | None = None, *, infers: bool = False) -> str:
        """Return what all of them are: ``logits`` or ``probs``.

        Args:
            declared: what the model says of itself, for example by its last activation; it decides
                unless each row is a distribution over two classes or more.
            infers: whether numbers of one output that cannot be probabilities are logits: those
                outside of [0, 1], and zeros alone, which a last layer that begins at zero returns.

        Raises:
            ValueError: neither the values nor the model decide it.
        """
        check_mixture(self._probs, self._rows, "predictions")
        if self.has_probs_alone:
            return "probs"
        if declared is None and len(set(self._declared)) == 1:
            declared = self._declared[0]
        if declared is None and infers and not self._has_classes:
            declared = None if self._are_scores and self._is_any else "logits"
        if declared is not None:
            return declared
        if not self._has_classes:
            of = "values in [0, 1] of labels" if self._is_multilabel else "a model with one output"
            raise ValueError(f"outputs: expected 'logits' or 'probs' for {of}, got None")
        if self._are_scores and self._is_any:
            raise ValueError(
                "outputs: expected 'logits' or 'probs' for values in [0, 1] whose rows do not sum "
                "to 1, got None; outputs='logits' if the loss takes their softmax, as it may of a "
                "last ReLU (one sigmoid a class is neither; with several labels for one example, "
                "pass multilabel=True)"
            )
        return "logits"


def _sums(values):
    """Return the sums of rows [n] in float32, where the values are."""
    if isinstance(values, np.ndarray):
        return values.sum(1, dtype=np.float32)
    return values.float().sum(1)


def kind_of(values: np.ndarray, declared: str | None = None) -> str:
    """Return what predictions are: ``logits`` or ``probs``.

    Args:
        values: [N, K], [N, 1] or [N] predictions.
        declared: as for `Look.kind`.

    Raises:
        ValueError: no numbers, or neither the values nor the model decide it.
    """
    look = Look()
    look.add(values)
    return look.kind(declared)

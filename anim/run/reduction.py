"""Reduces the scores of all classes to what is kept of an example with ``keep="top"``.

One compiled program reads a block of rows once, where it is: on the host, blocks that fit in its
caches; on another device, larger ones. The scores are never copied or moved as a whole.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np

from anim.calibration.losses import losses_of_logits
from anim.calibration.scores import real
from anim.calibration.tiles import largest
from anim.checks.predictions import Scores
from anim.checks.rounding import FLOAT32_SUM, sum_tolerance

_LEAST = float(np.finfo(np.float32).tiny)


class Reduced(NamedTuple):
    """What is kept of n examples, and what shows whether their scores may be.

    Attributes:
        confidence: [n] float32, the probability of the predicted class.
        correct: [n] bool, whether that is the label.
        nll: [n] float32, -log(probability of the label).
        brier: [n] float32, as `anim.calibration.brier_score`: half of the sum for two classes.
        low, high: [n] the smallest and the largest score. XLA's leave NaN out on some CPUs.
        total: [n] the sum of probs; of logits, 1.
    """

    confidence: Any
    correct: Any
    nll: Any
    brier: Any
    low: Any
    high: Any
    total: Any

    @property
    def kept(self) -> dict[str, np.ndarray]:
        """The arrays of a snapshot of kind ``confidence``."""
        return {name: getattr(self, name) for name in ("confidence", "correct", "nll", "brier")}


@partial(jax.jit, static_argnames="name")
def reduced(name: str, scores, labels) -> Reduced:
    """Return what is kept of a block of examples.

    The confidence is, to the last digit, that of a recording of all scores, if both are blocks of
    thousands of numbers: XLA adds up a few rows in another order. NLL and Brier score keep their
    digits near 0, as the sums leave the label's own class out.

    Args:
        name: ``logits`` or ``probs``.
        scores: [n, K] float32, float16 or bfloat16.
        labels: [n] integers in [0, K).
    """
    scores = real(scores)
    low, high = scores.min(1), scores.max(1)
    if name == "logits":
        probs, nll, brier = losses_of_logits(scores, labels)
        correct, total = largest(scores) == labels, jnp.ones_like(high)
        return Reduced(probs.max(1), correct, nll, brier, low, high, total)
    # Rows that are coarser than float32 are divided by their sums.
    total = scores.sum(1)
    scale = jnp.where(jnp.abs(total - 1) > FLOAT32_SUM, total, 1)
    classes = jax.lax.broadcasted_iota(labels.dtype, scores.shape, 1)
    of_label = jnp.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
    # Of equal scores the first is predicted. XLA's own arg max is slow on CPUs.
    earlier = jnp.where(classes < labels[:, None], scores, -jnp.inf).max(1)
    correct = (of_label == high) & (earlier < high)
    others = jnp.where(classes == labels[:, None], 0, scores / scale[:, None])
    squares = jnp.square(others).sum(1) if scores.shape[1] > 2 else 0
    of_label = of_label / scale
    nll = jnp.maximum(-jnp.log(jnp.clip(of_label, _LEAST, 1)), 0)
    brier = jnp.clip(jnp.square(1 - of_label) + squares, 0, 2)
    return Reduced(high / scale, correct, nll, brier, low, high, total)


def can_reduce(dtype: np.dtype) -> bool:
    """Return whether scores of a dtype are reduced as they are, without being converted."""
    return dtype in (np.float32, np.float16, ml_dtypes.bfloat16)


def is_checked(scores: Scores, found: Reduced) -> bool:
    """Return whether it shows in what was reduced that the scores may be kept.

    Otherwise they are to be looked at in detail: they may be wrong, or rounded.

    Args:
        scores: that it was reduced from.
        found: of some of their rows, as NumPy arrays.
    """
    low, high = float(found.low.min()), float(found.high.max())
    if scores.name == "logits":
        # Of logits with NaN all probabilities are NaN, and the largest of them is not above 0.
        is_number = (found.confidence > 0).all()
        return bool(np.isfinite(low) and np.isfinite(high) and is_number)
    slack = FLOAT32_SUM
    if scores.rows.is_elsewhere or scores.rows.dtype != np.float32:
        slack = sum_tolerance(scores.rows.dtype, scores.classes)
    return low >= 0 and high <= 1 and bool((np.abs(found.total - 1) <= slack).all())


class Reducer:
    """Reduces blocks of rows, without a compilation for each number of rows.

    A block with fewer rows than one before, such as that at the end, is filled up to those.

    Args:
        name: ``logits`` or ``probs``.
    """

    def __init__(self, name: str):
        self._name = name
        self._shapes: list[int] = []

    def __call__(self, block, labels: np.ndarray) -> Reduced:
        """Return what is kept of a block, NumPy arrays [n].

        Args:
            block: [n, K] float32, float16 or bfloat16: a NumPy array, one of JAX on any device, or
                a tensor of PyTorch on another device than the CPU.
            labels: [n] int32 in [0, K).
        """
        if hasattr(block, "detach"):
            from anim.run.reduction_torch import reduced_there

            return Reduced(*reduced_there(self._name, block, labels))
        rows = len(labels)
        filled = self._filled(rows) - rows
        if filled:
            pad = np.pad if isinstance(block, np.ndarray) else jnp.pad
            block = pad(block, ((0, filled), (0, 0)))
            labels = np.pad(labels, (0, filled))
        found = jax.device_get(reduced(self._name, block, labels))
        return Reduced(*(values[:rows] for values in found)) if filled else found

    def _filled(self, rows: int) -> int:
        """Return how many rows a block gets that has some."""
        larger = [shape for shape in self._shapes if shape >= rows]
        if larger:
            return min(larger)
        # The first one is likely to come again; others come in many sizes.
        shape = 1 << (rows - 1).bit_length() if self._shapes else rows
        self._shapes.append(shape)
        return shape

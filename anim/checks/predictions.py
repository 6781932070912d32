"""Probabilities, logits and confidences: their shapes and values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import DTypeLike

from anim.checks.arrays import raise_first, widened
from anim.checks.labels import NO_LABEL
from anim.checks.rounding import (
    FLOAT32_SUM,
    narrowed,
    score_tolerance,
    sum_tolerance,
    sums_within,
    with_classes_of,
)
from anim.checks.rows import HOST_BYTES, Rows, rows_from
from anim.errors import NotFiniteError

# Rows that look like probabilities among others that do not: fewer are a coincidence of logits.
_MIXED = 0.1
# Sums of rows that are this far from 1 are not those of rounded probabilities.
_NEAR = 0.2
# From here on a sum in a dtype of 16 bits, term by term, may be far off.
_MANY = 64
# How far below the largest logit of a row that of a class is kept that cannot be.
_RULED_OUT = 1e4
# How hints begin that scores may be logits.
PASSED_LOGITS = "did you pass logits"
_LOGITS_HINT = f"{PASSED_LOGITS}?"
_SUMS_HINT = f"{PASSED_LOGITS}, or the sigmoids of a multilabel model?"


def is_extension(dtype: np.dtype) -> bool:
    """Return whether a dtype holds numbers that NumPy itself lacks, such as bfloat16."""
    return widened(np.empty(0, dtype)).dtype.kind == "f"


class Scores:
    """Logits or probs of N examples, checked block by block.

    A logit of -inf says that a class cannot be, such as a choice that a question has not. It is
    kept as one that is 10,000 below the largest of its row, whose probability is 0.

    Args:
        name: ``logits`` or ``probs``.
        given: [N, K], or [N] or [N, 1] for class 1 of two; of any library and device.
        examples: N.
        labels: [N] integers, if known: none may be a class that cannot be, and rows of -1, which
            are no examples, are not looked at.

    Attributes:
        name: as given.
        ignored: [N] bool, rows that are no examples.
        rows: the array, as `Rows`.
        classes: K.
        has_one: whether there is one output, for class 1 of two.

    Raises:
        ValueError: no numbers, or another shape.
    """

    def __init__(self, name: str, given, examples: int, labels: np.ndarray | None = None):
        self.name, self.rows, self._labels = name, Rows(name, given), labels
        self.ignored = np.zeros(examples, bool) if labels is None else labels == NO_LABEL
        shape, dtype = self.rows.shape, self.rows.dtype
        if dtype.kind not in "biuf" and not is_extension(dtype):
            raise ValueError(f"{name}: expected numbers, got {dtype}")
        self.has_one = shape in ((examples,), (examples, 1))
        if not self.has_one and (len(shape) != 2 or shape[0] != examples or shape[1] < 2):
            problem = f"{name}: expected shape [{examples}, K] with K >= 2, got {list(shape)}"
            if len(shape) in (1, 2) and shape[0] != examples:
                problem += f": there are {examples} labels, and predictions for {shape[0]} examples"
            raise ValueError(problem)
        self.classes = 2 if self.has_one else shape[1]

    def blocks(self, most: int = HOST_BYTES) -> Iterator[tuple[int, int]]:
        """Yield where blocks of rows begin and end, of at most some bytes as float32."""
        return self.rows.blocks(4 * self.classes, most)

    def checked(self, start: int, stop: int) -> np.ndarray:
        """Return some of the rows as float32 [n, K]; these may be a view of what was given.

        Raises:
            ValueError: values that are not what the name says.
            NotFiniteError: NaN or infinity.
        """
        values, ignored = self.rows.on_host(start, stop), self.ignored[start:stop]
        if ignored.any():
            # Any scores that pass the checks.
            values = values.copy()
            values[ignored] = 0
            if self.name == "probs" and not self.has_one:
                values[ignored, 0] = 1
        with rows_from(start):
            labels = None if self._labels is None else self._labels[start:stop]
            return self._checked(values, labels)

    def _checked(self, values: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
        middle = (0.5 if self.name == "probs" else 0.0) if self.has_one else None
        floats = values.reshape(-1) if self.has_one else values
        if values.dtype != np.float32:
            floats = narrowed(widened(floats), np.dtype(np.float32), middle)
        if not _are_finite(floats):
            if self.name == "logits" and floats.ndim == 2:
                floats = _without_ruled_out(floats, labels)
            check_finite(self.name, floats, values)
        if self.name == "probs":
            return checked_probs(floats, values.dtype)
        return np.stack([np.zeros_like(floats), floats], axis=1) if self.has_one else floats


def _without_ruled_out(logits: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
    """Return logits float32 [n, K] with -inf replaced by what is far below the largest of its row.

    A row of nothing but -inf stays, as do +inf and NaN.

    Raises:
        NotFiniteError: the class of a label [n] cannot be.
    """
    is_out = np.isneginf(logits)
    if labels is not None:
        is_label = labels[:, None] == np.arange(logits.shape[1])
        if (is_out & is_label).any():
            expected = "a logit of the label above -inf, which says that its class cannot be"
            raise_first("logits", expected, logits, is_out & is_label, NotFiniteError)
    largest = logits.max(1, keepdims=True)
    with np.errstate(over="ignore", invalid="ignore"):
        lowest = largest - np.maximum(_RULED_OUT, np.abs(largest))
    return np.where(is_out, lowest, logits)


def checked_scores(scores: Scores, dtype: DTypeLike = np.float32) -> np.ndarray:
    """Return logits or probs [N, K] in memory that nobody else changes.

    They are checked and converted block by block, so that nothing else of their size is made.

    Args:
        scores: of N examples.
        dtype: float32 or float16.

    Raises:
        ValueError: another shape, or values that are not what the name says.
        NotFiniteError: NaN or infinity, but for classes that cannot be.
    """
    is_half = np.dtype(dtype) != np.float32
    # What nobody changes is kept as it is, unless a check has to change it.
    is_copy = is_half or scores.has_one or not scores.rows.is_own
    is_copy = is_copy or scores.rows.dtype != np.float32
    shape = scores.rows.shape[0], scores.classes
    found = np.empty(shape, dtype) if is_copy else scores.rows.bring()
    for start, stop, block in score_blocks(scores, dtype):
        if not is_copy and not np.may_share_memory(block, found):
            is_copy, found = True, found.copy()
        if is_copy:
            found[start:stop] = block
    return found


def score_blocks(scores: Scores, dtype: DTypeLike) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield where each block of rows begins and ends, and the rows: checked, of a dtype.

    They may be a view of what was given.

    Raises:
        ValueError, NotFiniteError: as for `checked_scores`.
    """
    for start, stop in scores.blocks():
        block = scores.checked(start, stop)
        if np.dtype(dtype) == np.float16:
            with rows_from(start):
                block = _halved(scores.name, block)
        yield start, stop, block


def _halved(name: str, values: np.ndarray) -> np.ndarray:
    half = narrowed(values, np.dtype(np.float16))
    if np.isinf(half).any():
        raise_first(name, "numbers that float16 can represent", values, np.isinf(half))
    return half


def _are_finite(floats: np.ndarray) -> bool:
    # A sum would overflow; the minimum and the maximum of values with NaN are NaN.
    return not floats.size or bool(np.isfinite(floats.min()) and np.isfinite(floats.max()))


def checked_probs(values: np.ndarray, dtype: np.dtype, use: str = "pass logits=") -> np.ndarray:
    """Return probabilities [..., N, K] whose rows sum to 1.

    Scores that rounding moved beyond 0 or 1 are moved back, and rows that are coarser than
    float32 are divided by their sums.

    Args:
        values: [..., N, K] finite, or [N] for class 1 of two; they stay as they are.
        dtype: that they were given in.
        use: what to do with logarithms of probabilities, for the error.

    Raises:
        ValueError: scores outside of [0, 1], or rows that do not sum to 1.
    """
    values = check_scores("probs", values, dtype, lambda: f" ({_hint(values, use)})")
    if values.ndim == 1:
        return np.stack([1 - values, values], axis=1)
    sums, is_off = _sums(values, dtype)
    if is_off.any():
        is_near = (np.abs(sums - 1) < _NEAR).all()
        hint = "divide rounded rows by their sums" if is_near else _SUMS_HINT
        if not is_near and values.shape[-1] > _MANY and dtype.itemsize < 4:
            hint = f"{dtype} loses sums of many: compute the softmax in float32"
        within = f"within {sums_within(values, dtype):.2g} for {dtype}"
        raise_first("probs", f"rows that sum to 1 ({within}; {hint})", sums, is_off)
    rounded = np.abs(sums - 1) > FLOAT32_SUM
    if rounded.any():
        whole = np.where(rounded[..., None], values / sums[..., None], values)
        return with_classes_of(values, whole)
    return values


def _sums(values: np.ndarray, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of rows [N], and which of them are not 1 within what rounding explains."""
    sums = values.sum(-1, dtype=np.float64 if values.dtype == np.float64 else np.float32)
    is_off = np.abs(sums - 1) > sum_tolerance(dtype, values.shape[-1])
    if is_off.any():
        is_off = np.abs(sums - 1) > sums_within(values, dtype)
    return sums, is_off


def _hint(values: np.ndarray, use: str) -> str:
    """Return what numbers outside of [0, 1] seem to be."""
    if values.ndim == 1:
        return f"{PASSED_LOGITS} or percentages?"
    if values.max() <= 0 and (np.abs(np.exp(values).sum(-1) - 1) < _NEAR).all():
        return f"these are logarithms of probabilities: {use}"
    if values.min() >= 0 and (np.abs(values.sum(-1) / 100 - 1) < _NEAR).all():
        return "these are percentages: divide them by 100"
    return _LOGITS_HINT


def check_finite(name: str, floats: np.ndarray, given: np.ndarray) -> None:
    """Raise NotFiniteError, with the number that was given, unless all floats are finite."""
    if not _are_finite(floats):
        wrong = ~np.isfinite(floats).reshape(given.shape)
        raise_first(name, "finite numbers that float32 holds", given, wrong, NotFiniteError)


def check_scores(
    name: str, values: np.ndarray, dtype: np.dtype, hint: Callable[[], str] = str
) -> np.ndarray:
    """Return finite scores with those that rounding moved beyond 0 or 1 moved back.

    Args:
        name: of the argument, for the error.
        values: scores; they stay as they are.
        dtype: that they were given in.
        hint: returns what scores beyond 0 or 1 seem to be, for the error.

    Raises:
        ValueError: scores outside of [0, 1].
    """
    low, high = (values.min(), values.max()) if values.size else (0.5, 0.5)
    slack = score_tolerance(dtype)
    if low < -slack or high > 1 + slack:
        outside = (values < -slack) | (values > 1 + slack)
        raise_first(name, f"numbers in [0, 1]{hint()}", values, outside)
    # Adding 0 makes 0 of -0.0, which would be written with its sign.
    return np.clip(values, 0, 1) + 0 if low <= 0 or high > 1 else values


def rows_are_probs(values: np.ndarray | Iterable[np.ndarray], name: str = "predictions") -> bool:
    """Return whether scores [N, K] are in [0, 1] and each row sums to 1.

    Args:
        values: of the dtype that they were computed in, which says how far a sum may be from 1; or
            blocks of them.
        name: of the argument, for the error.

    Raises:
        ValueError: a tenth of the rows or more are probabilities, and others are not.
    """
    count = rows = 0
    for block in [values] if isinstance(values, np.ndarray) else values:
        count, rows = count + rows_of_probs(block), rows + len(block)
    check_mixture(count, rows, name)
    return 0 < count == rows


def check_mixture(count: int, rows: int, name: str) -> None:
    """Raise ValueError if a tenth of the rows or more are probabilities, and others are not.

    Args:
        count: of the rows that are.
        rows: of all.
        name: of the argument, for the error.
    """
    if _MIXED * rows <= count < rows:
        raise ValueError(
            f"{name}: expected either logits or probabilities, got {count} of {rows} rows "
            "that are in [0, 1] and sum to 1, and others that are not"
        )


def rows_of_probs(values: np.ndarray) -> int:
    """Return how many rows of scores [N, K] are in [0, 1] and sum to 1; see `rows_are_probs`."""
    floats, slack = widened(values), score_tolerance(values.dtype)
    if not floats.size:
        return 0
    rows = floats[~_sums(floats, values.dtype)[1]]
    return int(((rows.min(1) >= -slack) & (rows.max(1) <= 1 + slack)).sum())

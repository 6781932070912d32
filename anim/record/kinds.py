"""Whether scores are probabilities or logits; what is neither, or a mixture, is refused."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from anim.record.saved import as_probs
from anim.record.scores import Scores
from anim.record.tables import Table, listed

# How far from 1 the sum of a row may be for the row to look like probabilities, and which share of
# rows must look so for the others to be called an exception.
_EXACT, _SHARE = 1e-3, 0.2
_OUTPUTS = "--outputs logits takes them as they are"


def kind_of(table: Table, scores: Scores, outputs: str | None) -> tuple[str, np.ndarray, str]:
    """Return ``probs`` or ``logits``, the values as such, and why.

    Args:
        table: the table, for messages.
        scores: [N, K], or [N] for one class of two.
        outputs: what the user says they are; None decides by names and values.

    Raises:
        SettingError: rows named as probabilities that do not sum to 1, logits that do, or both.
    """
    if scores.values.ndim == 1:
        return _of_one(table, scores, outputs)
    values, kind = scores.values, outputs or scores.kind
    probs = as_probs(values)
    if outputs == "logits":
        return "logits", values, "logits, as asked for"
    if kind == "logits":
        if probs is not None and _is_exact(values).all():
            table.fail(
                f"{listed(scores.columns)}: named as logits, but each row sums to 1; "
                "--outputs says whether they are logits or probs"
            )
        return "logits", values, "logits, by name"
    if probs is not None:
        return "probs", probs, _as_said(values)
    sums = values.sum(1)
    off = ~_is_exact(values)
    looks_so = values.min() >= 0 and (values.max() <= 1 or (off.mean() <= 1 - _SHARE))
    if kind == "probs" or looks_so or off.mean() <= 1 - _SHARE:
        _refuse_row(table, scores, off, sums)
    if values.min() >= 0 and len(values) > 1 and np.ptp(sums) < _EXACT * sums[0]:
        table.fail(
            f"{listed(scores.columns)}: each row sums to {sums[0]:g}; if these are votes or counts,"
            f" divide them by it; {_OUTPUTS}"
        )
    return "logits", values, "logits: rows do not sum to 1"


def _is_exact(values: np.ndarray) -> np.ndarray:
    """Return which rows are in [0, 1] and sum to 1, [N] bool."""
    inside = (values >= 0).all(1) & (values <= 1).all(1)
    return inside & (np.abs(values.sum(1) - 1) <= _EXACT)


def _as_said(values: np.ndarray) -> str:
    if values.max() > 1:
        return "probs: rows sum to 100, so they are percentages"
    exact = _is_exact(values).all()
    return "probs: rows sum to 1" + ("" if exact else " but for rounding, so they are divided")


def _refuse_row(table: Table, scores: Scores, off: np.ndarray, sums: np.ndarray) -> NoReturn:
    # The row that is furthest from 1 stands for all: the first may be off by rounding alone.
    row = int(np.where(off, np.abs(sums - 1), -1).argmax())
    where = _first_place(table, off)
    wrong = scores.values[row]
    expected, got = "rows that sum to 1", sums[row]
    if wrong.min() < 0 or wrong.max() > 1:
        expected, got = "probabilities in [0, 1]", wrong[(wrong < 0) | (wrong > 1)][0]
    table.fail(
        f"{listed(scores.columns)}: expected {expected}, got {got:g} at {table.place(row)} "
        f"({where}); {_OUTPUTS}"
    )


def _first_place(table: Table, off: np.ndarray) -> str:
    return f"{int(off.sum())} of {len(off)} rows, first at {table.place(int(off.argmax()))}"


def _of_one(table: Table, scores: Scores, outputs: str | None) -> tuple[str, np.ndarray, str]:
    """Decide for the scores [N] of one class."""
    values, kind = scores.values, outputs or scores.kind
    outside = (values < 0) | (values > 1)
    if kind == "logits":
        return "logits", values, "logits, " + ("as asked for" if outputs else "by name")
    if not outside.any():
        return "probs", values, "probs: all in [0, 1]"
    if kind == "probs":
        row = int(outside.argmax())
        table.fail(
            f"{table.place(row)}: column {scores.columns[0]!r}: expected a probability in [0, 1], "
            f"got {values[row]:g}; {_OUTPUTS}"
        )
    return "logits", values, "logits: not all in [0, 1]"

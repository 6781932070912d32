"""Whether scores are probabilities or logits; what is neither, or a mixture, is refused."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from anim.record.saved import as_probs, one_sign, probs_rows
from anim.record.scores import Scores
from anim.record.tables import Table, listed, shown

# Which share of rows must look like probabilities for the others to be called an exception.
_SHARE = 0.1
# How much sums of votes differ.
_EQUAL = 1e-3
_OUTPUTS = "--outputs logits takes them as they are"
_OTHERS = (
    "if not each is of a class, --scores COL,COL names those that are, --scores COL one of two"
)


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
    if outputs == "logits":
        return "logits", values, "logits, as asked for"
    probs, sums = as_probs(values), values.sum(1)
    if probs is None and values.min() >= 0 and len(values) > 1 and kind != "probs":
        _refuse_votes(table, scores, sums)
    if kind == "logits":
        if probs is not None and probs_rows(values).all():
            table.fail(
                f"{listed(scores.columns)}: named as logits, but each row sums to 1; "
                "--outputs says whether they are logits or probs"
            )
        return "logits", values, "logits, by name"
    if probs is not None:
        return "probs", probs, _as_said(values)
    off = ~probs_rows(values)
    looks_so = values.min() >= 0 and (values.max() <= 1 or (off.mean() <= 1 - _SHARE))
    if kind == "probs" or looks_so or off.mean() <= 1 - _SHARE:
        _refuse_row(table, scores, off, sums)
    return "logits", values, "logits: rows do not sum to 1"


def _refuse_votes(table: Table, scores: Scores, sums: np.ndarray) -> None:
    """Raise SettingError if all rows have one sum, which logits have not."""
    if np.ptp(sums) < _EQUAL * sums[0]:
        table.fail(
            f"{listed(scores.columns)}: each row sums to {sums[0]:g}; if these are votes or counts,"
            f" divide them by it; {_OUTPUTS}"
        )


def _as_said(values: np.ndarray) -> str:
    if values.max() > 1:
        return "probs: rows sum to 100, so they are percentages"
    exact = probs_rows(values).all()
    return "probs: rows sum to 1" + ("" if exact else " but for rounding, so they are divided")


def _refuse_row(table: Table, scores: Scores, off: np.ndarray, sums: np.ndarray) -> NoReturn:
    # The row that is furthest from 1 stands for all: the first may be off by rounding alone.
    row = int(np.where(off, np.abs(sums - 1), -1).argmax())
    where = _first_place(table, off)
    wrong = scores.values[row]
    expected, got = "rows that sum to 1", sums[row]
    if wrong.min() < 0 or wrong.max() > 1:
        expected, got = "probabilities in [0, 1]", wrong[(wrong < 0) | (wrong > 1)][0]
    are_inside = scores.values.min() >= 0 and scores.values.max() <= 1
    hint = _OTHERS if are_inside and len(scores.columns) > 1 else _OUTPUTS
    table.fail(
        f"{listed(scores.columns)}: expected {expected}, got {got:g} at {table.place(row)} "
        f"({where}); {hint}"
    )


def _first_place(table: Table, off: np.ndarray) -> str:
    return f"{int(off.sum())} of {len(off)} rows, first at {table.place(int(off.argmax()))}"


def _of_one(table: Table, scores: Scores, outputs: str | None) -> tuple[str, np.ndarray, str]:
    """Decide for the scores [N] of one class."""
    values, kind = scores.values, outputs or scores.kind
    outside = (values < 0) | (values > 1)
    if outputs == "logits":
        return "logits", values, "logits, as asked for"
    if kind == "logits":
        if "logit" not in scores.columns[0].lower():
            _check_signs(table, scores)
        return "logits", values, "logits, by name"
    if not outside.any():
        return "probs", values, "probs: all in [0, 1]"
    if kind == "probs":
        row = int(outside.argmax())
        table.fail(
            f"{table.place(row)}: column {scores.columns[0]!r}: expected a probability in [0, 1], "
            f"got {values[row]:g}; {_OUTPUTS}"
        )
    _check_signs(table, scores)
    return "logits", values, "logits: not all in [0, 1]"


def _check_signs(table: Table, scores: Scores) -> None:
    """Raise SettingError for scores [N] of one class that are all of one sign."""
    if (problem := one_sign(scores.values)) is not None:
        table.fail(f"column {shown(scores.columns[0])}: {problem}; {_OUTPUTS}")

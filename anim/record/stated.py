"""Answers that say how sure they are, and whether they are right, without classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from anim.record import names
from anim.record.cells import Coded
from anim.record.tables import Table, shown

if TYPE_CHECKING:
    from anim.record.schema import Schema, Wanted

# Percentages that are all so low are a scale of ten instead.
_SCALE = 10


def is_of_answers(table: Table, wanted: Wanted, truth: Coded | None) -> bool:
    """Return whether a table says how sure each answer is and whether it is right, and no more.

    So it does if the user names the column of what is right and none of classes, or if there is no
    label to compare with.

    Args:
        table: the table.
        wanted: what the user says.
        truth: labels that are not in the table.
    """
    if truth is not None or wanted.label or wanted.pred or wanted.scores:
        return False
    known = [names.plain(name) for name in table.types]
    has_label = any(name in names.LABEL for name in known)
    has_correct = any(name in names.CORRECT for name in known)
    has_confidence = wanted.confidence or any(name in names.CONFIDENCE for name in known)
    return wanted.correct is not None or bool(has_correct and has_confidence and not has_label)


def no_classes(table: Table, roles: Mapping[str, str]) -> Coded:
    """Return labels of one class for a table that says what is right.

    Args:
        table: the table.
        roles: its columns by their roles.

    Raises:
        SettingError: it does not say how sure that is.
    """
    if "confidence" not in roles:
        table.fail(
            f"{shown(roles['correct'])} says what is right, but no column how sure; --confidence "
            "COL says which does"
        )
    return Coded("", ("0",), np.zeros(table.rows, np.int32))


def as_shares(table: Table, schema: Schema, column: str, confidence: np.ndarray) -> np.ndarray:
    """Return confidences [N] in [0, 1], divided by 100 if they are percentages.

    Raises:
        SettingError: numbers below 0 or above 100, shares among percentages, or a scale such as 1
            to 10.
    """
    low, high = confidence.min(), confidence.max()
    if low >= 0 and high <= 1:
        return confidence
    expected = "a confidence in [0, 1], or in percent in all rows"
    is_share = (confidence > 0) & (confidence < 1)
    outside = (confidence < 0) | (confidence > (1 if is_share.any() else 100))
    if outside.any():
        table.refuse(column, int(outside.argmax()), expected)
    if high <= _SCALE:
        table.fail(
            f"column {shown(column)}: expected {expected}, got {low:g} to {high:g}; write a scale "
            f"such as 1 to {high:g} as shares"
        )
    schema.notes["confidence"] = schema.notes.get("confidence", shown(column)) + ", in percent"
    if (confidence == 1).any() and not ((confidence > 1) & (confidence < _SCALE)).any():
        where = table.place(int((confidence == 1).argmax()))
        doubt(schema, f"a confidence of 1 among percentages is 1 %, first at {where}")
    return confidence / 100


def doubt(schema: Schema, text: str) -> None:
    """Note what the user should look at."""
    before = schema.notes.get("check")
    schema.notes["check"] = text if before is None else f"{before}; {text}"

"""Which class a number is, if columns of scores are called by words: said or proven, never guessed.

Columns such as ``prob_fake`` and ``prob_real`` may stand in any order, and may be of two models.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from anim.record.cells import Coded, integer_in
from anim.record.names import pair_of
from anim.record.schema import Schema, Wanted
from anim.record.scores import reordered
from anim.record.tables import Table, listed, shown

# Predictions that agree with one order by chance: once in so many tables.
_CHANCE = 1000
# How many classes a message names.
_FEW = 4


def in_order_of_numbers(
    table: Table, schema: Schema, wanted: Wanted, names: Sequence[str]
) -> Sequence[str]:
    """Return the classes of K columns in the order of the numbers that labels or predictions are.

    The user says that order, or names do, or predictions that are the largest score in all rows in
    one order of the columns only. The columns are put in that order.

    Args:
        table: the table, for messages.
        schema: its columns; the scores are [N, K].
        wanted: what the user says.
        names: K classes, in the order of the scores.

    Raises:
        SettingError: numbers, but no order.
    """
    is_said = bool(wanted.classes) or len(wanted.scores) > 1
    if is_said or any(integer_in(name) is not None for name in names):
        return names
    columns = {"label": schema.truth, "prediction": schema.predicted}
    open_ = {role: one for role, one in columns.items() if one and _are_places(one, names)}
    if not open_:
        return names
    assert schema.scores is not None
    predicted = open_.get("prediction")
    order = None if predicted is None else _order_of(schema.scores.values, predicted)
    if order is None:
        role, column = next(iter(open_.items()))
        _refuse(table, schema, names, role, column)
    schema.scores = reordered(schema.scores, order)
    schema.notes["scores"] += ", in the one order in which each prediction is the largest score"
    return [names[place] for place in order]


def number_in(value: str) -> int | None:
    """Return the number that a label is, 0 for false and 1 for true; None for other words."""
    return {"false": 0, "true": 1}.get(value.casefold(), integer_in(value))


def _are_places(column: Coded, names: Sequence[str]) -> bool:
    """Return whether values are numbers from 0 that no name explains, as ``no`` explains 0."""
    numbers = [number_in(value) for value in column.values]
    is_pair = len(names) == 2 and pair_of(names) is not None and pair_of(column.values) is not None
    return not is_pair and all(one is not None and 0 <= one < len(names) for one in numbers)


def _order_of(values: np.ndarray, predicted: Coded) -> list[int] | None:
    """Return the column of each number, if predictions are the largest score in one order only.

    Args:
        values: [N, K] scores.
        predicted: numbers in [0, K).

    Returns:
        K columns; None if some number is never predicted, if a row fits no order, or if rows are
        so few that they may fit by chance.
    """
    numbers = np.array([number_in(value) for value in predicted.values])[predicted.codes]
    count = values.shape[1]
    # Of NaN and ties, one that is not the largest alone.
    is_single = (values == values.max(1, keepdims=True)).sum(1) == 1
    best = values.argmax(1)
    pairs = set(zip(numbers[is_single].tolist(), best[is_single].tolist(), strict=True))
    order = dict(pairs)
    is_one_to_one = len(pairs) == len(order) == len(set(order.values())) == count
    chance = math.lgamma(count + 1) - int(is_single.sum()) * math.log(count)
    if not is_one_to_one or chance > -math.log(_CHANCE):
        return None
    columns = np.array([order[number] for number in range(count)])
    own = np.take_along_axis(values, columns[numbers][:, None], 1)[:, 0]
    return columns.tolist() if (own == values.max(1)).all() else None


def _refuse(
    table: Table, schema: Schema, names: Sequence[str], role: str, column: Coded
) -> NoReturn:
    """Raise SettingError that names the columns and the numbers, and says what to do."""
    assert schema.scores is not None
    columns = schema.scores.columns
    said = [shown(name)[1:-1] for name in names[:_FEW]]
    more = "..." if len(names) > _FEW else ""
    numbers = sorted(column.values, key=lambda value: number_in(value) or 0)
    meaning = ", ".join(f"{number} is {name}" for number, name in enumerate(said))
    hint = f"--classes {','.join(said)}{more and ',...'} says that {meaning}{more}"
    one = f"; if they are two scores of one class, --scores {shown(columns[0])[1:-1]} takes one"
    table.fail(
        f"columns {listed(columns)} are named by words, but {role}s are the numbers "
        f"{listed(numbers)}, and which is which is not said; {hint}, --scores COL,COL names the "
        f"columns in the order of the numbers{one if len(columns) == 2 else ''}"
    )

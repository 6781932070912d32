"""The rows of a table that belong to each snapshot: steps, and examples in one order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from anim.record.arrow import compute as pc
from anim.record.cells import is_text, numbers
from anim.record.names import plain
from anim.record.schema import Schema
from anim.record.spelling import words
from anim.record.tables import Table, shown

# Steps beyond this are not counted exactly by a float64.
_LIMIT = 2**53
# Ids of these names say which example a row is; others may be the number of the row.
_ROW_NUMBERS = words("id ids idx row key row_id rowid row_ids rowindex row_index")


def rows_by_step(table: Table, schema: Schema) -> Iterator[tuple[int | None, np.ndarray]]:
    """Yield steps in increasing order with their rows, [N] of the same examples in one order.

    A column of ids puts the rows of each step in the order of the first one.

    Raises:
        SettingError: steps that are not integers, or not of the same examples.
    """
    if schema.step is None:
        yield None, np.arange(table.rows)
        return
    _check_plain(table, schema.step)
    steps = numbers(table, schema.step)
    wrong = (steps != np.floor(steps)) | (steps < 0) | (steps > _LIMIT)
    if wrong.any():
        table.refuse(schema.step, int(wrong.argmax()), "a step, an integer from 0")
    _check_epochs(table, schema, steps)
    distinct, starts = np.unique(steps, return_index=True)
    order = np.argsort(steps, kind="stable")
    groups = np.split(order, np.searchsorted(steps[order], distinct[1:]))
    for step, group, start in zip(distinct, groups, starts, strict=True):
        if len(group) != len(groups[0]):
            table.fail(
                f"column {shown(schema.step)}: expected {len(groups[0])} rows for step {step:g} "
                f"as for step {distinct[0]:g}, got {len(group)}, first at {table.place(int(start))}"
            )
    ids = None if schema.id is None else table.column(schema.id).to_pylist()
    first = None
    for step, group in zip(distinct, groups, strict=True):
        if ids is not None:
            own = {ids[row]: int(row) for row in group}
            first = list(own) if first is None else first
            group = _aligned(table, schema, own, first, group, step)
        yield int(step), group


def _aligned(
    table: Table, schema: Schema, own: dict, first: list, group: np.ndarray, step: float
) -> np.ndarray:
    """Return the rows of a step in the order of the examples of the first one."""
    if len(own) == len(group) and own.keys() == set(first):
        return np.array([own[one] for one in first])
    if plain(schema.id or "") in _ROW_NUMBERS or len(own) != len(group):
        return group
    stranger = next(one for one in own if one not in set(first))
    return table.fail(
        f"column {shown(schema.id)}: {shown(stranger)} is an example of step {step:g}, "
        "but not of the first step"
    )


def _check_plain(table: Table, step: str) -> None:
    """Raise SettingError for steps as texts such as ``1,000``, which would be a decimal comma."""
    texts = table.column(step)
    if not is_text(texts.type):
        return
    marked = pc.match_substring_regex(pc.fill_null(texts, ""), "[,%]")
    if pc.any(marked).as_py():
        row = pc.index(marked, True).as_py()
        table.refuse(step, row, "a step, an integer from 0 in digits alone")


def _check_epochs(table: Table, schema: Schema, steps: np.ndarray) -> None:
    """Raise SettingError if steps do not grow with the epochs, as they start anew in each."""
    epoch = next((n for n in table.types if plain(n) == "epoch" and n != schema.step), None)
    if epoch is None:
        return
    epochs = numbers(table, epoch)
    order = np.lexsort((steps, epochs))
    steps, epochs = steps[order], epochs[order]
    restarts = (epochs[1:] > epochs[:-1]) & (steps[1:] <= steps[:-1])
    if restarts.any():
        at = int(restarts.argmax())
        table.fail(
            f"column {shown(schema.step)}: expected steps after {steps[at]:g}, the last of "
            f"{shown(epoch)} {epochs[at]:g}, got {steps[at + 1]:g} in {shown(epoch)} "
            f"{epochs[at + 1]:g}; --step {epoch} takes epochs as steps"
        )

"""Weights and groups of examples, which stand in columns beside their predictions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from anim.checks.groups import NOTHING
from anim.record.arrow import compute as pc
from anim.record.cells import has_fractions, is_number, is_text, key_of, numbers
from anim.record.tables import Table, shown


def weights_in(table: Table, name: str) -> np.ndarray:
    """Return a column of weights, [N] float64.

    Raises:
        SettingError: a cell that is missing, or no finite number of at least 0; its line is named.
    """
    values = numbers(table, name)
    if (values < 0).any():
        table.refuse(name, int((values < 0).argmax()), "a weight, a number from 0")
    if not values.any():
        table.fail(f"column {shown(name)}: expected weights above 0, got none")
    return values


def groups_in(table: Table, name: str) -> np.ndarray:
    """Return the names of the groups that rows are in, [N] texts.

    Whole numbers are spelled without zeros around them, and empty cells are the group ``(none)``.

    Raises:
        SettingError: numbers with decimals, or something else than names.
    """
    column = table.column(name)
    if is_number(column.type) and has_fractions(table, name):
        problem = "expected names of groups, or integers, got numbers with decimals"
        table.fail(f"column {shown(name)}: {problem}; cut them into ranges first")
    if not is_text(column.type):
        if pa.types.is_nested(column.type):
            table.fail(f"column {shown(name)}: expected names of groups, got {column.type}")
        column = pc.cast(column, pa.string())
    encoded = pc.fill_null(pc.utf8_trim_whitespace(column), "").dictionary_encode()
    texts = [key_of(text) or NOTHING for text in encoded.dictionary.to_pylist()]
    return np.array(texts)[encoded.indices.to_numpy(zero_copy_only=False)]

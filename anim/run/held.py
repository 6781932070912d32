"""Examples of an array over several processes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from anim.checks.arrays import as_array
from anim.errors import ElementError, OtherRowsError, SettingError
from anim.run.examples import Examples, Groups
from anim.run.intake import Intake, Told
from anim.run.local_rows import LocalRows, local_rows
from anim.run.positions import Places


class HeldExamples:
    """Examples of an array over several processes, of the rows that this one holds.

    Args:
        found: these rows of the labels.
        told: of all examples: beside the labels, arrays over several processes, or as a whole in
            this one.
        intake: checks examples.
    """

    def __init__(self, found: LocalRows, told: Told, intake: Intake):
        self._examples = Examples.none()
        if found.blocks:
            labels = np.concatenate([as_array("labels", block) for block in found.blocks])
            others = told._replace(labels=None).mapped(partial(_held, found))
            try:
                self._examples = intake(others._replace(labels=labels))
            except ElementError as error:
                raise error.at_row(int(found.index[error.index[0]])) from error
        self._places = Places(found.index)

    def at(self, positions: np.ndarray) -> Examples:
        """Return the examples at some positions.

        Raises:
            SettingError: this process does not hold all of them.
        """
        problem = "expected them sharded like the predictions, or replicated; there is none of "
        return self._examples.take(self._places.find(positions, "labels", problem))


def _held(labels: LocalRows, name: str, given: Any) -> Any:
    """Return the rows of an argument that those of labels over several processes are of."""
    if isinstance(given, Mapping):
        return {key: _held(labels, name, one) for key, one in given.items()}
    if isinstance(given, Groups):
        return given.take(labels.index)
    found = local_rows(name, given, shares=False)
    if found is None:
        values = as_array(name, given)
        if values.shape[:1] != (labels.count,):
            problem = f"expected {labels.count} rows, as many as labels, or an array over all"
            raise SettingError(name, f"{problem} processes, got shape {list(values.shape)}")
        return values[labels.index]
    if not np.array_equal(found.index, labels.index):
        raise SettingError(name, "expected an array sharded like the labels")
    return np.concatenate([as_array(name, block) for block in found.blocks])


def check_recorded(given: Examples, recorded: Examples, place: str) -> None:
    """Raise OtherRowsError unless a recording that is continued has these examples."""
    problem = f"{place!r} was recorded with different"
    if not np.array_equal(given.labels_beside(recorded), recorded.labels):
        raise OtherRowsError(f"labels: {problem} labels")
    try:
        given.check_same(recorded)
    except SettingError as error:
        raise OtherRowsError(f"{error.name}: {problem} {error.name}") from error

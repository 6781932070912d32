"""Weights, groups and masks of examples whose labels come with the batches of a loader."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from typing import Any

import numpy as np

from anim.checks.arrays import as_array
from anim.errors import SettingError
from anim.integrations.streaming import Stream

_NAMES = ("weights", "groups", "mask")


class Beside:
    """What a callback is told of all examples, to be given on with the labels of each batch.

    Args:
        options: of `anim.Recorder`; ``weights``, ``groups`` and ``mask`` are taken out of them:
            [N], in the order of the loader or of the positions of examples; of tokens and pixels
            of the labels' shape.
        is_flat: whether each label is an example; else those of the leading axis are.
    """

    def __init__(self, options: dict[str, Any], *, is_flat: bool = True):
        given = {name: options.pop(name) for name in _NAMES if options.get(name) is not None}
        self._columns: dict[tuple[str, str], np.ndarray] = {}
        for name, values in given.items():
            if hasattr(values, "columns") and hasattr(values, "__getitem__"):
                values = {column: values[column] for column in values.columns}
            columns = values if isinstance(values, Mapping) and name == "groups" else {"": values}
            for column, one in columns.items():
                found = as_array(name, one)
                self._columns[name, column] = found.reshape(-1) if is_flat else found

    def of_rows(self, rows: slice | np.ndarray) -> dict[str, Any]:
        """Return arguments of `anim.Recorder.snapshot` for some of the examples.

        Args:
            rows: [n] of them.

        Raises:
            SettingError: there are fewer.
        """
        found: dict[str, Any] = {}
        for (name, column), values in self._columns.items():
            last = rows.stop if isinstance(rows, slice) else int(rows.max(initial=-1)) + 1
            if last > len(values):
                problem = f"expected one for each example of the loader, got {len(values)} for more"
                raise SettingError(name, problem)
            part = values[rows]
            if column:
                found.setdefault(name, {})[column] = part
            else:
                found[name] = part
        return found

    def of_all(self, count: int) -> dict[str, Any]:
        """Return arguments for all examples.

        Raises:
            SettingError: there are more or fewer of them.
        """
        for (name, _), values in self._columns.items():
            if len(values) != count:
                problem = f"expected one for each of {count} examples, got {len(values)}"
                raise SettingError(name, problem)
        return self.of_rows(slice(count))

    def stream(self, found: Stream, index: np.ndarray | None) -> Stream:
        """Return a stream that yields (predictions, labels, declared, arguments) of batches.

        Args:
            found: batches with one axis of examples.
            index: [n] positions of those of this process; None if it has all, in order.
        """
        if not self._columns:
            return found

        def with_them() -> Generator[tuple]:
            done = 0
            with closing(found()) as batches:
                for predictions, labels, declared in batches:
                    rows = slice(done, done + len(predictions))
                    done = rows.stop
                    more = self.of_rows(rows if index is None else index[rows])
                    yield predictions, labels, declared, more
            if index is None:
                self.of_all(done)

        return with_them

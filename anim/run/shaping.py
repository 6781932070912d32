"""Arrays of any shape made rows of examples, and a part of these drawn at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from anim.checks.arrays import as_array
from anim.checks.groups import columns_of
from anim.checks.labels import listed
from anim.checks.layout import SCORES, Layout, Shape
from anim.checks.predictions import rows_of_probs
from anim.checks.rows import Rows
from anim.checks.shapes import flat_labels, flattened, is_over_processes, shape_of
from anim.errors import ElementError, OtherRowsError, SettingError
from anim.run.examples import LABEL, Examples, Groups
from anim.run.intake import Told
from anim.run.positions import checked_index
from anim.run.sampling import Sampling, check_drawn
from anim.run.snapshots import numbered

# Rows that show whether they are those of a softmax.
_LOOKED_AT = 1000


# What is said of examples with labels alone.
_NOTHING = Told()


class Flat(NamedTuple):
    """Predictions and what is said of their examples, row by row.

    Attributes:
        given: scores [n, K] or [n], all else [n], by name.
        told: of these rows.
        index: [n] positions of the rows among those that are recorded; None if they follow.
        before: how many rows were given, of which these are drawn.
        is_part: whether they were drawn.
    """

    given: Mapping[str, Any]
    told: Told
    index: Any
    before: int
    is_part: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether rows were given, of which none was drawn."""
        return self.is_part and self.before > 0 and not _rows_of(self.given)


class Shaping:
    """Makes rows of arrays: the same way at each step.

    Args:
        class_axis, keep_fraction, seed: as for `anim.Recorder`.
        index: of the rows of the leading axis in this process, or None.
        names: of the labels of which an example may have several; an empty list for as many as
            there are, None if each has one.
    """

    def __init__(
        self,
        class_axis: int | None,
        keep_fraction: float,
        seed: int,
        index,
        names: Sequence[str] | None = None,
    ):
        self._names = names
        self._axis = class_axis
        self._sampling = None if keep_fraction == 1 else Sampling(keep_fraction, seed)
        self._given_index = None if index is None else checked_index(index)
        self._layout: Layout | None = None
        self._shape: Shape | None = None
        # Positions of the examples of this process, in the order in which they come.
        self._positions = self._given_index
        if names and self._given_index is not None:
            self._positions = Layout((0, len(names)), None).rows(self._given_index)

    def of_labels(self, told: Told) -> Told:
        """Return what is said of all examples before any predictions come."""
        if told.labels is None or (self._names is None and is_over_processes(told.labels)):
            return told
        if self._names is None:
            labels, self._shape = flat_labels(told.labels)
        else:
            self._shape = self._shape_of_several("labels", told.labels)
            labels = Layout(self._shape, None).flat("labels", told.labels)
        layout = self._layout = None if self._shape is None else Layout(self._shape, None)
        flat = self._said(told, layout)._replace(labels=labels)
        if layout is not None and self._given_index is not None:
            self._positions = layout.rows(self._given_index)
        if self._sampling is None:
            return flat
        drawn = self._sampling.drawn(self._next(0, shape_of("labels", labels)[0]))
        check_drawn(int(drawn.sum()), len(drawn))
        return _part(flat, drawn)

    @property
    def index(self) -> np.ndarray | None:
        """The positions at which the rows of this process are recorded, if they are known."""
        if self._positions is None or self._sampling is None:
            return self._positions
        drawn = self._sampling.drawn(self._positions)
        return self._sampling.ranks(self._positions[drawn])

    def rows(
        self, given: Mapping[str, Any], told: Told, index, start: int, count: int | None
    ) -> Flat:
        """Return predictions, and what is said of their examples, row by row.

        Args:
            given: ``logits``, ``probs``, ``confidence``, ``correct``: those that were given.
            told: of the same examples.
            index: positions of the rows of the leading axis among all; None if they follow.
            start: rows that were given before.
            count: examples that the recorder has, or None.

        Raises:
            SettingError: shapes that do not fit, or that fit in more than one way.
        """
        # How many were drawn says nothing of how many were given.
        count = count if self._sampling is None else None
        how = {"class_axis": self._axis, "label_shape": self._shape, "count": count}
        if self._names is None:
            flat, labels, layout = flattened(given, told.labels, **how)
            if layout is None and self._sampling is None:
                return Flat(given, told, index, _rows_of(given))
        else:
            flat, labels, layout = self._of_several(given, told.labels)
        said = self._said(told, layout)._replace(labels=labels)
        if layout is not None:
            self._remember(layout)
            index = None if index is None else layout.rows(checked_index(index))
        rows = _rows_of(flat)
        if self._sampling is None:
            return Flat(flat, said, index, rows)
        if any(map(is_over_processes, flat.values())):
            problem = "expected 1 for arrays over several processes: pass the rows of each process "
            raise SettingError("keep_fraction", problem + "with index= to keep a part of them")
        positions = self._next(start, rows) if index is None else checked_index(index)
        drawn = self._sampling.drawn(positions)
        kept = {name: _taken(name, values, np.flatnonzero(drawn)) for name, values in flat.items()}
        ranks = None if index is None else self._sampling.ranks(positions[drawn])
        return Flat(kept, _part(said, drawn), ranks, rows, is_part=True)

    def settle(self, examples: Examples) -> None:
        """Take the names of several labels from a recording that is continued.

        Args:
            examples: those of the recording, at least one.

        Raises:
            OtherRowsError: several labels were recorded, or are given, and not both; or others.
        """
        if examples.is_multilabel != (self._names is not None):
            problem = f"expected {examples.is_multilabel}, as in the recording"
            raise OtherRowsError(f"multilabel: {problem}, got {not examples.is_multilabel}")
        if self._names is None:
            return
        names = examples.groups[LABEL].names
        if self._names and tuple(self._names) != names:
            recorded, now = listed(names), listed(self._names)
            raise OtherRowsError(f"classes: expected {recorded} as in the recording, got {now}")
        self._names = names

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Let errors of wrong elements name their places in the arrays that were given."""
        try:
            yield
        except ElementError as error:
            found = error
            if self._sampling is not None:
                found = error.at_row(self._sampling.position(error.index[0]))
            if self._layout is not None:
                found = self._layout.of_given(found, error.problem.partition(":")[0])
            raise found from error

    def _of_several(
        self, given: Mapping[str, Any], labels
    ) -> tuple[Mapping[str, Any], Any, Layout]:
        """Return scores of several labels for each example, and these, one by one."""
        for name in given:
            if name not in SCORES:
                problem = f"expected logits or probs of each label, got {name}"
                raise SettingError("multilabel", problem)
        shapes = [self._shape_of_several(name, values) for name, values in given.items()]
        layout = Layout(shapes[0] if shapes else (0, 0), None)
        if labels is not None and self._shape_of_several("labels", labels) != layout.shape:
            found = f"{list(shape_of('labels', labels))}, and predictions of {list(layout.shape)}"
            raise SettingError("labels", f"expected the shape of the predictions, got {found}")
        for name, values in given.items():
            _check_sigmoids(name, values)
        flat = {name: layout.flat(name, values) for name, values in given.items()}
        return flat, None if labels is None else layout.flat("labels", labels), layout

    def _shape_of_several(self, name: str, values: Any) -> Shape:
        shape = shape_of(name, values)
        count = len(self._names or ()) or (self._shape or shape)[-1]
        if len(shape) != 2 or shape[1] != count or count < 2:
            expected = f"[N, {len(self._names)}]" if self._names else "[N, L] with L >= 2"
            problem = f"expected shape {expected} with multilabel=True, got {list(shape)}"
            raise SettingError(name, problem)
        return shape

    def _said(self, told: Told, layout: Layout | None) -> Told:
        """Return what is said of examples row by row, but for their labels."""
        if layout is None and told.weights is told.groups is told.mask is told.about is None:
            return _NOTHING
        others = told._replace(labels=None, groups=columns_of(told.groups))
        if layout is None or told.labels is None:
            return others
        shape = (shape_of("labels", told.labels)[0], *layout.shape[1:])
        found = others.mapped(lambda name, values: _spread(name, values, layout, shape))
        if self._names is None:
            return found
        names = tuple(self._names) or numbered(shape[1])
        codes = np.tile(np.arange(shape[1], dtype=np.int32), shape[0])
        return found._replace(about=Groups(names, codes))

    def _remember(self, layout: Layout) -> None:
        """Take the axis of the classes from the first arrays: others may fit in two ways."""
        if self._layout is None or self._layout.axis is None:
            self._layout, self._shape = layout, self._shape or layout.shape
            self._axis = layout.axis if self._axis is None else self._axis

    def _next(self, start: int, rows: int) -> np.ndarray:
        """Return the positions of the rows that follow those before."""
        if self._positions is None:
            return np.arange(start, start + rows)
        return self._positions[start : start + rows]


def _rows_of(given: Mapping[str, Any]) -> int:
    """Return the number of rows of arrays, which have the same number."""
    shape = shape_of(*next(iter(given.items()))) if given else (0,)
    return shape[0] if shape else 1


def _part(told: Told, drawn: np.ndarray) -> Told:
    return told.mapped(lambda name, values: _taken(name, values, np.flatnonzero(drawn)))


def _spread(name: str, values: Any, layout: Layout, shape: Shape) -> Any:
    if isinstance(values, Mapping):
        return {key: _spread(name, one, layout, shape) for key, one in values.items()}
    found = shape_of(name, values)
    if found == shape:
        return layout.flat(name, values)
    if found == shape[:1]:
        # Of a text or an image as a whole.
        return np.repeat(as_array(name, values), layout.of_row)
    problem = f"expected shape {list(shape)}, as of the labels, or {list(shape[:1])}"
    raise SettingError(name, f"{problem}, got {list(found)}")


def _taken(name: str, values: Any, rows: np.ndarray) -> Any:
    if isinstance(values, Mapping):
        return {key: _taken(name, one, rows) for key, one in values.items()}
    if isinstance(values, Groups):
        return values.take(rows)
    if not hasattr(values, "detach") and not hasattr(values, "sharding"):
        values = as_array(name, values)
    return values[rows]


def _check_sigmoids(name: str, given: Any) -> None:
    """Raise SettingError if probs [N, L] of several labels are those of one label for each row."""
    if name != "probs" or is_over_processes(given):
        return
    values = Rows(name, given).on_host(0, _LOOKED_AT)
    if len(values) > 1 and rows_of_probs(values) == len(values):
        problem = "expected a sigmoid for each label, got rows that sum to 1, as those of a "
        raise SettingError(name, problem + "softmax do: leave out multilabel=True")

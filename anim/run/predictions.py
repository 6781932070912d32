"""Predictions of one snapshot, reduced to what each example contributes to statistics."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import jax
import numpy as np

from anim.calibration.bins import ERROR_BINS, Array, BinSums
from anim.calibration.class_bins import no_class_bins
from anim.calibration.columns import Columns
from anim.calibration.placing import without_mesh
from anim.calibration.views import View
from anim.run.blocks import Block, joined, padded
from anim.run.places import OneDevice, place_of
from anim.run.snapshots import Snapshot


@dataclass(frozen=True, eq=False)
class Predictions:
    """What the N examples of a snapshot contribute to statistics.

    Attributes:
        views: the scores and hits of each view that was asked for, [N] each.
        proper: ``nll`` and ``brier`` [N], if they are known.
        class_bins: sums over 15 equal-width bins of the score of each class, [K, 15] each; None
            without the scores of all classes, and if not asked for.
    """

    views: Mapping[View, tuple[Array, Array]]
    proper: Mapping[str, Array] = field(default_factory=dict)
    class_bins: BinSums | None = None


class Statistic(ABC):
    """A function of `Predictions` that can be hashed.

    Attributes:
        views: those that it needs.
        needs_class_bins: whether it needs the bins of the classes, if there are any.
    """

    needs_class_bins: ClassVar[bool] = False

    @property
    def views(self) -> tuple[View, ...]:
        return ()

    @abstractmethod
    def __call__(self, predictions: Predictions) -> Any: ...


class Needs(NamedTuple):
    """Attributes: ``views`` and ``class_bins``, what several statistics need together."""

    views: tuple[View, ...]
    class_bins: bool

    @classmethod
    def of(cls, statistics: Sequence[Statistic]) -> Needs:
        views = dict.fromkeys(view for one in statistics for view in one.views)
        return cls(tuple(views), any(one.needs_class_bins for one in statistics))


def reduced(blocks: Iterable[Block], labels: np.ndarray, needs: Needs) -> Predictions:
    """Return the predictions of a snapshot, of which two blocks are in memory at a time.

    Args:
        blocks: of all N examples.
        labels: [N].
        needs: what is computed.

    Raises:
        RecordingError: the snapshot cannot be read.
    """
    blocks = iter(blocks)
    first = next(blocks)
    blocks = itertools.chain([first], blocks)
    if "confidence" in first.arrays:
        snapshot = joined(blocks, len(labels))
        view = snapshot["confidence"], snapshot["correct"]
        proper = {name: snapshot[name] for name in Columns._fields if name in snapshot}
        return Predictions(dict.fromkeys(needs.views, view), proper)
    place = place_of(first.arrays["logits" if "logits" in first.arrays else "probs"].shape)
    columns, class_bins = _Joined(len(labels)), _ClassBins(place) if needs.class_bins else None
    with without_mesh():
        for rows in _even(blocks, labels, first.examples, place.rows):
            if class_bins is not None:
                class_bins.add(rows)
            columns.put(rows, rows.columns(needs.views, place))
    found = columns.whole()
    views = dict(zip(needs.views, zip(found.scores, found.hits, strict=True), strict=True))
    proper = {"nll": found.nll, "brier": found.brier}
    return Predictions(views, proper, None if class_bins is None else class_bins.sums())


def blank(examples: int, needs: Needs) -> Predictions:
    """Return predictions of the shapes and dtypes of others, which mean nothing."""
    ones, hits = np.ones(examples, np.float32), np.ones(examples, bool)
    sums = BinSums(*map(np.asarray, no_class_bins(2, ERROR_BINS)))
    return Predictions(dict.fromkeys(needs.views, (ones, hits)), {"nll": ones, "brier": ones}, sums)


class _Rows(NamedTuple):
    """A block whose arrays have a number of rows that is the same for all; the last are padding.

    Attributes:
        rows, examples: as of the block.
        arrays, labels: padded.
    """

    rows: slice | np.ndarray
    examples: int
    arrays: Snapshot
    labels: np.ndarray

    @property
    def values(self) -> np.ndarray:
        """[n, K] logits or probabilities."""
        return self.arrays["logits" if self.of_logits else "probs"]

    @property
    def of_logits(self) -> bool:
        return "logits" in self.arrays

    def columns(self, views: tuple[View, ...], place: OneDevice) -> Columns:
        predicted = self.arrays.get("predicted")
        return place.columns(
            self.values, self.labels, predicted, views=views, of_logits=self.of_logits
        )


def _even(blocks: Iterable[Block], labels: np.ndarray, rows: int, multiple: int) -> Iterator[_Rows]:
    for block in blocks:
        size = -(-max(rows, block.examples) // multiple) * multiple
        arrays = {name: padded(values, size) for name, values in block.arrays.items()}
        yield _Rows(block.rows, block.examples, arrays, padded(labels[block.rows], size))


class _Joined:
    """The columns of all N examples, from those of blocks.

    Those of a single block stay on the device where they are, and may still be computed.
    """

    def __init__(self, examples: int):
        self._examples = examples
        self._found: Columns | None = None
        self._last: tuple[_Rows, Columns] | None = None

    def put(self, rows: _Rows, columns: Columns) -> None:
        """Take the columns of a block, and wait for those of the block before."""
        self._keep()
        self._last = rows, columns

    def _keep(self) -> None:
        if self._last is None:
            return
        rows, columns = self._last
        if self._found is None:
            shape = self._examples
            self._found = jax.tree.map(lambda part: np.empty(shape, part.dtype), columns)
        for whole, part in zip(*map(jax.tree.leaves, (self._found, columns)), strict=True):
            whole[rows.rows] = np.asarray(part)[: rows.examples]
        self._last = None

    def whole(self) -> Columns:
        if self._found is None and self._last is not None:
            rows, columns = self._last
            is_all = isinstance(rows.rows, slice) and rows.examples == self._examples
            if is_all and len(columns.nll.sharding.device_set) == 1:
                return columns
        self._keep()
        assert self._found is not None
        return self._found


class _ClassBins:
    """Sums over the bins of each class, in float32 on the device, and added up in float64."""

    def __init__(self, place: OneDevice):
        self._place = place
        self._sums: BinSums | None = None
        self._total: BinSums | None = None
        self._count = 0

    def add(self, rows: _Rows) -> None:
        size = min(len(rows.labels), self._place.block)
        for start in range(0, rows.examples, size):
            part = slice(start, start + size)
            values, labels = padded(rows.values[part], size), padded(rows.labels[part], size)
            if self._count + size > self._place.block:
                self._flush()
            if self._sums is None:
                self._sums = self._place.no_bins(values.shape[1], ERROR_BINS)
            count = min(rows.examples - start, size)
            self._sums = self._place.with_bins(
                self._sums, values, labels, count, of_logits=rows.of_logits
            )
            self._count += size

    def _flush(self) -> None:
        if self._sums is not None:
            sums = self._place.total(self._sums)
            self._total = sums if self._total is None else self._total + sums
        self._sums, self._count = None, 0

    def sums(self) -> BinSums | None:
        self._flush()
        return self._total

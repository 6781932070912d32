"""Predictions of one snapshot, reduced to what each example contributes to statistics."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import jax
import numpy as np

from anim.calibration.bins import ERROR_BINS, Array, BinSums
from anim.calibration.class_bins import no_class_bins
from anim.calibration.columns import Columns
from anim.calibration.placing import without_mesh
from anim.calibration.views import View
from anim.calibration.weights import relative
from anim.run.blocks import Block, joined, padded
from anim.run.partition import Partition
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
        weights: [N] float64 of the examples, or None. With them, all arrays are in host memory.
        parts: the same of the examples of each part, if there are any: then ``class_bins`` are of
            the parts alone.
    """

    views: Mapping[View, tuple[Array, Array]]
    proper: Mapping[str, Array] = field(default_factory=dict)
    class_bins: BinSums | None = None
    weights: np.ndarray | None = None
    parts: Sequence[Predictions] = ()

    def divided(self, parts: Partition | None, class_bins: BinSums | None) -> Predictions:
        """Return these predictions with those of parts; without parts, with bins of the classes.

        Args:
            parts: of the examples.
            class_bins: [K, 15], or of all parts and of the rest, one after the other.
        """
        if parts is None:
            return replace(self, class_bins=class_bins)
        views = {view: tuple(map(np.asarray, pair)) for view, pair in self.views.items()}
        proper = {name: np.asarray(values) for name, values in self.proper.items()}
        found = []
        for i, rows in enumerate(parts.rows):
            bins = None if class_bins is None else _part_of(class_bins, i, parts.count + 1)
            own = {view: (scores[rows], hits[rows]) for view, (scores, hits) in views.items()}
            scored = {name: values[rows] for name, values in proper.items()}
            weights = None if self.weights is None else self.weights[rows]
            found.append(Predictions(own, scored, bins, weights))
        return replace(self, parts=found)


def _part_of(sums: BinSums, i: int, count: int) -> BinSums:
    """Return the i-th of ``count`` parts of sums, which have as many rows each."""
    return jax.tree.map(lambda values: np.split(values, count)[i], sums)


class Statistic(ABC):
    """A function of `Predictions` that can be hashed.

    Attributes:
        views: those that it needs.
        needs_class_bins: whether it needs the bins of the classes, if there are any.
        partition: the parts of the examples if it is of one of them; None if it is of all.
    """

    @property
    def views(self) -> tuple[View, ...]:
        return ()

    @property
    def needs_class_bins(self) -> bool:
        return False

    @property
    def partition(self) -> Partition | None:
        return None

    @abstractmethod
    def __call__(self, predictions: Predictions) -> Any: ...


class Needs(NamedTuple):
    """What several statistics need together: ``views`` and ``class_bins``, of all or of parts."""

    views: tuple[View, ...]
    class_bins: bool
    parts: Partition | None = None

    @classmethod
    def of(cls, statistics: Sequence[Statistic]) -> Needs:
        views = dict.fromkeys(view for one in statistics for view in one.views)
        parts = next((one.partition for one in statistics if one.partition is not None), None)
        return cls(tuple(views), any(one.needs_class_bins for one in statistics), parts)


def reduced(
    blocks: Iterable[Block], labels: np.ndarray, needs: Needs, weights: np.ndarray | None = None
) -> Predictions:
    """Return the predictions of a snapshot, of which two blocks are in memory at a time.

    Args:
        blocks: of all N examples.
        labels: [N].
        needs: what is computed.
        weights: [N] float64 above 0, or None.

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
        found = Predictions(dict.fromkeys(needs.views, view), proper, weights=weights)
        return found.divided(needs.parts, None)
    place = place_of(first.arrays["logits" if "logits" in first.arrays else "probs"].shape)
    columns = _Joined(len(labels))
    class_bins = _ClassBins(place, needs.parts, weights) if needs.class_bins else None
    with without_mesh():
        for rows in _even(blocks, labels, first.examples, place.rows):
            if class_bins is not None:
                class_bins.add(rows)
            columns.put(rows, rows.columns(needs.views, place))
    found = columns.whole()
    if weights is not None:
        found = jax.tree.map(np.asarray, found)
    views = dict(zip(needs.views, zip(found.scores, found.hits, strict=True), strict=True))
    proper = {"nll": found.nll, "brier": found.brier}
    found = Predictions(views, proper, weights=weights)
    return found.divided(needs.parts, None if class_bins is None else class_bins.sums())


def blank(examples: int, needs: Needs, weights: np.ndarray | None = None) -> Predictions:
    """Return predictions of the shapes and dtypes of others, which mean nothing."""
    ones, hits = np.ones(examples, np.float32), np.ones(examples, bool)
    classes = 2 if needs.parts is None else 2 * (needs.parts.count + 1)
    sums = no_class_bins(classes, ERROR_BINS, has_weights=weights is not None)
    sums, proper = jax.tree.map(np.asarray, sums), {"nll": ones, "brier": ones}
    found = Predictions(dict.fromkeys(needs.views, (ones, hits)), proper, weights=weights)
    return found.divided(needs.parts, sums)


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
    """Sums over the bins of each class, in float32 on the device, and added up in float64.

    Those of parts are one after the other, and those of the examples of none the last.
    """

    def __init__(self, place: OneDevice, parts: Partition | None, weights: np.ndarray | None):
        self._place, self._parts = place, parts
        self._weights: np.ndarray | None = None
        self._unit = 1.0
        if weights is not None:
            own = np.asarray(relative(weights))
            self._weights, self._unit = own.astype(np.float32), weights.max() / own.max()
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
            classes, starts = values.shape[1], None
            if self._parts is not None:
                codes = self._parts.codes[rows.rows][part]
                starts, classes = padded(codes * classes, size), classes * (self._parts.count + 1)
            weights = self._weights
            if weights is not None:
                weights = padded(weights[rows.rows][part], size)
            if self._sums is None:
                self._sums = self._place.no_bins(
                    classes, ERROR_BINS, has_weights=weights is not None
                )
            count = min(rows.examples - start, size)
            options = {"starts": starts, "weights": weights, "of_logits": rows.of_logits}
            self._sums = self._place.with_bins(self._sums, values, labels, count, **options)
            self._count += size

    def _flush(self) -> None:
        if self._sums is not None:
            sums = self._place.total(self._sums)
            self._total = sums if self._total is None else self._total + sums
        self._sums, self._count = None, 0

    def sums(self) -> BinSums | None:
        self._flush()
        if self._total is None or self._total.squares is None:
            return self._total
        counts, hits, offsets = (self._unit * part for part in self._total[:3])
        return BinSums(counts, hits, offsets, self._unit**2 * self._total.squares)

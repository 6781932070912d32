"""Statistics of the parts of a run, all of them from one pass over the snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from anim.calibration.bins import Array, BinSums
from anim.calibration.views import View
from anim.run.blocks import padded
from anim.run.partition import Partition
from anim.run.passes import Found, Passes, Progress
from anim.run.predictions import Predictions, Statistic
from anim.run.statistics import Bins, Dots, ProperScores

if TYPE_CHECKING:
    from anim.run.run import Run

# The rows of programs for the smallest parts; of larger ones powers of 2, and 3/4 of these.
_FEWEST = 64


@dataclass(frozen=True)
class OfPart(Statistic):
    """A statistic of one of the parts.

    Attributes:
        statistic: of any predictions.
        parts: of the examples.
        part: the index of one of them.
    """

    statistic: Statistic
    parts: Partition
    part: int

    @property
    def views(self) -> tuple[View, ...]:
        return self.statistic.views

    @property
    def needs_class_bins(self) -> bool:
        return self.statistic.needs_class_bins

    @property
    def partition(self) -> Partition:
        return self.parts

    def __call__(self, predictions: Predictions) -> Any:
        own = predictions.parts[self.part]
        if isinstance(self.statistic, Dots):
            return self.statistic(own)
        # NumPy adds up what has weights and is in host memory. A program of JAX is compiled for
        # each number of examples, and each part has another.
        ones = np.ones(len(self.parts.rows[self.part]))
        weights = ones if own.weights is None else own.weights
        is_compiled = not isinstance(self.statistic, Bins | ProperScores)
        found = self.statistic(_weighted(own, weights, is_compiled=is_compiled))
        return _counted(found) if own.weights is None else found


def _weighted(own: Predictions, weights: np.ndarray, *, is_compiled: bool) -> Predictions:
    """Return predictions with weights; for programs with more that have none, so that parts of
    about the same size share a program.
    """
    if not is_compiled:
        return replace(own, weights=weights)
    count = len(weights)
    power = 1 << max(count - 1, _FEWEST - 1).bit_length()
    size = power * 3 // 4 if count <= power * 3 // 4 else power

    def longer(values: Array) -> np.ndarray:
        return padded(np.asarray(values), size)

    return replace(
        own,
        views={view: (longer(scores), longer(hits)) for view, (scores, hits) in own.views.items()},
        proper={name: longer(values) for name, values in own.proper.items()},
        weights=longer(weights),
    )


def _counted(found: Any) -> Any:
    """Return what a statistic found with each weight 1 as it is without weights."""

    def plain(one: Any) -> Any:
        if not isinstance(one, BinSums):
            return one
        counts, hits = (np.asarray(part, np.int32) for part in one[:2])
        return BinSums(counts, hits, one.offsets)

    return jax.tree.map(plain, found, is_leaf=lambda one: isinstance(one, BinSums))


class PartPasses(Passes):
    """The passes of one of several parts of a run.

    What is asked of one of them is computed for all of them, as the snapshots are read anyway.

    Args:
        passes: over the whole snapshots, for these parts only.
        parts: of the examples.
        runs: of the parts, in order, each of which has passes like these.
        part: the index of this one.
    """

    def __init__(self, passes: Passes, parts: Partition, runs: Sequence[Run], part: int):
        self._whole, self._parts, self._runs, self._part = passes, parts, runs, part

    def compute(
        self, statistics: Iterable[Statistic], progress: Progress | None = None
    ) -> dict[Statistic, Found]:
        """Compute statistics, as `Passes.compute` does."""
        wanted = tuple(dict.fromkeys(statistics))
        found = self._whole.compute(self._of_parts(lambda _: wanted), progress)
        return {one: found[OfPart(one, self._parts, self._part)] for one in wanted}

    def prepare(
        self,
        run: Run,
        statistics_of: Callable[[Run], Sequence[Statistic]],
        progress: Progress | None = None,
    ) -> None:
        """Compute the statistics of each part, which may differ, as their sizes do."""
        self._whole.compute(self._of_parts(statistics_of), progress)

    def _of_parts(self, statistics_of: Callable[[Run], Sequence[Statistic]]) -> list[OfPart]:
        return [
            OfPart(one, self._parts, part)
            for part, run in enumerate(self._runs)
            for one in statistics_of(run)
        ]

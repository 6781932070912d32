"""Statistics of the parts of a run, all of them from one pass over the snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anim.calibration.views import View
from anim.run.partition import Partition
from anim.run.passes import Found, Passes, Progress
from anim.run.predictions import Predictions, Statistic

if TYPE_CHECKING:
    from anim.run.run import Run


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
        return self.statistic(predictions.parts[self.part])


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

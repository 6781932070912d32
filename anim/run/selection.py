"""Some of the snapshots of a run, or some of its examples."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from anim.errors import SettingError
from anim.run.about import About
from anim.run.crossing import groups_by
from anim.run.examples import Examples
from anim.run.partition import Partition
from anim.run.parts import PartPasses
from anim.run.passes import Passes
from anim.run.points import noun_of, number
from anim.run.snapshots import SnapshotSequence
from anim.run.subsets import SomeExamples, SomeSnapshots
from anim.settings import one_of, value_text
from anim.settings.fields import require

if TYPE_CHECKING:
    from anim.run.run import Run

# The sums over the bins of the classes of all parts that share a pass have no more rows than this.
_MOST_ROWS = 1 << 18
_OF_ALL = re.compile(r"(?:^|, )([\d\u2009]+) of ([\d\u2009]+)( validation)? (?:points|labels)$")


class RunSelection(ABC):
    """The methods of `anim.Run` that return runs of less."""

    steps: np.ndarray
    examples: Examples
    classes: tuple[str, ...]
    snapshots: SnapshotSequence
    recorded: dict[str, np.ndarray]
    about: About
    is_recalibrated: bool
    lacks_recalibration: np.ndarray
    _passes: Passes

    @abstractmethod
    def replaced(self, examples: Examples | None = None, **changes) -> Run:
        """Return the run with other examples, or other arguments of `Run`."""

    def only(self, snapshots: ArrayLike) -> Run:
        """Return the run of some of the snapshots.

        Args:
            snapshots: indices that increase, or [S] bool.

        Raises:
            IndexError: no index, or some that are out of range or do not increase.
        """
        picked = np.arange(len(self.steps))[np.asarray(snapshots)]
        if picked.ndim != 1 or not picked.size or np.any(np.diff(picked) <= 0):
            raise IndexError(f"snapshots: expected indices that increase, got {snapshots!r}")
        lacks = self.lacks_recalibration[picked] if self.is_recalibrated else None
        return self.replaced(
            steps=self.steps[picked],
            snapshots=SomeSnapshots(self.snapshots, picked),
            series={name: values[picked] for name, values in self.recorded.items()},
            lacks_recalibration=lacks,
        )

    def where(self, examples: ArrayLike) -> Run:
        """Return the run of some of the examples, with their labels, weights and groups.

        Recorded scalars stay as they are: they may be of other examples.

        Args:
            examples: [N] bool, or indices in [0, N), each at most once.

        Raises:
            SettingError: no example, or none that the run has.
        """
        rows = _rows_of(examples, len(self.examples))
        about = replace(self.about, caption=self._caption_of(len(rows)))
        snapshots = SomeExamples(self.snapshots, rows)
        return self.replaced(self.examples.take(rows), snapshots=snapshots, about=about)

    def _caption_of(self, count: int) -> str:
        return _caption(self.about, count, len(self.examples), noun_of(self.examples))

    def by_group(
        self, name: str | Sequence[str] | None = None, only: Sequence[str] | None = None
    ) -> dict[str, Run]:
        """Return the run of the examples of each group, by the name of the group.

        What is computed of one of them is computed of all of them, in one pass over the snapshots.

        Args:
            name: of a grouping, which may be left out if there is only one; or several names:
                groups are then those of examples that are alike in all of them, and are called
                ``"female, site A"``.
            only: the names of the groups that are wanted; None takes all that have an example.

        Raises:
            SettingError: no groups, or none of that name.
        """
        groups = groups_by(self.examples.groups, name)
        names = groups.names if only is None else ((only,) if isinstance(only, str) else (*only,))
        for one in names:
            one_of("only", one, groups.names)
        if not names or len(set(names)) < len(names):
            raise SettingError("only", f"expected groups, each once, got {value_text(only)}")
        rows = [np.flatnonzero(groups.codes == groups.names.index(one)) for one in names]
        size = max(1, _MOST_ROWS // len(self.classes))
        parts = [self._parts(rows[i : i + size]) for i in range(0, len(rows), size)]
        runs = [run for some in parts for run in some]
        for one, run in zip(names, runs, strict=True):
            run.name = one
        return dict(zip(names, runs, strict=True))

    def _parts(self, rows: Sequence[np.ndarray]) -> list[Run]:
        """Return runs of some of the examples each, which share a pass over the snapshots."""
        codes = np.full(len(self.examples), len(rows), np.int32)
        for part, its in enumerate(rows):
            codes[its] = part
        parts, runs = Partition(codes, len(rows)), [self.where(its) for its in rows]
        passes = Passes(self.snapshots, self.examples.labels, self.examples.weights)
        for part, run in enumerate(runs):
            run._passes = PartPasses(passes, parts, runs, part)
        return runs


def _rows_of(examples: ArrayLike, count: int) -> np.ndarray:
    """Return the indices [n] of examples."""
    given = np.asarray(examples)
    nothing = f"expected some of the {count} examples, got none"
    require(given.size > 0, "examples", nothing)
    if given.ndim != 1 or not (given.dtype == bool or np.issubdtype(given.dtype, np.integer)):
        problem = f"expected [{count}] bool, or indices, got shape {given.shape} of {given.dtype}"
        raise SettingError("examples", problem)
    if given.dtype == bool:
        require(len(given) == count, "examples", f"expected {count} bool, got {len(given)}")
        given = np.flatnonzero(given)
    require(given.size > 0, "examples", nothing)
    outside = given[(given < 0) | (given >= count)]
    if len(outside):
        raise SettingError("examples", f"expected indices in [0, {count}), got {outside[0]}")
    values, counts = np.unique(given, return_counts=True)
    if len(values) < len(given):
        problem = f"expected each example at most once, got {values[counts > 1][0]} again"
        raise SettingError("examples", problem)
    return given.astype(np.int64)


def _caption(about: About, count: int, total: int, noun: str) -> str:
    """Return a caption that says of how many points a run is, and of how many it was."""
    if count == total:
        return about.caption
    caption, whole, kind = about.caption, number(total), ""
    known = _OF_ALL.search(caption)
    if known is not None and known[1] == whole:
        caption, whole, kind = caption[: known.start()], known[2], known[3] or ""
    kind = kind if caption else " validation"
    return ", ".join(filter(None, (caption, f"{number(count)} of {whole}{kind} {noun}")))

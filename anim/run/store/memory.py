"""Recordings that are kept in memory."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from anim.run.about import About
from anim.run.examples import Examples
from anim.run.run import Run
from anim.run.snapshots import Form, Given, Snapshot, class_names, form_of, numbered
from anim.run.store.scratch import Scratch
from anim.run.subsets import counting


class Memory:
    """A `SnapshotStore` in memory.

    Args:
        examples: N, or None if `define` sets them.
        classes: K names, or None.
        about: the caption of the run.
    """

    scratch: Scratch | None = None

    def __init__(self, examples: Examples | None, classes: tuple[str, ...] | None, about: About):
        self.examples: Examples | None = examples
        self.classes: tuple[str, ...] | None = classes
        self._about = about
        self._snapshots: list[Snapshot] = []
        self._metrics: list[Mapping[str, float]] = []
        self.steps: list[int] = []

    @property
    def form(self) -> Form:
        """Shape and dtype of each array of a snapshot; empty before the first snapshot."""
        return form_of(self._snapshots[0]) if self._snapshots else {}

    @property
    def scalars(self) -> frozenset[str]:
        """The names of the scalars so far."""
        return frozenset(name for metrics in self._metrics for name in metrics)

    def define(self, examples: Examples) -> None:
        """Set the examples of a store that has none."""
        self.examples = examples

    def count_classes(self, count: int) -> None:
        """Set K of a store without names of classes."""
        self.classes = numbered(count)

    def append(self, step: int, snapshot: Given, metrics: Mapping[str, float]) -> None:
        """Keep one snapshot, without copying its arrays."""
        self._snapshots.append({name: np.asarray(values) for name, values in snapshot.items()})
        self._metrics.append(metrics)
        self.steps.append(step)

    def run(self) -> Run:
        """Return the snapshots so far; later ones do not change the run.

        Raises:
            ValueError: there is no snapshot yet.
        """
        if not self.steps or self.examples is None:
            raise ValueError("run: expected at least one snapshot, got none")
        examples, snapshots = counting(self.examples, list(self._snapshots))
        names = dict.fromkeys(name for metrics in self._metrics for name in metrics)
        return Run(
            list(self.steps),
            examples.labels,
            snapshots,
            kind=next(iter(self.form)),
            classes=class_names(self.classes, self.form, examples.labels),
            series={
                name: np.array([metrics.get(name, np.nan) for metrics in self._metrics])
                for name in names
            },
            about=self._about,
            weights=examples.weights,
            groups=examples.groups,
            is_multilabel=examples.is_multilabel,
        )

    def late(self) -> None:
        """Return None: there is nobody to wait for."""

    def hasten(self) -> None:
        """Do nothing: there is nobody to wait for."""

    def close(self) -> None:
        """Do nothing: memory is released with the store."""

"""Recordings that stay in memory; the same words as `anim.run.store.writer.Writer`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from anim.run.run import About, Run, class_names


class Memory:
    """Keeps snapshots.

    Args:
        labels: [N] int32.
        classes: K names, or None.
        about: what a caption says of the run.
    """

    def __init__(self, labels: np.ndarray, classes: Sequence[str] | None, about: About):
        self._labels, self._classes, self._about = labels, classes, about
        self._snapshots: list[dict[str, np.ndarray]] = []
        self._metrics: list[Mapping[str, float]] = []
        self.steps: list[int] = []

    @property
    def form(self) -> dict[str, tuple]:
        """Shape and dtype of each array of a snapshot; empty before the first."""
        return form_of(self._snapshots[0]) if self._snapshots else {}

    def append(
        self, step: int, snapshot: Mapping[str, np.ndarray], metrics: Mapping[str, float]
    ) -> None:
        self._snapshots.append(dict(snapshot))
        self._metrics.append(metrics)
        self.steps.append(step)

    def run(self) -> Run:
        if not self.steps:
            raise ValueError("snapshot: expected at least one before a run is read")
        names = dict.fromkeys(name for metrics in self._metrics for name in metrics)
        return Run(
            list(self.steps),
            self._labels,
            list(self._snapshots),
            kind=next(iter(self.form)),
            classes=class_names(self._classes, self.form, self._labels),
            series={
                name: np.array([metrics.get(name, np.nan) for metrics in self._metrics])
                for name in names
            },
            about=self._about,
        )

    def close(self) -> None:
        """Nothing to let go of."""


def form_of(snapshot: Mapping[str, np.ndarray]) -> dict[str, tuple]:
    """Shape and dtype of each array."""
    return {name: (values.shape, values.dtype) for name, values in snapshot.items()}

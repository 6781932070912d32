"""Recordings that stay in memory; the same words as `anim.run.store.Writer`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from anim.run.run import About, Run


class Memory:
    """Keeps snapshots.

    Args:
        labels: [N] int32.
        classes: K names, or None.
        about: what a caption says of the run.
    """

    def __init__(self, labels: np.ndarray, classes: Sequence[str] | None, about: About):
        self._labels, self._classes, self._about = labels, classes, about
        self._snapshots: list[np.ndarray] = []
        self._series: dict[str, list[float]] = {}
        self.steps: list[int] = []
        self.kind: str | None = None

    @property
    def series(self) -> tuple[str, ...]:
        return tuple(self._series)

    @property
    def width(self) -> int | None:
        """K, once there is a snapshot."""
        return self._snapshots[0].shape[1] if self._snapshots else None

    def append(
        self, step: int, kind: str, values: np.ndarray, metrics: Mapping[str, float]
    ) -> None:
        self.kind = kind
        self._snapshots.append(values)
        for name, value in metrics.items():
            self._series.setdefault(name, []).append(value)
        self.steps.append(step)

    def run(self) -> Run:
        if not self.steps:
            raise ValueError("snapshot: expected at least one before a run is read")
        return Run(
            list(self.steps),
            self._labels,
            list(self._snapshots),
            kind=self.kind,
            classes=self._classes,
            series={name: np.asarray(values) for name, values in self._series.items()},
            about=self._about,
        )

    def close(self) -> None:
        """Nothing to let go of."""

"""Collects validation predictions while a model trains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anim.run.checks import checked_labels, checked_predictions
from anim.run.run import NOTHING_KNOWN, About, Run
from anim.settings import whole


class Recorder:
    """Collects snapshots of validation predictions, in memory.

    Args:
        labels: [N] integers in [0, K), or one-hot [N, K].
        classes: K names; None names them "0", "1", ...
        about: what a caption says of the run.

    Raises:
        ValueError: labels that are not integers, or out of range.
    """

    def __init__(
        self, *, labels, classes: Sequence[str] | None = None, about: About = NOTHING_KNOWN
    ):
        self._labels = checked_labels(labels)
        self._classes = None if classes is None else tuple(map(str, classes))
        if self._classes and len(set(self._classes)) < len(self._classes):
            raise ValueError(f"classes: expected each name once, got {', '.join(self._classes)}")
        self._about = about
        self._steps: list[int] = []
        self._snapshots: list[np.ndarray] = []
        self._series: dict[str, list[float]] = {}
        self._kind: str | None = None

    def snapshot(self, step: int, *, logits=None, probs=None, metrics=None) -> None:
        """Keeps the predictions for all N validation examples at one step.

        Args:
            step: greater than the last one.
            logits: [N, K] float; [N] or [N, 1] is what a binary model puts into its sigmoid; or
            probs: [N, K] in [0, 1], rows summing to 1; [N] or [N, 1] is P(class 1) of a binary
                model.
            metrics: scalars to keep beside them, the same names at every step.

        Raises:
            ValueError: a step that does not increase, or predictions of a wrong shape or value.
        """
        whole("step", step, 0)
        if self._steps and step <= self._steps[-1]:
            raise ValueError(f"step: expected more than {self._steps[-1]}, got {step}")
        if (logits is None) == (probs is None):
            raise ValueError("snapshot: expected either logits or probs")
        kind = "probs" if logits is None else "logits"
        if self._kind not in (None, kind):
            raise ValueError(f"{kind}: the earlier snapshots of this run hold {self._kind}")
        values = checked_predictions(kind, probs if logits is None else logits, len(self._labels))
        self._check_classes(kind, values)
        metrics = {} if metrics is None else metrics
        if self._steps and set(metrics) != set(self._series):
            expected = ", ".join(self._series) or "none"
            raise ValueError(f"metrics: expected {expected}, got {', '.join(metrics) or 'none'}")
        self._kind = kind
        self._steps.append(int(step))
        self._snapshots.append(values)
        for name, value in metrics.items():
            self._series.setdefault(name, []).append(float(value))

    def _check_classes(self, kind: str, values: np.ndarray) -> None:
        if self._snapshots:
            expected = self._snapshots[0].shape[1]
        else:
            expected = values.shape[1] if self._classes is None else len(self._classes)
            beyond = np.flatnonzero(self._labels >= expected)
            if beyond.size:
                raise ValueError(
                    f"labels: expected integers in [0, {expected}), "
                    f"got {self._labels[beyond[0]]} at index {beyond[0]}"
                )
        if values.shape[1] != expected:
            raise ValueError(f"{kind}: expected {expected} classes, got {values.shape[1]}")

    def run(self) -> Run:
        """The snapshots so far, as a `Run`."""
        if not self._steps:
            raise ValueError("snapshot: expected at least one before a run is read")
        series = {name: np.asarray(values) for name, values in self._series.items()}
        return Run(
            list(self._steps),
            self._labels,
            list(self._snapshots),
            kind=self._kind,
            classes=self._classes,
            series=series,
            about=self._about,
        )


def from_arrays(steps, labels, *, logits=None, probs=None, classes=None) -> Run:
    """A run from predictions that are already in memory.

    Args:
        steps: [S] increasing integers.
        labels: [N] integers in [0, K), or one-hot [N, K].
        logits: [S, N, K] float, or
        probs: [S, N, K] in [0, 1], or [S, N] as P(class 1) of a binary model.
        classes: K names; None names them "0", "1", ...

    Raises:
        ValueError: as `Recorder.snapshot`.
    """
    recorder = Recorder(labels=labels, classes=classes)
    given = {"logits": logits} if probs is None else {"probs": probs, "logits": logits}
    for name, values in given.items():
        if values is not None and len(values) != len(steps):
            raise ValueError(f"{name}: expected {len(steps)} snapshots, got {len(values)}")
    for i, step in enumerate(steps):
        at_step = {name: None if values is None else values[i] for name, values in given.items()}
        recorder.snapshot(int(step), **at_step)
    return recorder.run()

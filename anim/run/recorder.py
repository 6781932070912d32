"""Collects validation predictions while a model trains."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from anim.run.checks import checked_labels, checked_predictions
from anim.run.memory import Memory
from anim.run.run import NOTHING_KNOWN, About, Run
from anim.run.store import Writer
from anim.settings import whole


class Recorder:
    """Collects snapshots of validation predictions, in memory or on disk.

    On disk a snapshot is written by a thread while training goes on; a write that failed is
    reported by the next call.

    Args:
        path: a folder for the recording; None keeps it in memory.
        labels: [N] integers in [0, K), or one-hot [N, K].
        classes: K names; None names them "0", "1", ...
        about: what a caption says of the run.
        resume: goes on with the recording at ``path``, if there is one: True after its last
            snapshot, a step after that step, dropping later snapshots.
        overwrite: replaces the recording at ``path``, if there is one.

    Raises:
        ValueError: labels that are not integers, or out of range.
        RecordingError: there is a recording already, or something else; another process records.
    """

    def __init__(
        self,
        path: str | os.PathLike | None = None,
        *,
        labels,
        classes: Sequence[str] | None = None,
        about: About = NOTHING_KNOWN,
        resume: bool | int = False,
        overwrite: bool = False,
    ):
        self._labels = checked_labels(labels)
        self._classes = None if classes is None else tuple(map(str, classes))
        if self._classes and len(set(self._classes)) < len(self._classes):
            raise ValueError(f"classes: expected each name once, got {', '.join(self._classes)}")
        arguments = (self._labels, self._classes, about)
        if resume is not False and overwrite:
            raise ValueError("resume, overwrite: expected one of them at most")
        if path is None:
            if resume is not False or overwrite:
                raise ValueError("resume and overwrite need a path")
            self._keeper = Memory(*arguments)
        else:
            self._keeper = Writer(Path(path), *arguments, resume=resume, overwrite=overwrite)
        self._last_step = self._keeper.steps[-1] if self._keeper.steps else None
        self._kind = self._keeper.kind
        self._width = self._keeper.width
        self._names = self._keeper.series if self._keeper.steps else None
        self._thread = ThreadPoolExecutor(1, "anim-recorder")
        self._pending: deque[Future] = deque()
        self._is_open = True

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
            RuntimeError: the recorder is closed.
            OSError: an earlier snapshot could not be written.
        """
        if not self._is_open:
            raise RuntimeError(f"snapshot: the recorder was closed before step {step}")
        whole("step", step, 0)
        if self._last_step is not None and step <= self._last_step:
            raise ValueError(f"step: expected more than {self._last_step}, got {step}")
        if (logits is None) == (probs is None):
            raise ValueError("snapshot: expected either logits or probs")
        kind = "probs" if logits is None else "logits"
        if self._kind not in (None, kind):
            raise ValueError(f"{kind}: the earlier snapshots of this run hold {self._kind}")
        values = checked_predictions(kind, probs if logits is None else logits, len(self._labels))
        self._check_classes(kind, values)
        metrics = {name: float(value) for name, value in (metrics or {}).items()}
        if self._names is not None and set(metrics) != set(self._names):
            expected = ", ".join(self._names) or "none"
            raise ValueError(f"metrics: expected {expected}, got {', '.join(metrics) or 'none'}")
        # One is being written, one waits: memory does not grow where the disk is slower.
        self._wait(at_most=1)
        self._pending.append(
            self._thread.submit(self._keeper.append, int(step), kind, values, metrics)
        )
        self._last_step, self._kind, self._width = int(step), kind, values.shape[1]
        self._names = tuple(metrics)

    def flush(self) -> None:
        """Returns when all earlier snapshots are committed."""
        self._wait(at_most=0)

    def close(self) -> None:
        """Flushes, and lets others write to the path."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            self.flush()
        finally:
            self._thread.shutdown()
            self._keeper.close()

    def run(self) -> Run:
        """The snapshots so far, as a `Run`."""
        self.flush()
        return self._keeper.run()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _wait(self, at_most: int) -> None:
        while len(self._pending) > at_most:
            self._pending.popleft().result()

    def _check_classes(self, kind: str, values: np.ndarray) -> None:
        if self._width is not None:
            expected = self._width
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

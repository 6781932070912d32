"""Records validation predictions while a model trains."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from anim.checks.labels import check_range, checked_classes, checked_labels
from anim.errors import NotFiniteError
from anim.run.about import NOTHING_KNOWN, About
from anim.run.caller import warn_caller
from anim.run.checking import checked_snapshot, warn_if_probs
from anim.run.run import Run
from anim.run.scalars import checked_metrics
from anim.run.snapshots import Snapshot, form_of
from anim.run.store.interface import SnapshotStore
from anim.run.store.memory import Memory
from anim.run.store.writer import Writer
from anim.settings import KEEPS, one_of, whole


class Recorder:
    """Records snapshots of validation predictions, in memory or on disk.

    On disk, a thread writes each snapshot while training goes on; the next call reports a write
    that failed.

    Args:
        path: a folder for the recording; None keeps it in memory.
        labels: [N] integers in [0, K), one-hot [N, K], or names out of ``classes``.
        classes: K names; None names them "0", "1", ...
        about: the caption of the run.
        keep: ``float32`` keeps logits or probs as they are, ``float16`` needs half the space, and
            ``top`` keeps the confidence of the predicted class and whether it was right. That is
            all that the ``confidence`` view needs, and makes recordings of many classes small.
        nan: what to do with NaN or infinite predictions: ``raise``, or ``skip`` the snapshot with
            a warning.
        resume: continue the recording at ``path``, if there is one. True continues after its last
            snapshot. A step, such as that of a checkpoint, continues after that step: later
            snapshots are dropped, and the one at that step is kept and not recorded again.
        overwrite: replace the recording at ``path``, if there is one.

    Raises:
        ValueError: labels that are not integers, or out of range; an unknown choice.
        RecordingError: there is already a recording, or something else, at ``path``; or another
            process is recording there.
    """

    def __init__(
        self,
        path: str | os.PathLike | None = None,
        *,
        labels,
        classes: Sequence[str] | None = None,
        about: About = NOTHING_KNOWN,
        keep: str = "float32",
        nan: str = "raise",
        resume: bool | int = False,
        overwrite: bool = False,
    ):
        one_of("keep", keep, KEEPS)
        one_of("nan", nan, ("raise", "skip"))
        self._keep, self._nan = keep, nan
        self._classes = checked_classes(classes)
        self._labels = checked_labels(labels, self._classes)
        if not isinstance(resume, bool):
            whole("resume", resume, 0)
        if self._classes is not None:
            check_range(self._labels, len(self._classes))
        if resume is not False and overwrite:
            raise ValueError("resume, overwrite: expected at most one of them")
        arguments = (self._labels, self._classes, about)
        self._store: SnapshotStore
        if path is None:
            if resume is not False or overwrite:
                raise ValueError("resume and overwrite require a path")
            self._store = Memory(*arguments)
        else:
            self._store = Writer(Path(path), *arguments, resume=resume, overwrite=overwrite)
        self._last_step = self._store.steps[-1] if self._store.steps else None
        self._resumed_at = None if isinstance(resume, bool) else self._last_step
        self._form = self._store.form
        self._is_resumed = bool(self._store.steps)
        self._thread = ThreadPoolExecutor(1, "anim-recorder")
        self._pending: deque[Future] = deque()
        self._is_open = True

    @property
    def last_step(self) -> int | None:
        """Step of the last snapshot, including those before `resume`; None if there is none."""
        return self._last_step

    def snapshot(
        self,
        step: int,
        *,
        logits=None,
        probs=None,
        confidence=None,
        correct=None,
        metrics: Mapping[str, object] | None = None,
    ) -> None:
        """Record the predictions for all N validation examples at one step.

        Pass ``logits``, or ``probs``, or ``confidence`` and ``correct``: anything that NumPy or
        DLPack can read. The arrays may be changed as soon as this returns.

        Args:
            step: greater than the last one.
            logits: [N, K] float; for a binary model also [N] or [N, 1], the input of its sigmoid.
            probs: [N, K] in [0, 1] with rows that sum to 1; for a binary model also [N] or [N, 1],
                P(class 1).
            confidence: [N] in [0, 1], the score of the predicted class.
            correct: [N] booleans, whether the predicted class is the label.
            metrics: scalars to record with it; a name that is missing at a step is NaN there.

        Raises:
            ValueError: a step that does not increase, or predictions of a wrong shape or value.
            RuntimeError: the recorder is closed.
            OSError: an earlier snapshot could not be written.
        """
        if not self._is_open:
            raise RuntimeError(f"snapshot: the recorder was closed before step {step}")
        whole("step", step, 0)
        if step == self._resumed_at == self._last_step:
            return
        self._check_step(step)
        given = {"logits": logits, "probs": probs, "confidence": confidence, "correct": correct}
        scalars = checked_metrics(metrics)
        try:
            snapshot = checked_snapshot(given, self._labels, self._keep)
        except NotFiniteError as error:
            if self._nan == "raise":
                raise
            warn_caller(f"step {step} is skipped: {error}")
            return
        self._check_form(snapshot)
        # One snapshot is being written and one waits: a slow disk does not fill the memory.
        self._wait(at_most=1)
        self._pending.append(self._thread.submit(self._store.append, int(step), snapshot, scalars))
        self._last_step = int(step)

    def flush(self) -> None:
        """Wait until all earlier snapshots are committed.

        Raises:
            OSError: a snapshot could not be written.
        """
        self._wait(at_most=0)

    def close(self) -> None:
        """Flush, and release the path for other recorders."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            self.flush()
        finally:
            self._thread.shutdown()
            self._store.close()

    def run(self) -> Run:
        """Return the snapshots so far."""
        self.flush()
        return self._store.run()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _wait(self, at_most: int) -> None:
        while len(self._pending) > at_most:
            self._pending.popleft().result()

    def _check_step(self, step: int) -> None:
        if self._last_step is not None and step <= self._last_step:
            hint = "; resume=STEP drops later snapshots" if self._is_resumed else ""
            raise ValueError(f"step: expected a step after {self._last_step}, got {step}{hint}")

    def _check_form(self, snapshot: Snapshot) -> None:
        """Raise ValueError unless a snapshot has the kind, dtype and classes of the first one."""
        form = form_of(snapshot)
        name, (shape, dtype) = next(iter(form.items()))
        if not self._form:
            warn_if_probs(snapshot)
            if len(shape) == 2:
                self._check_classes(name, shape[1])
            self._form = form
            return
        if form.keys() != self._form.keys():
            earlier, now = " and ".join(self._form), " and ".join(form)
            raise ValueError(f"snapshot: expected {earlier} as in earlier snapshots, got {now}")
        earlier_shape, earlier_dtype = self._form[name]
        if shape != earlier_shape:
            raise ValueError(f"{name}: expected {earlier_shape[1]} classes, got {shape[1]}")
        if dtype != earlier_dtype:
            raise ValueError(
                f"keep: expected {earlier_dtype} as in earlier snapshots of this run, got {dtype}"
            )

    def _check_classes(self, name: str, got: int) -> None:
        if self._classes is not None and got != len(self._classes):
            raise ValueError(f"{name}: expected {len(self._classes)} classes, got {got}")
        check_range(self._labels, got)


def from_arrays(
    steps: Sequence[int] | np.ndarray,
    labels,
    *,
    logits=None,
    probs=None,
    classes: Sequence[str] | None = None,
) -> Run:
    """Return a run of predictions that are already in memory.

    Args:
        steps: S increasing integers.
        labels: [N] integers in [0, K), or one-hot [N, K].
        logits: [S, N, K] float, or
        probs: [S, N, K] in [0, 1], or [S, N] as P(class 1) of a binary model.
        classes: K names; None names them "0", "1", ...

    Raises:
        ValueError: as for `Recorder.snapshot`.
    """
    recorder = Recorder(labels=labels, classes=classes)
    given = {"logits": logits, "probs": probs}
    for name, values in given.items():
        if values is not None and len(values) != len(steps):
            raise ValueError(f"{name}: expected {len(steps)} snapshots, got {len(values)}")
    for i, step in enumerate(steps):
        at_step = {name: None if values is None else values[i] for name, values in given.items()}
        recorder.snapshot(int(step), **at_step)
    return recorder.run()

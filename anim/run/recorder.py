"""Collects validation predictions while a model trains."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from anim.errors import NotFiniteError
from anim.run.checks import (
    check_choices,
    check_range,
    checked_classes,
    checked_labels,
    checked_metrics,
    checked_snapshot,
    warn_of_probs,
)
from anim.run.run import NOTHING_KNOWN, About, Run
from anim.run.store.memory import Memory, form_of
from anim.run.store.writer import Writer
from anim.settings import whole


class Recorder:
    """Collects snapshots of validation predictions, in memory or on disk.

    On disk a snapshot is written by a thread while training goes on; a write that failed is
    reported by the next call.

    Args:
        path: a folder for the recording; None keeps it in memory.
        labels: [N] integers in [0, K), or one-hot [N, K], or names out of ``classes``.
        classes: K names; None names them "0", "1", ...
        about: what a caption says of the run.
        keep: ``float32`` keeps logits or probs as they are, ``float16`` halves them, ``top`` keeps
            the confidence of the predicted class and whether it was right, which is all that the
            ``confidence`` view needs, and the way to record very many classes.
        nan: what NaN or infinite predictions do: ``raise``, or ``skip`` that snapshot and warn.
        resume: goes on with the recording at ``path``, if there is one: True after its last
            snapshot; a step (that of a checkpoint) after that step, dropping later snapshots and
            keeping its own, which is not recorded again.
        overwrite: replaces the recording at ``path``, if there is one.

    Raises:
        ValueError: labels that are not integers, or out of range; an unknown choice.
        RecordingError: there is a recording already, or something else; another process records.
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
        check_choices(keep, nan)
        self._keep, self._nan = keep, nan
        self._classes = checked_classes(classes)
        self._labels = checked_labels(labels, self._classes)
        if not isinstance(resume, bool):
            whole("resume", resume, 0)
        if self._classes is not None:
            check_range(self._labels, len(self._classes))
        if resume is not False and overwrite:
            raise ValueError("resume, overwrite: expected one of them at most")
        arguments = (self._labels, self._classes, about)
        if path is None:
            if resume is not False or overwrite:
                raise ValueError("resume and overwrite need a path")
            self._keeper = Memory(*arguments)
        else:
            self._keeper = Writer(Path(path), *arguments, resume=resume, overwrite=overwrite)
        self._last_step = self._keeper.steps[-1] if self._keeper.steps else None
        self._resumed_at = None if isinstance(resume, bool) else self._last_step
        self._form = self._keeper.form
        self._is_resumed = bool(self._keeper.steps)
        self._thread = ThreadPoolExecutor(1, "anim-recorder")
        self._pending: deque[Future] = deque()
        self._is_open = True

    @property
    def last_step(self) -> int | None:
        """The step of the last snapshot, one that was recorded before `resume` included."""
        return self._last_step

    def snapshot(
        self, step: int, *, logits=None, probs=None, confidence=None, correct=None, metrics=None
    ) -> None:
        """Keeps the predictions for all N validation examples at one step.

        Arrays are anything that NumPy or DLPack can read. They may be changed afterwards.

        Args:
            step: greater than the last one.
            logits: [N, K] float; [N] or [N, 1] is what a binary model puts into its sigmoid; or
            probs: [N, K] in [0, 1], rows summing to 1; [N] or [N, 1] is P(class 1) of a binary
                model; or
            confidence: [N] in [0, 1], the score of the predicted class, together with
            correct: [N] booleans, whether the predicted class is the label.
            metrics: scalars to keep beside them; a name that is missing at a step is NaN there.

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
        if self._last_step is not None and step <= self._last_step:
            hint = "; resume=STEP goes back" if self._is_resumed else ""
            raise ValueError(f"step: expected more than {self._last_step}, got {step}{hint}")
        given = {"logits": logits, "probs": probs, "confidence": confidence, "correct": correct}
        metrics = checked_metrics(metrics)
        try:
            snapshot = checked_snapshot(given, self._labels, self._keep)
        except NotFiniteError as error:
            if self._nan == "raise":
                raise
            warnings.warn(f"step {step} is left out: {error}", stacklevel=2)
            return
        self._check_form(snapshot)
        # One is being written, one waits: memory does not grow where the disk is slower.
        self._wait(at_most=1)
        self._pending.append(self._thread.submit(self._keeper.append, int(step), snapshot, metrics))
        self._last_step = int(step)

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

    def _check_form(self, snapshot: dict) -> None:
        """The first snapshot decides what the others hold."""
        form = form_of(snapshot)
        name, (shape, dtype) = next(iter(form.items()))
        if not self._form:
            warn_of_probs(snapshot)
            if len(shape) == 2:
                self._check_classes(name, shape[1])
            self._form = form
            return
        if form.keys() != self._form.keys():
            earlier, now = " and ".join(self._form), " and ".join(form)
            raise ValueError(f"{now}: the earlier snapshots of this run hold {earlier}")
        earlier_shape, earlier_dtype = self._form[name]
        if shape != earlier_shape:
            raise ValueError(f"{name}: expected {earlier_shape[1]} classes, got {shape[1]}")
        if dtype != earlier_dtype:
            raise ValueError(
                f"keep: the earlier snapshots of this run are {earlier_dtype}, got {dtype}"
            )

    def _check_classes(self, name: str, got: int) -> None:
        if self._classes is not None and got != len(self._classes):
            raise ValueError(f"{name}: expected {len(self._classes)} classes, got {got}")
        check_range(self._labels, got)


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
    given = {"logits": logits, "probs": probs}
    for name, values in given.items():
        if values is not None and len(values) != len(steps):
            raise ValueError(f"{name}: expected {len(steps)} snapshots, got {len(values)}")
    for i, step in enumerate(steps):
        at_step = {name: None if values is None else values[i] for name, values in given.items()}
        recorder.snapshot(int(step), **at_step)
    return recorder.run()

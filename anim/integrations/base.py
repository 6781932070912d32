"""What all integrations share: when a snapshot is due, what the predictions are, what is logged."""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Mapping

import numpy as np

from anim.errors import MissingExtraError
from anim.run import Recorder
from anim.run.checks.arrays import as_array
from anim.run.checks.predictions import rows_are_probs
from anim.run.checks.scalars import COMPUTED
from anim.settings import one_of, whole


def require(module: str, package: str):
    """The framework's module.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"this needs {package}, which is not installed: pip install {package}"
        ) from error


class Snapshots:
    """Records what a callback sees.

    A second training of the same callback goes on with the recording.

    Args:
        path: a folder for the recording; None keeps it in memory.
        labels: [N] integers in [0, K), or one-hot [N, K].
        every: steps between two snapshots; None leaves it to the callback.
        outputs: what the model gives: ``logits`` or ``probs``; None finds out.
        options: more arguments of `anim.Recorder`.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        labels,
        *,
        every: int | None,
        outputs: str | None,
        options: Mapping,
    ):
        if every is not None:
            whole("every", every, 1)
        if outputs is not None:
            one_of("outputs", outputs, ("logits", "probs"))
        self._path, self._labels, self._options = path, labels, dict(options)
        self._every, self._outputs = every, outputs
        self._recorder: Recorder | None = None
        self._expected: str | None = None
        self._is_open = False
        #: What is added to the steps of a training that counts from 0 again.
        self.offset = 0

    @property
    def is_by_step(self) -> bool:
        """Whether it was told how many steps lie between two snapshots."""
        return self._every is not None

    @property
    def last_step(self) -> int:
        """The step of the last snapshot; -1 before the first."""
        recorder = self._recorder
        return -1 if recorder is None or recorder.last_step is None else recorder.last_step

    def expect(self, outputs: str | None) -> None:
        """What the model gives, where the predictions do not tell."""
        self._expected = outputs

    def begin(self) -> None:
        """Opens the recording, for the first time or again."""
        if self._is_open:
            return
        if self._recorder is None:
            self._recorder = Recorder(self._path, labels=self._labels, **self._options)
        elif self._path is not None:
            options = {**self._options, "overwrite": False, "resume": True}
            self._recorder = Recorder(self._path, labels=self._labels, **options)
        self._is_open = True
        self.offset = max(self.last_step, 0)

    def is_due(self, step: int) -> bool:
        """Whether a multiple of ``every`` was reached, or passed, since the last snapshot."""
        if self._every is None:
            return False
        return step // self._every > max(self.last_step, 0) // self._every

    def take(self, step: int, predictions, metrics: Mapping | None = None) -> None:
        """Records predictions [N, K], [N, 1] or [N], unless there are some of that step."""
        if step <= self.last_step:
            return
        values = as_array("predictions", predictions)
        if self._outputs is None:
            self._outputs = _kind_of(values) or self._expected
            if self._outputs is None:
                raise ValueError(
                    "outputs: expected 'logits' or 'probs' for a model with one output, got None"
                )
        self._recorder.snapshot(step, **{self._outputs: values}, metrics=_scalars(metrics or {}))

    def end(self) -> None:
        """Commits what there is, and lets others write to the path."""
        if self._is_open:
            self._is_open = False
            if self._path is None:
                self._recorder.flush()
            else:
                self._recorder.close()

    def run(self):
        """The snapshots so far, as an `anim.Run`."""
        return self._recorder.run()


def _kind_of(values: np.ndarray) -> str | None:
    """``probs`` where rows are in [0, 1] and sum to 1, else ``logits``; None for one output."""
    if values.ndim != 2 or values.shape[1] < 2:
        return None
    return "probs" if rows_are_probs(values) else "logits"


def _scalars(logs: Mapping) -> dict[str, float]:
    """The numbers among what a framework logs, under names that a recording takes."""
    found = {}
    for name, value in logs.items():
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        name = f"train_{name}" if name in COMPUTED else name
        if name[:1].isalpha() and not math.isinf(number):
            found[name] = number
    return found

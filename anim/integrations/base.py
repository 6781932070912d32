"""What callbacks share: when to take a snapshot, what the predictions are, what is logged."""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Mapping
from types import ModuleType

import numpy as np

from anim.checks.arrays import as_array
from anim.checks.predictions import rows_are_probs
from anim.errors import MissingExtraError
from anim.metrics import BY_NAME
from anim.run import Recorder, Run
from anim.run.scalars import is_recordable
from anim.settings import one_of, whole


def require(module: str, package: str) -> ModuleType:
    """Import and return a module of an optional package.

    Args:
        module: its full name, such as ``lightning.pytorch``.
        package: the name that pip installs.

    Raises:
        MissingExtraError: the package is not installed.
        ImportError: the package is installed, but fails to import; its own error.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise MissingExtraError(f"{package} is not installed: pip install {package}") from error


class CallbackRecorder:
    """Records what a callback passes to it.

    A callback that is used for a second training continues its recording.

    Args:
        path: a folder for the recording; None keeps it in memory.
        labels: [N] integers in [0, K), or one-hot [N, K].
        every: steps between two snapshots; None leaves the choice to the callback.
        outputs: what the model returns: ``logits`` or ``probs``; None decides by the values.
        options: more arguments of `anim.Recorder`.

    Attributes:
        offset: what to add to the steps of a training that counts from 0 again.
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
        self.offset = 0

    @property
    def has_interval(self) -> bool:
        """Whether ``every`` was given."""
        return self._every is not None

    @property
    def last_step(self) -> int:
        """The step of the last snapshot; -1 before the first one."""
        recorder = self._recorder
        return -1 if recorder is None or recorder.last_step is None else recorder.last_step

    def expect(self, outputs: str | None) -> None:
        """Set what the model returns, for predictions whose values do not decide it."""
        self._expected = outputs

    def begin(self) -> None:
        """Open the recording, for the first time or to continue it."""
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
        """Return whether a multiple of ``every`` was reached or passed since the last snapshot."""
        if self._every is None:
            return False
        return step // self._every > max(self.last_step, 0) // self._every

    def take(self, step: int, predictions, metrics: Mapping | None = None) -> None:
        """Record predictions, unless there already is a snapshot of that step or a later one.

        Args:
            step: of the training, with `offset` added.
            predictions: [N, K], [N, 1] or [N] logits or probs.
            metrics: what the framework logged; only numbers are recorded.

        Raises:
            ValueError: a model with one output, if nothing says whether that is a logit.
        """
        if step <= self.last_step:
            return
        values = as_array("predictions", predictions)
        if self._outputs is None:
            self._outputs = _kind_of(values) or self._expected
            if self._outputs is None:
                raise ValueError(
                    "outputs: expected 'logits' or 'probs' for a model with one output, got None"
                )
        given = {self._outputs: values}
        self._begun().snapshot(step, **given, metrics=_scalars(metrics or {}))

    def end(self) -> None:
        """Commit all snapshots, and release the path for other recorders."""
        if self._is_open:
            self._is_open = False
            if self._path is None:
                # A recording in memory stays open, to be continued by a second training.
                self._begun().flush()
            else:
                self._begun().close()

    def run(self) -> Run:
        """Return the snapshots so far.

        Raises:
            RuntimeError: training has not begun.
        """
        return self._begun().run()

    def _begun(self) -> Recorder:
        if self._recorder is None:
            raise RuntimeError("the callback has not recorded anything yet: training has not begun")
        return self._recorder


def _kind_of(values: np.ndarray) -> str | None:
    """Return ``probs`` or ``logits``, decided by the values; None for a model with one output."""
    if values.ndim != 2 or values.shape[1] < 2:
        return None
    return "probs" if rows_are_probs(values) else "logits"


def _scalars(logs: Mapping) -> dict[str, float]:
    """Return the numbers among what a framework logs, by names that can be recorded."""
    found = {}
    for name, value in logs.items():
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        name = f"train_{name}" if name in BY_NAME else name
        if is_recordable(name) and not math.isinf(number):
            found[name] = number
    return found

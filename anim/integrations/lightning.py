"""Lightning: a callback for its ``Trainer``.

Trainer(callbacks=[SnapshotCallback("runs/mine", val_loader)])
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from anim.integrations.base import CallbackRecorder, guarded, require
from anim.integrations.torch import labels_of, logits_of
from anim.run import Run


def _module() -> str:
    """Return the name of the installed module.

    Lightning is published under two names, and the trainer of one refuses callbacks of the other.
    The older name is used only if the newer one is not installed.
    """
    is_missing = importlib.util.find_spec("lightning") is None
    if is_missing and importlib.util.find_spec("pytorch_lightning") is not None:
        return "pytorch_lightning"
    return "lightning.pytorch"


lightning = require(_module(), "lightning")


class SnapshotCallback(lightning.Callback):
    """Records validation predictions during ``fit``: before the first step, then regularly.

    Scalars that the module logs are recorded too.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        loader: yields (inputs, labels) of the validation data, always in the same order.
        every: optimizer steps between two snapshots; None takes one per epoch.
        outputs: what the module returns: ``logits`` or ``probs``; None decides by the values.
        forward: called with (module, inputs); None calls the module.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``.

    Raises:
        ValueError: the loader yields the labels in another order each time.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        loader: Iterable,
        *,
        every: int | None = None,
        outputs: str | None = None,
        forward: Callable | None = None,
        on_error: str = "warn",
        **options,
    ):
        self._loader, self._forward = loader, forward
        self._labels = labels_of(loader)
        if not np.array_equal(self._labels, labels_of(loader)):
            raise ValueError("loader: expected the same order each time; pass shuffle=False")
        self._recorder = CallbackRecorder(
            path, self._labels, every=every, outputs=outputs, options=options, on_error=on_error
        )

    def run(self) -> Run:
        """Return the snapshots so far."""
        return self._recorder.run()

    def _take(self, trainer, module) -> None:
        if not trainer.is_global_zero:
            return
        forward = None if self._forward is None else partial(self._forward, module)
        predict = partial(logits_of, module, self._loader, forward=forward)
        self._recorder.take(trainer.global_step, predict, trainer.logged_metrics)

    @guarded
    def on_train_start(self, trainer, pl_module):
        if trainer.is_global_zero:
            # A trainer that continues from a checkpoint already counts from its step.
            self._recorder.begin(trainer.global_step or None)
        self._take(trainer, pl_module)

    @guarded
    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if self._recorder.is_due(trainer.global_step):
            self._take(trainer, pl_module)

    @guarded
    def on_train_epoch_end(self, trainer, pl_module):
        if not self._recorder.has_interval:
            self._take(trainer, pl_module)

    @guarded
    def on_train_end(self, trainer, pl_module):
        self._take(trainer, pl_module)
        self._recorder.end()

    @guarded
    def on_exception(self, trainer, pl_module, exception):
        self._recorder.end()

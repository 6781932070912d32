"""Lightning (``lightning``, or ``pytorch_lightning`` where only that is installed).

Trainer(callbacks=[SnapshotCallback("runs/mine", val_loader)])
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterable

import numpy as np

from anim.integrations.base import Snapshots, require
from anim.integrations.torch import labels_of, logits_of

_IS_OLD = importlib.util.find_spec("lightning") is None and importlib.util.find_spec(
    "pytorch_lightning"
)
lightning = require("pytorch_lightning" if _IS_OLD else "lightning.pytorch", "lightning")


class SnapshotCallback(lightning.Callback):
    """Records validation predictions while a trainer fits: before the first step, then regularly.

    What the module logs is recorded too.

    Args:
        path: a folder for the recording; None keeps it in memory, for `run`.
        loader: gives (inputs, labels) of the validation data, always in the same order.
        every: optimizer steps between two snapshots; None takes one an epoch.
        outputs: what the module gives: ``logits`` or ``probs``; None finds out.
        forward: called with (module, inputs); None calls the module.
        options: more arguments of `anim.Recorder`: ``classes``, ``keep``, ``resume``, ...
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        loader: Iterable,
        *,
        every: int | None = None,
        outputs: str | None = None,
        forward: Callable | None = None,
        **options,
    ):
        self._loader, self._forward = loader, forward
        self._labels = labels_of(loader)
        if not np.array_equal(self._labels, labels_of(loader)):
            raise ValueError("loader: expected the same order each time, got another (shuffle=?)")
        self._snapshots = Snapshots(
            path, self._labels, every=every, outputs=outputs, options=options
        )

    def run(self):
        """The snapshots so far, as an `anim.Run`."""
        return self._snapshots.run()

    def _step(self, trainer) -> int:
        return self._snapshots.offset + trainer.global_step

    def _take(self, trainer, module) -> None:
        step = self._step(trainer)
        if step <= self._snapshots.last_step or not trainer.is_global_zero:
            return
        forward = None if self._forward is None else lambda x: self._forward(module, x)
        logits = logits_of(module, self._loader, forward=forward)
        self._snapshots.take(step, logits, trainer.logged_metrics)

    def on_train_start(self, trainer, pl_module):
        if trainer.is_global_zero:
            self._snapshots.begin()
            # A trainer that goes on from a checkpoint counts on from there by itself.
            self._snapshots.offset = 0 if trainer.global_step else self._snapshots.offset
        self._take(trainer, pl_module)

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if self._snapshots.is_due(self._step(trainer)):
            self._take(trainer, pl_module)

    def on_train_epoch_end(self, trainer, pl_module):
        if not self._snapshots.is_by_step:
            self._take(trainer, pl_module)

    def on_train_end(self, trainer, pl_module):
        self._take(trainer, pl_module)
        self._snapshots.end()

    def on_exception(self, trainer, pl_module, exception):
        self._snapshots.end()

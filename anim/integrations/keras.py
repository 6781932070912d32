"""Keras 3, on any of its backends.

model.fit(x, y, callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
"""

from __future__ import annotations

import os

from anim.integrations.base import Snapshots, require

keras = require("keras", "keras")


class SnapshotCallback(keras.callbacks.Callback):
    """Records validation predictions while ``fit`` trains: before the first step, then regularly.

    What Keras logs (``loss``, ``val_loss``, ...) is recorded too.

    Args:
        path: a folder for the recording; None keeps it in memory, for `run`.
        x_val: inputs of N examples, as ``model.predict`` takes them.
        y_val: [N] integers in [0, K), or one-hot [N, K].
        every: steps between two snapshots; None takes one an epoch.
        outputs: what the model gives: ``logits`` or ``probs``; None finds out.
        batch_size: of the predictions; None takes Keras' own.
        options: more arguments of `anim.Recorder`: ``classes``, ``keep``, ``resume``, ...
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        x_val,
        y_val,
        *,
        every: int | None = None,
        outputs: str | None = None,
        batch_size: int | None = None,
        **options,
    ):
        super().__init__()
        self._snapshots = Snapshots(path, y_val, every=every, outputs=outputs, options=options)
        self._x_val, self._batch_size, self._outputs = x_val, batch_size, outputs
        self._step = self._epoch_start = 0

    def run(self):
        """The snapshots so far, as an `anim.Run`."""
        return self._snapshots.run()

    def _take(self, logs=None) -> None:
        if self._step <= self._snapshots.last_step:
            return
        predictions = self.model.predict(self._x_val, batch_size=self._batch_size, verbose=0)
        self._snapshots.take(self._step, predictions, logs)

    def on_train_begin(self, logs=None):
        if self._outputs is None:
            self._snapshots.expect(_activation(self.model))
        self._snapshots.begin()
        self._step = self._snapshots.offset
        self._take()

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_start = self._step

    def on_train_batch_end(self, batch, logs=None):
        # With steps_per_execution there is one call for several batches, the last for fewer.
        in_epoch = self.params.get("steps") or batch + 1
        self._step = self._epoch_start + min(batch + 1, in_epoch)
        if self._snapshots.is_due(self._step):
            self._take(logs)

    def on_epoch_end(self, epoch, logs=None):
        if not self._snapshots.is_by_step:
            self._take(logs)

    def on_train_end(self, logs=None):
        self._take(logs)
        self._snapshots.end()


def _activation(model) -> str | None:
    """What a last layer with one output gives, told by its activation."""
    layers = getattr(model, "layers", None) or [None]
    activation = getattr(layers[-1], "activation", None)
    known = {keras.activations.sigmoid: "probs", keras.activations.linear: "logits"}
    return known.get(activation)

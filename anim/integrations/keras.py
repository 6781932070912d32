"""Keras 3, on any of its backends: a callback for ``Model.fit``.

model.fit(x, y, callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
"""

from __future__ import annotations

import os

from anim.integrations.base import CallbackRecorder, guarded, require
from anim.run import Run

keras = require("keras", "keras")


class SnapshotCallback(keras.callbacks.Callback):
    """Records validation predictions during ``fit``: before the first step, then regularly.

    Scalars that Keras logs (``loss``, ``val_loss``, ...) are recorded too.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        x_val: inputs of N examples, as ``model.predict`` takes them.
        y_val: [N] integers in [0, K), or one-hot [N, K].
        every: steps between two snapshots; None takes one per epoch.
        outputs: what the model returns: ``logits`` or ``probs``; None decides by the values.
        batch_size: of the predictions; None takes the default of Keras.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``.
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
        on_error: str = "warn",
        **options,
    ):
        super().__init__()
        self._recorder = CallbackRecorder(
            path, y_val, every=every, outputs=outputs, options=options, on_error=on_error
        )
        self._x_val, self._batch_size = x_val, batch_size
        self._step = self._epoch_start = 0

    def run(self) -> Run:
        """Return the snapshots so far."""
        return self._recorder.run()

    def _take(self, logs=None) -> None:
        self._recorder.take(self._step, self._predictions, logs)

    def _predictions(self):
        return self.model.predict(self._x_val, batch_size=self._batch_size, verbose=0)

    @guarded
    def on_train_begin(self, logs=None):
        self._recorder.declare(_activation(self.model))
        self._recorder.begin()
        self._step = 0
        self._take()

    @guarded
    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_start = self._step

    @guarded
    def on_train_batch_end(self, batch, logs=None):
        # With steps_per_execution, Keras calls this once for several batches, at the end of an
        # epoch for fewer.
        in_epoch = self.params.get("steps") or batch + 1
        self._step = self._epoch_start + min(batch + 1, in_epoch)
        if self._recorder.is_due(self._step):
            self._take(logs)

    @guarded
    def on_epoch_end(self, epoch, logs=None):
        if not self._recorder.has_interval:
            self._take(logs)

    @guarded
    def on_train_end(self, logs=None):
        self._take(logs)
        self._recorder.end()


def _activation(model) -> str | None:
    """Return ``probs`` or ``logits`` by the activation of the last layer; None if it is unknown."""
    layers = getattr(model, "layers", None) or [None]
    activation = getattr(layers[-1], "activation", None)
    known = {keras.activations.sigmoid: "probs", keras.activations.linear: "logits"}
    return known.get(activation)

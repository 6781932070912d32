"""Keras 3, on any of its backends: a callback for ``Model.fit``.

model.fit(x, y, callbacks=[SnapshotCallback("runs/mine", x_val, y_val)])
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import numpy as np

from anim.integrations.base import CallbackRecorder, guarded, require
from anim.integrations.keras_data import ValidationData, labels_of, one_output
from anim.integrations.randomness import kept_random_state
from anim.run import Run

keras = require("keras", "keras")

# Elements of a variable that may be a state which predictions change: of a random generator or of
# a recurrent layer. Larger ones are frozen weights.
_LARGEST_STATE = 65_536


class SnapshotCallback(keras.callbacks.Callback):
    """Records validation predictions during ``fit``: before the first step, then regularly.

    Scalars that Keras logs (``loss``, ``val_loss``, ...) are recorded too. The training goes the
    same way as without the callback: modes, states and random generators are as before.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        x_val: inputs of N examples: an array, or a list, tuple or dict of arrays. Or a loader of
            (x, y) batches, in the same order each time: a ``tf.data.Dataset``, a
            ``keras.utils.PyDataset`` or PyTorch's ``DataLoader``.
        y_val: [N] integers in [0, K), or one-hot [N, K]; of tokens or pixels [N, ...], each is an
            example. None for a loader.
        every: steps between two snapshots; None takes one per epoch.
        outputs: what the model returns: ``logits`` or ``probs``; None decides by the values.
        output: name or index of one output, if the model has several.
        batch_size: of the predictions; None takes the default of Keras.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``; and
            ``class_axis``, that of the predictions, if shapes leave it open.

    Raises:
        SettingError: data without labels, or data that cannot be read again.
        RecordingError: there is already a recording at ``path``.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        x_val=None,
        y_val=None,
        *,
        every: int | None = None,
        outputs: str | None = None,
        output: str | int | None = None,
        batch_size: int | None = None,
        on_error: str = "warn",
        **options,
    ):
        super().__init__()
        self._data = ValidationData(x_val, y_val, batch_size)
        self._recorder = CallbackRecorder(
            path, y_val, every=every, outputs=outputs, options=options, on_error=on_error
        )
        self._output = output
        self._step = self._epoch_start = 0
        self._recorded = None
        self._predict: Callable | None = None

    def run(self) -> Run:
        """Return the snapshots so far."""
        return self._recorder.run()

    def _take(self, logs=None) -> None:
        self._recorder.collect(self._step, self._predictions, logs)

    def _predictions(self) -> Generator[tuple]:
        if self._predict is None:
            self._predict = _predictor(self.model)
        declared = _declared(self.model, self._output)
        with _undisturbed(self.model, self._data.x):
            for x, y in self._data.batches():
                outputs = np.asarray(one_output(self._predict(x), self._output))
                labels = labels_of([y], self._output) if self._data.is_loader else None
                yield outputs, labels, declared

    @guarded
    def on_train_begin(self, logs=None):
        if self._recorded is not None and self._recorded is not self.model:
            raise ValueError("model: another one is recorded already; use a new callback")
        self._recorded = self.model
        # Compiled for the shapes and the settings of one training.
        self._predict = None
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
        # The last step is recorded here: at the end of training, Keras and other callbacks put
        # averaged weights, or those of the best epoch, in place of the last ones.
        is_last = self.model.stop_training or epoch + 1 == self.params.get("epochs")
        if is_last or not self._recorder.has_interval:
            self._take(logs)

    @guarded
    def on_train_end(self, logs=None):
        if not getattr(self.model.optimizer, "use_ema", False):
            self._take(logs)
        self._recorder.end()


def _predictor(model) -> Callable:
    """Return a function from the inputs of a batch to the outputs of a model."""
    if keras.backend.backend() != "jax":
        strategy = getattr(model, "distribute_strategy", None)
        if getattr(strategy, "num_replicas_in_sync", 1) > 1:
            return lambda x: model.predict(x, verbose=0)
        return model.predict_on_batch
    import jax

    # `predict` takes the weights out of the model while it runs, and an error would leave it empty.
    def step(trainable, others, x):
        return model.predict_step((trainable, others), (x,))[0]

    compiled = step if model.run_eagerly else jax.jit(step)

    def predict(x):
        trainable = [one.value for one in model.trainable_variables]
        others = [one.value for one in model.non_trainable_variables]
        return compiled(trainable, others, x)

    return predict


@contextmanager
def _undisturbed(model, *owners) -> Iterator[None]:
    """Predict without a trace: keep modes of modules, small variables and random generators.

    Args:
        model: the one that predicts.
        owners: what else may hold random generators.
    """
    variables = [*model.non_trainable_variables, *_recurrent_states(model)]
    states = [
        (one, np.array(keras.ops.convert_to_numpy(one)))
        for one in variables
        if np.prod(one.shape) <= _LARGEST_STATE
    ]
    is_module = keras.backend.backend() == "torch"
    training = [one for one in model.modules() if one.training] if is_module else []
    if is_module:
        model.eval()
    try:
        with kept_random_state(*owners):
            yield
    finally:
        for module in training:
            module.training = True
        for variable, before in states:
            if not np.array_equal(keras.ops.convert_to_numpy(variable), before, equal_nan=True):
                variable.assign(before)


def _recurrent_states(model) -> list:
    """Return the variables that hold the states of stateful recurrent layers."""
    layers = [one for one in model._flatten_layers() if getattr(one, "stateful", False)]
    found = [keras.tree.flatten(getattr(layer, "states", None)) for layer in layers]
    return [one for states in found for one in states if isinstance(one, keras.Variable)]


def _declared(model, output: str | int | None) -> str | None:
    """Return ``probs`` or ``logits`` by the layer that returns an output; None if it is unknown.

    A model with a ``call`` of its own may do anything with what its layers return.
    """
    last = model
    while isinstance(last, keras.Model):
        last = _last_of(last, output)
        output = None
    if isinstance(last, keras.layers.Softmax):
        return "probs"
    known = {
        keras.activations.sigmoid: "probs",
        keras.activations.softmax: "probs",
        keras.activations.linear: "logits",
    }
    # Others, such as recurrent layers and subclasses, may not end with their activation.
    is_known = type(last) in (keras.layers.Dense, keras.layers.Activation)
    return known.get(getattr(last, "activation", None)) if is_known else None


def _last_of(model, output: str | int | None):
    """Return the layer that returns one output of a model; None if it is unknown."""
    if isinstance(model, keras.Sequential):
        return model.layers[-1] if model.layers else None
    struct = getattr(model, "_outputs_struct", None)
    if struct is None or not type(model).call.__module__.startswith("keras."):
        return None
    return one_output(struct, output)._keras_history.operation

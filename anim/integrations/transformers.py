"""Hugging Face Transformers: a callback for its ``Trainer``.

Trainer(..., callbacks=[SnapshotCallback("runs/mine", eval_dataset)])
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from anim.integrations.base import CallbackRecorder, guarded, require
from anim.integrations.torch import evaluating
from anim.run import Run

transformers = require("transformers", "transformers")
torch = require("torch", "torch")

# Totals of the whole training, logged once at its end.
_NO_SERIES = ("total_flos", "train_runtime", "train_samples_per_second", "train_steps_per_second")


class SnapshotCallback(transformers.TrainerCallback):
    """Records validation predictions during ``train``: before the first step, then regularly.

    Scalars that the trainer logs (``loss``, ``learning_rate``, ...) are recorded with the next
    snapshot.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        eval_dataset: N examples: mappings with ``labels`` (or ``label``) and the model's inputs.
        every: optimizer steps between two snapshots; None takes one per epoch.
        batch_size: of the predictions.
        data_collator: makes a batch of examples; None takes Transformers' default.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        eval_dataset,
        *,
        every: int | None = None,
        batch_size: int = 64,
        data_collator: Callable | None = None,
        on_error: str = "warn",
        **options,
    ):
        self._loader = torch.utils.data.DataLoader(
            eval_dataset,
            batch_size=batch_size,
            collate_fn=data_collator or transformers.default_data_collator,
        )
        labels = np.concatenate([np.asarray(batch["labels"]) for batch in self._loader])
        self._recorder = CallbackRecorder(
            path, labels, every=every, outputs="logits", options=options, on_error=on_error
        )
        self._logs: dict[str, float] = {}

    def run(self) -> Run:
        """Return the snapshots so far."""
        return self._recorder.run()

    def _take(self, state, model) -> None:
        if not state.is_world_process_zero:
            return
        if self._recorder.take(state.global_step, partial(self._logits, model), self._logs):
            self._logs = {}

    def _logits(self, model) -> np.ndarray:
        found = []
        with evaluating(model):
            for batch in self._loader:
                inputs = {name: x.to(model.device) for name, x in batch.items() if name != "labels"}
                outputs = model(**inputs)
                logits = outputs["logits"] if isinstance(outputs, Mapping) else outputs[0]
                found.append(logits.float().cpu().numpy())
        return np.concatenate(found)

    @guarded
    def on_train_begin(self, args, state, control, model=None, **_):
        if state.is_world_process_zero:
            # A trainer that continues from a checkpoint already counts from its step.
            self._recorder.begin(state.global_step or None)
        self._take(state, model)

    @guarded
    def on_log(self, args, state, control, logs=None, **_):
        self._logs.update({k: v for k, v in (logs or {}).items() if k not in _NO_SERIES})

    @guarded
    def on_step_end(self, args, state, control, model=None, **_):
        # The last step is recorded here: `on_train_end` comes after the best model is loaded.
        is_last = state.global_step >= state.max_steps
        if is_last or self._recorder.is_due(state.global_step):
            self._take(state, model)

    @guarded
    def on_epoch_end(self, args, state, control, model=None, **_):
        if not self._recorder.has_interval:
            self._take(state, model)

    @guarded
    def on_train_end(self, args, state, control, model=None, **_):
        self._take(state, model)
        self._recorder.end()

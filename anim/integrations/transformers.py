"""Hugging Face Transformers: a callback for its ``Trainer``.

Trainer(..., callbacks=[SnapshotCallback("runs/mine")])
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from anim.errors import SettingError
from anim.integrations.base import guarded, require
from anim.integrations.batches import checked_rows, described, parameters
from anim.integrations.evaluation import streamed, unwrapped
from anim.integrations.joint import JointRecorder
from anim.integrations.loaders import InOrder, own_workers
from anim.integrations.randomness import kept_random_state
from anim.integrations.sharing import Sharing, sharing_of
from anim.integrations.tokens import counted, positions_of_tokens
from anim.run import Run
from anim.run.caller import warn_caller
from anim.run.ranks import Rank

transformers = require("transformers", "transformers")
torch = require("torch", "torch")

# The ``problem_type`` of a model with a sigmoid for each label.
_SEVERAL = "multi_label_classification"
# Totals of the whole training, logged once at its end.
_NO_SERIES = ("total_flos", "train_runtime", "train_samples_per_second", "train_steps_per_second")


class SnapshotCallback(transformers.TrainerCallback):
    """Records validation predictions during ``train``: before the first step, then regularly.

    Batches are made as the trainer makes those of its evaluation: with its collator, and without
    columns that the model does not take. The training goes the same way as without. Labels of
    tokens [n, T] are recorded token by token; those that are -100 are left out. Models whose
    ``problem_type`` is ``multi_label_classification`` need ``multilabel=True``. Scalars that the
    trainer logs (``loss``, ``learning_rate``, ...) are recorded with the next snapshot.

    In several processes, each predicts a part of the examples, and records it to the path, which
    all of them share, also of a model that FSDP or tensor parallelism divides. With
    ``process_count=1`` each records all examples of a model that is not divided on its own, to a
    path of its own. Models of DeepSpeed are not recorded.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        eval_dataset: N examples, as ``Trainer.evaluate`` takes them; None takes the trainer's own.
        every: optimizer steps between two snapshots; None takes one per epoch.
        batch_size: of the predictions; None takes the trainer's.
        data_collator: makes a batch of examples; None takes the trainer's.
        outputs: what the model returns: ``logits`` or ``probs``; None decides by the values.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``. A
            training that continues from a checkpoint drops what was recorded after it.

    Raises:
        TypeError: an unknown option.
        ValueError: a wrong value of an argument.
        RecordingError: there is already a recording at ``path``.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        eval_dataset=None,
        *,
        every: int | None = None,
        batch_size: int | None = None,
        data_collator: Callable | None = None,
        outputs: str | None = None,
        on_error: str = "warn",
        **options,
    ):
        self._recorder = JointRecorder(
            path, None, every=every, outputs=outputs, options=options, on_error=on_error
        )
        self._dataset, self._batch_size, self._collator = eval_dataset, batch_size, data_collator
        self._batches: Iterable = ()
        self._sharing = Sharing()
        self._label, self._records, self._has_warned = "labels", False, False
        self._is_shared = False
        self._logs: dict[str, float] = {}

    def run(self) -> Run:
        """Return the snapshots so far."""
        return self._recorder.run()

    def _take(self, state, model) -> None:
        if not self._records:
            return
        if self._recorder.collect(state.global_step, partial(self._predict, model), self._logs):
            self._logs = {}

    def _predict(self, model) -> Generator[tuple]:
        model = unwrapped(model)
        is_multilabel = self._recorder.is_multilabel
        rows = partial(_rows, is_shared=self._is_shared, is_multilabel=is_multilabel)
        options = {"unpack": partial(self._unpack, model), "is_multilabel": is_multilabel}
        found = streamed(model, self._batches, rows=rows, **options)
        yield from self._sharing.recorded(found)

    def _labels_in(self, batch) -> Any:
        if self._label not in batch:
            raise SettingError(
                "eval_dataset", f"expected batches with {self._label!r}, got {described(batch)}"
            )
        return batch[self._label]

    def _index_of(self, loader, batches: InOrder) -> np.ndarray | None:
        """Return the positions of what this process predicts; None if it records alone."""
        if batches.index is None or self._recorder.is_multilabel:
            return batches.index
        everything = InOrder(loader)

        def labels_of(some: InOrder) -> Iterator:
            return (torch.as_tensor(self._labels_in(batch)) for batch in some)

        with own_workers([batches, everything]):
            own = labels_of(batches)
            return positions_of_tokens(batches.index, own, lambda: labels_of(everything))

    def _unpack(self, model, batch) -> tuple:
        labels = self._labels_in(batch)
        taken = parameters(model) or {}
        needs_label = (
            self._label in taken and taken[self._label].default is taken[self._label].empty
        )
        inputs = {key: x for key, x in batch.items() if key != self._label or needs_label}
        return inputs, labels

    @guarded
    def on_train_begin(self, args, state, control, model=None, **_):
        self._records = False
        trainer = _calling_trainer()
        problem = _problem_of(trainer)
        rank = self._recorder.rank(Rank(args.process_index, args.world_size))
        if problem is None and rank.count > 1 and self._recorder.is_in_memory:
            problem = "several processes need a path that all of them share"
        if problem is not None:
            if not self._has_warned and state.is_world_process_zero:
                warn_caller(f"nothing is recorded: {problem}")
            self._has_warned = True
            return
        _check_task(unwrapped(model), self._recorder.is_multilabel)
        self._sharing = sharing_of(model, rank)
        self._recorder.is_joint = self._sharing.is_joint
        self._is_shared = rank.count > 1
        with kept_random_state():
            self._label = _label_of(trainer)
            loader = _loader_of(trainer, self._dataset, self._batch_size, self._collator)
            batches = InOrder(loader, self._sharing.examples, self._is_shared)
            index = self._sharing.index_of(self._index_of(loader, batches))
        self._batches = batches
        # A trainer that continues from a checkpoint already counts from its step.
        self._recorder.begin(state.global_step or None, index=index)
        self._records = True
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
        if not args.load_best_model_at_end:
            self._take(state, model)
        self._recorder.end()


def _problem_of(trainer) -> str | None:
    """Return why a training cannot be recorded; None if it can."""
    if trainer.is_deepspeed_enabled:
        return (
            "models of DeepSpeed are not supported; use DDP or FSDP, or add the batches of your "
            "own evaluation to anim.Recorder(...).collecting in each process"
        )
    return None


def _calling_trainer() -> Any:
    """Return the trainer that calls a callback, which is not given to callbacks."""
    frame = sys._getframe(1)
    while frame is not None:
        owner = frame.f_locals.get("self")
        if isinstance(owner, transformers.Trainer):
            return owner
        frame = frame.f_back
    raise RuntimeError("expected to be called by a transformers.Trainer")


def _loader_of(trainer, dataset, batch_size: int | None, collator: Callable | None):
    """Return the loader that a trainer evaluates on, of another dataset if one is given."""
    if dataset is None:
        dataset = trainer.eval_dataset
        if isinstance(dataset, dict):
            if len(dataset) != 1:
                names = ", ".join(dataset)
                raise SettingError("eval_dataset", f"expected one of {names} for SnapshotCallback")
            (dataset,) = dataset.values()
        if dataset is None:
            raise SettingError("eval_dataset", "expected one, as the trainer has none, got None")
    # The trainer keeps a loader with persistent workers, whatever dataset it was made of.
    kept = vars(trainer).pop("_eval_dataloaders", None)
    replaced = trainer.args.per_device_eval_batch_size, trainer.data_collator
    try:
        trainer.args.per_device_eval_batch_size = batch_size or replaced[0]
        trainer.data_collator = collator or replaced[1]
        return trainer.get_eval_dataloader(dataset)
    finally:
        trainer.args.per_device_eval_batch_size, trainer.data_collator = replaced
        vars(trainer).pop("_eval_dataloaders", None)
        if kept is not None:
            trainer._eval_dataloaders = kept


def _label_of(trainer) -> str:
    if len(trainer.label_names) != 1:
        names = ", ".join(trainer.label_names) or "none"
        raise SettingError("label_names", f"expected one column of labels, got {names}")
    return trainer.label_names[0]


def _check_task(model, is_multilabel: bool) -> None:
    """Raise SettingError for a model whose labels are not the classes of its own positions."""
    config = getattr(model, "config", None)
    problem = getattr(config, "problem_type", None)
    if problem == "regression":
        raise SettingError("model", f"expected a classifier, got {problem}")
    if problem == _SEVERAL and not is_multilabel:
        problem = f"expected True for a model of {problem}, got False"
        raise SettingError("multilabel", problem)
    if problem not in (None, _SEVERAL) and is_multilabel:
        raise SettingError("multilabel", f"expected False for a model of {problem}, got True")
    if getattr(config, "num_labels", 2) == 1:
        raise SettingError("model", "expected a classifier, got one output (num_labels=1)")
    name = type(model).__name__
    if getattr(model, "loss_type", None) == "ForCausalLM" or name.endswith(
        ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
    ):
        raise SettingError("model", f"expected a classifier, got a language model ({name})")


def _rows(scores, labels, *, is_shared: bool, is_multilabel: bool) -> tuple:
    """Return the scores [m, K] and labels [m] of the examples or tokens that count."""
    if is_multilabel:
        return checked_rows(scores, labels)
    if labels.is_floating_point() and (labels.shape == scores.shape or (labels % 1 != 0).any()):
        problem = "expected classes, got numbers of a regression"
        if ((labels == 0) | (labels == 1)).all():
            problem = "expected one class an example, got 0 or 1 for each of several labels; pass "
            problem += "multilabel=True"
        raise SettingError("labels", problem)
    return checked_rows(*counted(scores, labels, is_shared=is_shared))

"""Lightning: a callback for its ``Trainer``.

Trainer(callbacks=[SnapshotCallback("runs/mine")])
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

import numpy as np

from anim.errors import SettingError
from anim.integrations.base import guarded, require
from anim.integrations.batches import call
from anim.integrations.batches import unpack as unpack_batch
from anim.integrations.evaluation import streamed
from anim.integrations.joint import JointRecorder
from anim.integrations.loaders import InOrder
from anim.integrations.randomness import kept_random_state
from anim.integrations.sharing import Sharing, called_within, is_gathering, sharing_of
from anim.run import Run
from anim.run.caller import warn_caller
from anim.run.ranks import ALONE, Rank


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
strategies = require(f"{_module()}.strategies", "lightning")


class SnapshotCallback(lightning.Callback):
    """Records validation predictions during ``fit``: before the first step, then regularly.

    The module is called as for validation: in evaluation mode, without gradients, with the
    trainer's precision, on its device. The training goes the same way as without. Scalars that the
    module logs are recorded too. Steps are those of ``trainer.global_step``, which counts the steps
    of all optimizers. ``fast_dev_run`` records in memory.

    With ``DDPStrategy``, ``FSDPStrategy`` and ``ModelParallelStrategy`` each process predicts a
    part of the examples, and records it to the path, which all of them share. With ``DDPStrategy``
    and ``process_count=1`` each records all examples on its own, to a path of its own. Other
    strategies for several processes, such as ``DeepSpeedStrategy``, are not recorded.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        loader: yields batches of the validation data, as for `anim.integrations.torch.Snapshots`;
            None takes the trainer's validation loader, up to ``limit_val_batches``.
        every: optimizer steps between two snapshots; None takes one per epoch.
        outputs: what the module returns: ``logits`` or ``probs``; None decides by the values.
        forward: called with (module, inputs); None calls the module.
        unpack: called with a batch, returns (inputs, labels); None takes pairs and mappings.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep`` or ``resume``, and
            ``class_axis``, that of predictions of tokens or pixels, if shapes leave it open. A
            training that continues from a checkpoint drops what was recorded after it.

    Raises:
        TypeError: an unknown option.
        ValueError: a wrong value of an argument.
        RecordingError: there is already a recording at ``path``.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        loader: Iterable | None = None,
        *,
        every: int | None = None,
        outputs: str | None = None,
        forward: Callable | None = None,
        unpack: Callable | None = None,
        on_error: str = "warn",
        **options,
    ):
        rules: dict = {"every": every, "outputs": outputs, "on_error": on_error}
        self._recorder = self._kept = JointRecorder(path, None, options=options, **rules)
        in_memory = {k: v for k, v in options.items() if k not in ("resume", "overwrite")}
        self._trial = JointRecorder(None, None, options=in_memory, **rules)
        self._loader, self._batches = loader, None
        self._forward, self._unpack = forward or call, unpack or unpack_batch
        self._records, self._has_warned = True, False
        self._rank: Rank | None = ALONE
        self._sharing = Sharing()

    def run(self) -> Run:
        """Return the snapshots so far."""
        return self._recorder.run()

    def setup(self, trainer, pl_module, stage):
        if stage == "fit":
            # A trial run leaves no files behind, as those of Lightning's own loggers.
            self._recorder = self._trial if trainer.fast_dev_run else self._kept
            found = _rank_of(trainer)
            self._batches = None
            self._rank = None if found is None else self._kept.rank(found)
            is_alone = self._rank == ALONE
            self._records = self._rank is not None and (is_alone or not self._recorder.is_in_memory)

    def _take(self, trainer, module) -> None:
        if self._records:
            predict = lambda: self._predict(trainer, module)  # noqa: E731
            self._recorder.collect(trainer.global_step, predict, trainer.logged_metrics)

    def _predict(self, trainer, module) -> Generator[tuple]:
        def move(batch):
            batch = trainer.precision_plugin.convert_input(batch)
            batch = module._on_before_batch_transfer(batch, dataloader_idx=0)
            return trainer.strategy.batch_to_device(batch, dataloader_idx=0)

        def forward(model, inputs):
            with trainer.precision_plugin.forward_context():
                whole = trainer.strategy.model
                if whole is model or not is_gathering(whole):
                    return self._forward(model, inputs)
                return called_within(whole, model, self._forward, inputs)

        with kept_random_state(), _validating(trainer):
            options = {"forward": forward, "unpack": self._unpack, "move": move}
            options["is_multilabel"] = self._recorder.is_multilabel
            found = streamed(module, self._found_batches(trainer), **options)
            yield from self._sharing.recorded(found)

    def _found_batches(self, trainer) -> _First:
        if self._batches is None:
            assert self._rank is not None
            loader, limit = (
                (self._loader, None) if self._loader is not None else _loader_of(trainer)
            )
            batches = InOrder(loader, self._sharing.examples, self._rank.count > 1)
            self._batches = _First(batches, limit)
        return self._batches

    @guarded
    def on_train_start(self, trainer, pl_module):
        if not self._records:
            if not self._has_warned and trainer.is_global_zero:
                name = type(trainer.strategy).__name__
                problem = (
                    f"{name} is not supported; use DDPStrategy, FSDPStrategy or "
                    "ModelParallelStrategy, or add the batches of your validation_step to "
                    "anim.Recorder(...).collecting in each process"
                )
                if self._rank is not None:
                    problem = "several processes need a path that all of them share"
                warn_caller(f"nothing is recorded: {problem}")
            self._has_warned = True
            return
        # The rank of a trainer is None only if nothing is recorded.
        assert self._rank is not None
        self._sharing = sharing_of(trainer.strategy.model, self._rank)
        self._recorder.is_joint = self._sharing.is_joint
        with kept_random_state(), _validating(trainer):
            index = self._sharing.index_of(self._found_batches(trainer).index)
        # A trainer that continues from a checkpoint already counts from its step.
        self._recorder.begin(trainer.global_step or None, index=index)
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

    def on_exception(self, trainer, pl_module, exception):
        self._recorder.finish()


class _First:
    """The first batches of an iterable.

    Args:
        batches: can be iterated more than once.
        limit: how many of them; None for all.
    """

    def __init__(self, batches: InOrder, limit: int | None):
        self._batches, self._limit = batches, limit

    @property
    def index(self) -> np.ndarray | None:
        """Positions of the examples of this process; None if it has them all."""
        index, size = self._batches.index, self._batches.batch_size
        if index is None or self._limit is None or size is None:
            return index
        return index[: self._limit * size]

    def __iter__(self) -> Iterator:
        return islice(self._batches, self._limit)


def _rank_of(trainer) -> Rank | None:
    """Return which process this is; None for a strategy that is not supported."""
    strategy = trainer.strategy
    names = ("SingleDeviceStrategy", "DDPStrategy", "FSDPStrategy", "ModelParallelStrategy")
    known = tuple(getattr(strategies, name) for name in names if hasattr(strategies, name))
    if not isinstance(strategy, known) or isinstance(strategy, strategies.DeepSpeedStrategy):
        return None
    return Rank(trainer.global_rank, trainer.world_size)


@contextmanager
def _validating(trainer) -> Iterator[None]:
    """Let hooks for batches, which may augment them for training, see a validation."""
    stage = trainer.state.stage
    trainer.validating = True
    try:
        yield
    finally:
        trainer.state.stage = stage


def _loader_of(trainer) -> tuple[Iterable, int | None]:
    """Return the validation loader of a trainer, and how many of its batches are used."""
    if trainer.val_dataloaders is None and trainer.enable_validation:
        # Lightning does this before the first validation, which may be epochs away.
        trainer.fit_loop.epoch_loop.val_loop.setup_data()
    found = trainer.val_dataloaders
    if isinstance(found, Mapping):
        found = list(found.values())
    loaders = list(found) if isinstance(found, (list, tuple)) else [found]
    if len(loaders) != 1 or loaders[0] is None:
        count = "none" if found is None or not loaders else len(loaders)
        raise SettingError(
            "loader", f"expected a trainer with one validation loader, got {count}; pass one"
        )
    limit = trainer.num_val_batches[0]
    return loaders[0], limit if isinstance(limit, int) else None

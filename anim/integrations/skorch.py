"""skorch: a callback for its nets.

NeuralNetClassifier(module, callbacks=[SnapshotCallback("runs/mine")])
"""

from __future__ import annotations

import copy
import os
from functools import partial

from anim.integrations.base import require
from anim.integrations.late import LateSnapshots, check_arguments
from anim.integrations.torch import snapshots_or_warning

callbacks = require("skorch.callbacks", "skorch")


class SnapshotCallback(LateSnapshots, callbacks.Callback):
    """Records predictions for the validation split during ``fit``: before the first step, then on.

    The training goes the same way as without. A net that is fitted again, or on, continues the
    recording.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        every: batches between two snapshots; None takes one per epoch.
        options: more arguments of `anim.integrations.torch.Snapshots`, such as ``outputs``,
            ``classes`` or ``on_error``.

    Raises:
        TypeError: an unknown option.
        ValueError: a wrong value of an argument or option.
        RecordingError: there is already a recording at ``path``.
    """

    def __init__(self, path: str | os.PathLike | None, *, every: int | None = None, **options):
        check_arguments(path, every, options)
        self.path, self.every = path, every
        self.options_ = options
        self.initialize()

    run = LateSnapshots.recorded

    def initialize(self):
        self._late = None
        self.steps_, self.has_begun_ = 0, False
        return self

    def get_params(self, deep: bool = True) -> dict:
        return {"path": self.path, "every": self.every, **self.options_}

    def __sklearn_clone__(self) -> SnapshotCallback:
        # The constructor would refuse what another net of the same search has recorded.
        return copy.deepcopy(self)

    def __getstate__(self) -> dict:
        # A copy, such as one made by scikit-learn's clone, records on its own.
        return {"path": self.path, "every": self.every, "options_": self.options_}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        self.initialize()

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **_):
        if self.has_begun_ or dataset_valid is None:
            return
        self.has_begun_ = True
        find_loader = partial(net.get_iterator, dataset_valid, training=False)
        options = {"every": self.every, **self.options_}
        self._late = snapshots_or_warning(self.path, net.module_, find_loader, **options)
        if self._late is not None:
            self._late(0)

    def on_batch_end(self, net, training=False, **_):
        self.steps_ += bool(training)
        if training and self.every is not None and self._late is not None:
            self._late(self.steps_)

    def on_epoch_end(self, net, **_):
        if self.every is None and self._late is not None:
            self._late(self.steps_)

    def on_train_end(self, net, **_):
        if self._late is not None:
            self._late.close()

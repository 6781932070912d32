"""fastai: a callback for its ``Learner``.

Learner(..., cbs=SnapshotCallback("runs/mine"))
"""

from __future__ import annotations

import os

from anim.integrations.base import require
from anim.integrations.late import LateSnapshots, check_arguments
from anim.integrations.torch import snapshots_or_warning

learner = require("fastai.learner", "fastai")


class SnapshotCallback(LateSnapshots, learner.Callback):
    """Records predictions for the validation data during ``fit``: before the first step, then on.

    The training goes the same way as without. A second ``fit``, such as that of ``fine_tune``,
    continues the recording. ``lr_find`` is not recorded.

    Args:
        path: a folder for the recording; None keeps it in memory, see `recorded`.
        every: batches between two snapshots; None takes one per epoch.
        options: more arguments of `anim.integrations.torch.Snapshots`, such as ``unpack``,
            ``classes`` or ``on_error``.

    Raises:
        TypeError: an unknown option.
        ValueError: a wrong value of an argument or option.
        RecordingError: there is already a recording at ``path``.
    """

    def __init__(self, path: str | os.PathLike | None, *, every: int | None = None, **options):
        super().__init__()
        check_arguments(path, every, options)
        self._path, self._every, self._options = path, every, options
        self._steps, self._records = 0, False

    def before_fit(self):
        self._records = not hasattr(self.learn, "lr_finder")
        if not self._records or self._late is not None:
            return
        options = {"every": self._every, **self._options}
        find_loader = lambda: self.learn.dls.valid  # noqa: E731
        self._late = snapshots_or_warning(self._path, self.learn.model, find_loader, **options)
        self._take()

    def after_batch(self):
        if self._records and self.learn.training:
            self._steps += 1
            if self._every is not None:
                self._take()

    def after_epoch(self):
        if self._records and self._every is None:
            self._take()

    def after_fit(self):
        if self._records and self._late is not None:
            self._late.close()

    def _take(self) -> None:
        if self._late is not None:
            self._late(self._steps)

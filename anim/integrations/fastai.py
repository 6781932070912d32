"""fastai: a callback for its ``Learner``.

Learner(..., cbs=SnapshotCallback("runs/mine"))
"""

from __future__ import annotations

import os

from anim.integrations.base import check_path, require
from anim.integrations.torch import Snapshots, snapshots_or_warning
from anim.run import Run

learner = require("fastai.learner", "fastai")


class SnapshotCallback(learner.Callback):
    """Records predictions for the validation data during ``fit``: before the first step, then on.

    The training goes the same way as without. A second ``fit``, such as that of ``fine_tune``,
    continues the recording. ``lr_find`` is not recorded.

    Args:
        path: a folder for the recording; None keeps it in memory, see `recorded`.
        every: batches between two snapshots; None takes one per epoch.
        options: more arguments of `anim.integrations.torch.Snapshots`, such as ``unpack``,
            ``classes`` or ``on_error``.

    Raises:
        RecordingError: there is already a recording at ``path``.
    """

    def __init__(self, path: str | os.PathLike | None, *, every: int | None = None, **options):
        super().__init__()
        check_path(path, options)
        self._path, self._every, self._options = path, every, options
        self._snapshots: Snapshots | None = None
        self._steps, self._records = 0, False

    def recorded(self) -> Run:
        """Return the snapshots so far.

        Raises:
            RuntimeError: training has not begun.
        """
        if self._snapshots is None:
            raise RuntimeError("recorded: nothing is recorded yet: training has not begun")
        return self._snapshots.run()

    def before_fit(self):
        self._records = not hasattr(self.learn, "lr_finder")
        if not self._records or self._snapshots is not None:
            return
        options = {"every": self._every, **self._options}
        find_loader = lambda: self.learn.dls.valid  # noqa: E731
        self._snapshots = snapshots_or_warning(self._path, self.learn.model, find_loader, **options)
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
        if self._records and self._snapshots is not None:
            self._snapshots.close()

    def _take(self) -> None:
        if self._snapshots is not None:
            self._snapshots(self._steps)

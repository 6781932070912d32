"""What callbacks share that make their `Snapshots` once a training begins."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from anim.integrations.base import CallbackRecorder
from anim.integrations.torch import Snapshots
from anim.run import Run

# Arguments of `Snapshots` that are not those of its recorder, beside the model and the loader.
_OF_EVALUATION = ("forward", "unpack")


class LateSnapshots:
    """Holds the `Snapshots` of a callback, which are made from the model that is trained."""

    _late: Snapshots | None = None

    def recorded(self) -> Run:
        """Return the snapshots so far.

        Raises:
            RuntimeError: training has not begun.
        """
        if self._late is None:
            raise RuntimeError("nothing is recorded yet: training has not begun")
        return self._late.run()


def check_arguments(
    path: str | os.PathLike | None, every: int | None, options: Mapping[str, Any]
) -> None:
    """Raise an error for arguments that `Snapshots` would not take, before the training.

    Args:
        path: a folder for the recording, or None.
        every: batches between two snapshots, or None.
        options: more arguments of `Snapshots`.

    Raises:
        TypeError: an unknown option, or one that cannot be called and must be.
        ValueError: a wrong value.
        RecordingError: there is already a recording at ``path``.
    """
    own = {name: given for name, given in options.items() if name not in _OF_EVALUATION}
    for name in options.keys() - own.keys():
        if options[name] is not None and not callable(options[name]):
            found = type(options[name]).__name__
            raise TypeError(f"{name}: expected a function, got {found}")
    outputs, on_error = own.pop("outputs", None), own.pop("on_error", "warn")
    CallbackRecorder(path, None, every=every, outputs=outputs, options=own, on_error=on_error)

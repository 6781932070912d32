"""Forked processes, in which TensorStore does not work."""

from __future__ import annotations

import os

from anim.errors import RecordingError

# The process that opened an array first.
_FIRST_PROCESS: list[int] = []


def check_process() -> None:
    """Raise RecordingError in a process in which TensorStore would end the process, or hang."""
    if not _FIRST_PROCESS:
        _FIRST_PROCESS.append(os.getpid())
    if _FIRST_PROCESS[0] != os.getpid():
        raise RecordingError(
            f"process {os.getpid()} was forked from process {_FIRST_PROCESS[0]}, which had a "
            "recording open, and cannot open recordings; start it by the 'spawn' method"
        )

"""The recorders of this process that are open, by their folder."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Any, Protocol

from anim.errors import RecordingError
from anim.run.caller import warn_caller


class Open(Protocol):
    """What is recording to a folder."""

    def flush(self) -> Any: ...

    def close(self) -> Any: ...


# Of this process: a forked child has its parent's recorders, but may not close them.
_OPEN: weakref.WeakValueDictionary[tuple[int, str], Open] = weakref.WeakValueDictionary()


def _key(folder: Path) -> tuple[int, str]:
    return os.getpid(), os.path.realpath(folder)


def note(folder: Path, recorder: Open) -> None:
    """Remember which recorder records to a folder."""
    _OPEN[_key(folder)] = recorder


def forget(folder: Path, recorder: Open) -> None:
    """Forget a recorder that was closed."""
    if _OPEN.get(_key(folder)) is recorder:
        del _OPEN[_key(folder)]


def catch_up(folder: Path) -> None:
    """Wait until what this process handed over for a folder is committed there."""
    recorder = _OPEN.get(_key(folder))
    if recorder is None:
        return
    try:
        recorder.flush()
    except (RecordingError, OSError) as error:
        warn_caller(f"the recorder at {str(folder)!r} failed: {error}")


def make_way(folder: Path, may_close: bool) -> None:
    """Close the recorder of this process that records to a folder, if there is one.

    Args:
        folder: for another recorder.
        may_close: whether that one may be closed.

    Raises:
        RecordingError: there is one that may not be closed.
    """
    earlier = _OPEN.get(_key(folder))
    if earlier is None:
        return
    if not may_close:
        raise RecordingError(
            f"this process is recording to {str(folder)!r} already: close that recorder, or pass "
            "resume=True or overwrite=True, which close it"
        )
    try:
        earlier.close()
    except (RecordingError, OSError) as error:
        warn_caller(f"the earlier recorder at {str(folder)!r} failed: {error}")

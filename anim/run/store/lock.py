"""The lock on the folder of a recording: one process writes to it at a time."""

from __future__ import annotations

import os
import time
from pathlib import Path

from anim.errors import RecordingError

# `is_being_recorded` holds the lock for a moment, which is no reason to give up.
_ATTEMPTS, _PAUSE = 5, 0.02


def acquire(path: Path) -> int:
    """Lock a folder, and return the file descriptor that holds the lock.

    The system releases the lock when the process ends, however it ends.

    Raises:
        RecordingError: somebody else holds the lock.
    """
    import fcntl

    descriptor = os.open(path, os.O_RDONLY)
    problem: OSError | None = None
    for attempt in range(_ATTEMPTS):
        time.sleep(_PAUSE if attempt else 0)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except OSError as error:
            problem = error
    os.close(descriptor)
    raise RecordingError(
        f"another recorder is writing to {str(path)!r}; close it first"
    ) from problem


def release(descriptor: int) -> None:
    """Release a lock that `acquire` returned."""
    import fcntl

    # Closing the descriptor is not enough: a process forked in the meantime holds a copy of it.
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def is_being_recorded(path: Path) -> bool:
    """Return whether a recorder, in this or another process, is writing to the folder now."""
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def remove_chunk_locks(path: Path) -> None:
    """Remove TensorStore's own lock files, which a killed writer leaves beside chunks."""
    for left in path.rglob("*.__lock"):
        left.unlink(missing_ok=True)

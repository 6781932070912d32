"""The lock on the folder of a recording: one process writes to it at a time.

The lock is the system's, and where there is none, as on some network file systems and on Windows, a
`Lease`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
import weakref
from pathlib import Path

from anim.errors import RecordingError
from anim.run.store.folders.lease import NAME, Lease, owner_of
from anim.run.store.store import Held

# `is_being_recorded` holds the lock for a moment, which is no reason to give up.
_ATTEMPTS, _PAUSE = 5, 0.02
# What `flock` says of a folder that somebody else has locked; with any other error there are no
# locks: ENOLCK, EOPNOTSUPP, ENOSYS or EINVAL, and EBADF where NFS wants to lock files only.
_IS_LOCKED = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES)
# The locks of this process by the descriptors that hold them. The system gives the number of a
# descriptor that was closed to the next one: each lock has a token of its own.
_HELD: dict[int, object] = {}


def acquire(path: Path) -> Held:
    """Lock a folder for this process.

    The lock ends with the process, however it ends; a lease, `STALE_AFTER` seconds later, unless
    the next recorder runs on the same host.

    Raises:
        RecordingError: somebody else holds the lock.
    """
    lock: SystemLock | None = None
    # Whatever line an interrupt stops, the lock is released.
    try:
        lock = SystemLock.acquired(path)
        if lock is None:
            return Lease(path)
        # A host for which the file system has no locks may hold a lease.
        owner = owner_of(path, time.time())
        if owner is not None and not owner.is_stale:
            problem = f"{owner} is recording to {str(path)!r}"
            raise RecordingError(f"{problem}; close that recorder first")
        (path / NAME).unlink(missing_ok=True)
        return lock
    except BaseException:
        if lock is not None:
            lock.release()
        raise


class SystemLock:
    """A lock of the system, which ends with the process.

    Args:
        path: of the locked folder.
        descriptor: of the folder; it holds the lock.
    """

    def __init__(self, path: Path, descriptor: int):
        self._path, self._descriptor = path, descriptor
        self._token = _HELD[descriptor] = object()
        self._given = (descriptor, os.getpid(), self._token)
        self._finalizer = weakref.finalize(self, _release, *self._given)

    @classmethod
    def acquired(cls, path: Path) -> SystemLock | None:
        """Lock a folder; return None if the system or the file system has no locks.

        Raises:
            RecordingError: somebody else holds the lock.
        """
        try:
            import fcntl
        except ImportError:
            return None
        lock = cls(path, os.open(path, os.O_RDONLY))
        try:
            for attempt in range(_ATTEMPTS):
                time.sleep(_PAUSE if attempt else 0)
                try:
                    fcntl.flock(lock._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return lock
                except OSError as error:
                    if error.errno not in _IS_LOCKED:
                        lock.release()
                        return None
            raise RecordingError(
                f"{_holder(lock._descriptor)} is recording to {str(path)!r}; close that recorder "
                "first, or end its process"
            )
        except BaseException:
            lock.release()
            raise

    def check(self) -> None:
        """Raise RecordingError if the folder is no longer the one that was locked."""
        if _HELD.get(self._descriptor) is not self._token:
            raise RecordingError(f"the lock on {str(self._path)!r} was released")
        try:
            is_there = os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except OSError:
            is_there = False
        if not is_there:
            raise RecordingError(f"{str(self._path)!r} was removed or moved while it was recorded")

    def release(self) -> None:
        """Release the lock; does nothing in a forked child, or when called again."""
        # Not by the finalizer, which an interrupt would leave done, but the lock held.
        _release(*self._given)
        self._finalizer.detach()


def _release(descriptor: int, process: int, token: object) -> None:
    if os.getpid() != process or _HELD.get(descriptor) is not token:
        return
    import fcntl

    # Closing is not enough: a child that is being forked has a copy of the descriptor.
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    _HELD.pop(descriptor, None)
    os.close(descriptor)


def _holder(descriptor: int) -> str:
    """Return in words who holds a lock; Linux lists the locks."""
    inode = os.fstat(descriptor).st_ino
    with contextlib.suppress(OSError, IndexError), Path("/proc/locks").open() as locks:
        for fields in map(str.split, locks):
            if fields[1] == "FLOCK" and fields[5].endswith(f":{inode}"):
                pid = int(fields[4])
                return "this process" if pid == os.getpid() else f"process {pid}"
    return "another recorder"


def _forget_in_child() -> None:
    """Close a forked child's copies of locks, which would outlive the parent's end."""
    for descriptor in _HELD:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _HELD.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)


def is_being_recorded(path: Path) -> bool:
    """Return whether a recorder, in this or another process, is writing to the folder now."""
    owner = owner_of(path, time.time())
    return _is_locked(path) or (owner is not None and not owner.is_stale)


def _is_locked(path: Path) -> bool:
    try:
        import fcntl

        descriptor = os.open(path, os.O_RDONLY)
    except (ImportError, OSError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _IS_LOCKED
    finally:
        os.close(descriptor)
    return False


def remove_chunk_locks(path: Path) -> None:
    """Remove TensorStore's temporary files, which a killed writer leaves beside chunks."""
    for left in path.rglob("*.__lock"):
        left.unlink(missing_ok=True)

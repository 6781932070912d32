"""A file that says who writes to a folder, for systems without file locks."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import threading
import time
import uuid
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from anim.errors import RecordingError

NAME = ".anim-lease.json"
# Seconds until a lease that is not renewed may be taken over, and between two renewals.
STALE_AFTER, _RENEW_EVERY = 60.0, 10.0
_ATTEMPTS = 5
_LONGEST = 4096


class Owner(NamedTuple):
    """Who holds a lease; empty where the file does not say.

    Attributes:
        id: of the lease.
        host, pid: of the process that holds it.
        processes: the namespace of its pid, where the system has them.
        age: seconds since it was renewed.
    """

    id: str
    host: str
    pid: int
    processes: str
    age: float

    @property
    def is_stale(self) -> bool:
        """Whether another process may take the lease over."""
        return self.age > STALE_AFTER or self.is_dead

    @property
    def is_dead(self) -> bool:
        """Whether it is known that the process has ended."""
        return self.is_here and self.pid > 0 and not _is_running(self.pid)

    @property
    def is_here(self) -> bool:
        """Whether the process runs, or ran, on this host."""
        return (self.host, self.processes) == here()

    def __str__(self) -> str:
        if self.is_here and self.pid == os.getpid():
            return "this process"
        return f"process {self.pid} on {self.host}" if self.host else "another process"


class Lease:
    """The lease on a folder, renewed by a thread until it is released.

    Args:
        folder: to hold.

    Raises:
        RecordingError: another process holds it.
    """

    def __init__(self, folder: Path):
        self._file = folder / NAME
        self._id = uuid.uuid4().hex
        ended = threading.Event()
        arguments = (self._file, self._id, ended)
        self._given = (*arguments, os.getpid())
        self._finalizer = weakref.finalize(self, _release, *self._given)
        try:
            self._take()
            threading.Thread(target=_renew, args=arguments, name="anim-lease", daemon=True).start()
        except BaseException:
            self.release()
            raise

    def _take(self) -> None:
        for _ in range(_ATTEMPTS):
            try:
                self._write()
            except FileExistsError:
                owner = owner_of(self._file.parent, _time_of(self._file.parent))
                if owner is not None and not owner.is_stale:
                    wait = max(STALE_AFTER - owner.age, 1)
                    raise RecordingError(
                        f"{owner} is recording to {str(self._file.parent)!r}; close that recorder "
                        f"first, or, if its process has ended, try again in {wait:.0f} s"
                    ) from None
                if owner is not None:
                    self._remove_stale(owner)
            else:
                return
        raise RecordingError(f"several recorders begin at {str(self._file.parent)!r} at once")

    def _write(self) -> None:
        host, processes = here()
        said = {"id": self._id, "host": host, "pid": os.getpid(), "processes": processes}
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(descriptor, "w") as file:
            json.dump({**said, "since": time.time()}, file)

    def _remove_stale(self, owner: Owner) -> None:
        """Remove the lease of an owner, unless another process was faster."""
        aside = self._file.with_name(f"{NAME}.{self._id}")
        # Of several processes that see the stale lease, one can rename it.
        with contextlib.suppress(FileNotFoundError):
            self._file.rename(aside)
            moved = _read(aside)
            if moved.get("id", "") != owner.id:
                # This is the new lease of a faster one.
                with contextlib.suppress(OSError):
                    os.link(aside, self._file)
            aside.unlink()

    def check(self) -> None:
        """Raise RecordingError unless this lease is still there."""
        owner = owner_of(self._file.parent, time.time())
        if owner is None:
            raise RecordingError(f"{str(self._file)!r} was removed while a recorder needed it")
        if owner.id != self._id:
            raise RecordingError(f"{owner} took over {str(self._file.parent)!r}")

    def release(self) -> None:
        """Release the lease; does nothing in a forked child, or when called again."""
        _release(*self._given)
        self._finalizer.detach()


def _release(file: Path, lease: str, ended: threading.Event, process: int) -> None:
    """Remove a lease, unless another process took it over, or this is a forked child."""
    if os.getpid() != process:
        return
    ended.set()
    with contextlib.suppress(OSError):
        if _read(file).get("id") == lease:
            file.unlink()


def owner_of(folder: Path, now: float) -> Owner | None:
    """Return who holds the lease on a folder; None if there is no lease.

    Args:
        folder: that may have a lease.
        now: the time by the clock of its file system, in seconds.
    """
    file = folder / NAME
    try:
        age = now - file.stat().st_mtime
        said = _read(file)
    except OSError:
        return None
    return owner(said, age)


def owner(said: Mapping[str, Any], age: float) -> Owner:
    """Return the owner that a lease names, renewed ``age`` seconds ago."""
    pid = said.get("pid")
    names = (str(said.get(name, ""))[:100] for name in ("id", "host", "processes"))
    lease, host, processes = names
    return Owner(lease, host, pid if isinstance(pid, int) else 0, processes, age)


def _read(file: Path) -> dict:
    """Return what a lease says; nothing if it is being written or damaged."""
    with file.open("rb") as opened:
        return parsed(opened.read(_LONGEST))


def parsed(content: bytes) -> dict:
    """Return what the content of a lease says; nothing if it is damaged."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _renew(file: Path, lease: str, ended: threading.Event) -> None:
    while not ended.wait(_RENEW_EVERY):
        # A network file system may fail for a moment; the next renewal may not.
        with contextlib.suppress(OSError):
            if _read(file).get("id") != lease:
                return
            os.utime(file)


def _time_of(folder: Path) -> float:
    """Return the time by the clock of a file system, which may be that of another host."""
    probe = folder / f"{NAME}.{uuid.uuid4().hex}"
    try:
        probe.touch()
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


def here() -> tuple[str, str]:
    """Return this host, and the namespace of its process ids."""
    try:
        processes = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        processes = ""
    return platform.node(), processes


def _is_running(pid: int) -> bool:
    # On Windows, os.kill would end the process.
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True

"""The recorders of this process that are open, by where they record."""

from __future__ import annotations

import os
import weakref
from typing import Any, Protocol

from anim.errors import RecordingError
from anim.run.caller import warn_caller
from anim.run.store.store import Store


class Open(Protocol):
    """What is recording to a store."""

    def flush(self) -> Any: ...

    def close(self) -> Any: ...


# Of this process: a forked child has its parent's recorders, but may not close them.
_OPEN: weakref.WeakValueDictionary[tuple[int, str], Open] = weakref.WeakValueDictionary()


def _key(store: Store) -> tuple[int, str]:
    return os.getpid(), store.identity


def note(store: Store, recorder: Open) -> None:
    """Remember which recorder records to a store."""
    _OPEN[_key(store)] = recorder


def forget(store: Store, recorder: Open) -> None:
    """Forget a recorder that was closed."""
    if _OPEN.get(_key(store)) is recorder:
        del _OPEN[_key(store)]


def catch_up(store: Store) -> None:
    """Wait until what this process handed over for a store is committed there."""
    recorder = _OPEN.get(_key(store))
    if recorder is None:
        return
    try:
        recorder.flush()
    except (RecordingError, OSError) as error:
        warn_caller(f"the recorder at {store.name!r} failed: {error}")


def make_way(store: Store, may_close: bool) -> None:
    """Close the recorder of this process that records to a store, if there is one.

    Args:
        store: for another recorder.
        may_close: whether that one may be closed.

    Raises:
        RecordingError: there is one that may not be closed.
    """
    earlier = _OPEN.get(_key(store))
    if earlier is None:
        return
    if not may_close:
        raise RecordingError(
            f"this process is recording to {store.name!r} already: close that recorder, or pass "
            "resume=True or overwrite=True, which close it"
        )
    try:
        earlier.close()
    except (RecordingError, OSError) as error:
        warn_caller(f"the earlier recorder at {store.name!r} failed: {error}")

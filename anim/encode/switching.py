"""A shorter interval between switches of Python's threads, while at least one encoder runs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# A thread that has encoded a frame waits at most this many seconds for the interpreter's lock. The
# default of 0.005 is longer than drawing a frame takes, and would undo the overlap of the two.
_INTERVAL = 1e-4

_lock = threading.Lock()
_users = 0
_earlier = 0.0


@contextmanager
def quick_switching() -> Iterator[None]:
    """Shorten ``sys.getswitchinterval()`` inside the block.

    The interval belongs to the process. Blocks may be nested and may overlap in several threads:
    the first one changes it, and the last one to end restores what was there before the first.
    """
    global _users, _earlier
    with _lock:
        if _users == 0:
            _earlier = sys.getswitchinterval()
            sys.setswitchinterval(_INTERVAL)
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                sys.setswitchinterval(_earlier)

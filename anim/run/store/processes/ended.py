"""The end of a session by a recorder that takes its place alone."""

from __future__ import annotations

import json
import secrets

from anim.run.store.processes.joining import NAME
from anim.run.store.processes.requests import parsed
from anim.run.store.store import Store

# That of 1,000 processes has 30 kB.
_LONGEST = 1 << 24


def end_session(store: Store) -> None:
    """End the session of many processes in a store, if there is one that did not end.

    Those of its processes that are still there write nothing more: it is another's id.

    Args:
        store: which this process holds.
    """
    content = store.read(NAME, _LONGEST)
    if content is None or (said := parsed(content)).get("ended"):
        return
    said |= {"id": 1 + secrets.randbits(62), "own": [], "left": True}
    store.write(NAME, json.dumps(said).encode())

"""Marks: which step's rows a process has written to a slot, and in which session."""

from __future__ import annotations

import struct

# In place of a step: this process has left.
LEFT = -2
_MARK = struct.Struct("<qq")


def key_of(slot: int, rank: int) -> str:
    """Return the key of a mark: a chunk of the array ``done`` [S, ranks, 2]."""
    return f"done/c/{slot}/{rank}/0"


def mark_of(session: int, step: int) -> bytes:
    """Return a mark: the id of the session, and a step or `LEFT`."""
    return _MARK.pack(session, step)


def step_in(mark: bytes, session: int) -> int | None:
    """Return the step in a mark, or `LEFT`; None if it is not of this session."""
    if len(mark) != _MARK.size:
        return None
    found, step = _MARK.unpack(mark)
    return step if found == session else None

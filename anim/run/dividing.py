"""Divides snapshots among the processes of `jax.distributed` that compute the same statistics.

Inside of `together`, a pass over snapshots is divided among all processes, if all of them come to
it within a few seconds: each computes some snapshots, and they exchange what they found through the
service of `jax.distributed`, without a collective of the devices. A process that others do not join
computes everything: it waits for nobody, and gets the same numbers.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import pickle
import sys
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Any

from jax.errors import JaxRuntimeError

from anim.run.caller import warn_caller
from anim.settings import one_line

# Seconds for the others to come, to get to the same work, and to do their part of it.
_COME, _AGREE, _COMPUTE = 3.0, 60.0, 600.0
# Bytes of a message, of which the service takes a few million.
_MESSAGE = 1 << 20
# Where each process says at which meeting it is, or was.
_AT = "anim/at/"
_GROUP: ContextVar[Group | None] = ContextVar("group", default=None)


class Group:
    """The processes that have met to divide their work.

    Args:
        client: of the service of `jax.distributed`.
        index, count: of the processes.
        name: that all of them have for this meeting.
    """

    def __init__(self, client: Any, index: int, count: int, name: str):
        self.index, self.count = index, count
        self._client, self._name = client, name
        self._turns, self._turn = itertools.count(), name

    def part_of(self, work: Sequence[int], what: str) -> Sequence[int] | None:
        """Return the part of some work that this process does; None if others do something else.

        Args:
            work: the snapshots to compute.
            what: describes everything else that must be the same.
        """
        self._turn = f"{self._name}/{next(self._turns)}"
        digest = hashlib.sha256(f"{list(work)} {what}".encode()).digest()
        self._send("plan", digest)
        try:
            plans = [self._receive("plan", other, _AGREE) for other in range(self.count)]
        except JaxRuntimeError:
            return None
        return work[self.index :: self.count] if set(plans) == {digest} else None

    def exchanged(self, found: Any) -> list[Any] | None:
        """Return what every process found, by process; None if one of them failed."""
        self._send("found", pickle.dumps(found))
        try:
            parts = [self._receive("found", other, _COMPUTE) for other in range(self.count)]
        except JaxRuntimeError as error:
            warn_caller(f"this process computes alone what others did not: {one_line(str(error))}")
            return None
        return [pickle.loads(part) for part in parts]

    def _send(self, kind: str, content: bytes) -> None:
        parts = [content[i : i + _MESSAGE] for i in range(0, len(content), _MESSAGE)] or [b""]
        key = f"{self._turn}/{kind}/{self.index}"
        for number, part in enumerate(parts):
            self._client.key_value_set_bytes(f"{key}/{number}", part)
        self._client.key_value_set_bytes(key, str(len(parts)).encode())

    def _receive(self, kind: str, other: int, seconds: float) -> bytes:
        key, limit = f"{self._turn}/{kind}/{other}", int(1000 * seconds)
        count = int(self._client.blocking_key_value_get_bytes(key, limit))
        return b"".join(
            self._client.blocking_key_value_get_bytes(f"{key}/{number}", limit)
            for number in range(count)
        )


def group() -> Group | None:
    """Return the processes that divide their work now; None if this one works alone."""
    return _GROUP.get()


def disband() -> None:
    """Work alone from now on."""
    _GROUP.set(None)


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Divide passes over snapshots in this block, if all processes come to it."""
    token = _GROUP.set(_GROUP.get() or _met())
    try:
        yield
    finally:
        _GROUP.reset(token)


def _met() -> Group | None:
    jax = sys.modules.get("jax")
    if jax is None or not jax.distributed.is_initialized():
        return None
    # What `jax.distributed` offers of its service is not public.
    from jax._src.distributed import global_state

    client, count = global_state.client, global_state.num_processes
    if client is None or count is None or count < 2:
        return None
    index = global_state.process_id
    try:
        number = _next_meeting(client, index)
        try:
            client.wait_at_barrier(f"anim/{number}", int(1000 * _COME))
        finally:
            _say(client, index, f"after {number}")
    except JaxRuntimeError:
        return None
    return Group(client, index, count, f"anim/{number}")


def _next_meeting(client: Any, index: int) -> int:
    """Return the number of the meeting at which others wait, or of a new one.

    Processes may have been to meetings to which the others did not come.
    """
    said = {key.rpartition("/")[2]: value.split() for key, value in client.key_value_dir_get(_AT)}
    own = int(said.get(str(index), ("after", "0"))[1])
    waiting = [int(number) for when, number in said.values() if when == "at"]
    number = max((one for one in waiting if one > own), default=0)
    number = number or 1 + max((int(one) for _, one in said.values()), default=0)
    _say(client, index, f"at {number}")
    return number


def _say(client: Any, index: int, what: str) -> None:
    client.key_value_set(f"{_AT}{index}", what, allow_overwrite=True)

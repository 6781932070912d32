"""Divides snapshots among the processes of `jax.distributed` that compute the same statistics.

Inside of `together`, a pass over snapshots is divided among all processes, if all of them come to
it within a few seconds: each computes some snapshots, and they exchange what they found through the
service of `jax.distributed`, without a collective of the devices. A process that others do not join
computes everything: it waits for nobody, and gets the same numbers. One whose others leave, die or
stand still goes on alone, and warns.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import pickle
import sys
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Any

from jax.errors import JaxRuntimeError

from anim.run.caller import warn_caller
from anim.run.peers import GoneError, Peers
from anim.settings import one_line

# Seconds for the others to come, to get to the same work, and to do their part of it: so much, and
# so many times the seconds that this process took for its own.
_COME, _AGREE, _COMPUTE, _TIMES = 3.0, 60.0, 60.0, 4.0
# Where each process says at which meeting it is, or was.
_AT = "anim/at/"
_GROUP: ContextVar[Group | None] = ContextVar("group", default=None)
# The processes of one command, which all come to whatever they divide.
_OF_COMMAND: ContextVar[Peers | None] = ContextVar("peers of the command", default=None)


class Group:
    """The processes that have met to divide their work.

    Args:
        peers: these processes.
    """

    def __init__(self, peers: Peers):
        self.index, self.count = peers.index, peers.count
        self._peers = peers
        # Those of a command go on counting: each turn has messages of its own.
        self._turns = peers.turns
        self._turn, self._begun = 0, 0.0

    def part_of(self, work: Sequence[int], what: str) -> Sequence[int] | None:
        """Return the part of some work that this process does; None if others do something else.

        A warning says if another process is gone.

        Args:
            work: the snapshots to compute.
            what: describes everything else that must be the same.
        """
        self._turn = next(self._turns)
        digest = hashlib.sha256(f"{list(work)} {what}".encode()).digest()
        plans = self._all("plan", digest, _AGREE)
        self._begun = time.monotonic()
        if plans is None or set(plans) != {digest}:
            return None
        return work[self.index :: self.count]

    def exchanged(self, found: Any) -> list[Any] | None:
        """Return what every process found, by process; None, and a warning, if one is gone."""
        seconds = _COMPUTE + _TIMES * (time.monotonic() - self._begun)
        parts = self._all("found", pickle.dumps(found), seconds)
        return None if parts is None else [pickle.loads(part) for part in parts]

    def _all(self, kind: str, own: bytes, seconds: float) -> list[bytes] | None:
        key = f"{self._turn}/{kind}"
        try:
            self._peers.send(key, own)
            return [
                own if other == self.index else self._peers.receive(key, other, seconds)
                for other in range(self.count)
            ]
        except (GoneError, JaxRuntimeError) as error:
            warn_caller(f"this process computes alone what others did not: {one_line(str(error))}")
            return None


def group() -> Group | None:
    """Return the processes that divide their work now; None if this one works alone."""
    return _GROUP.get()


def disband() -> None:
    """Work alone from now on."""
    _GROUP.set(None)


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Divide passes over snapshots in this block, if all processes come to it."""
    known, of_command = _GROUP.get(), _OF_COMMAND.get()
    peers = None if known else of_command or _met()
    token = _GROUP.set(Group(peers) if peers else known)
    try:
        yield
    finally:
        _GROUP.reset(token)
        if peers is not None and peers is not of_command:
            peers.leave()


@contextlib.contextmanager
def command_of(peers: Peers | None) -> Iterator[None]:
    """Divide with these processes in this block, all of which run the same command."""
    token = _OF_COMMAND.set(peers)
    try:
        yield
    finally:
        _OF_COMMAND.reset(token)


def told_all(found: Any) -> list[Any]:
    """Return what each process of a command tells all of them here, by process.

    Args:
        found: what this process tells; alone, it is all there is.

    Raises:
        GoneError: another process is gone; whatever time one that is there takes is waited for.
    """
    peers = _OF_COMMAND.get()
    if peers is None:
        return [found]
    key = f"{next(peers.turns)}/told"
    peers.send(key, pickle.dumps(found))
    return [
        found if other == peers.index else pickle.loads(peers.receive(key, other, math.inf))
        for other in range(peers.count)
    ]


def peers_of_jax(name: str) -> Peers | None:
    """Return the processes of `jax.distributed`; None unless there are several.

    Args:
        name: that all of them have for this meeting.
    """
    found = _service()
    return None if found is None else Peers(*found, name)


def _service() -> tuple[Any, int, int] | None:
    """Return the client of `jax.distributed`, the index of this process, and how many there are."""
    jax = sys.modules.get("jax")
    if jax is None or not jax.distributed.is_initialized():
        return None
    # What `jax.distributed` offers of its service is not public.
    from jax._src.distributed import global_state

    client, count = global_state.client, global_state.num_processes
    return (
        None
        if client is None or not count or count < 2
        else (client, global_state.process_id, count)
    )


def _met() -> Peers | None:
    """Return all processes, if they come to the same meeting within a few seconds."""
    found = _service()
    if found is None:
        return None
    client, index, _ = found
    try:
        number = _next_meeting(client, index)
        try:
            client.wait_at_barrier(f"anim/{number}", int(1000 * _COME))
        finally:
            _say(client, index, f"after {number}")
    except JaxRuntimeError:
        return None
    return Peers(*found, f"anim/{number}")


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

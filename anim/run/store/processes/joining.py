"""How processes begin to record together: each says what it has, and process 0 decides."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from anim.checks.labels import listed
from anim.errors import RecordingError
from anim.run.ranks import Rank
from anim.run.store.processes.requests import (
    Late,
    Notice,
    Read,
    Stamp,
    Steps,
    Take,
    Write,
    WriteIf,
    parsed,
    taken,
)

NAME = "session.json"
# Slots that are claimed at a time.
CLAIM = 16
# Seconds that a process waits for others before it says so.
NOTICE_AFTER = 10.0
# How much longer the others wait, so that they hear of process 0, which knows who is missing.
PATIENCE = 1.25
# Processes that a message names.
_NAMED = 10

_HINT = (
    ": make the recorder in every process, with a path that all of them share, or in one of them "
    "with process_count=1"
)

# What all processes do together, at first and then.
_ACTS = ("begin recording", "record its first snapshot")

# Makes what is agreed, and the first slot that may be used, of what each process says.
Decide = Callable[[list[dict]], tuple[dict, int]]


class Joining:
    """One process that takes part in a session; `Session` says what it does there.

    Args:
        rank: of this process.
        place: the name of the store, for messages.
        limit: seconds without news before another process is given up.
        own: a number that no other process has; None takes a random one.
    """

    def __init__(self, rank: Rank, place: str, *, limit: float = 300.0, own: int | None = None):
        self._rank, self._place, self._limit = rank, place, limit
        self._own = 1 + secrets.randbits(62) if own is None else own
        # That of an earlier session is none of its own.
        self._id = self._own if rank.index == 0 else 0
        self._stamp: object = None
        self._said: dict[str, Any] = {}

    def join(self, offer: Mapping, decide: Decide) -> Steps[dict]:
        """Begin a session, or take part in the one that process 0 begins.

        Args:
            offer: what this process has to say, as JSON.
            decide: called in process 0 with all offers, in the order of ranks.

        Returns:
            What was decided.

        Raises:
            RecordingError: processes are missing, or what ``decide`` raised in process 0.
        """
        if self._rank.index == 0:
            self._stamp = yield Stamp(NAME)
            (before,) = yield Read((NAME,))
            earlier = parsed(before)
            about = {"count": self._rank.count, "ended": False}
            slots = earlier.get("slots")
            touched = slots if type(slots) is int and not earlier.get("ended") else 0
            yield from self._say(id=self._id, slots=touched, agreed=[], **about)
        return (yield from self.agree(offer, decide))

    def agree(self, offer: Mapping, decide: Decide) -> Steps[dict]:
        """Let process 0 decide on what every process has to say; as `join`, in a session.

        All processes agree on the same things in the same order.
        """
        turn = len(self._said.get("agreed", []))
        if self._rank.index != 0:
            return (yield from self._answer(turn, offer))
        offers, own = {0: dict(offer)}, {0: self._own}

        def take(rank: int, content: bytes) -> bool:
            answer = parsed(content)
            if answer.get("id") == self._id and "left" in answer:
                raise RecordingError(f"process {rank} of {self._rank.count} closed its recorder")
            if (answer.get("id"), answer.get("turn")) != (self._id, turn):
                return False
            if (count := answer["count"]) != self._rank.count:
                raise self._counted(f"process {rank}", count, "process 0", self._rank.count)
            offers[rank], own[rank] = answer["offer"], answer["own"]
            return True

        others = {rank: f"ranks/{rank}.json" for rank in range(1, self._rank.count)}
        try:
            yield from self._until(others, take, _ACTS[turn > 0], lambda missing: (
                f"{self._named(missing)} did not begin to record to "
                f"{self._place!r} within {self._limit:g} s{_HINT}"
                if turn == 0
                else f"nothing of {self._named(missing)} for {self._limit:g} s"
            ))  # fmt: skip
            agreed, first = decide([offers[rank] for rank in range(self._rank.count)])
        except Exception as error:
            yield from self._say(error=str(error), own=[])
            raise
        first = max(first, self._said["slots"]) if turn == 0 else self._said["first"]
        yield from self._say(
            own=[own[rank] for rank in range(self._rank.count)],
            agreed=[*self._said["agreed"], agreed],
            first=first,
            slots=max(self._said["slots"], first + CLAIM),
        )
        return agreed

    def _answer(self, turn: int, offer: Mapping) -> Steps[dict]:
        """Answer process 0, again if another one begins, until it has decided."""
        if turn:
            yield from self._current()
            yield from self._tell(turn=turn, offer=dict(offer))
        while True:
            said = yield from self._heard(
                lambda said: self._concerns_me(said, turn), _ACTS[turn > 0]
            )
            if said["id"] == self._id:
                break
            if turn:
                raise self._taken_over()
            # Of another count, it may be what an earlier attempt left: if not, process 0 refuses.
            self._id = said["id"]
            yield from self._tell(turn=turn, offer=dict(offer))
        if said["count"] != self._rank.count:
            raise self._counted("process 0", said["count"], "this", self._rank.count)
        if "error" in said or len(said["agreed"]) <= turn:
            raise RecordingError(self._why(said))
        if said["own"][self._rank.index] != self._own:
            problem = f"several processes are process {self._rank.index} of {self._rank.count}"
            raise RecordingError(f"{problem} that record to {self._place!r}")
        self._said = said
        return said["agreed"][turn]

    def _concerns_me(self, said: Mapping, turn: int) -> bool:
        """Return whether process 0 asks, or has decided about what this process answered."""
        agreed = said.get("agreed", [])
        is_decided = len(agreed) > turn or "error" in said or "left" in said
        return is_decided if said.get("id") == self._id else bool(turn) or not is_decided

    def _tell(self, **more: Any) -> Steps[None]:
        answer = {"id": self._id, "own": self._own, "count": self._rank.count, **more}
        yield Write(f"ranks/{self._rank.index}.json", json.dumps(answer).encode())

    def _current(self) -> Steps[dict]:
        """Return what session.json says; raise RecordingError unless it is of this session."""
        (content,) = yield Read((NAME,))
        said = parsed(content)
        if said.get("id") != self._id:
            raise self._taken_over()
        return said

    def _why(self, said: Mapping) -> str:
        """Return why process 0 does not go on, of what it said."""
        ended = f": {said['error']}" if "error" in said else " closed its recorder"
        return f"process 0 of {self._rank.count}{ended}"

    def _say(self, late: Mapping | None = None, **new: Any) -> Steps[None]:
        """Write session.json, in process 0.

        Args:
            late: which processes it waits for, and what these are to do, until it says more.
            new: what it says from now on.
        """
        said = {**self._said, **new}
        content = json.dumps({**said, "late": late} if late else said).encode()
        self._stamp = yield WriteIf(NAME, content, self._stamp)
        if self._stamp is None:
            raise self._taken_over()
        self._said = said

    def _heard(
        self,
        is_news: Callable[[Mapping], bool],
        act: str,
        goes_on: Callable[[], Steps[bool]] | None = None,
    ) -> Steps[dict]:
        """Wait for news in session.json, in other processes than 0.

        Args:
            is_news: called with what it says.
            act: what all are to do, process 0 among them, for messages.
            goes_on: called when there was none for as long as the time limit; returns whether
                process 0 does something all the same.
        """
        heard: dict[str, Any] = {}
        hint = _HINT if act == _ACTS[0] else ""

        def take(_: int, content: bytes) -> bool:
            nonlocal heard
            heard = parsed(content)
            return is_news(heard)

        def tell(_: list[int]) -> Steps[None]:
            yield self._notice(self._late_of(heard, act), act)

        late = Late(PATIENCE * NOTICE_AFTER, tell)
        limit = PATIENCE * self._limit
        while (yield from taken({0: NAME}, take, limit, late)):
            if goes_on is not None and (yield from goes_on()):
                continue
            raise RecordingError(
                f"process {self._rank.index} heard nothing of process 0 of {self._rank.count} at "
                f"{self._place!r} for {self._limit:g} s{hint}"
            )
        return heard

    def _late_of(self, said: Mapping, act: str) -> list[int]:
        """Return which processes process 0 waits for, of what it said; or itself."""
        late = said.get("late", {}) if said.get("id") == self._id else {}
        ranks = late["ranks"] if late.get("act") == act else []
        return [rank for rank in ranks if rank != self._rank.index] or [0]

    def _notice(self, late: list[int], act: str) -> Notice:
        """Return what to say while others are waited for: to ``act``, as an infinitive."""
        text = (
            f"waiting for {self._named(late)} to {act} at {self._place!r}, for "
            f"up to {self._limit:g} s (timeout){_HINT if act == _ACTS[0] else ''}"
        )
        return Notice(tuple(late), text)

    def _until(
        self, keys: dict[int, str], take: Take, act: str, problem: Callable[[list[int]], str]
    ) -> Steps[None]:
        """Wait, in process 0, until each key was taken.

        Args:
            keys: by the processes that write them.
            take: as for `taken`.
            act: what the processes are to do, for a notice.
            problem: called with those of which nothing was taken.

        Raises:
            RecordingError: none of them was, for as long as the time limit.
        """

        def tell(late: list[int]) -> Steps[None]:
            # Others hear whom all are waiting for.
            yield from self._say({"act": act, "ranks": late})
            yield self._notice(late, act)

        missing = yield from taken(keys, take, self._limit, Late(NOTICE_AFTER, tell))
        if missing:
            raise RecordingError(problem(missing))

    def _named(self, ranks: list[int]) -> str:
        some = listed(ranks, _NAMED)
        return f"process{'es' if len(ranks) > 1 else ''} {some} of {self._rank.count}"

    def _counted(self, one: str, count: int, other: str, others: int) -> RecordingError:
        problem = f"{one} is one of {count} processes that record to {self._place!r}"
        return RecordingError(f"{problem}, {other} one of {others}")

    def _taken_over(self) -> RecordingError:
        return RecordingError(f"other processes began to record to {self._place!r}, or it is gone")

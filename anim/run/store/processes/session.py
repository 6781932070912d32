"""How many processes record together: by small objects that they leave in the store.

No process calls another one, and none takes part in a collective: a training that is stuck in one
cannot block what is recorded, nor the other way round. There are three kinds of objects:

    session.json        of process 0: who records, what was agreed, and up to which slot
    ranks/RANK.json     of another process: what it has to say when it is asked
    done/c/SLOT/RANK/0  of each process: its mark, two int64: the session, and the step whose rows
                        this process has written

A *session* is what one set of processes records from the time that their recorders are made until
these are closed; it has a random id. A *slot* is the place of a snapshot in the arrays.

    process 0                                       every other process
    writes session.json with a new id, as yet       waits for an id that it has not answered;
    without anything agreed; waits for an answer    answers with that id and a number of its own
    of each process to this id
    decides, and writes what is agreed, with the    waits for what is agreed, with its own number
    number of each process, and slots to be used
      ... of each snapshot, in a thread ...
    claims more slots in time                       waits until its slot is claimed
    writes its rows, then its mark                  writes its rows, then its mark
    waits for the marks of all; writes the step
      ... when the recorder is closed ...
    marks the slot after the last; waits a little   marks the slot after its last
    for these marks; says that the session ended

Ids make this safe whatever was left behind, and in whichever order things arrive. An answer counts
for the id that it names, so that of an earlier attempt is none; a process that finds another number
in its place learns that it is not wanted; a mark counts in its own session. **A slot is written in
one session only**: a session begins behind all slots that an earlier one claimed, unless that one
ended with everybody's mark. So a process that was presumed dead, and writes its rows hours later,
writes where nobody looks. `session.json` is written on the condition that nobody else did, so that
one of two processes 0 stops; it is read before each slot that is written, so that all others stop
when another recording takes the place of theirs. The package says what failures leave.

This module says what to read and write, and does neither: its functions are generators of requests
that `anim.run.store.processes.requests` carries out, and tests simulate, with a thousand processes.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from anim.checks.labels import listed
from anim.errors import RecordingError
from anim.run.ranks import Rank
from anim.run.store.processes.marks import LEFT, key_of, mark_of, step_in
from anim.run.store.processes.requests import (
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
# Seconds without news before a process is given up, and for a process to leave.
TIME_LIMIT, LEAVE_LIMIT = 300.0, 10.0
# How much longer the others wait, so that they hear of process 0, which knows who is missing.
_PATIENCE = 1.25

_HINT = (
    ": make the recorder in every process, with a path that all of them share, or in one of them "
    "with process_count=1"
)

# Makes what is agreed, and the first slot that may be used, of what each process says.
Decide = Callable[[list[dict]], tuple[dict, int]]


class Session:
    """One process's part in a session.

    Args:
        rank: of this process.
        place: the name of the store, for errors.
        limit: seconds without news before another process is given up; None takes `TIME_LIMIT`.
        own: a number that no other process has; None takes a random one.
    """

    def __init__(
        self, rank: Rank, place: str, *, limit: float | None = None, own: int | None = None
    ):
        self._rank, self._place = rank, place
        self._limit = TIME_LIMIT if limit is None else limit
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
            offers[rank], own[rank] = answer["offer"], answer["own"]
            return True

        others = {rank: f"ranks/{rank}.json" for rank in range(1, self._rank.count)}
        try:
            yield from self._until(others, take, lambda missing: (
                f"{_processes(missing)} of {self._rank.count} did not begin to record to "
                f"{self._place!r} within {self._limit:g} s{_HINT}"
                if turn == 0
                else f"nothing of {_processes(missing)} of {self._rank.count} for {self._limit:g} s"
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
            said = yield from self._heard(lambda said: self._concerns_me(said, turn))
            if said["id"] == self._id:
                break
            if turn:
                raise self._taken_over()
            if said["count"] != self._rank.count:
                problem = f"process 0 is one of {said['count']} processes that record to"
                raise RecordingError(f"{problem} {self._place!r}, this one of {self._rank.count}")
            self._id = said["id"]
            yield from self._tell(turn=turn, offer=dict(offer))
        if "error" in said:
            raise RecordingError(f"process 0 of {self._rank.count}: {said['error']}")
        if len(said["agreed"]) <= turn:
            raise RecordingError(f"process 0 of {self._rank.count} closed its recorder")
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
        answer = {"id": self._id, "own": self._own, **more}
        yield Write(f"ranks/{self._rank.index}.json", json.dumps(answer).encode())

    @property
    def id(self) -> int:
        """The id of the session; 0 before it is known."""
        return self._id

    @property
    def first(self) -> int:
        """The first slot of this session."""
        return self._said["first"]

    @property
    def slots(self) -> int:
        """The first slot behind those that are claimed."""
        return self._said["slots"]

    def claim(self, slot: int) -> Steps[None]:
        """Make sure that a slot may be written in this session.

        Raises:
            RecordingError: another session began, or process 0 does not go on.
        """
        said = yield from self._current()
        if self._rank.index == 0:
            # Half of them are left for processes that are ahead.
            if slot + CLAIM // 2 >= self._said["slots"]:
                yield from self._say(slots=slot + CLAIM)
            return

        def is_news(said: Mapping) -> bool:
            return said.get("id") != self._id or slot < said["slots"] or "left" in said

        if slot >= said["slots"]:
            said = yield from self._heard(is_news)
            if said.get("id") != self._id:
                raise self._taken_over()
            if slot >= said["slots"]:
                raise RecordingError(f"process 0 of {self._rank.count} closed its recorder")
        self._said = said

    def mark(self, slot: int, step: int) -> Steps[None]:
        """Say that this process wrote its rows of a step to a slot."""
        yield Write(key_of(slot, self._rank.index), mark_of(self._id, step))

    def wait_for_all(self, slot: int, step: int) -> Steps[None]:
        """Wait, in process 0, until every process has marked a slot with this step.

        Raises:
            RecordingError: a process has left, has recorded another step, or does not come.
        """

        def take(rank: int, content: bytes) -> bool:
            found = step_in(content, self._id)
            if found is None:
                return False
            if found != step:
                did = "closed its recorder" if found == LEFT else f"recorded step {found}"
                raise RecordingError(f"process {rank} {did} where process 0 recorded step {step}")
            return True

        yield from self._until(self._marks(slot), take, lambda missing: (
            f"no rows of step {step} from {_processes(missing)} of {self._rank.count} "
            f"for {self._limit:g} s"
        ))  # fmt: skip

    def leave(self, slot: int) -> Steps[None]:
        """Say that this process records nothing more; in process 0, end the session.

        Args:
            slot: after the last one that this process marked.

        Raises:
            RecordingError: a process recorded more than process 0.
        """
        if self._rank.index == 0:
            # Whoever waits for process 0 need not any more.
            yield from self._say(left=True)
        else:
            # What another session has in this place is left alone.
            yield from self._current()
            yield from self._tell(left=True)
        yield from self.mark(slot, LEFT)
        if self._rank.index != 0:
            return

        def take(rank: int, content: bytes) -> bool:
            found = step_in(content, self._id)
            if found not in (None, LEFT):
                raise RecordingError(f"process {rank} recorded step {found}, process 0 did not")
            return found is not None

        limit = min(self._limit, LEAVE_LIMIT)
        missing = yield from taken(self._marks(slot), take, limit)
        # Whoever did not leave may still write to what was claimed.
        if not missing:
            yield from self._say(slots=slot, ended=True)

    def _current(self) -> Steps[dict]:
        """Return what session.json says; raise RecordingError unless it is of this session."""
        (content,) = yield Read((NAME,))
        said = parsed(content)
        if said.get("id") != self._id:
            raise self._taken_over()
        return said

    def _say(self, **new: Any) -> Steps[None]:
        """Write session.json, in process 0."""
        said = {**self._said, **new}
        content = json.dumps(said).encode()
        self._stamp = yield WriteIf(NAME, content, self._stamp)
        if self._stamp is None:
            raise self._taken_over()
        self._said = said

    def _heard(self, is_news: Callable[[Mapping], bool]) -> Steps[dict]:
        """Wait for news in session.json, in other processes than 0."""
        heard: dict[str, Any] = {}

        def take(_: int, content: bytes) -> bool:
            nonlocal heard
            heard = parsed(content)
            return is_news(heard)

        missing = yield from taken({0: NAME}, take, _PATIENCE * self._limit)
        if missing:
            raise RecordingError(
                f"process {self._rank.index} heard nothing of process 0 of {self._rank.count} at "
                f"{self._place!r} for {self._limit:g} s{_HINT}"
            )
        return heard

    def _marks(self, slot: int) -> dict[int, str]:
        return {rank: key_of(slot, rank) for rank in range(1, self._rank.count)}

    def _until(
        self, keys: dict[int, str], take: Take, problem: Callable[[list[int]], str]
    ) -> Steps[None]:
        """Wait until each key was taken.

        Raises:
            RecordingError: none of them was, for as long as the time limit.
        """
        missing = yield from taken(keys, take, self._limit)
        if missing:
            raise RecordingError(problem(missing))

    def _taken_over(self) -> RecordingError:
        return RecordingError(f"other processes began to record to {self._place!r}, or it is gone")


def _processes(ranks: list[int]) -> str:
    return f"process{'es' if len(ranks) > 1 else ''} {listed(ranks)}"

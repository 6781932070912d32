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
    writes its rows                                 writes its rows, then its mark
    waits for the marks of all others; writes
    the step, then its own mark
      ... when the recorder is closed ...
    marks the slot after the last; waits a little   marks the slot after its last; waits for marks
    for these marks; says that the session ended    of process 0 in its slots

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

from collections.abc import Mapping
from typing import Any

from anim.errors import RecordingError
from anim.run.ranks import Rank
from anim.run.store.processes.joining import CLAIM, NAME, NOTICE_AFTER, PATIENCE, Joining
from anim.run.store.processes.marks import LEFT, key_of, mark_of, step_in
from anim.run.store.processes.requests import Late, Read, Steps, Watched, Write, parsed, taken

# Seconds for a process to leave.
LEAVE_LIMIT = 10.0


class Session(Joining):
    """One process's part in a session; its arguments are those of `Joining`."""

    def __init__(self, rank: Rank, place: str, **options: Any):
        super().__init__(rank, place, **options)
        # In other processes than 0: steps that it may not have committed yet, by their slots.
        self._open: dict[int, int] = {}

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

        if not is_news(said):
            yield from self._forget()
            steps = self.open_steps
            act = f"record step {steps[0]}" if steps else "go on"
            said = yield from self._heard(is_news, act, self._forget)
            if said.get("id") != self._id:
                raise self._taken_over()
        if "left" in said:
            # It waits for everybody's mark before it commits: this slot will never count.
            raise RecordingError(self._why(said))
        self._said = said
        # Process 0 claims slots up to this far from its own, behind all that it has committed.
        self._open = {k: step for k, step in self._open.items() if k >= said["slots"] - CLAIM}

    def mark(self, slot: int, step: int) -> Steps[None]:
        """Say that this process wrote its rows of a step to a slot; process 0, that it counts."""
        yield Write(key_of(slot, self._rank.index), mark_of(self._id, step))
        if self._rank.index and step != LEFT:
            self._open[slot] = step

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
                if found == LEFT:
                    gone.append(rank)
                did = "closed its recorder" if found == LEFT else f"recorded step {found}"
                raise RecordingError(f"process {rank} {did} where process 0 recorded step {step}")
            return True

        gone: list[int] = []
        try:
            yield from self._until(self._marks(slot), take, f"record step {step}", lambda missing: (
                f"no rows of step {step} from {self._named(missing)} for {self._limit:g} s"
            ))  # fmt: skip
        except RecordingError as error:
            for rank in gone:
                (content,) = yield Read((f"ranks/{rank}.json",))
                if (answer := parsed(content)).get("id") == self._id and "error" in answer:
                    problem = f"process {rank} of {self._rank.count}: {answer['error']}"
                    raise RecordingError(problem) from error
            raise

    def leave(self, slot: int, error: str | None = None) -> Steps[None]:
        """Say that this process records nothing more; in process 0, end the session.

        Args:
            slot: after the last one that this process marked.
            error: why it stops before the others; these are not waited for.

        Raises:
            RecordingError: a process recorded more than process 0.
        """
        why: dict[str, Any] = {"left": True} if error is None else {"left": True, "error": error}
        if self._rank.index == 0:
            # Whoever waits for process 0 need not any more.
            yield from self._say(**why)
        else:
            # What another session has in this place is left alone.
            yield from self._current()
            yield from self._tell(**why)
        yield from self.mark(slot, LEFT)
        if self._rank.index != 0 or error is not None:
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

    @property
    def open_steps(self) -> list[int]:
        """Steps of this process of which it is not known that process 0 has committed them."""
        return list(self._open.values())

    def settle(self) -> Steps[str | None]:
        """Wait, in other processes than 0, until it has committed what this one recorded.

        Returns:
            None once it has; or why it never will, of what it said.

        Raises:
            RecordingError: another session began, or nothing is heard of process 0.
        """
        yield from self._forget()
        for slot, step in list(self._open.items()):
            if (yield from self._mark_of_first(slot, step)) != step:
                # It left in place of this step.
                return self._why((yield from self._current()))
            del self._open[slot]
        return None

    def _forget(self) -> Steps[bool]:
        """Forget open steps that process 0 has committed; return whether there were some."""
        known = list(self._open.items())
        contents = yield Read(tuple(key_of(slot, 0) for slot, _ in known))
        for (slot, step), content in zip(known, contents, strict=True):
            if content is not None and step_in(content, self._id) == step:
                del self._open[slot]
        return len(self._open) < len(known)

    def _mark_of_first(self, slot: int, step: int) -> Steps[int | None]:
        """Wait for the mark of process 0 in a slot, and return the step in it, or `LEFT`."""
        found: int | None = None

        def take(_: int, content: bytes) -> bool:
            nonlocal found
            found = step_in(content, self._id)
            return found is not None

        said: dict[str, Any] = {}

        def look(content: bytes | None) -> None:
            nonlocal said
            said = parsed(content)
            if said.get("id") != self._id:
                raise self._taken_over()

        def tell(_: list[int]) -> Steps[None]:
            act = f"record step {step}"
            yield self._notice(self._late_of(said, act), act)

        keys, late = {0: key_of(slot, 0)}, Late(PATIENCE * NOTICE_AFTER, tell)
        watched = Watched(NAME, look)
        missing = yield from taken(keys, take, PATIENCE * self._limit, late, watched)
        if missing:
            raise RecordingError(f"nothing of {self._named(missing)} for {self._limit:g} s")
        return found

    def _marks(self, slot: int) -> dict[int, str]:
        return {rank: key_of(slot, rank) for rank in range(1, self._rank.count)}

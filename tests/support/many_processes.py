"""A simulated training in many processes, whose snapshots are recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from anim.errors import RecordingError
from anim.run.ranks import Rank
from anim.run.store.processes.marks import key_of
from anim.run.store.processes.requests import Wait, WriteIf
from anim.run.store.processes.session import Session
from tests.support.simulation import BUCKET, Latencies, Process, Rows, World

STEPS = "steps"


@dataclass
class Training:
    """Processes that record, are killed, and are started again.

    Attributes:
        count: of the processes.
        snapshots: to be recorded in all.
        every: seconds between two of them.
        in_session: snapshots that a session has at most; then all leave, and begin again. Process 0
            may leave earlier, as it does when its training fails.
        rows: seconds that a process needs to write its rows.
        limit: seconds without news before a process is given up.
        latencies: of the store.
        seed: of everything random.
        delays: seconds from the last mark, or the rows of process 0, to the step of each snapshot.
        until_closing: requests of each process until it closes, unless some are started again.
    """

    count: int
    snapshots: int
    every: float = 1.0
    in_session: int = 1_000_000
    rows: float = 0.3
    limit: float = 20.0
    latencies: Latencies = BUCKET
    seed: int = 0
    world: World = field(init=False)
    processes: list[Process] = field(default_factory=list)
    earlier: list[Process] = field(default_factory=list)
    starts: int = 0
    delays: list[float] = field(default_factory=list)
    until_closing: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = World(self.seed, self.latencies)
        self._own = 0

    def start(self) -> None:
        """Start all processes, at about the same time; those there are become earlier ones."""
        self.earlier += self.processes
        self.starts += 1
        self.processes = [Process(self.world, self._record(rank)) for rank in range(self.count)]
        for process in self.processes:
            process.pause(self.world.random.expovariate(1))

    @property
    def steps(self) -> list[tuple[int, int, int]]:
        """What is committed: slot, step and session of each snapshot."""
        return list(self.world.content(STEPS) or ())

    @property
    def is_done(self) -> bool:
        """Whether all snapshots are there."""
        return bool(self.steps) and self.steps[-1][1] == self.snapshots - 1

    def _record(self, rank: int) -> Iterator[Any]:
        self._own += 1
        session = Session(Rank(rank, self.count), "b", limit=self.limit, own=self._own)
        stamp: Any = None

        def begin(_: list[dict]) -> tuple[dict, int]:
            nonlocal stamp
            # Whoever believed to be process 0 until now commits nothing more.
            stamp = self.world.put(STEPS, self.world.content(STEPS) or ())
            kept = self.steps
            return {"last": kept[-1][1] if kept else -1}, kept[-1][0] + 1 if kept else 0

        agreed = yield from session.join({}, begin)
        yield from session.agree({"rows": 1}, lambda offers: ({"rows": sum(
            offer["rows"] for offer in offers)}, 0))  # fmt: skip
        slot = session.first
        last = min(self.snapshots, agreed["last"] + 1 + self.in_session)
        if rank == 0 and last < self.snapshots:
            last -= self.world.random.choice((0, 0, 1, 2))
        for step in range(agreed["last"] + 1, last):
            yield Wait(self.every * self.world.random.uniform(0.8, 1.2))
            yield from session.claim(slot)
            yield Rows(f"rows/{slot}/{rank}", (session.id, step), self.rows)
            if rank == 0:
                written = self.world.now
                yield from session.wait_for_all(slot, step)
                stamp = yield WriteIf(STEPS, (*self.steps, (slot, step, session.id)), stamp)
                if stamp is None:
                    raise RecordingError("another process 0 commits")
                self.delays.append(self.world.now - max(written, self._last_mark(slot)))
            yield from session.mark(slot, step)
            slot += 1
        if rank == 0 and last < self.snapshots:
            # Whatever becomes of this session, another one follows.
            self.world.at(self.world.random.uniform(0.1, 20), self.start)
        self.until_closing[rank] = self.processes[rank].requests.total()
        yield from session.leave(slot)
        lost = yield from session.settle()
        assert lost is None or session.open_steps

    def _last_mark(self, slot: int) -> float:
        return max(self.world.time_of(key_of(slot, rank)) for rank in range(1, self.count))

    def disturb(self, mean: float) -> None:
        """Kill or pause processes at random times, and start all again, until all is recorded.

        Args:
            mean: seconds between two disturbances.
        """
        self.world.at(self.world.random.expovariate(1 / mean), lambda: self._disturb(mean))

    def _disturb(self, mean: float) -> None:
        if self.is_done:
            return
        chance = self.world.random
        victims = chance.sample(self.processes, chance.choice((1, 1, 1, 2, self.count)))
        # A process that is paused does not know, and goes on with what it was about to do.
        is_kill = chance.random() < 0.5
        for victim in victims:
            if is_kill:
                victim.kill()
            else:
                victim.pause(chance.choice((1, 10, 100, 1000)) * chance.random())

        def restart() -> None:
            for process in self.processes:
                if chance.random() < 0.5:
                    process.kill()
            self.start()
            self.disturb(mean)

        self.world.at(chance.choice((0.01, 1, 60)) * chance.random(), restart)

    def check(self) -> None:
        """Assert that each committed snapshot has all rows of its own session, and steps grow."""
        steps = self.steps
        assert len({slot for slot, _, _ in steps}) == len(steps)
        assert [step for _, step, _ in steps] == list(range(len(steps)))
        for slot, step, session in steps:
            for rank in range(self.count):
                assert self.world.content(f"rows/{slot}/{rank}") == (session, step), (slot, rank)

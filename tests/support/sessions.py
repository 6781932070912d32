"""Sessions of processes that record together, simulated."""

from __future__ import annotations

from anim.run.ranks import Rank
from anim.run.store.processes.session import Session
from tests.support.simulation import Process

LIMIT = 20.0


def sessions(count, first=0):
    """Sessions of all processes; ``first`` sets them apart from those of an earlier attempt."""
    return [
        Session(Rank(i, count), "runs/r", limit=LIMIT, own=100 + first + i) for i in range(count)
    ]


def decide(offers):
    return {"offers": offers}, 0


def run(world, steps):
    """Carry out what each process does, and return the processes once all have ended."""
    processes = [Process(world, one) for one in steps]
    world.run()
    assert not any(process.is_alive for process in processes)
    return processes


def joined(world, count, first=0, decide=decide):
    """Sessions that all processes have joined."""
    all_of_them = sessions(count, first)
    found = run(world, [one.join({"rank": i}, decide) for i, one in enumerate(all_of_them)])
    assert [process.error for process in found] == [None] * count
    return all_of_them


def snapshot(session, slot, step):
    yield from session.claim(slot)
    if session._rank.index == 0:
        yield from session.wait_for_all(slot, step)
    yield from session.mark(slot, step)


def chain(*parts):
    result = None
    for part in parts:
        result = yield from part
    return result

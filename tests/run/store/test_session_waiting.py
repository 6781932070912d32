"""What processes that record together say and do while they wait for each other, simulated."""

import pytest

from anim.run.store.processes.joining import CLAIM
from anim.run.store.processes.requests import Wait
from tests.support.sessions import LIMIT, chain, decide, joined, run, sessions, snapshot
from tests.support.simulation import Process, World


@pytest.fixture
def world():
    return World(0)


def notices_of(process):
    """What a process says while it waits: when, of whom, and in which words."""
    return [(at, notice.ranks, notice.text) for at, notice in process.notices]


def test_whoever_waits_is_told_once_and_by_all_who_is_missing(world):
    of_four = sessions(4)
    found = run(world, [of_four[i].join({}, decide) for i in (0, 2)])
    for process, first in zip(found, (10, 12.5), strict=True):
        ((at, ranks, text),) = notices_of(process)
        assert first < at < first + 1.5
        assert ranks == (1, 3)
        assert text.startswith(
            "waiting for processes 1, 3 of 4 to begin recording at 'runs/r', for up to 20 s "
            "(timeout): make the recorder in every process, with a path that all of them share, or "
        )


def test_whoever_is_alone_is_told_that_process_0_is_missing(world):
    (found,) = run(world, [sessions(2)[1].join({}, decide)])
    ((_, ranks, text),) = notices_of(found)
    assert ranks == (0,)
    assert text.startswith("waiting for process 0 of 2 to begin recording at 'runs/r'")


def test_nobody_is_told_of_processes_that_come_in_time(world):
    of_two = sessions(2)
    late = Process(world, of_two[1].join({}, decide))
    late.pause(9)
    first = Process(world, of_two[0].join({}, decide))
    world.run()
    assert first.error is late.error is None
    assert first.notices == late.notices == []


def test_all_wait_for_others_that_come_one_after_the_other(world):
    found = [Process(world, one.join({}, decide)) for one in sessions(6)]
    for process, seconds in zip(found[2:], (15, 30, 45, 60), strict=True):
        process.pause(seconds)
    world.run()
    assert [process.error for process in found] == [None] * 6


def test_all_are_told_who_lacks_rows_of_a_snapshot(world):
    first, second, third = joined(world, 3)
    begin = world.now
    steps = [snapshot(first, 0, 7), chain(snapshot(second, 0, 7), second.settle())]
    found = run(world, steps)
    assert str(found[0].error) == "no rows of step 7 from process 2 of 3 for 20 s"
    assert third.open_steps == []
    for process in found:
        ((at, ranks, text),) = notices_of(process)
        assert at - begin < 14
        assert ranks == (2,)
        assert text.startswith("waiting for process 2 of 3 to record step 7 at 'runs/r', for up to")


def test_whoever_closes_waits_until_its_snapshots_are_committed(world):
    first, second = joined(world, 2)
    early = chain(snapshot(second, 0, 7), snapshot(second, 1, 8), second.leave(2), second.settle())
    closing = Process(world, early)
    Process(world, snapshot(first, 0, 7)).pause(0.9 * LIMIT)
    world.run(until=world.now + LIMIT)
    assert second.open_steps == [8]
    # What is slow is not dead: its time begins again with each snapshot.
    late = Process(world, chain(snapshot(first, 1, 8), first.leave(2)))
    late.pause(0.9 * LIMIT)
    world.run()
    assert closing.error is late.error is closing.result is None
    assert second.open_steps == []


def test_whoever_is_far_ahead_waits_as_long_as_process_0_commits(world):
    first, second = joined(world, 2)
    steps = range(CLAIM + CLAIM // 2)

    def slowly():
        for step in steps:
            yield Wait(LIMIT / 4)
            yield from snapshot(first, step, step)

    found = run(world, [slowly(), chain(*(snapshot(second, step, step) for step in steps))])
    assert [process.error for process in found] == [None, None]


def test_whoever_is_far_ahead_gives_up_a_process_0_that_died(world):
    first, second = joined(world, 2)
    begin, steps = world.now, range(CLAIM + 1)
    ahead = chain(*(snapshot(second, step, step) for step in steps))
    found = run(world, [snapshot(first, 0, 0), ahead])[1]
    assert "process 1 heard nothing of process 0 of 2 at 'runs/r' for 20 s" in str(found.error)
    assert second.open_steps == [*steps][1:-1]
    assert world.now - begin < 2 * LIMIT


@pytest.mark.parametrize("why", [None, "the disk is full"])
def test_whoever_closes_learns_that_process_0_stopped_before_its_snapshots(world, why):
    first, second = joined(world, 2)
    begin = world.now
    ahead = [snapshot(second, i, 7 + i) for i in range(3)]
    closing = Process(world, chain(*ahead, second.leave(3), second.settle()))
    world.run(until=world.now + 5)
    run(world, [chain(snapshot(first, 0, 7), first.leave(1, why))])
    did = " closed its recorder" if why is None else ": the disk is full"
    assert closing.result == f"process 0 of 2{did}"
    assert second.open_steps == [8, 9]
    assert world.now - begin < LIMIT


def test_whoever_goes_on_learns_that_process_0_stopped(world):
    first, second = joined(world, 2)
    run(world, [first.leave(0, "no rows of step 7 from process 3")])
    (found,) = run(world, [second.claim(0)])
    assert str(found.error) == "process 0 of 2: no rows of step 7 from process 3"


def test_whoever_closes_gives_up_a_process_0_that_died(world):
    _, second = joined(world, 2)
    (found,) = run(world, [chain(snapshot(second, 0, 7), second.leave(1), second.settle())])
    assert str(found.error) == "nothing of process 0 of 2 for 20 s"
    assert second.open_steps == [7]
    assert LIMIT < world.now < 2 * LIMIT


def test_whoever_closes_does_not_wait_for_a_session_that_another_one_replaced(world):
    _, second = joined(world, 2)
    closing = Process(world, chain(snapshot(second, 0, 7), second.leave(1), second.settle()))
    world.run(until=world.now + 5)
    assert closing.is_alive
    begin = world.now
    joined(world, 2, first=50)
    assert "other processes began to record to 'runs/r'" in str(closing.error)
    assert world.now - begin < LIMIT / 2


def test_process_0_learns_why_another_one_stopped(world):
    first, second = joined(world, 2)
    found = run(world, [snapshot(first, 0, 7), second.leave(0, "the disk is full")])
    assert str(found[0].error) == "process 1 of 2: the disk is full"

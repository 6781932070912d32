"""Processes that record together, in a simulation of their requests to a store."""

import json

import pytest

from anim.errors import RecordingError, SettingError
from anim.run.ranks import Rank
from anim.run.store.processes import requests
from anim.run.store.processes.joining import CLAIM, NAME
from anim.run.store.processes.marks import key_of
from anim.run.store.processes.requests import Read, Stamp, Wait, Write, WriteIf, carry_out
from anim.run.store.processes.session import Session
from tests.support.many_processes import Training
from tests.support.sessions import LIMIT, decide, joined, run, sessions, snapshot
from tests.support.simulation import DISK, Process, World


@pytest.fixture
def world():
    return World(0)


def test_all_processes_agree_on_what_process_0_decides(world):
    all_of_them = sessions(4)
    steps = [one.join({"rank": i}, decide) for i, one in enumerate(all_of_them)]
    agreed = {"offers": [{"rank": i} for i in range(4)]}
    assert [process.result for process in run(world, steps)] == [agreed] * 4
    again = run(world, [one.agree({"again": i}, decide) for i, one in enumerate(all_of_them)])
    assert again[3].result == {"offers": [{"again": i} for i in range(4)]}
    assert {one.id for one in all_of_them} == {100}


def test_processes_that_disagree_all_learn_why(world):
    def refuse(offers):
        raise SettingError("keep", "expected the same in all processes")

    found = run(world, [one.join({}, refuse) for one in sessions(3)])
    assert isinstance(found[0].error, SettingError)
    for process in found[1:]:
        assert str(process.error) == "process 0 of 3: keep: expected the same in all processes"


def test_a_process_that_does_not_come_is_named_to_all_the_others(world):
    of_four = sessions(4)
    found = run(world, [of_four[i].join({}, decide) for i in (0, 1)])
    for process in found:
        assert "processes 2, 3 of 4 did not begin to record to 'runs/r' within 20 s: make the " in (
            str(process.error)
        )
    assert LIMIT < world.now < 1.5 * LIMIT


def test_a_process_that_hears_nothing_says_that_all_must_make_the_recorder(world):
    (found,) = run(world, [sessions(2)[1].join({}, decide)])
    assert "heard nothing of process 0 of 2 at 'runs/r' for 20 s: make the recorder in " in (
        str(found.error)
    )


def test_processes_that_count_differently_are_refused_at_once(world):
    others = [Session(Rank(i, 4), "runs/r", limit=LIMIT) for i in (1, 3)]
    first, *found = run(world, [one.join({}, decide) for one in (sessions(2)[0], *others)])
    assert str(first.error) == (
        "process 1 is one of 4 processes that record to 'runs/r', process 0 one of 2"
    )
    for one in found:
        assert str(one.error) == (
            "process 0 is one of 2 processes that record to 'runs/r', this one of 4"
        )
    assert world.now < LIMIT / 2


def test_what_an_attempt_of_more_processes_left_does_not_stop_fewer(world):
    dying = Process(world, sessions(4, first=50)[0].join({}, decide))
    world.at(1, dying.kill)
    world.run(until=2)
    first, second = sessions(2)
    # It is here before process 0, which has not begun a session yet.
    found = Process(world, second.join({}, decide))
    Process(world, first.join({}, decide)).pause(5)
    world.run()
    assert found.error is None
    assert found.result == {"offers": [{}, {}]}


def test_what_an_earlier_attempt_left_is_not_taken_for_an_answer(world):
    # Its process 0 died before it could decide.
    early = sessions(2, first=50)
    dying = Process(world, early[0].join({}, decide))
    world.at(2, dying.kill)
    Process(world, early[1].join({"early": True}, decide)).pause(1)
    world.at(1.5, lambda: None)
    world.run(until=3)
    assert "ranks/1.json" in world.objects
    late = sessions(2)
    first = Process(world, late[0].join({}, decide))
    second = Process(world, late[1].join({"late": True}, decide))
    second.pause(10)
    world.run()
    assert first.result == second.result == {"offers": [{}, {"late": True}]}


def test_a_session_that_is_over_is_not_joined(world):
    joined(world, 2, first=50)
    first, second = sessions(2)
    # The process is here long before process 0 begins another session.
    found = Process(world, second.join({"new": True}, decide))
    Process(world, first.join({}, decide)).pause(15)
    world.run()
    assert found.result == {"offers": [{}, {"new": True}]}


def test_only_one_of_two_processes_with_the_same_rank_takes_part(world):
    first, second = sessions(2)
    twin = Session(Rank(1, 2), "runs/r", limit=LIMIT)
    found = run(world, [one.join({}, decide) for one in (first, second, twin)])
    errors = [str(process.error) for process in found if process.error]
    assert errors == ["several processes are process 1 of 2 that record to 'runs/r'"]


def test_of_two_processes_0_one_stops(world):
    (old, *_), (new, *_) = joined(world, 2, first=50), joined(world, 2)
    with pytest.raises(RecordingError, match="other processes began to record to 'runs/r'"):
        raise run(world, [old.claim(CLAIM)])[0].error
    assert run(world, [new.claim(CLAIM)])[0].error is None


@pytest.mark.parametrize("left", [None, {"id": 7, "left": True}])
def test_a_process_that_outlives_its_session_writes_nothing_more(world, left):
    session = joined(world, 2)[1]
    assert run(world, [snapshot(session, 0, 7)])[0].error is None
    if left is None:
        del world.objects[NAME]
    else:
        world.put(NAME, json.dumps(left).encode())
    before = dict(world.objects)
    for act in (snapshot(session, 1, 8), session.agree({}, decide), session.leave(1)):
        error = run(world, [act])[0].error
        assert str(error) == "other processes began to record to 'runs/r', or it is gone"
    assert world.objects == before


def test_a_snapshot_is_whole_once_all_have_marked_it(world):
    first, second, third = joined(world, 3)
    waiting = Process(world, snapshot(first, 0, 7))
    Process(world, snapshot(second, 0, 7))
    world.run(until=world.now + 5)
    assert waiting.is_alive
    Process(world, snapshot(third, 0, 7))
    world.run()
    assert waiting.error is None
    assert not waiting.is_alive


def test_a_mark_of_an_earlier_session_does_not_count(world):
    early = joined(world, 2, first=50)
    run(world, [early[1].mark(0, 7)])
    first, _ = joined(world, 2)
    (found,) = run(world, [first.wait_for_all(0, 7)])
    assert str(found.error) == "no rows of step 7 from process 1 of 2 for 20 s"


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        (lambda one: one.mark(3, 8), "process 1 recorded step 8 where process 0 recorded step 7"),
        (lambda one: one.leave(3), "process 1 closed its recorder where process 0 recorded step 7"),
    ],
)
def test_a_process_that_records_something_else_is_named_at_once(world, act, problem):
    first, second = joined(world, 2)
    begin = world.now
    found, _ = run(world, [first.wait_for_all(3, 7), act(second)])
    assert str(found.error) == problem
    assert world.now - begin < 1


def test_who_closes_is_not_waited_for(world):
    first, second, third = joined(world, 3)
    begin = world.now
    steps = [first.agree({}, decide), second.leave(0), third.agree({}, decide)]
    found = run(world, steps)
    assert str(found[0].error) == "process 1 of 3 closed its recorder"
    assert str(found[2].error) == "process 0 of 3: process 1 of 3 closed its recorder"
    again = joined(world, 2, first=50)
    found = run(world, [again[0].leave(0), again[1].agree({}, decide)])
    assert str(found[1].error) == "process 0 of 2 closed its recorder"
    ahead = joined(world, 2)
    found = run(world, [ahead[0].leave(0), ahead[1].claim(ahead[1].slots)])
    assert str(found[1].error) == "process 0 of 2 closed its recorder"
    assert world.now - begin < LIMIT


def test_a_process_does_not_run_ahead_of_what_is_claimed(world):
    first, second = joined(world, 2)
    ahead = Process(world, second.claim(CLAIM + 3))
    world.run(until=world.now + 5)
    assert ahead.is_alive
    run(world, [first.claim(CLAIM)])
    assert not ahead.is_alive
    assert ahead.error is None


def test_a_process_that_runs_ahead_of_one_that_died_gives_up(world):
    _, second = joined(world, 2)
    (found,) = run(world, [second.claim(CLAIM)])
    assert "heard nothing of process 0" in str(found.error)


def test_a_session_that_all_have_left_gives_its_slots_back(world):
    run(world, [one.leave(5) for one in joined(world, 3, first=50)])
    assert joined(world, 3, decide=lambda offers: ({}, 5))[2].first == 5


def test_slots_of_a_session_that_not_everybody_left_are_not_used_again(world):
    first, second, _ = joined(world, 3, first=50)
    begin = world.now
    found = run(world, [first.leave(5), second.leave(5)])
    assert [process.error for process in found] == [None, None]
    assert world.now - begin < LIMIT
    assert joined(world, 3, decide=lambda offers: ({}, 5))[2].first == CLAIM


def test_a_process_that_recorded_more_than_process_0_is_named(world):
    first, second = joined(world, 2)
    found, _ = run(world, [first.leave(5), second.mark(5, 9)])
    assert str(found.error) == "process 1 recorded step 9, process 0 did not"


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_killed_or_paused_each_snapshot_is_whole_or_not_there(seed):
    training = Training(4, 30, every=0.5, in_session=9, limit=LIMIT, seed=seed)
    training.start()
    training.disturb(mean=10)
    training.world.run()
    assert training.is_done
    training.check()


def test_a_hundred_processes_need_few_requests():
    training = Training(100, 10, latencies=DISK)
    training.start()
    training.world.run()
    training.check()
    first, *others = training.processes
    # Rows and mark of each snapshot, two answers, and two to say that it leaves.
    assert {process.requests["write"] for process in others} == {2 * 10 + 4}
    # How often it looks depends on chance: with other seeds, up to seven times for each mark.
    assert first.requests["read"] < 8 * 100 * 10
    # At the end, each looks whether all of its snapshots were committed.
    assert max(process.requests["read"] for process in others) < 200


def test_many_keys_are_read_without_new_threads_if_there_are_none_any_more(monkeypatch):
    class Store:
        def read(self, key, _):
            return key.encode()

    def read_all():
        return (yield Read(tuple("abcdefgh")))

    def refuse(*_):
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    expected = [letter.encode() for letter in "abcdefgh"]
    assert carry_out(read_all(), Store()) == expected
    monkeypatch.setattr(requests.ThreadPoolExecutor, "submit", refuse)
    assert carry_out(read_all(), Store()) == expected


def test_requests_are_carried_out_one_after_the_other():
    class Store:
        def __init__(self):
            self.objects, self.waited = {}, 0.0

        def read(self, key, limit):
            assert limit > 1e6
            return self.objects.get(key)

        def stamp(self, key):
            return self.objects.get(key)

        def write(self, key, content):
            self.objects[key] = content

        def write_if(self, key, content, stamp):
            if self.stamp(key) != stamp:
                return None
            self.objects[key] = content
            return content

    store = Store()

    def wait(seconds):
        store.waited += seconds

    first = Session(Rank(0, 1), "runs/r", own=5)
    assert carry_out(first.join({"a": 1}, decide), store, wait) == {"offers": [{"a": 1}]}
    assert json.loads(store.objects[NAME])["id"] == 5
    carry_out(snapshot(first, 0, 7), store, wait)
    assert len(store.objects[key_of(0, 0)]) == 16

    def steps():
        yield Write("k", b"1")
        stamp = yield Stamp("k")
        assert (yield WriteIf("k", b"2", "other")) is None
        assert (yield WriteIf("k", b"2", stamp)) == b"2"
        now = yield Wait(3)
        assert (yield Wait(0)) >= now
        return "end"

    assert carry_out(steps(), store, wait) == "end"
    assert store.waited == 3
    # An error of the store is one in the generator, which may say so to others.
    store.write_if = None
    with pytest.raises(TypeError):
        carry_out(first.claim(CLAIM), store, wait)

"""Recorders at one place in a bucket: none loses or spoils a snapshot of another."""

import random
import threading
import time
import uuid

import pytest

import anim
from anim.run.about import NOTHING_KNOWN
from anim.run.examples import Examples
from anim.run.store.buckets import lease as bucket_lease
from anim.run.store.buckets.guarded import Guarded
from anim.run.store.store import store_of
from anim.run.store.writer import Writer
from tests.support.amounts import some_of
from tests.support.buckets import BUCKET
from tests.support.racing import (
    FIRST,
    LABELS,
    SECOND,
    STALE_AFTER,
    Racer,
    at_request,
    check,
    make_racy,
    predictions,
)


@pytest.fixture
def racers(s3, monkeypatch):
    """Makes a pair of writers at a new place."""
    make_racy(monkeypatch)

    def make():
        url = f"s3://{BUCKET}/{uuid.uuid4().hex}/run"
        names = (FIRST, SECOND)
        return url, [Racer(s3, name, url, i, monkeypatch) for i, name in enumerate(names)]

    return make


def race(server, make, seed):
    """The first writer stands still at a request; the second takes over; the first wakes up."""
    chosen = random.Random(seed)
    url, (first, second) = make()
    if chosen.random() < 0.5:
        # There is something to go on with.
        first.record(first.store(), 2)
    pause = STALE_AFTER * chosen.uniform(0.5, 3)
    number = chosen.randrange(1, 60)
    server.before = at_request(number, FIRST, lambda: time.sleep(pause))
    store = first.store()
    overwrite = {"resume": False, "overwrite": True} if chosen.random() < 0.2 else {}
    if overwrite:
        first.committed.clear()
    threads = [
        threading.Thread(target=first.record, args=(store, 4), kwargs=overwrite),
        threading.Thread(target=second.record_once_possible, args=(3,)),
    ]
    for thread in threads:
        thread.start()
        time.sleep(chosen.uniform(0, 0.1))
    for thread in threads:
        thread.join()
    server.before = lambda *request: None
    # One that replaces a recording may come last, and the second may lose its lease, too.
    check(url, [] if overwrite else [first, second])
    assert overwrite or second.committed
    return first.error is not None


def cut_off(server, make, seed):
    """The first writer ends at a request, which is carried out or not; the second goes on."""
    chosen = random.Random(seed)
    url, (first, second) = make()
    if chosen.random() < 0.5:
        first.record(first.store(), 2)
    store = first.store()
    answer = chosen.choice(["403 AccessDenied", "lost 403 AccessDenied"])
    server.before = at_request(chosen.randrange(1, 60), FIRST, lambda: answer, once=False)
    first.record(store, 4)
    server.before = lambda *request: None
    time.sleep(STALE_AFTER)
    second.record_once_possible(1)
    run = check(url, [first, second])
    assert len(first.committed) + 1 <= len(run) <= len(first.committed) + 2
    return first.error is not None


@pytest.mark.parametrize("play", [race, cut_off])
def test_no_snapshot_is_lost_or_spoilt(server, racers, play):
    failed = [play(server, racers, seed) for seed in range(2)]
    assert any(failed)


@pytest.mark.parametrize("is_new", [True, False])
def test_a_step_that_is_committed_while_another_recorder_takes_over_stays(monkeypatch, is_new):
    make_racy(monkeypatch)
    monkeypatch.setattr(bucket_lease, "STALE_AFTER", -1)
    url = f"memory://{BUCKET}/{uuid.uuid4().hex}/run"
    options = {"resume": True, "overwrite": False}
    first = Writer(store_of(url), Examples(LABELS), tuple("abc"), NOTHING_KNOWN, **options)
    if not is_new:
        first.append(0, {"logits": predictions(0, 0)}, {"writer": 0})
    find, late = Guarded.find, [len(first.steps)]

    def slow_find(of, key):
        found = find(of, key)
        if key == "steps/c/0" and late:
            step = late.pop()
            first.append(step, {"logits": predictions(0, step)}, {"writer": 0})
        return found

    monkeypatch.setattr(Guarded, "find", slow_find)
    second = Writer(store_of(url), Examples(LABELS), tuple("abc"), NOTHING_KNOWN, **options)
    assert second.steps == first.steps == list(range(2 - is_new))
    with pytest.raises(anim.RecordingError, match="took over"):
        first.append(5, {"logits": predictions(0, 5)}, {"writer": 0})
    second.append(7, {"logits": predictions(1, 7)}, {"writer": 1})
    second.close()
    assert len(check(url, [])) == 3 - is_new


@pytest.mark.parametrize("play", [race, cut_off])
@pytest.mark.parametrize("seed", some_of(200, 10))
def test_no_snapshot_is_lost_or_spoilt_in_many_races(server, racers, play, seed):
    play(server, racers, 1000 + seed)

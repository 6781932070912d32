"""Processes that divide work do without one that leaves, dies or stands still, and say so."""

import threading
import time

import numpy as np
import pytest
from jax.errors import JaxRuntimeError

import anim
from anim.run import dividing, peers
from anim.run.dividing import Group, command_of, together, told_all
from anim.run.peers import GoneError, Peers
from tests.support.recordings import record


class Service:
    """What `jax.distributed` offers to leave messages, for threads of this process."""

    def __init__(self):
        self.values = {}
        self.is_over = False

    def key_value_set(self, key, value, allow_overwrite=False):
        if self.is_over:
            raise JaxRuntimeError("UNAVAILABLE: it is over")
        self.values[key] = value

    key_value_set_bytes = key_value_set

    def key_value_dir_get(self, prefix):
        return [(key, one) for key, one in list(self.values.items()) if key.startswith(prefix)]

    def blocking_key_value_get_bytes(self, key, milliseconds):
        until = time.monotonic() + milliseconds / 1000
        while not self.is_over:
            if key in self.values:
                return self.values[key]
            if time.monotonic() > until:
                raise JaxRuntimeError("DEADLINE_EXCEEDED: not there")
            time.sleep(0.002)
        raise JaxRuntimeError("UNAVAILABLE: it is over")


@pytest.fixture
def pair(monkeypatch):
    monkeypatch.setattr(peers, "_BEAT", 0.02)
    monkeypatch.setattr(peers, "_LOOK", 0.05)
    monkeypatch.setattr(peers, "SILENCE", 0.5)
    service = Service()
    both = [Peers(service, index, 2, "test") for index in range(2)]
    yield both
    for one in both:
        one.leave()


def stop(one):
    """Let a process stand still, or die."""
    one._has_left.set()
    one._thread.join()


def test_a_message_of_any_size_is_received(pair):
    for number, content in enumerate((b"", b"x", bytes(range(256)) * 10_000)):
        pair[0].send(f"{number}", content)
        assert pair[1].receive(f"{number}", 0, 1) == content
    # Who has left has said what it said.
    pair[0].leave()
    assert pair[1].receive("1", 0, 1) == b"x"


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda one: one.leave(), "process 1 ended without its part"),
        (stop, "process 1 gave no sign of life for"),
        (lambda one: None, "process 1 took longer than 1 s"),
        (lambda one: setattr(one._client, "is_over", True), "the service of process 0 fails: UNAV"),
    ],
)
def test_no_message_is_waited_for_in_vain(pair, monkeypatch, end, reason):
    end(pair[1])
    start = time.monotonic()
    with pytest.raises(GoneError, match=reason):
        pair[0].receive("found", 1, 1)
    assert time.monotonic() - start < 20


def test_a_process_that_left_after_the_plan_is_done_without_and_named(pair):
    groups = [Group(one) for one in pair]
    parts = in_threads([lambda one=one: one.part_of(range(5), "all") for one in groups])
    assert [list(part) for part in parts] == [[0, 2, 4], [1, 3]]
    pair[1].leave()
    with pytest.warns(UserWarning, match="computes alone what others did not: process 1 ended"):
        assert groups[0].exchanged("mine") is None
    assert groups[1].exchanged("late") == ["mine", "late"]


def test_who_waits_for_nobody_at_the_end(pair):
    pair[0].wait_for_others(0.1)
    pair[1].leave()
    start = time.monotonic()
    pair[0].wait_for_others(60)
    assert time.monotonic() - start < 20


def in_threads(calls):
    """Return the results of calls that are made at the same time."""
    results = [None] * len(calls)

    def work(i):
        results[i] = calls[i]()

    threads = [threading.Thread(target=work, args=[i]) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_what_all_tell_each_other(pair):
    assert told_all("alone") == ["alone"]

    def told(own):
        with command_of(own):
            return told_all(own.index)

    assert in_threads([lambda one=one: told(one) for one in pair]) == [[0, 1], [0, 1]]
    pair[1].leave()
    with command_of(pair[0]), pytest.raises(GoneError, match="process 1 ended"):
        told_all(0)


def accuracy(path, own):
    with command_of(own), together():
        assert dividing.group() is not None
        return anim.open(path).metrics()["accuracy"]


def test_runs_of_the_same_shape_are_not_taken_for_each_other(pair, tmp_path):
    record(tmp_path / "a", range(3))
    with anim.Recorder(tmp_path / "b", labels=np.arange(300) % 3, classes=["a", "b", "c"]) as one:
        for step in range(3):
            one.snapshot(step, logits=5 * np.eye(3)[np.arange(300) % 3], metrics={"loss": 1.0})
    expected = [anim.open(tmp_path / name).metrics()["accuracy"] for name in "ab"]
    found = in_threads([lambda i=i: accuracy(tmp_path / "ab"[i], pair[i]) for i in range(2)])
    np.testing.assert_array_equal(found, expected)
    same = in_threads([lambda i=i: accuracy(tmp_path / "a", pair[i]) for i in range(2)])
    np.testing.assert_array_equal(same, [expected[0]] * 2)

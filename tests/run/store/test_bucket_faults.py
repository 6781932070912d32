"""Buckets that fail, refuse, are slow or not there: bits are right, or there is one clear line."""

import random
import re
import time

import numpy as np
import pytest

import anim
from anim.errors import BucketError
from anim.run.store.buckets import clouds, objects
from anim.run.store.buckets import lease as bucket_lease
from tests.support.buckets import BUCKET
from tests.support.recordings import LABELS, check_recording, logits, record


@pytest.fixture
def place(request, s3, monkeypatch):
    # As always, but faster.
    waits = {"max_retries": 4, "initial_delay": "5ms", "max_delay": "20ms"}
    monkeypatch.setattr(clouds, "_RETRIES", waits)
    monkeypatch.setattr(objects, "PATIENCE", 2.0)
    monkeypatch.setattr(objects, "_PAUSE", 0.02)
    clouds._context.cache_clear()
    name = re.sub(r"[^a-z0-9]", "-", request.node.name)
    yield f"s3://{BUCKET}/{name}/run"
    clouds._context.cache_clear()


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["503 SlowDown", "500 InternalError", "closed", "lost"])
def test_a_server_that_sometimes_fails_harms_nothing(server, place, answer):
    chosen = random.Random(answer)
    if answer == "lost":
        answer = "lost 503 SlowDown"
    server.before = lambda *request: answer if chosen.random() < 0.15 else None
    record(place, range(4))
    record(place, range(4, 6), resume=True)
    check_recording(place, range(6))


@pytest.mark.slow
def test_a_server_that_is_slow_harms_nothing(server, place):
    server.before = lambda *request: time.sleep(0.02)
    record(place, range(2))
    check_recording(place, range(2))


REFUSALS = {
    "no bucket": "there is no such bucket; create it first",
    "denied": "access is denied: .* check AWS_PROFILE",
    "key": "the credentials are not accepted; check AWS_PROFILE",
    "region": "another region, .* set AWS_REGION",
    "no server": "the server cannot be reached; check the network, and AWS_ENDPOINT_URL",
    "down": "the server fails again and again",
    "silent": "no answer for 2 s; check the network",
}


def refuse(why, server, place, monkeypatch):
    """Let a server refuse everything; returns where to record."""
    if why == "no bucket":
        return place.replace(BUCKET, "another-bucket")
    if why == "no server":
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    elif why == "silent":
        server.before = lambda *request: time.sleep(4)
    else:
        answers = {
            "denied": "403 AccessDenied",
            "key": "403 InvalidAccessKeyId",
            "region": "400 AuthorizationHeaderMalformed",
            "down": "503 SlowDown",
        }
        server.before = lambda *request: answers[why]
    return place


@pytest.mark.parametrize(
    "why",
    [pytest.param(why, marks=[pytest.mark.slow] * (why in ("down", "silent"))) for why in REFUSALS],
)
def test_what_is_wrong_is_said_in_one_line_and_soon(server, place, monkeypatch, why):
    url = refuse(why, server, place, monkeypatch)
    for act in (lambda: anim.open(url), lambda: anim.Recorder(url, labels=LABELS)):
        began = time.monotonic()
        with pytest.raises(BucketError, match=REFUSALS[why]) as found:
            act()
        assert time.monotonic() - began < 6
        assert str(found.value).startswith(f"{url}: ")
        assert "\n" not in str(found.value)


def test_a_recorder_says_that_its_bucket_is_gone_and_what_was_recorded_is_there(server, place):
    recorder = anim.Recorder(place, labels=LABELS)
    recorder.snapshot(0, logits=logits(0))
    recorder.flush()
    server.before = lambda *request: "403 AccessDenied"
    recorder.snapshot(1, logits=logits(1))
    with pytest.raises(anim.RecordingError, match=r"step 1 could not be .*access is denied"):
        recorder.flush()
    recorder.close()
    with pytest.raises(BucketError, match="access is denied"):
        anim.open(place)
    server.before = lambda *request: None
    assert anim.open(place).steps.tolist() == [0]


def test_a_snapshot_that_cannot_be_reached_is_not_called_damaged(server, place):
    record(place, range(2))
    run = anim.open(place)
    server.before = lambda *request: "403 AccessDenied"
    with pytest.raises(BucketError, match="access is denied"):
        run.metrics()
    server.before = lambda *request: None
    np.testing.assert_array_equal(run.logits(1), logits(1))


def test_a_server_that_ignores_conditions_is_refused(server, place, monkeypatch):
    begin = objects.Objects.begin
    monkeypatch.setattr(
        objects.Objects, "begin", lambda of, key, content, stamp: begin(of, key, content, None)
    )
    with pytest.raises(anim.RecordingError, match="ignores the conditions of writes"):
        record(place, [0])


def test_a_lease_is_renewed_and_keeps_others_away(server, place, monkeypatch):
    monkeypatch.setattr(bucket_lease, "STALE_AFTER", 0.4)
    monkeypatch.setattr(bucket_lease, "RENEW_EVERY", 0.05)
    with anim.Recorder(place, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=logits(0))
        time.sleep(0.6)
        with pytest.raises(anim.RecordingError, match="this process is recording"):
            anim.run.store.store.store_of(place).hold()
        recorder.snapshot(1, logits=logits(1))
    assert anim.open(place).steps.tolist() == [0, 1]


def test_the_lease_of_another_host_is_watched_before_it_is_taken_over(server, place, monkeypatch):
    monkeypatch.setattr(bucket_lease, "RENEW_EVERY", 0.1)
    record(place, [0])
    said = b'{"id": "x", "host": "far", "pid": 1, "processes": "", "time": 5}'
    store = anim.run.store.store.store_of(place)
    store.write(bucket_lease.NAME, said)
    assert not store.is_held()

    def renew(seconds):
        # The clock of the other host is wrong, but it renews its lease.
        store.write(bucket_lease.NAME, said.replace(b"5", b"6"))

    monkeypatch.setattr(bucket_lease.time, "sleep", renew)
    with pytest.raises(anim.RecordingError, match=r"process 1 on far is recording to .*try again"):
        record(place, [1], resume=True)
    monkeypatch.undo()

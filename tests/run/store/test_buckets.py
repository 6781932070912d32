"""Recordings in buckets: in memory, and on a server that speaks the protocol of S3."""

import numpy as np
import pytest

import anim
from anim.run.store.store import store_of
from tests.support.buckets import BUCKET, serving
from tests.support.recordings import LABELS, check_recording, logits, record


@pytest.fixture(scope="module")
def server():
    with serving() as server:
        yield server


@pytest.fixture(params=["memory", "s3"])
def url(request, monkeypatch):
    name = f"{request.node.name.partition('[')[0]}/run"
    if request.param == "memory":
        return f"memory://{BUCKET}/{name}"
    for key, value in request.getfixturevalue("server").environment.items():
        monkeypatch.setenv(key, value)
    return f"s3://{BUCKET}/{name}"


def test_what_was_recorded_reads_back_bit_for_bit(url):
    record(url, range(0, 50, 10))
    assert check_recording(url, range(0, 50, 10)).name == "run"


def test_resume_continues_after_the_last_snapshot_or_after_a_step(url):
    record(url, [0, 10, 20])
    record(url, [30, 40], resume=True)
    check_recording(url, [0, 10, 20, 30, 40])
    record(url, [15], resume=10)
    check_recording(url, [0, 10, 15])


def test_overwriting_leaves_nothing_of_what_was_there(url):
    record(url, range(6))
    opened = anim.open(url)
    with pytest.raises(anim.RecordingError, match=r"already a recording at .*overwrite=True"):
        record(url, [0])
    half = np.full(300, 0.5, np.float32)
    with anim.Recorder(url, labels=LABELS, overwrite=True) as recorder:
        with pytest.raises(anim.RecordingError, match="was overwritten or removed"):
            opened.logits(3)
        with pytest.raises(anim.RecordingError, match="no snapshot yet"):
            anim.open(url)
        for step in range(3):
            recorder.snapshot(step, confidence=half, correct=LABELS == 0)
    run = anim.open(url)
    assert (len(run), run.kind, run.recorded) == (3, "confidence", {})
    np.testing.assert_array_equal(run.snapshots[2]["correct"], LABELS == 0)


def test_a_reader_sees_every_snapshot_once_it_is_flushed(url):
    with anim.Recorder(url, labels=LABELS) as recorder:
        for step in range(3):
            recorder.snapshot(step, logits=logits(step), metrics={"loss": step})
            recorder.flush()
            run = anim.open(url)
            assert run.steps.tolist() == list(range(step + 1))
            np.testing.assert_array_equal(run.snapshots[step]["logits"], logits(step))
            assert run.recorded["loss"].tolist() == list(range(step + 1))


def test_replicas_are_found_by_their_names(url):
    for seed in (0, 1, 10):
        record(f"{url}/seed={seed}", [0, 10])
    run = anim.open(url)
    assert len(run) == 3
    assert [one.name for one in run.runs] == ["seed=0", "seed=1", "seed=10"]


def test_the_second_recorder_is_refused_and_says_who_records(url):
    with anim.Recorder(url, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=logits(0))
        recorder.flush()
        with pytest.raises(anim.RecordingError, match=r"this process is recording to .*already"):
            record(url, [1])
        other = store_of(url)
        with pytest.raises(anim.RecordingError, match=r"this process is recording to .* close"):
            other.hold()
        assert other.is_held()
        recorder.snapshot(1, logits=logits(1))
    assert not other.is_held()
    assert anim.open(url).steps.tolist() == [0, 1]


def test_more_snapshots_than_a_chunk_of_steps_holds(monkeypatch):
    url = f"memory://{BUCKET}/many/run"
    monkeypatch.setattr("anim.run.store.schema.STEPS_PER_CHUNK", 64)
    record(url, range(150))
    with anim.Recorder(url, labels=LABELS, overwrite=True) as recorder:
        for step in range(130):
            scalars = {"loss": step} if step < 60 or step == 129 else {}
            recorder.snapshot(step, logits=logits(step), metrics=scalars)
            if step in (62, 63, 64, 127, 128):
                recorder.flush()
                assert anim.open(url).steps.tolist() == list(range(step + 1))
    loss = anim.open(url).recorded["loss"]
    assert loss[:60].tolist() == list(range(60))
    assert np.isnan(loss[60:129]).all() and loss[129] == 129
    record(url, [200], resume=63)
    assert anim.open(url).steps.tolist() == [*range(64), 200]

"""Recordings in buckets: in memory, and on a server that speaks the protocol of S3."""

import json
import threading

import numpy as np
import pytest
import tensorstore as ts

import anim
from anim.run.about import NOTHING_KNOWN
from anim.run.examples import Examples
from anim.run.store import schema
from anim.run.store.buckets import lease
from anim.run.store.store import store_of
from anim.run.store.writer import Writer
from tests.support.buckets import BUCKET
from tests.support.recordings import LABELS, check_recording, logits, loss, record


@pytest.fixture(params=["memory", "s3"])
def url(request):
    name = f"{request.node.name.partition('[')[0]}/run"
    if request.param == "memory":
        return f"memory://{BUCKET}/{name}"
    request.getfixturevalue("s3")
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


def test_very_many_labels_are_several_chunks(url, monkeypatch):
    monkeypatch.setattr(schema, "LABELS_PER_CHUNK", 128)
    record(url, [0])
    labels = schema.layout_of(store_of(url), "labels")
    assert (labels.shape, labels.chunk) == ((300,), (128,))
    record(url, [10], resume=True)
    check_recording(url, [0, 10])


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


def copied(folder, url):
    """Copy the files of a recording to a bucket, as tools of clouds do."""
    store = store_of(url)
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            store.write(file.relative_to(folder).as_posix(), file.read_bytes())


def test_a_recording_of_a_folder_goes_on_in_a_bucket(tmp_path):
    url = f"memory://{BUCKET}/copied/run"
    record(tmp_path / "r", [0, 10, 20])
    copied(tmp_path / "r", url)
    check_recording(url, [0, 10, 20])
    record(url, [15], resume=10)
    check_recording(url, [0, 10, 15])


def test_a_recording_of_a_bucket_that_was_killed_goes_on_in_a_folder(tmp_path):
    url = f"memory://{BUCKET}/killed/run"
    store = store_of(url)
    writer = Writer(
        store, Examples(LABELS), tuple("abc"), NOTHING_KNOWN, resume=False, overwrite=False
    )
    for step in (0, 10):
        writer.append(step, {"logits": logits(step)}, {"loss": loss(step)})
    for key in sorted(key for key in keys_of(url)):
        file = tmp_path / "r" / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(store.read(key, 1 << 20))
    check_recording(tmp_path / "r", [0, 10])
    record(tmp_path / "r", [20], resume=True)
    check_recording(tmp_path / "r", [0, 10, 20])
    writer.close()


def keys_of(url):
    """The keys of a recording in memory."""
    kv = ts.KvStore.open(url.removesuffix("/") + "/", context=store_of(url).context).result()
    return [key.decode() for key in kv.list().result()]


@pytest.mark.parametrize("damage", [b"{", b"[]", b'{"shape": [5]}', b""])
def test_a_damaged_recording_is_refused_and_can_be_replaced(damage, request):
    url = f"memory://{BUCKET}/damaged-{hash(damage)}/run"
    record(url, [0, 10])
    store_of(url).write("steps/zarr.json", damage)
    for options in ({"resume": True}, {}):
        with pytest.raises(anim.RecordingError, match=r"cannot be read.*overwrite=True replaces"):
            record(url, [20], **options)
    record(url, [5], overwrite=True)
    check_recording(url, [5])


def test_claims_that_nothing_shows_for_are_refused():
    url = f"memory://{BUCKET}/claims/run"
    record(url, [0, 10])
    store = store_of(url)
    for key, size in (("steps", 1 << 40), ("logits", 1 << 40)):
        kept = store.read(f"{key}/zarr.json", 1 << 16)
        metadata = json.loads(kept)
        metadata["shape"][0] = size
        if key == "logits":
            metadata["chunk_grid"]["configuration"]["chunk_shape"] = [1, 1 << 20, 3000]
        store.write(f"{key}/zarr.json", json.dumps(metadata).encode())
        with pytest.raises(anim.RecordingError, match="claims to h"):
            anim.open(url)
        store.write(f"{key}/zarr.json", kept)
    check_recording(url, [0, 10])


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


@pytest.mark.parametrize("who", ["its own thread", "another thread"])
def test_a_lease_is_released_although_an_interrupt_left_it_locked(tmp_path, monkeypatch, who):
    monkeypatch.setattr(lease, "_PATIENCE", 0.1)
    place = f"memory://{BUCKET}/{tmp_path.name}"
    held = store_of(place).hold()

    def interrupt():
        held._state._turn.acquire()
        if who == "its own thread":
            held.check_now()
            held.release()

    for act in (interrupt, held.release):
        thread = threading.Thread(target=act, daemon=True)
        thread.start()
        thread.join(5)
        assert not thread.is_alive()
    store_of(place).hold().release()

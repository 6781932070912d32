"""Recordings of very many chunks: honest ones are read, and claims of many cost nothing."""

import json
import time

import numpy as np
import pytest

import anim
from anim.run.examples import Examples
from anim.run.store import claims, stored
from anim.run.store.claims import layout_of
from anim.run.store.store import store_of
from tests.support.recordings import chunk, record


def rechunk(store, array, chunk_shape, shape=None):
    """Make the metadata of an array claim other chunks, and another shape."""
    known = json.loads(store.read(f"{array}/zarr.json", 1 << 20))
    known["chunk_grid"]["configuration"]["chunk_shape"] = chunk_shape
    known["shape"] = shape or known["shape"]
    store.write(f"{array}/zarr.json", json.dumps(known).encode())


def small_chunks(path, array, rows):
    """Divide the first snapshot of an array into chunks of a few rows, as another program may.

    The values keep no checksum.
    """
    store = store_of(path)
    known = json.loads(store.read(f"{array}/zarr.json", 1 << 20))
    known["chunk_grid"]["configuration"]["chunk_shape"][1] = rows
    del known["codecs"][1]
    store.write(f"{array}/zarr.json", json.dumps(known).encode())
    size = rows * known["shape"][2] * 4
    content = chunk(path, 0, array).read_bytes()[:-4]
    (path / array / "c" / "0" / "0" / "0").unlink()
    (path / array / "c" / "0" / "0").rmdir()
    for i in range(len(content) // size):
        folder = path / array / "c" / "0" / str(i)
        folder.mkdir()
        (folder / "0").write_bytes(content[i * size : (i + 1) * size])


@pytest.mark.slow
def test_a_snapshot_of_more_than_10_000_chunks_is_read(tmp_path):
    count = 10_001
    logits = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    with anim.Recorder(tmp_path / "r", labels=np.arange(count) % 2) as recorder:
        recorder.snapshot(0, logits=logits)
    small_chunks(tmp_path / "r", "logits", 1)
    run = anim.open(tmp_path / "r")
    np.testing.assert_array_equal(run.logits(0), logits)
    assert not np.isnan(run.metrics()["accuracy"]).any()
    # One that is missing is damage, not zeros.
    (tmp_path / "r" / "logits" / "c" / "0" / "10000" / "0").unlink()
    with pytest.raises(anim.RecordingError, match="damaged"):
        anim.open(tmp_path / "r").logits(0)


def test_a_snapshot_has_any_number_of_chunks_and_a_block_has_few(tmp_path, monkeypatch):
    record(tmp_path / "r", [0])
    small_chunks(tmp_path / "r", "logits", 3)
    layout = layout_of(store_of(tmp_path / "r"), "logits")
    layout.check_chunks(0, 0)
    for module in (claims, stored):
        monkeypatch.setattr(module, "MOST_CHUNKS", 40)
    with pytest.raises(ValueError, match="at most 40 chunks to read at once"):
        layout.check_chunks(0, 0)
    run = anim.open(tmp_path / "r")
    assert [block.examples for block in run.snapshots.blocks(0)] == [120, 120, 60]


CLAIMS = [
    ("labels", [1 << 40], [1]),
    ("labels", [1 << 30], [16]),
    ("labels", [1 << 34], [1 << 22]),
    ("steps", [1 << 40], [1]),
    ("metrics/loss", [1 << 20], [1]),
    ("logits", [1 << 61, 300, 3], [1, 300, 3]),
]


@pytest.mark.parametrize("place", ["bucket", "folder"])
@pytest.mark.parametrize(("array", "shape", "chunks"), CLAIMS, ids=str)
def test_what_is_claimed_but_not_there_costs_neither_time_nor_memory(
    request, tmp_path, place, array, shape, chunks
):
    path = tmp_path / "r" if place == "folder" else f"memory://many-chunks/{request.node.name}"
    record(path, [0, 10])
    rechunk(store_of(path), array, chunks, shape)
    start = time.process_time()
    try:
        # A number of snapshots of which only those with steps count.
        assert anim.open(path).steps.tolist() == [0, 10]
        assert array == "logits"
    except anim.RecordingError as error:
        assert "\n" not in str(error)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("examples", "chunks"),
    [(1 << 20, [1, 1, 1]), (1 << 30, [1, 1 << 26, 1]), (1 << 30, [1, 1, 3])],
    ids=str,
)
def test_predictions_that_are_not_there_are_not_waited_for(request, monkeypatch, examples, chunks):
    # Labels may be compressed so well that they are there.
    url = f"memory://many-chunks/{request.node.name}"
    record(url, [0, 10])
    store = store_of(url)
    rechunk(store, "logits", chunks, [2, examples, 3])
    known = Examples(np.broadcast_to(np.int32(0), examples))
    monkeypatch.setattr("anim.run.store.described.read", lambda store, about: known)
    monkeypatch.setattr("anim.run.store.reader._rows", lambda store, labels: slice(None))
    monkeypatch.setattr("anim.run.store.reader.check_range", lambda labels, count: None)
    run = anim.open(url)
    start = time.process_time()
    with pytest.raises(anim.RecordingError, match="damaged") as found:
        for _ in run.snapshots.blocks(0):
            pass
    assert "\n" not in str(found.value)
    assert time.process_time() - start < 2

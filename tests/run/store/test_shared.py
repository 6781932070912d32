"""Recordings of which each process writes its rows: here, threads stand for processes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import zarr

import anim
from anim.errors import RecordingError
from anim.run.about import NOTHING_KNOWN
from anim.run.examples import Examples
from anim.run.own_rows import OwnRows
from anim.run.ranks import Rank
from anim.run.store import schema
from anim.run.store.processes import session
from anim.run.store.processes.shared import SharedWriter
from anim.run.store.store import store_of
from anim.settings import Picture
from anim.watch.follow import Follower
from tests.support.buckets import BUCKET

EXAMPLES, CLASSES, RANKS = 103, 3, 4
LABELS = np.arange(EXAMPLES, dtype=np.int32) % CLASSES


def logits(step):
    return np.random.default_rng(step).normal(size=(EXAMPLES, CLASSES)).astype(np.float32)


def sampled(rank, ranks=RANKS, examples=EXAMPLES):
    """Positions of a rank by a DistributedSampler, which pads with the first examples."""
    padded = np.arange(-(-examples // ranks) * ranks) % examples
    return padded[rank::ranks]


@pytest.fixture(params=["folder", "memory", pytest.param("s3", marks=pytest.mark.slow)])
def place(request, tmp_path):
    """Where to record; a bucket in memory takes the same conditional writes as S3."""
    if request.param == "folder":
        return tmp_path / "r"
    if request.param == "s3":
        request.getfixturevalue("s3")
    return f"{request.param}://{BUCKET}/{tmp_path.name}/r"


@pytest.fixture(autouse=True)
def short_limits(monkeypatch):
    monkeypatch.setattr(session, "LEAVE_LIMIT", 0.5)


def writer(path, rank, ranks=RANKS, *, index=None, examples=None, timeout=20.0, **options):
    index = sampled(rank, ranks) if index is None else index
    examples = Examples(LABELS[index]) if examples is None else examples
    given = {"settings": {"keep": "float32"}, "resume": False, "overwrite": False, **options}
    own = OwnRows(Rank(rank, ranks), index), examples, None, NOTHING_KNOWN
    return SharedWriter(store_of(path), *own, timeout=timeout, **given)


def append(shared, step):
    rows = shared._rows.index
    shared.append(step, {"logits": logits(step)[rows]}, {"loss": 1 / (step + 1)})


def record(path, rank, steps, ranks=RANKS, **options):
    """What one process does."""
    shared = writer(path, rank, ranks, **options)
    try:
        for step in steps:
            append(shared, step)
    finally:
        close(shared)
    return shared


def close(shared):
    if lost := shared.close():
        raise RecordingError(lost)


def in_all(act, ranks=RANKS):
    """Call a function with each rank at once; return what it returns, or raises."""

    def attempt(rank):
        try:
            return act(rank)
        except Exception as error:
            return error

    with ThreadPoolExecutor(ranks) as pool:
        return list(pool.map(attempt, range(ranks)))


def raise_any(results):
    for result in results:
        if isinstance(result, Exception):
            raise result


def check(path, steps):
    run = anim.open(path)
    assert run.steps.tolist() == list(steps)
    np.testing.assert_array_equal(run.labels, LABELS)
    for i, step in enumerate(steps):
        np.testing.assert_array_equal(run.logits(i), logits(step))
    np.testing.assert_array_equal(run.metrics()["loss"], [1 / (step + 1) for step in steps])
    return run


def test_rows_of_all_processes_come_in_the_order_of_the_whole(place):
    raise_any(in_all(lambda rank: record(place, rank, range(3))))
    run = check(place, range(3))
    hits = logits(2).argmax(1) == LABELS
    assert run.metrics()["accuracy"][2] == pytest.approx(hits.mean())


def test_a_recording_is_resumed_where_its_slots_ended(place):
    raise_any(in_all(lambda rank: record(place, rank, range(3))))
    again = in_all(lambda rank: record(place, rank, [3, 4], resume=True))
    raise_any(again)
    assert [shared.steps for shared in again] == [[0, 1, 2, 3, 4]] * RANKS
    check(place, range(5))
    raise_any(in_all(lambda rank: record(place, rank, [2, 7], resume=np.int64(1))))
    check(place, [0, 1, 2, 7])
    raise_any(in_all(lambda rank: record(place, rank, [5], overwrite=True)))
    check(place, [5])


def test_very_many_labels_and_positions_are_several_chunks_of_each_process(place, monkeypatch):
    monkeypatch.setattr(schema, "LABELS_PER_CHUNK", 16)
    monkeypatch.setattr(type(store_of(place)), "chunk_bytes", 4 * CLASSES * 8)
    raise_any(in_all(lambda rank: record(place, rank, [0, 10])))
    assert {schema.layout_of(store_of(place), name).chunk for name in ("labels", "index")} == {(7,)}
    check(place, [0, 10])


def test_slots_of_a_session_that_did_not_end_are_left_out(place):
    def die(rank):
        shared = writer(place, rank)
        for step in range(2):
            append(shared, step)
        if rank == 0:
            shared._held.release()

    raise_any(in_all(die))
    check(place, range(2))
    raise_any(in_all(lambda rank: record(place, rank, [2, 3], resume=True)))
    run = check(place, range(4))
    assert len(run.metrics()["ece"]) == 4
    store = store_of(place)
    assert store.stamp(f"logits/c/{session.CLAIM}/0/0") is not None
    assert store.stamp("logits/c/2/0/0") is None


def test_many_snapshots_need_more_slots_than_are_claimed_at_once(place):
    raise_any(in_all(lambda rank: record(place, rank, range(20), 2), 2))
    check(place, range(20))


def test_a_process_may_have_no_rows_and_others_few(place):
    index = [np.arange(100), np.arange(100, 103), np.arange(0), np.arange(0)]
    raise_any(in_all(lambda rank: record(place, rank, range(2), index=index[rank])))
    check(place, range(2))


@pytest.mark.parametrize(
    ("index", "problem"),
    [
        (lambda rank: sampled(rank)[1:], "up to 102 in one process or another, got 100 rows"),
        (lambda rank: np.append(sampled(rank)[1:], 49 + rank), "got none of 1, 2, 3"),
        (lambda rank: np.arange(77, 103), "got none of 0, 1, 2, 3, 4, ..."),
    ],
)
def test_positions_that_nobody_has_are_named(place, index, problem):
    found = in_all(lambda rank: record(place, rank, [0], index=index(rank)))
    assert problem in str(found[0])
    with pytest.raises(RecordingError, match="no snapshot yet"):
        anim.open(place)


def test_an_example_with_two_labels_is_named(place):
    def act(rank):
        index = sampled(rank)
        labels = LABELS[index] if rank < 3 else (LABELS[index] + (index == 0)) % CLASSES
        return record(place, rank, [0], examples=Examples(labels))

    assert "labels: expected one label for each example, got two for position 0" in str(
        in_all(act)[0]
    )
    with pytest.raises(RecordingError, match="no snapshot yet"):
        anim.open(place)


def test_what_differs_between_processes_is_named_in_all_of_them(place):
    def act(rank):
        return writer(place, rank, settings={"keep": "top" if rank == 2 else "float32"})

    for error in in_all(act):
        assert "keep: expected the same in all processes, got 'top' in process 2, and" in str(error)


def test_another_number_of_processes_is_refused(place):
    raise_any(in_all(lambda rank: record(place, rank, range(2))))
    for error in in_all(lambda rank: record(place, rank, [2], 2, resume=True), 2):
        assert "was recorded by 4 processes, and is now by 2: resume it with 4, or" in str(error)
    with pytest.raises(RecordingError, match="was recorded by 4 processes, and is now by 1"):
        anim.Recorder(place, labels=LABELS, resume=True)
    with anim.Recorder(place, labels=LABELS, overwrite=True) as recorder:
        recorder.snapshot(0, logits=logits(0), metrics={"loss": 1})
    check(place, [0])
    for error in in_all(lambda rank: record(place, rank, [2], resume=True)):
        assert "was recorded by 1 process, and is now by 4" in str(error)


def test_other_rows_or_labels_than_before_are_refused(place):
    raise_any(in_all(lambda rank: record(place, rank, range(2), 2), 2))

    def act(rank):
        index = sampled(1 - rank, 2)
        return record(place, rank, [2], 2, index=index, resume=True)

    for rank, error in enumerate(in_all(act, 2)):
        assert f"index: process {rank} recorded other rows to" in str(error)

    def relabel(rank):
        labels = (LABELS[sampled(rank, 2)] + 1) % CLASSES
        return record(place, rank, [2], 2, examples=Examples(labels), resume=True)

    assert "was recorded with different labels" in str(in_all(relabel, 2)[1])
    check(place, range(2))


def test_a_process_that_dies_leaves_its_snapshot_out(place):
    failed = threading.Event()

    def act(rank):
        shared = writer(place, rank, timeout=1.0)
        try:
            for step in range(4):
                if rank == 2 and step == 2:
                    return
                append(shared, step)
        finally:
            if rank == 0:
                failed.set()
        failed.wait(20)
        close(shared)

    found = in_all(act)
    assert "no rows of step 2 from process 2 of 4 for 1 s" in str(found[0])
    words = "lacks steps 2, 3: process 0 of 4: no rows of step 2 from process 2 of 4 for 1 s"
    assert str(found[1]).endswith(words) and str(found[3]).endswith(words)
    check(place, range(2))


def test_a_process_0_that_dies_leaves_its_snapshot_out_and_others_say_so(place):
    def act(rank):
        shared = writer(place, rank, timeout=0.5)
        for step in range(3):
            if rank == 0 and step == 1:
                shared._held.release()
                return
            append(shared, step)
        close(shared)

    with pytest.warns(UserWarning, match="may lack steps 1, 2: nothing of process 0 of 4 for 0.5"):
        raise_any(in_all(act))
    check(place, [0])


def test_nobody_is_warned_of_a_process_that_closes_late(place):
    def act(rank):
        shared = writer(place, rank, 2)
        time.sleep(0.7 * (rank == 0))
        append(shared, 0)
        close(shared)

    raise_any(in_all(act, 2))
    check(place, [0])


def test_what_stops_a_process_is_told_to_the_others(place, monkeypatch):
    def act(rank):
        shared = writer(place, rank, 3)
        append(shared, 0)
        if rank == 1:
            monkeypatch.setattr(shared._arrays, "write", refuse)
        for step in range(1, 4):
            append(shared, step)

    def refuse(*_):
        raise OSError(28, "No space left on device", "r")

    found = in_all(act, 3)
    assert isinstance(found[1], OSError)
    assert "process 1 of 3: [Errno 28] No space left on device" in str(found[0])


def test_a_process_that_records_more_than_process_0_is_warned_of(place):
    def act(rank):
        return record(place, rank, range(3 if rank else 2), 2)

    with pytest.warns(UserWarning, match="process 1 recorded step 2, process 0 did not"):
        found = in_all(act, 2)
    assert str(found[1]).endswith("lacks step 2: process 0 of 2 closed its recorder")
    check(place, range(2))
    # Nobody knows what it may still write.
    raise_any(in_all(lambda rank: record(place, rank, [2], 2, resume=True), 2))
    check(place, range(3))
    assert list(schema.committed_slots(store_of(place))) == [0, 1, session.CLAIM]


def test_other_readers_of_zarr_find_arrays_of_one_length(tmp_path):
    raise_any(in_all(lambda rank: record(tmp_path / "r", rank, range(3), 2), 2))
    group = zarr.open_group(tmp_path / "r", mode="r")
    lengths = {name: group[name].shape[0] for name in ("logits", "steps", "metrics/loss")}
    assert set(lengths.values()) == {3}
    rows = np.argsort(group["index"][:], kind="stable")
    rows = rows[group["labels"][:][rows] >= 0]
    np.testing.assert_array_equal(group["labels"][:][rows], LABELS)
    np.testing.assert_array_equal(group["logits"][1][rows], logits(1))
    marks = group["done"]
    assert marks.dtype == np.int64
    assert marks.shape[1:] == (2, 2)


def test_a_page_follows_what_many_processes_record(place):
    follower = Follower(place, Picture())
    raise_any(in_all(lambda rank: record(place, rank, range(2), 2), 2))
    while follower.look():
        pass
    assert follower.state.text == "the run has ended, 2 snapshots"
    raise_any(in_all(lambda rank: record(place, rank, [2], 2, resume=True), 2))
    while follower.look():
        pass
    assert follower.state.text == "the run has ended, 3 snapshots"


def test_something_else_is_refused_before_anything_is_written_there(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    for error in in_all(lambda rank: writer(tmp_path, rank)):
        assert "is not a recording, and holds other files" in str(error)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]

"""A snapshot that is collected in any order, and does not fit in the memory."""

import errno
import gc
import threading
from pathlib import Path

import numpy as np
import pytest

import anim
from anim.run import collecting
from anim.run.spool import Spool
from anim.run.store.chunks import Writes
from anim.run.store.folders.folder import Folder
from tests.run.test_collecting import BATCHES, LABELS, LOGITS, SHUFFLED, collect, place
from tests.support.subprocesses import run_python

__all__ = ["place"]


def interleaved(count, ranks=3):
    """Positions as a ``DistributedSampler`` gives them out, batch by batch of all ranks."""
    return np.array_split(
        np.concatenate([np.arange(rank, count, ranks) for rank in range(ranks)]), 7
    )


def test_each_step_may_come_in_an_order_of_its_own(place):
    orders = [BATCHES, interleaved(50), SHUFFLED, [np.arange(50)[::-1]], np.arange(50)[:, None]]
    with anim.Recorder(place) as recorder:
        for step, batches in enumerate(orders):
            collect(
                recorder, step, batches, {"logits": LOGITS + step}, labels=LABELS, has_index=True
            )
    run = recorder.run()
    assert run.steps.tolist() == list(range(len(orders)))
    for step in range(len(orders)):
        np.testing.assert_array_equal(run.logits(step), LOGITS + step)
    assert run.labels.tolist() == LABELS.tolist()


def test_one_batch_may_hold_all_and_a_block_may_be_within_another(place):
    with anim.Recorder(place, labels=LABELS, keep="float16") as recorder:
        with recorder.collecting(0) as outer:
            outer.add(logits=LOGITS)
        with recorder.collecting(2) as outer:
            outer.add(logits=LOGITS[:30])
            collect(recorder, 1, arrays={"logits": -LOGITS})
            outer.add(logits=LOGITS[30:])
        with pytest.raises(ValueError, match="expected a step after 5, got 4"):  # noqa: SIM117
            with recorder.collecting(4) as outer:
                outer.add(logits=LOGITS)
                collect(recorder, 5)
    run = recorder.run()
    assert run.steps.tolist() == [0, 1, 2, 5]
    half = LOGITS.astype(np.float16)
    for i, expected in enumerate([half, -half, half, half]):
        np.testing.assert_array_equal(run.logits(i), expected)


def test_rows_that_wait_leave_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(collecting, "_IN_MEMORY", 0)
    opened = Path("/proc/self/fd")
    before = len(list(opened.iterdir())) if opened.exists() else 0
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        files = sorted(tmp_path.rglob("*"))
        with pytest.raises(KeyError), recorder.collecting(0) as part:
            part.add(logits=LOGITS)
            raise KeyError
        del part
        assert sorted(tmp_path.rglob("*")) == files
        collect(recorder, 1, arrays={"logits": -LOGITS})
    gc.collect()
    if before:
        assert len(list(opened.iterdir())) <= before
    np.testing.assert_array_equal(anim.open(tmp_path / "r").logits(0), -LOGITS)


def test_nothing_is_left_of_a_batch_that_was_refused_in_its_second_block(place, monkeypatch):
    monkeypatch.setattr(collecting, "_IN_MEMORY", 0)
    wide = np.random.default_rng(3).normal(size=(6, 300_000)).astype(np.float32)
    wrong = wide.copy()
    wrong[5, 7] = np.nan
    with anim.Recorder(place) as recorder, recorder.collecting(0) as part:
        part.add(logits=wide[:2], labels=[0, 1])
        with pytest.raises(ValueError, match="finite"):
            part.add(logits=wrong, labels=np.arange(6))
        part.add(logits=wide[2:4], labels=[2, 3])
    np.testing.assert_array_equal(recorder.run().logits(0), wide[:4])


@pytest.mark.parametrize("batches", [BATCHES, SHUFFLED], ids=["in order", "shuffled"])
def test_a_disk_that_is_full_in_the_middle_ends_the_block_and_not_the_recorder(
    tmp_path, monkeypatch, batches
):
    monkeypatch.setattr(collecting, "_IN_MEMORY", 0)
    monkeypatch.setattr(Folder, "chunk_bytes", 7 * 4 * 4)
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        collect(recorder, 0, batches, has_index=True)
        recorder.flush()
        with monkeypatch.context() as patched:
            fail_third(patched, Spool, "write", OSError(errno.ENOSPC, "No space left on device"))
            fail_third(patched, Writes, "add", ValueError("os_error_code='28'"))
            with pytest.raises(OSError, match="No space left"):
                collect(recorder, 1, batches, has_index=True)
            assert not list((tmp_path / "r").glob(".collecting-*"))
        collect(recorder, 2, batches, {"logits": LOGITS * 2}, has_index=True)
    run = anim.open(tmp_path / "r")
    assert run.steps.tolist() == [0, 2]
    np.testing.assert_array_equal(run.logits(1), LOGITS * 2)


def fail_third(patched, owner, name, error):
    """Let the third call of a method raise an error."""
    method, calls = getattr(owner, name), []

    def failing(self, *given):
        calls.append(given)
        if len(calls) == 3:
            raise error
        method(self, *given)

    patched.setattr(owner, name, failing)


MEMORY = """
import resource, sys, numpy as np, anim
from anim.run.store.folders.folder import Folder

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

keep, has_index, n, k, size = sys.argv[2], sys.argv[3] == "1", 2000, 20_000, 100
rng = np.random.default_rng(0)
scores = rng.normal(size=(size, k)).astype(np.float32)
labels = rng.integers(0, k, n)
order = rng.permutation(n) if has_index else np.arange(n)
with anim.Recorder(sys.argv[1], labels=labels, keep=keep) as recorder:
    def collect(step, count):
        with recorder.collecting(step) as part:
            for rows in np.split(order, n // size)[:count]:
                given = {"index": rows} if has_index else {}
                part.add(logits=scores + np.float32(step), **given)
    try:
        collect(0, 4)
    except ValueError:
        pass
    before = peak()
    for step in range(3):
        collect(step, None)
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize("has_index", [False, True])
@pytest.mark.parametrize("keep", ["float32", "float16", "top"])
def test_the_memory_holds_a_batch_and_a_few_chunks(tmp_path, keep, has_index):
    grown = float(run_python(MEMORY, tmp_path / "r", keep, int(has_index)).stdout)
    # A snapshot has 160 MB, or 80; a batch 8 MB, and 8 MB are written at a time.
    assert grown < (45 if keep == "top" else 75)


def test_two_threads_may_add_batches_to_one_snapshot(place):
    parts = np.array_split(np.random.default_rng(2).permutation(50), 20)
    with anim.Recorder(place, labels=LABELS) as recorder, recorder.collecting(0) as part:
        # The kind is known, and rows wait on the disk if they do at all.
        for rows in parts[:2]:
            part.add(logits=LOGITS[rows], index=rows)

        def add(some):
            for rows in some:
                part.add(logits=LOGITS[rows], index=rows)

        threads = [threading.Thread(target=add, args=(parts[i::2],)) for i in (2, 3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    np.testing.assert_array_equal(recorder.run().logits(0), LOGITS)


@pytest.mark.slow
def test_a_forked_child_may_not_collect(tmp_path):
    code = f"""
import os, sys, numpy as np, anim
recorder = anim.Recorder({str(tmp_path / "r")!r}, labels=np.arange(50) % 4)
pid = os.fork()
if not pid:
    try:
        recorder.collecting(0).__enter__()
    except RuntimeError as error:
        print(error, flush=True)
    os._exit(0)
os.waitpid(pid, 0)
"""
    assert (
        "which created this recorder" in run_python(code, env={"PYTHONWARNINGS": "ignore"}).stdout
    )


def test_a_first_batch_that_was_refused_says_nothing_of_the_classes(place, monkeypatch):
    monkeypatch.setattr(collecting, "_IN_MEMORY", 0)
    wrong = np.zeros((6, 300_000), np.float32)
    # In its second block.
    wrong[5, 7] = np.nan
    with anim.Recorder(place, labels=LABELS) as recorder, recorder.collecting(0) as part:
        with pytest.raises(ValueError, match="finite"):
            part.add(logits=wrong)
        part.add(logits=LOGITS)
    np.testing.assert_array_equal(recorder.run().logits(0), LOGITS)

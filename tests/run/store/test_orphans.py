"""Processes that outlive their session, and readers of what another one replaces."""

import shutil
import time

import numpy as np
import pytest

import anim
from anim.errors import RecordingError
from anim.run.store.processes import session
from anim.run.store.processes.ledger import Ledger
from anim.run.store.store import BIRTH, store_of
from tests.run.store.test_shared import (
    LABELS,
    append,
    check,
    in_all,
    logits,
    raise_any,
    record,
    writer,
)
from tests.support.buckets import BUCKET


@pytest.fixture(params=["folder", "memory"])
def place(request, tmp_path):
    """Where to record; a bucket in memory takes the same conditional writes as S3."""
    return tmp_path / "r" if request.param == "folder" else f"memory://{BUCKET}/{tmp_path.name}/r"


@pytest.fixture(autouse=True)
def short_limits(monkeypatch):
    monkeypatch.setattr(session, "LEAVE_LIMIT", 0.5)


def outlived(path):
    """The writer of process 1 in a session whose process 0 has died."""

    def act(rank):
        shared = writer(path, rank, 2)
        append(shared, 0)
        return shared

    first, second = in_all(act, 2)
    first._held.release()
    return second


def alone(path, **options):
    with anim.Recorder(path, labels=LABELS, **options) as recorder:
        for step in range(3):
            recorder.snapshot(step, logits=logits(step), metrics={"loss": 1 / (step + 1)})


def together(path, **options):
    raise_any(in_all(lambda rank: record(path, rank, range(3), 2, **options), 2))


@pytest.mark.parametrize("again", [alone, together])
def test_a_process_of_an_earlier_session_writes_nothing_to_what_replaces_it(place, again):
    orphan = outlived(place)
    again(place, overwrite=True)
    with pytest.raises(RecordingError, match="other processes began to record to "):
        append(orphan, 1)
    orphan.close()
    check(place, range(3))
    # Another session is not held up by what is left of the first one either.
    together(place, overwrite=True)
    check(place, range(3))


@pytest.mark.parametrize("again", [alone, together])
def test_a_process_of_an_earlier_session_writes_nothing_to_a_folder_that_is_emptied(
    tmp_path, again
):
    orphan = outlived(tmp_path / "r")
    shutil.rmtree(tmp_path / "r")
    with pytest.raises(RecordingError, match="or it is gone"):
        append(orphan, 1)
    assert not (tmp_path / "r").exists()
    again(tmp_path / "r")
    with pytest.raises(RecordingError, match="or it is gone"):
        append(orphan, 1)
    orphan.close()
    check(tmp_path / "r", range(3))


def test_a_reader_learns_that_others_recorded_in_its_place(place):
    together(place)
    content, run = store_of(place).read(BIRTH, 1 << 16), anim.open(place)
    together(place, overwrite=True)
    # On S3 the stamp is made of the content.
    assert store_of(place).read(BIRTH, 1 << 16) != content
    with pytest.raises(RecordingError, match="was overwritten or removed after it was opened"):
        run.logits(0)


def test_a_reader_that_opens_while_steps_are_dropped_learns_of_it(place, monkeypatch):
    together(place)
    real, opened = Ledger.resumed, []

    def resumed(store, kind, last):
        opened.append(anim.open(place))
        return real(store, kind, last)

    monkeypatch.setattr(Ledger, "resumed", resumed)
    raise_any(in_all(lambda rank: record(place, rank, [1], 2, resume=0), 2))
    with pytest.raises(RecordingError, match="resumed from an earlier step; open it again"):
        opened[0].logits(1)


def test_an_exception_waits_only_briefly_for_others_and_is_not_replaced(tmp_path):
    def act(rank):
        index = np.arange(2) + 2 * rank
        given = {"process_index": rank, "process_count": 2}
        recorder = anim.Recorder(tmp_path / "r", labels=[0, 1], index=index, **given)
        recorder.snapshot(0, logits=2 * np.eye(2))
        recorder.flush()
        return recorder

    recorder, other = in_all(act, 2)
    began = time.monotonic()
    with (
        pytest.warns(UserWarning, match=r"^the recorder was closed with an error: step 1 could"),
        pytest.raises(SystemError, match="out of memory"),
        recorder,
    ):
        recorder.snapshot(1, logits=2 * np.eye(2))
        raise SystemError("out of memory")
    assert time.monotonic() - began < 10
    assert anim.open(tmp_path / "r").steps.tolist() == [0]
    other.close()

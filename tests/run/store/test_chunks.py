"""Writes of chunks of which one fails."""

import time
from types import SimpleNamespace

import numpy as np
import pytest

from anim.run.store import chunks
from anim.run.store.buckets.guarded import Several
from anim.run.store.chunks import Writes


class Future:
    """A write that fails at once, or is under way for a moment."""

    def __init__(self, fails):
        self._fails, self._until = fails, time.monotonic() + 0.05

    @property
    def is_under_way(self):
        return time.monotonic() < self._until and not self._fails

    def result(self):
        if self._fails:
            raise ValueError("os_error_code='28'")
        time.sleep(max(self._until - time.monotonic(), 0))

    def drain(self):
        time.sleep(max(self._until - time.monotonic(), 0))


class Array:
    chunk_layout = SimpleNamespace(write_chunk=SimpleNamespace(shape=(1, 4, 2)))

    def __init__(self):
        self.writes = []

    def __getitem__(self, where):
        return self

    def write(self, values, **_):
        self.writes.append(Future(fails=not self.writes))
        return self.writes[-1]


@pytest.mark.parametrize("limit", [64, 1 << 20])
def test_nothing_is_under_way_any_more_when_a_write_has_failed(monkeypatch, limit):
    monkeypatch.setattr(chunks, "_IN_FLIGHT", limit)
    array, writes, values = Array(), Writes(), np.zeros((32, 2), np.float32)

    def write():
        for slot in range(2):
            writes.add(array, slot, values)
        writes.add_to(array, 1.0)
        writes.finish()

    with pytest.raises(ValueError, match="28"):
        write()
    assert len(array.writes) > 1
    assert not any(one.is_under_way for one in array.writes)


def test_nothing_of_several_writes_is_under_way_when_one_has_failed():
    writings = [Future(fails=i == 0) for i in range(3)]
    with pytest.raises(ValueError, match="28"):
        Several(writings).result()
    assert not any(one.is_under_way for one in writings)


def test_a_write_that_cannot_begin_waits_for_those_before():
    array, writes = Array(), Writes()
    array.writes.append(None)
    writes.add(array, 0, np.zeros((8, 2), np.float32))
    array.writes.remove(None)

    def refuse(*_):
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        writes.add_to(SimpleNamespace(write=refuse), 1.0)
    assert array.writes
    assert not any(one.is_under_way for one in array.writes)

"""Two recorders at one place in a bucket, of which one stands still, or ends, at some request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np

import anim
from anim.run.about import NOTHING_KNOWN
from anim.run.examples import Examples
from anim.run.store.buckets import lease as bucket_lease
from anim.run.store.buckets.bucket import Bucket
from anim.run.store.store import store_of
from anim.run.store.writer import Writer
from tests.support.buckets import Server

LABELS = np.arange(40, dtype=np.int32) % 3
STALE_AFTER = 0.2
# Names of this machine, by which the server knows who asks.
FIRST, SECOND = "127.0.0.1", "localhost"


def predictions(writer: int, step: int) -> np.ndarray:
    """Return what a writer records at a step, [40, 3] float32."""
    return np.random.default_rng((writer, step)).normal(size=(40, 3)).astype(np.float32)


def make_racy(monkeypatch) -> None:
    """Let leases become stale at once, and never be renewed; make four chunks of a snapshot."""
    monkeypatch.setattr(bucket_lease, "STALE_AFTER", STALE_AFTER)
    monkeypatch.setattr(bucket_lease, "RENEW_EVERY", 1e6)
    monkeypatch.setattr(Bucket, "chunk_bytes", 120)


class Racer:
    """A writer, which remembers the snapshots that it was told are committed.

    Args:
        server: of buckets.
        name: of the server, for this writer.
        url: of the recording.
        number: of this writer.
    """

    def __init__(self, server: Server, name: str, url: str, number: int, monkeypatch):
        self._server, self._name, self._url, self.number = server, name, url, number
        self._monkeypatch = monkeypatch
        self.committed: list[int] = []
        self.error: BaseException | None = None

    def store(self) -> Bucket:
        """Return the place, as this writer reaches it."""
        self._monkeypatch.setenv("AWS_ENDPOINT_URL", self._server.url_by(self._name))
        store = store_of(self._url)
        assert isinstance(store, Bucket)
        return store

    def record(self, store: Bucket, count: int, **options) -> None:
        """Record some snapshots after those that are there; an error is remembered."""
        writer = None
        try:
            options = {"resume": True, "overwrite": False, **options}
            writer = Writer(store, Examples(LABELS), ("a", "b", "c"), NOTHING_KNOWN, **options)
            for _ in range(count):
                step = writer.steps[-1] + 1 if writer.steps else 0
                given = {"logits": predictions(self.number, step)}
                writer.append(step, given, {"writer": self.number})
                self.committed.append(step)
            writer.close()
        except (anim.RecordingError, OSError) as error:
            self.error = error
            if writer is not None:
                with suppress(anim.RecordingError, OSError):
                    writer.close()

    def record_once_possible(self, count: int) -> None:
        """Record some snapshots as soon as the lease of another writer can be taken over."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            self.error = None
            self.record(self.store(), count)
            if self.error is None or self.committed:
                return
            time.sleep(0.02)


def at_request(number: int, name: str, act: Callable[[], str | None], once: bool = True):
    """Return a hook for a `Server` that acts at a request under a name, or from there on."""
    lock, seen = threading.Lock(), 0

    def before(method: str, path: str, host: str) -> str | None:
        nonlocal seen
        if host != name:
            return None
        with lock:
            seen += 1
            is_it = seen == number if once else seen >= number
        return act() if is_it else None

    return before


def check(url: str, racers: list[Racer]) -> anim.Run:
    """Assert that what was committed is there, and each snapshot as one writer recorded it."""
    run = anim.open(url)
    owners = run.recorded["writer"].astype(int).tolist()
    for i, (step, owner) in enumerate(zip(run.steps.tolist(), owners, strict=True)):
        found = run.snapshots[i]["logits"]
        np.testing.assert_array_equal(found, predictions(owner, step), err_msg=f"step {step}")
    for racer in racers:
        there = {
            step for step, by in zip(run.steps.tolist(), owners, strict=True) if by == racer.number
        }
        assert set(racer.committed) <= there, (racer.number, racer.committed, owners)
    return run

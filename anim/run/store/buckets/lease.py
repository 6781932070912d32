"""The object that says who writes to a bucket."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
import uuid
import weakref

from anim.errors import BucketError, RecordingError
from anim.run.store.buckets.objects import MISSING, Found, Objects
from anim.run.store.folders import lease

NAME = "anim-lease.json"
# Seconds until a lease that is not renewed may be taken over, and between two renewals.
STALE_AFTER, RENEW_EVERY = 60.0, 10.0
# Seconds that a release waits for a renewal under way.
_PATIENCE = 70.0


class BucketLease:
    """The lease on a bucket, renewed by a thread until it is released.

    It is created if it is missing, and replaced only with the stamp that was seen: of several
    recorders that begin at once, one gets it. It is never removed: releasing it says so in it.
    A lease of another host that looks stale is watched for a while before it is taken over, as
    the clocks of two hosts may differ.

    Args:
        objects: of the bucket.

    Attributes:
        id: of the lease.

    Raises:
        RecordingError: somebody else holds it, or the server ignores conditions.
        BucketError: it cannot be written.
    """

    def __init__(self, objects: Objects):
        self.id = uuid.uuid4().hex
        self._state = _State(objects, self.id)
        self._finalizer = weakref.finalize(self, _release, self._state)
        try:
            self._take(objects)
            self._check_conditions(objects)
            threading.Thread(
                target=_renew, args=(self._state,), name="anim-lease", daemon=True
            ).start()
        except BaseException:
            self.release()
            raise

    def _take(self, objects: Objects) -> None:
        found = objects.find(NAME)
        if found.content is not None and not _is_free(objects, found):
            owner = owner_of(found)
            assert owner is not None
            wait = max(STALE_AFTER - owner.age, 1)
            raise RecordingError(
                f"{owner} is recording to {objects.name!r}; close that recorder first, or, if its "
                f"process has ended, try again in {wait:.0f} s"
            )
        if not self._state.write(found.stamp):
            # It is refused in a bucket that does not exist, too.
            objects.diagnose(NAME)
            raise RecordingError(f"several recorders begin at {objects.name!r} at once")

    def _check_conditions(self, objects: Objects) -> None:
        if objects.write(NAME, _content(self.id, 0), MISSING) is not None:
            raise RecordingError(
                f"the server of {objects.name!r} ignores the conditions of writes (If-None-Match, "
                "ifGenerationMatch), which keep two recorders apart: record to a folder, and copy "
                "it there"
            )

    def check(self) -> None:
        """Raise RecordingError if the lease is lost; asks the bucket if it is not sure."""
        if self._state.age() > 2 * RENEW_EVERY:
            self.check_now()
        self._state.check()

    def check_now(self) -> None:
        """Raise RecordingError unless the bucket says now that the lease is held."""
        self._state.look()
        self._state.check()

    def release(self) -> None:
        """Release the lease; does nothing in a forked child, or when called again."""
        _release(self._state)
        self._finalizer.detach()


class _State:
    """What the thread that renews a lease shares with its holder."""

    def __init__(self, objects: Objects, lease_id: str):
        self.objects, self.id = objects, lease_id
        self.ended = threading.Event()
        self._process = os.getpid()
        # An interrupt may leave it locked by its thread, which must be able to go on.
        self._turn = threading.RLock()
        self._count = 0
        self._stamp: bytes | None = None
        self._confirmed = 0.0
        self._lost_to: str | None = None

    @property
    def is_held(self) -> bool:
        """Whether this process took the lease, and did not lose it."""
        return self._stamp is not None and self._lost_to is None and os.getpid() == self._process

    def age(self) -> float:
        """Return the seconds since the bucket said that the lease is held."""
        return time.monotonic() - self._confirmed

    def write(self, stamp: bytes, is_released: bool = False) -> bool:
        """Write the lease in the place of the one with a stamp; return whether that was possible.

        A write that is refused may be one of this lease whose answer got lost.
        """
        self._count += 1
        content = _content(self.id, self._count, is_released)
        began = time.monotonic()
        written = self.objects.write(NAME, content, stamp)
        if written is None:
            found = self.objects.find(NAME)
            if found.content != content:
                return False
            written = found.stamp
        self._stamp, self._confirmed = written, began
        return True

    def renew(self) -> None:
        """Write the lease again, or find out that it is lost."""
        with self._turn:
            if self.is_held and not self.ended.is_set():
                assert self._stamp is not None
                if not self.write(self._stamp):
                    self._look()

    def look(self) -> None:
        """Find out whether the lease is still held."""
        with self._turn:
            self._look()

    def _look(self) -> None:
        began = time.monotonic()
        found = self.objects.find(NAME)
        owner = owner_of(found)
        if owner is not None and owner.id == self.id:
            self._stamp, self._confirmed = found.stamp, began
        else:
            self._lost_to = "nobody" if owner is None else str(owner)

    def check(self) -> None:
        """Raise RecordingError if the lease is known to be lost."""
        if self._lost_to is not None:
            raise RecordingError(f"{self._lost_to} took over {self.objects.name!r}")

    def release(self) -> None:
        """Say in the lease that it is free."""
        self.ended.set()
        # Without its turn, if another thread does not give it back: the write has a condition.
        has_turn = self._turn.acquire(timeout=_PATIENCE)
        try:
            if self.is_held:
                assert self._stamp is not None
                with contextlib.suppress(BucketError, RecordingError):
                    self.write(self._stamp, is_released=True)
            self._stamp = None
        finally:
            if has_turn:
                self._turn.release()


def _release(state: _State) -> None:
    state.ended.set()
    # A forked child has a copy of the lock, which a thread of its parent may have held.
    if state.is_held:
        state.release()


def _renew(state: _State) -> None:
    while not state.ended.wait(RENEW_EVERY):
        # A bucket may be out of reach for a moment; the next renewal may not.
        with contextlib.suppress(BucketError, RecordingError):
            state.renew()


def _content(lease_id: str, count: int, is_released: bool = False) -> bytes:
    host, processes = lease.here()
    said = {"id": lease_id, "host": host, "pid": os.getpid(), "processes": processes}
    more = {"count": count, "time": time.time(), "released": is_released}
    return json.dumps({**said, **more}).encode()


def owner_of(found: Found) -> lease.Owner | None:
    """Return who holds a lease; None if nobody does."""
    if found.content is None:
        return None
    said = lease.parsed(found.content)
    since = said.get("time")
    if said.get("released") is True:
        return None
    age = time.time() - since if isinstance(since, int | float) else STALE_AFTER + 1
    return lease.owner(said, age)


def is_stale(owner: lease.Owner) -> bool:
    """Return whether a lease looks as if it may be taken over."""
    return abs(owner.age) > STALE_AFTER or owner.is_dead


def _is_free(objects: Objects, found: Found) -> bool:
    """Return whether a lease may be taken over; watches one of another host for a while."""
    owner = owner_of(found)
    if owner is None or owner.is_dead:
        return True
    if not is_stale(owner):
        return False
    if owner.is_here:
        return True
    time.sleep(1.5 * RENEW_EVERY)
    return objects.stamp(NAME) == found.stamp

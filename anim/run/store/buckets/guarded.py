"""Writes to a bucket that cannot harm what another recorder wrote there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import tensorstore as ts

from anim.errors import RecordingError
from anim.run.store.buckets.objects import MISSING, Objects, patience_for

_ATTEMPTS = 5


class SupersededError(RecordingError):
    """Another session wrote an object that this one was about to write."""


class Guarded:
    """Writes of one session of recording, each on the condition that nobody else wrote since.

    A lease alone is no protection: a process that stood still may wake up when its lease is
    another's, between its last look and its write. So every object is written only if it has the
    stamp that this session saw, and a session begins by giving new stamps to the steps, the group
    and the arrays that it goes on with: what an earlier session sends afterwards is refused.

    What this session has not seen yet, such as a chunk of a snapshot that was never committed, is
    replaced if the lease is held after it was looked at. Stamps are made of the content on S3: an
    object that two sessions wrote alike has one stamp. So one thing remains possible: a process
    that stands still for longer than a lease, just before it replaces an object that it never
    wrote, and that the next session left as it was.

    Args:
        objects: to write to.
        check: raises RecordingError unless the lease is held at this moment.
    """

    def __init__(self, objects: Objects, check: Callable[[], None]):
        self._objects, self._check = objects, check
        self._stamps: dict[str, bytes] = {}

    def find(self, key: str) -> bytes | None:
        """Return an object, which may be replaced then as it was seen; None if it is missing.

        Raises:
            RecordingError: the lease was lost by then: another session may have written it.
        """
        found = self._objects.find(key)
        self._check()
        self._stamps[key] = found.stamp
        return found.content

    def begin(self, key: str, content: bytes) -> Writing:
        """Begin to write an object."""
        stamp = self._stamps.get(key)
        future = self._objects.begin(key, content, MISSING if stamp is None else stamp)
        return Writing(self, key, content, future)

    def write(self, key: str, content: bytes) -> None:
        """Write an object.

        Raises:
            RecordingError: another recorder took over.
            BucketError: it could not be written.
        """
        self.begin(key, content).result()

    def finish(self, key: str, content: bytes, future: ts.Future) -> None:
        """Wait until an object is written, and write it again if that failed or was refused."""
        try:
            stamp = future.result(patience_for(content)).generation
        except (ValueError, TimeoutError):
            stamp = None
        if not stamp:
            stamp = self._settled(key, content)
        self._stamps[key] = stamp

    def _settled(self, key: str, content: bytes) -> bytes:
        """Write an object after an attempt that may have failed, been refused, or succeeded."""
        known = self._stamps.get(key)
        for _ in range(_ATTEMPTS):
            found = self._objects.find(key)
            if found.content == content:
                return found.stamp
            if found.content is None:
                self._objects.diagnose(key)
            self._check()
            if known is not None and found.stamp != known:
                raise SupersededError(
                    f"another recorder wrote {key!r} of {self._objects.name!r}; nothing more is "
                    "recorded by this one"
                )
            if stamp := self._objects.write(key, content, found.stamp):
                return stamp
        raise RecordingError(f"several recorders write to {self._objects.name!r} at once")


class Writing:
    """A write that has begun, as a future of TensorStore."""

    def __init__(self, guarded: Guarded, key: str, content: bytes, future: ts.Future):
        self._guarded, self._future = guarded, future
        self._key, self._content = key, content

    def result(self) -> None:
        """Wait until it is written; see `Guarded.write` for the errors."""
        self._guarded.finish(self._key, self._content, self._future)

    def drain(self) -> None:
        """Wait until it is not under way any more, as long as `result` would wait for it."""
        with contextlib.suppress(ValueError, TimeoutError):
            self._future.result(patience_for(self._content))


class Several:
    """Several writes, as one."""

    def __init__(self, writings: list[Writing]):
        self._writings = writings

    def result(self) -> None:
        """Wait until all are written."""
        try:
            for one in self._writings:
                one.result()
        except BaseException:
            self.drain()
            raise

    def drain(self) -> None:
        """Wait until none is under way, whatever becomes of them."""
        for one in self._writings:
            one.drain()

"""Hands snapshots to a thread, which writes them in order while training goes on."""

from __future__ import annotations

import os
import threading
import warnings
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from anim.errors import RecordingError
from anim.run.caller import warn_caller
from anim.run.examples import Examples
from anim.run.seen import Seen
from anim.run.snapshots import Form, Given, discard
from anim.run.store.interface import SnapshotStore

# Seconds between two looks whether other processes are late.
_LOOK_EVERY = 1.0


def _held_lock() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(eq=False)
class HandedOver:
    """A snapshot that the thread writes, or has written.

    Attributes:
        step: of the snapshot; None before the first one.
        form: shape and dtype of each of its arrays; empty before the first one.
        examples: N; None before they are known.
        snapshot: its arrays; empty once they are written.
        metrics: scalars to record with it.
        scalars: the names of all scalars up to this snapshot.
        seen: what the scores were, of which its arrays do not show that.
        finished: held until the snapshot is written, or has failed.
        is_finished: whether that is so, whoever holds ``finished``.
    """

    step: int | None
    form: Form
    examples: Examples | None
    snapshot: Given = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    scalars: frozenset[str] = frozenset()
    seen: Seen = field(default_factory=Seen)
    finished: threading.Lock = field(default_factory=_held_lock)
    is_finished: bool = False


class Handover:
    """Appends snapshots to a store, in a thread and in order, up to the first that fails.

    Whatever line an interrupt stops, a snapshot is handed over completely or not at all: what is
    handed over, and what was handed over last, are one entry of one dict, set by one operation.
    No lock is held in the thread of the caller, which an interrupt could leave locked.

    Args:
        store: where snapshots are kept.
    """

    def __init__(self, store: SnapshotStore):
        last_step = store.steps[-1] if store.steps else None
        start = HandedOver(last_step, store.form, store.examples, scalars=store.scalars)
        start.is_finished = True
        self._store = store
        self._all = {0: start}
        self._next = 1
        self._failure: tuple[HandedOver, BaseException] | None = None
        self._process = os.getpid()
        # Why nothing more is recorded, until somebody is told.
        self._unseen: list[str] = []
        weakref.finalize(self, _warn, self._unseen, self._process)
        self._thread = ThreadPoolExecutor(1, "anim-recorder")
        # An interrupt while the thread starts can lead to a second one.
        self._turn = threading.Lock()

    @property
    def last(self) -> HandedOver:
        """What was handed over last."""
        return self._all[len(self._all) - 1]

    def put(self, given: HandedOver, check: Callable[[HandedOver], None]) -> None:
        """Hand a snapshot over, from any thread.

        Args:
            given: the snapshot; its arrays must not be changed any more.
            check: called with what was handed over last; raises unless ``given`` may follow it.
                Its rows that wait on the disk are removed then.
        """
        try:
            while True:
                count = len(self._all)
                check(self._all[count - 1])
                # Compare and swap: if another thread was faster, check against its snapshot.
                if self._all.setdefault(count, given) is given:
                    break
        except BaseException:
            # An interrupt may come after it was handed over.
            if given not in self._all.values():
                discard(given.snapshot)
            raise
        self._wake()

    def wait(self, at_most: int = 0) -> None:
        """Wait until at most this number of snapshots are still to be written.

        Raises:
            OSError, RecordingError: a snapshot could not be written.
        """
        awaited = self._all[max(len(self._all) - 1 - at_most, 0)]
        if not awaited.is_finished:
            # An interrupt may have come between handing a snapshot over and waking the thread.
            self._wake()
            self._wait_for(awaited)
        self._raise_failure()

    def _wait_for(self, awaited: HandedOver) -> None:
        """Wait until a snapshot is written; warn of processes that this takes long for."""
        while not awaited.is_finished:
            # An interrupt may leave the lock held here, but not before it is finished.
            if awaited.finished.acquire(timeout=_LOOK_EVERY):
                awaited.finished.release()
            elif late := self._store.late():
                warn_caller(late)

    def stop(self) -> None:
        """Write what is left, and end the thread; may be called again."""
        last = self.last
        if not last.is_finished:
            try:
                self._wake()
            except RuntimeError:
                # The thread is ending already, after an interrupt.
                pass
            else:
                self._wait_for(last)
        self._thread.shutdown()

    def check(self) -> None:
        """Raise the error of a snapshot that could not be written, unless it was raised before."""
        if self._unseen:
            self._raise_failure()

    def end_in_error(self, close: Callable[[], None]) -> None:
        """Call ``close`` while an exception is under way, which no other one is to replace.

        Others are not waited for as long as usual, and what is not recorded is a warning. A forked
        child that ends by an error has nothing to close.
        """
        if os.getpid() != self._process:
            return
        self._store.hasten()
        try:
            close()
        except Exception as error:
            warn_caller(f"the recorder was closed with an error: {error}")

    def _raise_failure(self) -> None:
        if self._failure is None:
            return
        self._unseen.clear()
        given, error = self._failure
        lost = _lost(given)
        if isinstance(error, OSError) and error.errno is not None:
            raise OSError(error.errno, f"{error.strerror} ({lost})", error.filename) from error
        raise RecordingError(f"{lost}: {str(error) or type(error).__name__}") from error

    def _wake(self) -> None:
        self._thread.submit(self._write)

    def _write(self) -> None:
        """Write what was handed over; nothing after a snapshot that failed."""
        with self._turn:
            while self._next in self._all:
                given = self._all[self._next]
                try:
                    if self._failure is None:
                        self._append(given)
                except BaseException as error:
                    self._failure = given, error
                    self._unseen.append(f"{_lost(given)}: {str(error) or type(error).__name__}")
                # Nothing is written twice, whatever comes up from here on.
                self._next += 1
                try:
                    # The error, which is kept, refers to rows that wait on the disk.
                    discard(given.snapshot)
                finally:
                    given.snapshot = {}
                    given.is_finished = True
                    given.finished.release()

    def _append(self, given: HandedOver) -> None:
        if self._store.examples is None:
            assert given.examples is not None
            self._store.define(given.examples)
        if self._store.classes is None and given.seen.classes:
            self._store.count_classes(given.seen.classes)
        assert given.step is not None
        self._store.append(given.step, given.snapshot, given.metrics)


def _lost(given: HandedOver) -> str:
    return f"step {given.step} could not be written, and nothing after it is recorded"


def _warn(unseen: list[str], process: int) -> None:
    """Say at the end of a script, or of a recorder that was not closed, what was lost."""
    if unseen and os.getpid() == process:
        warnings.warn(unseen[0], stacklevel=1)

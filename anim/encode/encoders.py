"""Several encoders at once, each on a thread of its own, while the next frames are drawn."""

from __future__ import annotations

import queue
import sys
import threading

import numpy as np

from anim.encode.pending import AHEAD, naming
from anim.errors import TooLarge

# An encoder that has done its part waits this many seconds at most for Python's lock. The default,
# 0.005, is longer than it takes to draw a frame, and would undo the overlap.
_SWITCH_INTERVAL = 1e-4


class Encoders:
    """Feeds frames to several writers.

    A frame that an encoder is not ready for waits in a short queue, so that memory does not grow
    with the number of frames. Leaving the ``with`` block finishes the files, which then wait for
    their writers' ``commit``; leaving it by an exception, or where one of them fails, discards
    them.

    Args:
        writers: of `anim.encode.animation_writer`.
        limit: bytes that no file may exceed; None sets no limit.

    Raises:
        TooLarge: one does; as early as it is known.
    """

    def __init__(self, writers: list, limit: int | None = None):
        self._lanes = [_Lane(writer, limit) for writer in writers]

    def __enter__(self) -> Encoders:
        self._switch_interval = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_INTERVAL)
        return self

    def write(self, rgba: np.ndarray, ticks: int) -> None:
        """Takes a frame [H, W, 4] uint8, shown for so many ticks; the buffer may change after."""
        for lane in self._lanes:
            lane.put(rgba, ticks)

    def __exit__(self, kind, error, trace) -> None:
        sys.setswitchinterval(self._switch_interval)
        for lane in self._lanes:
            lane.finish(abort=kind is not None)
        failed = [lane.error for lane in self._lanes if lane.error is not None]
        if kind is not None or failed:
            for lane in self._lanes:
                lane.writer.discard()
        if kind is None and failed:
            raise failed[0]


class _Lane:
    """One writer, its thread and its queue.

    The thread does nothing but encode: work that takes Python's lock often would wait for the
    drawing each time.
    """

    def __init__(self, writer, limit: int | None):
        self.writer = writer
        self.error: BaseException | None = None
        self._limit = limit
        self._queue: queue.Queue = queue.Queue(AHEAD)
        self._aborted = False
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def put(self, rgba: np.ndarray, ticks: int) -> None:
        if self.error is not None:
            raise self.error
        self._queue.put((self.writer.take(rgba), ticks))

    def finish(self, *, abort: bool) -> None:
        self._aborted = abort
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        """Encodes until the end; after a failure it only empties the queue."""
        while (item := self._queue.get()) is not None:
            if not self._aborted and self.error is None:
                self._try(self.writer.write, *item)
        if not self._aborted and self.error is None:
            self._try(self.writer.end)

    def _try(self, action, *arguments) -> None:
        try:
            with naming(self.writer.path):
                action(*arguments)
            if self._limit is not None and self.writer.bytes > self._limit:
                raise TooLarge
        except BaseException as error:
            self.error = error

"""Several encoders at once, each on its own thread, while the next frames are drawn."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from anim.encode.animation import AHEAD, Writer
from anim.encode.formats import format_of
from anim.encode.pending import naming
from anim.encode.switching import quick_switching
from anim.errors import TooLargeError

if TYPE_CHECKING:
    import numpy as np


class Encoders:
    """Feeds frames to several writers.

    Frames wait for their encoder in a short queue, which bounds the memory. Leaving the ``with``
    block completes the files, which then wait for `Writer.commit`. If the block or a writer
    raises, all files are discarded.

    Args:
        writers: see `anim.encode.animation_writer`.
        limit: the largest size of a file in bytes; None sets no limit.

    Raises:
        TooLargeError: a file exceeds the limit; raised by the next `write`, or at the end.
    """

    def __init__(self, writers: Sequence[Writer], limit: int | None = None):
        self._threads = [_EncodingThread(writer, limit) for writer in writers]
        self._switching = ExitStack()

    def __enter__(self) -> Encoders:
        self._switching.enter_context(quick_switching())
        return self

    def write(self, rgba: np.ndarray, ticks: int, looping: int | None = None) -> None:
        """Encode a frame; the caller may overwrite the buffer afterwards.

        Args:
            rgba: [H, W, 4] uint8.
            ticks: duration, in units of ``1 / timeline.fps`` seconds; a file lacks the frame if
                it is 0.
            looping: the duration in files that loop; None takes that of all.
        """
        for thread in self._threads:
            lasting = ticks if looping is None or not thread.loops else looping
            if lasting:
                thread.put(rgba, lasting)

    def __exit__(self, kind, error, trace) -> None:
        self._switching.close()
        for thread in self._threads:
            thread.finish(abort=kind is not None)
        failed = [thread.error for thread in self._threads if thread.error is not None]
        if kind is not None or failed:
            for thread in self._threads:
                thread.writer.discard()
        if kind is None and failed:
            raise failed[0]


class _EncodingThread:
    """One writer, its thread and its queue.

    The thread only encodes: work that often needs the interpreter's lock would wait for the
    drawing each time.
    """

    def __init__(self, writer: Writer, limit: int | None):
        self.writer, self.loops = writer, format_of(writer.path).loops
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
        """Encode until the end of the queue; after a failure, only empty it."""
        while (item := self._queue.get()) is not None:
            if not self._aborted and self.error is None:
                self._try(self.writer.write, *item)
        if not self._aborted and self.error is None:
            self._try(self.writer.end)

    def _try(self, action: Callable[..., None], *arguments: object) -> None:
        try:
            with naming(self.writer.path):
                action(*arguments)
            if self._limit is not None and self.writer.bytes > self._limit:
                raise TooLargeError
        except BaseException as error:
            self.error = error

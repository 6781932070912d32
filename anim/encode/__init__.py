"""Frames to files. The extension of a path decides the format."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anim.encode.files import AHEAD, check_writable, naming
from anim.settings import SettingError, one_of
from anim.timeline import Timeline

ANIMATIONS = (".gif", ".mp4")
RASTER_STILLS = (".png",)
VECTOR_STILLS = (".svg", ".pdf")
PAGES = (".html",)
_KNOWN = ANIMATIONS + RASTER_STILLS + VECTOR_STILLS + PAGES
MAX_GIF_FPS = 50
# An encoder that has done its part waits this many seconds at most for Python's lock. The default,
# 0.005, is longer than it takes to draw a frame, and would undo the overlap.
_SWITCH_INTERVAL = 1e-4


def check(outputs: Iterable[Path], fps: float) -> None:
    """Raise `SettingError` for an output that can't be written, before any work is done."""
    outputs = list(outputs)
    if not outputs:
        raise SettingError("out", "expected at least one file")
    for path in outputs:
        suffix = path.suffix.lower()
        if not suffix:
            known = ", ".join(_KNOWN)
            raise SettingError("out", f"expected a file name ending in {known}, got {str(path)!r}")
        one_of("out", suffix, _KNOWN)
        if suffix == ".gif" and fps > MAX_GIF_FPS:
            raise SettingError(
                "fps",
                f"expected at most {MAX_GIF_FPS} for a GIF (browsers slow down shorter delays "
                f"than 0.02 s), got {fps:g}",
            )
        check_writable(path)
    if len({path.resolve() for path in outputs}) < len(outputs):
        raise SettingError("out", "expected each file once")


@dataclass(frozen=True)
class Clip:
    """What is written to an animation.

    Attributes:
        size: width and height in pixels.
        timeline: the frames to come.
        comment: a text that travels inside of the file.
        has_alpha: whether frames are to stay transparent where they are.
        quality: how much is given up for a smaller file; 0 is nothing.
    """

    size: tuple[int, int]
    timeline: Timeline
    comment: str = ""
    has_alpha: bool = False
    quality: int = 0


def animation_writer(path: Path, clip: Clip, samples, exact):
    """What `Encoders` needs to write an animation.

    Args:
        path: where the file goes once it is whole.
        clip: what it holds.
        samples: some of the frames, RGBA [H, W, 4] uint8, to choose a palette from.
        exact: [C, 3] uint8 colours that a palette must hold.

    Returns:
        A writer: ``take(rgba)`` makes of the caller's buffer something of the writer's own, or
        None where it would add nothing; ``write(taken, ticks)`` encodes it, ``end()`` finishes the
        file, ``commit()`` puts it in its place, ``discard()`` leaves nothing behind; ``path``.
    """
    if path.suffix.lower() == ".gif":
        from anim.encode.gif import GifWriter

        return GifWriter(path, clip, samples, exact)
    from anim.encode.mp4 import Mp4Writer

    return Mp4Writer(path, clip)


class Encoders:
    """Feeds frames to several writers, each on a thread of its own, while the next are drawn.

    A frame that an encoder is not ready for waits in a short queue, so that memory does not grow
    with the number of frames. Leaving the ``with`` block puts the files in their places; leaving
    it by an exception discards them.
    """

    def __init__(self, writers: list):
        self._lanes = [_Lane(writer) for writer in writers]

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
        try:
            if kind is None and not failed:
                for lane in self._lanes:
                    with naming(lane.writer.path):
                        lane.writer.commit()
        finally:
            for lane in self._lanes:
                lane.writer.discard()
        if kind is None and failed:
            raise failed[0]


class _Lane:
    """One writer, its thread and its queue.

    The thread does nothing but encode: work that takes Python's lock often would wait for the
    drawing each time.
    """

    def __init__(self, writer):
        self.writer = writer
        self.error: BaseException | None = None
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
        except BaseException as error:
            self.error = error

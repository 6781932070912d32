"""Frames to files. The extension of a path decides the format."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from anim.encode.files import check_writable
from anim.settings import SettingError, one_of
from anim.timeline import Timeline

ANIMATIONS = (".gif", ".mp4")
RASTER_STILLS = (".png",)
VECTOR_STILLS = (".svg", ".pdf")
MAX_GIF_FPS = 50


def check(outputs: Iterable[Path], fps: float) -> None:
    """Raise `SettingError` for an output that can't be written, before any work is done."""
    outputs = list(outputs)
    if not outputs:
        raise SettingError("out", "expected at least one file")
    for path in outputs:
        suffix = path.suffix.lower()
        if not suffix:
            known = ", ".join(ANIMATIONS + RASTER_STILLS + VECTOR_STILLS)
            raise SettingError("out", f"expected a file name ending in {known}, got {str(path)!r}")
        one_of("out", suffix, ANIMATIONS + RASTER_STILLS + VECTOR_STILLS)
        if suffix == ".gif" and fps > MAX_GIF_FPS:
            raise SettingError(
                "fps",
                f"expected at most {MAX_GIF_FPS} for a GIF (browsers slow down shorter delays "
                f"than 0.02 s), got {fps:g}",
            )
        check_writable(path)
    if len({path.resolve() for path in outputs}) < len(outputs):
        raise SettingError("out", "expected each file once")


def animation_writer(path: Path, size: tuple[int, int], timeline: Timeline, samples, exact):
    """A writer with ``write(rgba, ticks)``, ``close()`` and ``discard()``.

    Args:
        path: where the file goes once it is whole.
        size: width and height in pixels.
        timeline: the frames to come.
        samples: some of the frames, RGBA [H, W, 4] uint8, to choose a palette from.
        exact: [C, 3] uint8 colours that a palette must hold.
    """
    if path.suffix.lower() == ".gif":
        from anim.encode.gif import GifWriter
        from anim.encode.palette import choose_palette

        return GifWriter(path, size, timeline, choose_palette(samples, exact))
    from anim.encode.mp4 import Mp4Writer

    return Mp4Writer(path, size, timeline)


class Encoders:
    """Feeds frames to several writers, each on a thread of its own, while the next are drawn.

    A frame that an encoder is not ready for waits in a short queue, so that memory does not grow
    with the number of frames. Leaving the ``with`` block puts the files in their places; leaving
    it by an exception discards them.
    """

    _AHEAD = 4

    def __init__(self, writers: list):
        self._lanes = [_Lane(writer, self._AHEAD) for writer in writers]

    def __enter__(self) -> Encoders:
        return self

    def write(self, rgba: np.ndarray, ticks: int) -> None:
        """Takes a copy of an RGBA frame [H, W, 4] uint8, shown for so many ticks."""
        copy = rgba.copy()
        for lane in self._lanes:
            lane.put((copy, ticks))

    def __exit__(self, kind, error, trace) -> None:
        for lane in self._lanes:
            lane.finish(abort=kind is not None)
        failed = [lane.error for lane in self._lanes if lane.error is not None]
        try:
            if kind is None and not failed:
                for lane in self._lanes:
                    lane.writer.close()
        finally:
            for lane in self._lanes:
                lane.writer.discard()
        if kind is None and failed:
            raise failed[0]


class _Lane:
    """One writer, its thread and its queue."""

    def __init__(self, writer, ahead: int):
        self.writer = writer
        self.error: BaseException | None = None
        self._queue: queue.Queue = queue.Queue(ahead)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def put(self, item) -> None:
        while self.error is None:
            try:
                return self._queue.put(item, timeout=0.5)
            except queue.Full:
                continue
        raise self.error

    def finish(self, *, abort: bool) -> None:
        if abort:
            self._stop.set()
        while self._thread.is_alive():
            try:
                self._queue.put(None, timeout=0.05)
                break
            except queue.Full:
                continue
        self._thread.join()

    def _work(self) -> None:
        try:
            while (item := self._queue.get()) is not None and not self._stop.is_set():
                self.writer.write(*item)
            if not self._stop.is_set():
                self.writer.end()
        except BaseException as error:
            self.error = error

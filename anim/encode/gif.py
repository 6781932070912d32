"""GIF, streamed: one palette, only what changed, delays in whole hundredths of a second."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from anim.encode.files import PendingFile
from anim.encode.palette import COLOURS, Indexer
from anim.timeline import Timeline

_HUNDREDTH = Fraction(1, 100)
_SHORTEST_DELAY = 2


class GifWriter:
    """Writes frames with one palette; see `anim.encode.animation_writer`."""

    def __init__(self, path: Path, size: tuple[int, int], timeline: Timeline, palette: np.ndarray):
        width, height = size
        self._timeline = timeline
        self._indexer = Indexer(palette, height, width)
        self._argb = np.zeros((256, 4), np.uint8)
        self._argb[: len(palette), 0] = 255
        self._argb[: len(palette), 1:] = palette
        self._argb[len(palette) : COLOURS, 0] = 255
        self._tick = 0
        self._file = PendingFile(path)
        last = self._hundredths(timeline.moving)
        end = max(round(100 * timeline.total_seconds), last + _SHORTEST_DELAY)
        self._container = av.open(
            self._file.path, "w", format="gif", options={"final_delay": str(end - last)}
        )
        self._stream = self._container.add_stream("gif", rate=100)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "pal8"
        self._stream.codec_context.time_base = _HUNDREDTH

    def _hundredths(self, tick: int) -> int:
        return round(100 * tick / self._timeline.fps)

    def write(self, rgba: np.ndarray, ticks: int) -> None:
        changed = self._indexer.update(rgba)
        is_last = self._tick + ticks == self._timeline.ticks
        # A frame like the one before only lengthens that one's delay.
        if changed or is_last:
            frame = av.VideoFrame.from_ndarray((self._indexer.indices, self._argb), format="pal8")
            frame.pts = self._hundredths(self._tick)
            frame.time_base = _HUNDREDTH
            self._container.mux(self._stream.encode(frame))
        self._tick += ticks

    def end(self) -> None:
        self._container.mux(self._stream.encode())
        self._container.close()

    def close(self) -> None:
        self._file.commit()

    def discard(self) -> None:
        self._file.discard()

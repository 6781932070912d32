"""MP4 (H.264, yuv420p), with the index at the front so that it plays while it loads."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from anim.encode.files import IN_FLIGHT, PendingFile
from anim.timeline import Timeline

_X264 = {"preset": "veryfast", "crf": "18"}
_BT709 = 1


class Mp4Writer:
    """Writes frames at a constant rate; see `anim.encode.animation_writer`."""

    def __init__(self, path: Path, size: tuple[int, int], timeline: Timeline):
        self._file = PendingFile(path)
        self._container = av.open(
            self._file.path, "w", format="mp4", options={"movflags": "+faststart"}
        )
        rate = Fraction(timeline.fps).limit_denominator(1001)
        self._stream = self._container.add_stream("libx264", rate=rate, options=_X264)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        context.time_base = 1 / rate
        # Untagged, players guess the matrix from the height, and colours shift.
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = ColorRange.MPEG
        # Used in turn: fresh memory for each frame would cost as much as drawing it.
        buffers = [np.empty((size[1], size[0], 4), np.uint8) for _ in range(IN_FLIGHT)]
        self._buffers = itertools.cycle(buffers)
        # One for all frames: each keeps its tables, which are dear to make.
        self._reformatter = VideoReformatter()
        self._tick = 0

    def take(self, rgba: np.ndarray) -> av.VideoFrame:
        buffer = next(self._buffers)
        np.copyto(buffer, rgba)
        return av.VideoFrame.from_numpy_buffer(buffer, format="rgba")

    def write(self, drawn: av.VideoFrame, ticks: int) -> None:
        frame = self._reformatter.reformat(
            drawn,
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
        )
        for _ in range(ticks):
            frame.pts = self._tick
            frame.time_base = self._stream.codec_context.time_base
            self._container.mux(self._stream.encode(frame))
            self._tick += 1

    def end(self) -> None:
        self._container.mux(self._stream.encode())
        self._container.close()

    def commit(self) -> None:
        self._file.commit()

    def discard(self) -> None:
        self._file.discard()

"""MP4 (H.264, yuv420p), with the index at the front so that it plays while it loads."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Colorspace, ColorRange

from anim.encode.files import PendingFile
from anim.timeline import Timeline

_X264 = {"preset": "veryfast", "crf": "17", "tune": "animation"}
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
        self._tick = 0

    def write(self, rgba: np.ndarray, ticks: int) -> None:
        drawn = av.VideoFrame.from_ndarray(rgba, format="rgba")
        frame = drawn.reformat(
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

    def close(self) -> None:
        self._file.commit()

    def discard(self) -> None:
        self._file.discard()

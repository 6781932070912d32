"""MP4 (H.264, yuv420p), with the index at the front so that it plays while it loads."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from anim.encode.container import ContainerWriter
from anim.encode.files import IN_FLIGHT

if TYPE_CHECKING:
    from anim.encode import Clip

# Frames differ evenly: choosing the kind and weight of each costs time, and a few per cent in size.
_X264 = {"preset": "veryfast", "crf": "18", "x264-params": "b-adapt=0:weightp=0"}
_BT709 = 1


class Mp4Writer(ContainerWriter):
    """Writes frames at a constant rate; see `anim.encode.animation_writer`."""

    def __init__(self, path: Path, clip: Clip):
        width, height = clip.size
        super().__init__(
            path,
            clip,
            form="mp4",
            codec="libx264",
            pix_fmt="yuv420p",
            rate=Fraction(clip.timeline.fps).limit_denominator(1001),
            options={"movflags": "+faststart"},
            codec_options=_X264,
        )
        context = self._stream.codec_context
        # Untagged, players guess the matrix from the height, and colours shift.
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = ColorRange.MPEG
        # Used in turn: fresh memory for each frame would cost as much as drawing it.
        buffers = [np.empty((height, width, 4), np.uint8) for _ in range(IN_FLIGHT)]
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
            self._encode(frame, self._tick)
            self._tick += 1

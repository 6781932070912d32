"""Base classes for files that FFmpeg's muxers write, GIF and videos."""

from __future__ import annotations

import itertools
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
from av.error import FFmpegError
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream

from anim.encode.animation import IN_FLIGHT
from anim.encode.pending import PendingFile, naming

if TYPE_CHECKING:
    from anim.encode.animation import Clip

_BT709 = 1


class ContainerWriter:
    """A pending file with one video stream; a format adds ``take`` and ``write``.

    Args:
        path: where the file goes.
        clip: the content.
        form: FFmpeg's name of the muxer.
        codec: FFmpeg's name of the encoder.
        pix_fmt: FFmpeg's name of the pixel format.
        rate: time stamps per second.
        options: options of the muxer.
        codec_options: options of the encoder.
    """

    def __init__(
        self,
        path: Path,
        clip: Clip,
        *,
        form: str,
        codec: str,
        pix_fmt: str,
        rate: Fraction,
        options: dict[str, str],
        codec_options: dict[str, str],
    ):
        self.path = path
        self._file = PendingFile(path)
        try:
            self._container = av.open(self._file.path, "w", format=form, options=options)
            if clip.comment:
                self._container.metadata["comment"] = clip.comment
            stream = self._container.add_stream(codec, rate=rate, options=codec_options)
        except BaseException:
            self._file.discard()
            raise
        self._stream = cast(VideoStream, stream)
        self._stream.width, self._stream.height = clip.size
        self._stream.pix_fmt = pix_fmt
        self._stream.codec_context.time_base = self._time_base = 1 / rate

    @property
    def bytes(self) -> int:
        return self._file.size

    def _encode(self, frame: av.VideoFrame, stamp: int) -> None:
        """Encode a frame that is shown from a time stamp on."""
        frame.pts = stamp
        frame.time_base = self._time_base
        self._container.mux(self._stream.encode(frame))

    def end(self) -> None:
        self._container.mux(self._stream.encode())
        self._container.close()

    def commit(self) -> None:
        with naming(self.path):
            self._file.commit()

    def discard(self) -> None:
        # Else it is closed when it is collected, and PyAV prints that its file is gone.
        with suppress(FFmpegError):
            self._container.close()
        self._file.discard()


class VideoWriter(ContainerWriter):
    """Frames at a constant rate, in the colours of BT.709."""

    def __init__(self, path: Path, clip: Clip, **format_: Any):
        rate = Fraction(clip.timeline.fps).limit_denominator(1001)
        super().__init__(path, clip, rate=rate, **format_)
        context = self._stream.codec_context
        # Without tags, players guess the matrix from the height, and colours shift.
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = ColorRange.MPEG
        width, height = clip.size
        # Used in turn: allocating each frame would cost as much as drawing it.
        buffers = [np.empty((height, width, 4), np.uint8) for _ in range(IN_FLIGHT)]
        self._buffers = itertools.cycle(buffers)
        # Shared by all frames: its tables are expensive to build.
        self._reformatter = VideoReformatter()
        self._tick = 0

    def take(self, rgba: np.ndarray) -> av.VideoFrame:
        buffer = next(self._buffers)
        np.copyto(buffer, rgba)
        return av.VideoFrame.from_numpy_buffer(buffer, format="rgba")

    def write(self, drawn: av.VideoFrame, ticks: int) -> None:
        frame = self._reformatter.reformat(
            drawn,
            format=self._stream.pix_fmt,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
        )
        for _ in range(ticks):
            self._encode(frame, self._tick)
            self._tick += 1

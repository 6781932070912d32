"""What the animated formats share: a file that FFmpeg's muxers write and that appears whole."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av

from anim.encode.files import PendingFile

if TYPE_CHECKING:
    from anim.encode import Clip


class ContainerWriter:
    """A pending file with one video stream; a format adds ``take`` and ``write``.

    Args:
        path: where the file goes once it is whole.
        clip: what it holds.
        form: FFmpeg's name of the muxer.
        codec: FFmpeg's name of the encoder.
        pix_fmt: FFmpeg's name of the pixel format.
        rate: time stamps a second.
        options: the muxer's.
        codec_options: the encoder's.
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
            self._stream = self._container.add_stream(codec, rate=rate, options=codec_options)
        except BaseException:
            self._file.discard()
            raise
        self._stream.width, self._stream.height = clip.size
        self._stream.pix_fmt = pix_fmt
        self._stream.codec_context.time_base = self._time_base = 1 / rate

    def _encode(self, frame: av.VideoFrame, stamp: int) -> None:
        """Encodes a frame that is shown from a time stamp on."""
        frame.pts = stamp
        frame.time_base = self._time_base
        self._container.mux(self._stream.encode(frame))

    def end(self) -> None:
        self._container.mux(self._stream.encode())
        self._container.close()

    def commit(self) -> None:
        self._file.commit()

    def discard(self) -> None:
        self._file.discard()

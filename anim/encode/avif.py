"""Animated AVIF: nearly lossless, with chroma at full resolution.

The encoder is Pillow's (libaom). At its slower speeds it detects graphics, and its files have a
third of the size of those by FFmpeg's encoder (SVT-AV1), which also subsamples chroma.
"""

from __future__ import annotations

import os
import queue
import struct
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

from anim.encode.comment import xmp
from anim.encode.pictures import PictureWriter

if TYPE_CHECKING:
    from anim.encode.animation import Clip

# The fastest speed that uses the tools for screen content.
_SPEED = 6
_QUALITY = (60, 50, 40, 30)
_DATED = (b"mvhd", b"tkhd", b"mdhd")
_PARENTS = (b"moov", b"trak", b"mdia")


class AvifWriter(PictureWriter):
    """Writes pictures; implements `anim.encode.animation.Writer`.

    Pillow pulls the pictures on a thread of its own. It keeps the compressed ones until the end,
    because the index precedes them in the file.
    """

    def __init__(self, path: Path, clip: Clip, samples: Sequence[np.ndarray], exact: np.ndarray):
        super().__init__(path, clip)
        self._channels = 4 if clip.has_alpha else 3
        self._last: np.ndarray | None = None
        self._durations: list[int] = []
        self._error: BaseException | None = None
        self._source = PictureSource(clip.size, "RGBA" if clip.has_alpha else "RGB")
        self._options: dict[str, Any] = {
            "format": "AVIF",
            "save_all": True,
            # Chromium decodes animated AVIF as limited range, whatever the file says.
            "range": "limited",
            "subsampling": "4:4:4",
            "quality": _QUALITY[clip.quality],
            "speed": _SPEED,
            "duration": self._durations,
            "xmp": xmp(clip.comment) if clip.comment else b"",
        }
        self._thread = threading.Thread(target=self._save, daemon=True)
        self._thread.start()

    @staticmethod
    def levels(has_alpha: bool) -> tuple[str, ...]:
        return tuple(f"quality {quality}" for quality in _QUALITY)

    def take(self, rgba: np.ndarray) -> np.ndarray | None:
        if self._last is not None and np.array_equal(rgba, self._last):
            return None
        self._last = rgba.copy()
        return self._last

    def _add(self, rgba: np.ndarray, duration: int) -> None:
        self._durations.append(duration)
        self._source.put(np.ascontiguousarray(rgba[..., : self._channels]).tobytes())
        if self._error is not None:
            raise self._error

    def _save(self) -> None:
        try:
            self._source.save(self._stream, **self._options)
        except BaseException as error:
            self._error = error
        finally:
            self._source.drain()

    def _finish(self) -> None:
        self._close()
        if self._error is not None:
            raise self._error
        self._stream.flush()
        _undate(self._stream, 0, self._stream.seek(0, os.SEEK_END))

    def _close(self) -> None:
        self._source.put(None)
        self._thread.join()

    def discard(self) -> None:
        if self._thread.is_alive():
            self._source.abort()
            self._close()
        super().discard()


def _undate(file: BinaryIO, start: int, end: int) -> None:
    """Clear the creation dates in the boxes between two offsets, so that bytes are reproducible."""
    while start < end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        if kind in _PARENTS:
            _undate(file, start + 8, start + size)
        elif kind in _DATED:
            # Two dates follow the version, which gives their length, and the flags.
            is_long = file.read(4)[0] == 1
            file.seek(start + 12)
            file.write(struct.pack(">QQ" if is_long else ">II", 0, 0))
        # Size 0: the box extends to the end of the file.
        start = start + size if size else end


class _AbortedError(Exception):
    """The file is no longer wanted."""


class PictureSource(Image.Image):
    """An animated image for Pillow whose pictures arrive one at a time.

    Args:
        size: width and height in pixels.
        mode: Pillow's name of the pixel format.
    """

    is_animated = True

    def __init__(self, size: tuple[int, int], mode: str):
        super().__init__()
        self._size, self._mode = size, mode
        self._queue: queue.Queue = queue.Queue(1)
        self._is_aborted = self._has_ended = False
        self._at = -1
        self._pixels = b""

    def put(self, pixels: bytes | None) -> None:
        """Append a picture; None marks the end."""
        self._queue.put(pixels)

    def abort(self) -> None:
        """Make the encoder stop at the next picture."""
        self._is_aborted = True

    def drain(self) -> None:
        """Discard the remaining pictures, so that `put` does not block."""
        while not self._has_ended:
            self._has_ended = self._queue.get() is None

    def seek(self, frame: int) -> None:
        # Pillow seeks to the first picture again: to read its mode, and to rewind at the end.
        if frame <= self._at:
            return
        pixels = None if self._has_ended else self._queue.get()
        self._has_ended = pixels is None
        if self._is_aborted:
            raise _AbortedError
        if pixels is None:
            raise EOFError
        self._pixels, self._at = pixels, frame

    def tell(self) -> int:
        return max(self._at, 0)

    def load(self):
        return None

    def tobytes(self, encoder_name: str = "raw", *args: Any) -> bytes:
        return self._pixels

"""Animated AVIF: nearly without loss, in whole colours at each pixel.

The encoder is Pillow's (libaom): at its slower speeds it knows graphics from photographs, which
makes files of a third of the size that FFmpeg's (SVT-AV1) has, without its loss of colour.
"""

from __future__ import annotations

import os
import queue
import struct
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image

from anim.encode.comment import xmp
from anim.encode.pictures import PictureWriter

if TYPE_CHECKING:
    from anim.encode import Clip

# The fastest at which it looks for what repeats itself on a screen.
_SPEED = 6
_QUALITY = (60, 50, 40, 30)
_DATED = (b"mvhd", b"tkhd", b"mdhd")
_PARENTS = (b"moov", b"trak", b"mdia")


class AvifWriter(PictureWriter):
    """Writes pictures; see `anim.encode.animation_writer`.

    Pillow asks for picture after picture, on a thread of its own. The compressed ones are kept
    until the end, as the index stands before them.
    """

    def __init__(self, path: Path, clip: Clip, samples, exact):
        super().__init__(path, clip)
        self._channels = 4 if clip.has_alpha else 3
        self._last: np.ndarray | None = None
        self._durations: list[int] = []
        self._error: BaseException | None = None
        self._source = _Source(clip.size, "RGBA" if clip.has_alpha else "RGB")
        self._options = {
            "format": "AVIF",
            "save_all": True,
            # Chromium takes those that move for limited whatever they say, and shifts all colours.
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
    """Takes out of the boxes between two places when the file was made."""
    while start < end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        if kind in _PARENTS:
            _undate(file, start + 8, start + size)
        elif kind in _DATED:
            # Two dates follow a version, which says how long they are, and flags.
            is_long = file.read(4)[0] == 1
            file.seek(start + 12)
            file.write(struct.pack(">QQ" if is_long else ">II", 0, 0))
        # The last box may be as long as the file.
        start = start + size if size else end


class _Aborted(Exception):
    """Nobody wants the file any more."""


class _Source(Image.Image):
    """Pictures as they come, for Pillow to see as those of one animated image."""

    is_animated = True

    def __init__(self, size: tuple[int, int], mode: str):
        super().__init__()
        self._size, self._mode = size, mode
        self._queue: queue.Queue = queue.Queue(1)
        self._is_aborted = self._has_ended = False
        self._at = -1
        self._pixels = b""

    def put(self, pixels: bytes | None) -> None:
        """Another picture; None is the end."""
        self._queue.put(pixels)

    def abort(self) -> None:
        self._is_aborted = True

    def drain(self) -> None:
        """Takes what still comes, so that nobody waits."""
        while not self._has_ended:
            self._has_ended = self._queue.get() is None

    def seek(self, frame: int) -> None:
        # It is asked for the first one again: before, for its mode, and after all, to go back.
        if frame <= self._at:
            return
        pixels = None if self._has_ended else self._queue.get()
        self._has_ended = pixels is None
        if self._is_aborted:
            raise _Aborted
        if pixels is None:
            raise EOFError
        self._pixels, self._at = pixels, frame

    def tell(self) -> int:
        return max(self._at, 0)

    def load(self):
        return None

    def tobytes(self, *_) -> bytes:
        return self._pixels

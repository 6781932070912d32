"""APNG, streamed as PNG chunks of what changed; the number of frames is filled in at the end."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from anim.encode import png
from anim.encode.pictures import Patch, PatchWriter

if TYPE_CHECKING:
    from anim.encode.animation import Clip

_LONGEST = 0xFFFF
# The blend operations of a frame control chunk.
_REPLACES, _OVER = 0, 1


class ApngWriter(PatchWriter):
    """Writes lossless pictures; implements `anim.encode.animation.Writer`."""

    def __init__(self, path: Path, clip: Clip, samples: Sequence[np.ndarray], exact: np.ndarray):
        super().__init__(path, clip, samples, exact)
        self._size = clip.size
        self._pictures = self._chunks = 0
        kind = png.RGBA if self.palette is None else png.INDEXED
        self._stream.write(png.head(self._size, kind, clip.comment))
        self._control = self._stream.tell()
        self._stream.write(self._animation_control())
        if self.palette is not None:
            colours = np.concatenate([self.palette, np.zeros((1, 3), np.uint8)])
            self._stream.write(png.chunk(b"PLTE", colours.tobytes()))
            alpha = bytes([255] * self.hole + [0])
            self._stream.write(png.chunk(b"tRNS", alpha))

    def _animation_control(self) -> bytes:
        for_ever = 0
        return png.chunk(b"acTL", struct.pack(">II", self._pictures, for_ever))

    def _number(self) -> bytes:
        self._chunks += 1
        return struct.pack(">I", self._chunks - 1)

    def _add(self, patch: Patch, duration: int) -> None:
        height, width = patch.pixels.shape
        blend = _OVER if patch.is_over else _REPLACES
        # A delay is a fraction of 16-bit numbers: in milliseconds, at most 65 s.
        parts = min(1000, _LONGEST * 1000 // max(duration, 1))
        delay = round(duration * parts / 1000)
        place = struct.pack(">IIIIHHBB", width, height, patch.x, patch.y, delay, parts, 0, blend)
        self._stream.write(png.chunk(b"fcTL", self._number() + place))
        content = png.compressed(patch.pixels, level=9)
        if self._pictures:
            self._stream.write(png.chunk(b"fdAT", self._number() + content))
        else:
            self._stream.write(png.chunk(b"IDAT", content))
        self._pictures += 1

    def _finish(self) -> None:
        self._stream.write(png.chunk(b"IEND", b""))
        self._stream.seek(self._control)
        self._stream.write(self._animation_control())

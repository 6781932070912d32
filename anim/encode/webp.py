"""Lossless animated WebP, streamed: still pictures of what changed.

libwebp's animation encoder keeps the whole file in memory until the end. Lossy pictures of flat
graphics would be twice as large.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from anim.encode.comment import xmp
from anim.encode.pictures import Patch, PatchWriter

if TYPE_CHECKING:
    from anim.encode.animation import Clip

_LIBWEBP = {"lossless": "1", "compression_level": "4"}
_ANIMATED, _HAS_XMP, _HAS_ALPHA = 0x02, 0x04, 0x10
# The blending methods of a frame.
_REPLACES, _OVER = 0x02, 0x00
# "RIFF", the length, "WEBP".
_RIFF_HEAD = 12


class WebpWriter(PatchWriter):
    """Writes lossless pictures; implements `anim.encode.animation.Writer`."""

    def __init__(self, path: Path, clip: Clip, samples: Sequence[np.ndarray], exact: np.ndarray):
        # The format stores half of each coordinate.
        super().__init__(path, clip, samples, exact, grid=2)
        self._comment = clip.comment
        if self.palette is not None:
            opaque = np.pad(self.palette, ((0, 0), (0, 1)), constant_values=255)
            self._colours = np.concatenate([opaque.view("<u4")[:, 0], [np.uint32(0)]])
        flags = _ANIMATED | _HAS_ALPHA * clip.has_alpha | _HAS_XMP * bool(clip.comment)
        width, height = clip.size
        self._stream.write(bytes(_RIFF_HEAD))
        self._stream.write(_chunk(b"VP8X", struct.pack("<I", flags) + _u24(width - 1, height - 1)))
        background = for_ever = 0
        self._stream.write(_chunk(b"ANIM", struct.pack("<IH", background, for_ever)))

    def _add(self, patch: Patch, duration: int) -> None:
        pixels = patch.pixels if self.palette is None else self._colours[patch.pixels]
        height, width = pixels.shape
        place = _u24(patch.x // 2, patch.y // 2, width - 1, height - 1, duration)
        flags = bytes([_OVER if patch.is_over else _REPLACES])
        self._stream.write(_chunk(b"ANMF", place + flags + _still(pixels)))

    def _finish(self) -> None:
        if self._comment:
            self._stream.write(_chunk(b"XMP ", xmp(self._comment)))
        length = self._stream.tell() - 8
        self._stream.seek(0)
        self._stream.write(b"RIFF" + struct.pack("<I", length) + b"WEBP")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _u24(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(3, "little") for number in numbers)


def _still(pixels: np.ndarray) -> bytes:
    """Return the chunks of a still picture, from packed RGBA [h, w] uint32."""
    rgba = np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)
    encoder = av.CodecContext.create("libwebp", "w")
    encoder.height, encoder.width = pixels.shape
    encoder.pix_fmt, encoder.time_base = "bgra", Fraction(1, 1000)
    encoder.options = _LIBWEBP
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgba[..., [2, 1, 0, 3]]), "bgra")
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    return b"".join(map(bytes, packets))[_RIFF_HEAD:]

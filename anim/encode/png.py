"""Chunks of PNG, for what a library that writes single pictures does not stream.

Rows are not filtered: of flat graphics, that makes them a quarter smaller than the filters that
are chosen for photographs.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from anim.encode.comment import PNG_KEYWORD

RGB, INDEXED, RGBA = 2, 3, 6
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def head(size: tuple[int, int], kind: int, comment: str = "") -> bytes:
    """What stands before everything else: the size, the kind of pixels, and a text."""
    parts = _SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, kind, 0, 0, 0))
    if comment:
        parts += chunk(b"iTXt", PNG_KEYWORD.encode() + bytes(5) + comment.encode())
    return parts


def compressed(pixels: np.ndarray, level: int) -> bytes:
    """Rows of pixels [H, W], or [H, W, channels], of unsigned integers."""
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(len(pixels), -1)
    unfiltered = np.zeros((len(rows), 1), np.uint8)
    return zlib.compress(np.concatenate([unfiltered, rows], axis=1).tobytes(), level)


def picture(rgba: np.ndarray, comment: str, has_alpha: bool, level: int) -> bytes:
    """A whole file of a frame [H, W, 4] uint8."""
    height, width = rgba.shape[:2]
    kind, pixels = (RGBA, rgba) if has_alpha else (RGB, rgba[..., :3])
    return (
        head((width, height), kind, comment)
        + chunk(b"IDAT", compressed(pixels, level))
        + chunk(b"IEND", b"")
    )

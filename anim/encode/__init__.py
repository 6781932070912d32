"""Frames to files. The extension of a path decides the format."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from anim.encode.encoders import Encoders
from anim.encode.formats import (
    ANIMATIONS,
    OF_ONE_RATE,
    PAGES,
    RASTER_STILLS,
    VECTOR_STILLS,
    check,
    is_folder,
    moves,
)
from anim.errors import TooLarge
from anim.timeline import Timeline

__all__ = [
    "ANIMATIONS",
    "OF_ONE_RATE",
    "PAGES",
    "RASTER_STILLS",
    "VECTOR_STILLS",
    "Clip",
    "Encoders",
    "TooLarge",
    "animation_writer",
    "check",
    "is_folder",
    "moves",
    "quality_levels",
]

# Each format in a module of its own, which is imported only where it is written.
_WRITERS = {
    ".gif": ("gif", "GifWriter"),
    ".mp4": ("mp4", "Mp4Writer"),
    ".webm": ("webm", "WebmWriter"),
    ".webp": ("webp", "WebpWriter"),
    ".apng": ("apng", "ApngWriter"),
    ".avif": ("avif", "AvifWriter"),
    ".png": ("folder", "FolderWriter"),
}


@dataclass(frozen=True)
class Clip:
    """What is written to an animation.

    Attributes:
        size: width and height in pixels.
        timeline: the frames to come.
        comment: a text that travels inside of the file.
        has_alpha: whether frames are to stay transparent where they are.
        quality: how much is given up for a smaller file, an index of `quality_levels`.
    """

    size: tuple[int, int]
    timeline: Timeline
    comment: str = ""
    has_alpha: bool = False
    quality: int = 0


def animation_writer(path: Path, clip: Clip, samples, exact):
    """What `Encoders` needs to write an animation.

    Args:
        path: where the file goes once it is whole.
        clip: what it holds.
        samples: some of the frames, RGBA [H, W, 4] uint8, to choose a palette from.
        exact: [C, 3] uint8 colours that a palette must hold.

    Returns:
        A writer: ``take(rgba)`` makes of the caller's buffer something of the writer's own, or
        None where it would add nothing; ``write(taken, ticks)`` encodes it, ``end()`` finishes the
        file, ``commit()`` puts it in its place, ``discard()`` leaves nothing behind; ``path``, and
        ``bytes``, its length so far.
    """
    return _writer(path)(path, clip, samples, exact)


def quality_levels(path: Path, has_alpha: bool = False) -> tuple[str, ...]:
    """Names of what `Clip.quality` can be, from what gives nothing up to the smallest files."""
    return _writer(path).levels(has_alpha)


def _writer(path: Path):
    module, name = _WRITERS[path.suffix.lower()]
    return getattr(import_module(f"anim.encode.{module}"), name)

"""What is given up, step by step, for a file to fit: quality, frames a second, then size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from anim.errors import SettingError
from anim.settings import SMALLEST, Picture

_RATES = (20, 15, 12, 10, 8)
_SHRUNK = (0.85, 0.7, 0.6, 0.5, 0.4, 0.3)


@dataclass(frozen=True)
class Attempt:
    """How a file might fit.

    Attributes:
        picture: with fewer frames a second, or smaller.
        quality: see `anim.encode.Clip`.
        gave_up: what is less than was asked for, in words.
    """

    picture: Picture
    quality: int = 0
    gave_up: tuple[str, ...] = ()


def attempts(picture: Picture, levels: tuple[str, ...]) -> Iterator[Attempt]:
    """All that may be tried, what was asked for first; each gives up what those before did.

    Args:
        picture: what was asked for.
        levels: of `anim.encode.quality_levels`.
    """
    for quality, name in enumerate(levels):
        given_up = (name,) if quality else ()
        yield Attempt(picture, quality, given_up)
    smaller = picture
    for change in _steps(picture):
        try:
            smaller = replace(smaller, **change)
        except SettingError:
            continue
        rate = () if smaller.fps == picture.fps else (f"{smaller.fps:g} fps",)
        width, height = smaller.pixels
        size = () if smaller.pixels == picture.pixels else (f"{width}x{height} pixels",)
        yield Attempt(smaller, quality, (*given_up, *rate, *size))


def _steps(picture: Picture) -> Iterator[dict]:
    """Settings that change, one upon the other."""
    for fps in _RATES:
        if fps < picture.fps:
            yield {"fps": fps}
    if picture.scale > 1:
        yield {"scale": 1}
    least = max(low / side for low, side in zip(SMALLEST, picture.canvas, strict=True))
    for share in (*(share for share in _SHRUNK if share > least), least):
        size = tuple(2 * round(share * side / 2) for side in picture.canvas)
        if size != picture.canvas:
            yield {"size": size}

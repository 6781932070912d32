"""Animations within ``max_bytes``: reduce quality first, then frames per second, then size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from anim.encode import quality_levels
from anim.errors import SettingError, TooLargeError
from anim.output.drawing import Drawing
from anim.output.results import PendingOutput
from anim.panels.layout import places
from anim.panels.subject import Subject
from anim.settings import SMALLEST, Picture
from anim.timeline import Reel

_RATES = (20, 15, 12, 10, 8)
_SHRUNK = (0.85, 0.7, 0.6, 0.5, 0.4, 0.3)


@dataclass(frozen=True)
class Attempt:
    """Settings that might make a file small enough.

    Attributes:
        picture: the settings, with fewer frames per second or a smaller size.
        quality: see `anim.encode.Clip`.
        gave_up: what was reduced, in words.
    """

    picture: Picture
    quality: int = 0
    gave_up: tuple[str, ...] = ()


def attempts(picture: Picture, levels: tuple[str, ...]) -> Iterator[Attempt]:
    """Yield what to try, the requested settings first; each attempt reduces more.

    Args:
        picture: the requested settings.
        levels: see `anim.encode.quality_levels`.
    """
    for quality, name in enumerate(levels):
        yield Attempt(picture, quality, (name,) if quality else ())
    lowest = len(levels) - 1
    level = levels[lowest:] if lowest else ()
    smaller = picture
    for change in _steps(picture):
        try:
            smaller = replace(smaller, **change)
        except SettingError:
            continue
        rate = () if smaller.fps == picture.fps else (f"{smaller.fps:g} fps",)
        width, height = smaller.pixels
        size = () if smaller.pixels == picture.pixels else (f"{width}x{height} pixels",)
        yield Attempt(smaller, lowest, (*level, *rate, *size))


def _steps(picture: Picture) -> Iterator[dict]:
    """Yield changes of settings, each on top of those before."""
    for fps in _RATES:
        if fps < picture.fps:
            yield {"fps": fps}
    if picture.scale > 1:
        yield {"scale": 1}
    minimum = max(low / side for low, side in zip(SMALLEST, picture.canvas, strict=True))
    for share in (*(share for share in _SHRUNK if share > minimum), minimum):
        size = tuple(2 * round(share * side / 2) for side in picture.canvas)
        if size != picture.canvas:
            # A narrow picture would have other panels.
            yield {"size": size, "panels": picture.shown_panels}


def fit_animation(
    reel: Reel,
    subject: Subject,
    picture: Picture,
    path: Path,
    progress: Callable[[int, int], None] | None,
) -> PendingOutput:
    """Draw an animation of at most ``picture.max_bytes`` bytes, reduced as little as possible.

    Raises:
        SettingError: no attempt was small enough.
    """
    first, *others = attempts(picture, quality_levels(path, picture.transparent))
    tries = [first, *(one for one in others if _has_room(reel, one.picture, picture))]

    def draw(one: Attempt, limit: int | None) -> PendingOutput:
        drawing = Drawing(reel.at_rate(one.picture.fps), subject, one.picture)
        (output,) = drawing.animations([path], progress, one.quality, limit)
        return replace(output, gave_up=one.gave_up)

    for one in tries[:-1]:
        try:
            return draw(one, picture.max_bytes)
        except TooLargeError:
            continue
    # No limit on the last attempt, so that the error can report its size.
    last = draw(tries[-1], None)
    if picture.max_bytes is None or last.file.bytes <= picture.max_bytes:
        return last
    last.file.discard()
    raise too_small(path, last.file.bytes, last.gave_up)


def too_small(path: Path, length: int, gave_up: tuple[str, ...]) -> SettingError:
    """Return the error for a file that stays too large.

    Args:
        path: the file.
        length: the size of the smallest attempt in bytes.
        gave_up: what that attempt reduced.
    """
    problem = f"the smallest {str(path)!r} that was tried has {length:,} bytes"
    return SettingError("max_bytes", f"{problem} ({', '.join(gave_up)})")


def _has_room(reel: Reel, smaller: Picture, picture: Picture) -> bool:
    """Return whether all panels fit into a picture; the requested size was checked before."""
    if smaller.canvas == picture.canvas:
        return True
    try:
        places(smaller, len(reel.tracks))
    except SettingError:
        return False
    return True

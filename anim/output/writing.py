"""What is shown, to files: each format by the module that writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from anim import encode
from anim.compose import Subject, comment, compose_views, views_to_choose
from anim.encode import still
from anim.errors import SettingError
from anim.output.fitting import attempts
from anim.page import page, page_data, snippet
from anim.run import RunLike
from anim.scene import Scene, check_room
from anim.settings import Picture
from anim.timeline import Reel, Timeline

_SAMPLES = 10
# Of how many snapshots a page keeps one, where it is to be small.
_APART = (2, 4, 8)


@dataclass(frozen=True)
class Output:
    """A file that was written.

    Attributes:
        path: where it is.
        size: width and height in pixels.
        frames: pictures shown, the held one included as often as it is repeated; of a page
            snapshots.
        seconds: how long it plays; 0 for a still.
        bytes: its length, or that of all frames of a folder together.
        gave_up: what is less than was asked for, so that it is not too large.
    """

    path: Path
    size: tuple[int, int]
    frames: int
    seconds: float
    bytes: int
    gave_up: tuple[str, ...] = ()

    def __str__(self) -> str:
        width, height = self.size
        is_page = self.path.suffix.lower() in encode.PAGES
        noun = "snapshot" if is_page else "frame"
        facts = [
            *([] if is_page else [f"{width}x{height} pixels"]),
            f"{self.frames} {noun}{'' if self.frames == 1 else 's'}",
            f"{self.seconds:g} s",
            f"{self.bytes:,} bytes",
            *([f"gave up: {', '.join(self.gave_up)}"] if self.gave_up else []),
        ]
        return f"{self.path}: {', '.join(facts)}"


def compose_for_files(
    runs: Sequence[RunLike],
    paths: Sequence[Path],
    picture: Picture,
    progress: Callable[[int, int], None] | None = None,
) -> list[tuple[Reel, Subject]]:
    """What these files show: one view, and of a page, or of a notebook, those to choose from."""
    has_page = not paths or any(path.suffix.lower() in encode.PAGES for path in paths)
    views = views_to_choose(runs, picture)
    return compose_views(runs, picture, views if has_page else views[:1], progress)


def write(
    shown: Sequence[tuple[Reel, Subject]],
    paths: Sequence[Path],
    picture: Picture,
    progress: Callable[[int, int], None] | None = None,
) -> list[Output]:
    """Writes every file; see `anim.animate`.

    All files are whole before the first is put in its place.

    Args:
        shown: of `compose_for_files`.
        paths: what `anim.encode.check` has let pass.
        picture: how it is shown.
        progress: called with (frames drawn, frames in all).

    Raises:
        SettingError: a file cannot be as small as it was asked to be.
    """
    reel, subject = shown[0]
    with ExitStack() as undo:
        files = {}

        def keep(whole: Sequence[_Whole]) -> None:
            for one in whole:
                undo.callback(one.file.discard)
                files[one.file.path] = one

        moving = [path for path in paths if encode.moves(path)]
        pages = [path for path in paths if path.suffix.lower() in encode.PAGES]
        stills = [path for path in paths if path not in (*moving, *pages)]
        for path in pages:
            keep([_page(path, shown, picture)])
        if len(pages) < len(paths):
            studio = _Studio(reel, subject, picture)
            for path in stills:
                keep([studio.still(path)])
            if picture.max_bytes is None:
                keep(studio.animations(moving, progress))
            else:
                for path in moving:
                    keep([_fitted(reel, subject, picture, path, progress)])
        # The last moment at which it may be stopped.
        if progress is not None:
            progress(len(reel), len(reel))
        for path in paths:
            files[path].file.commit()
        return [files[path].describe() for path in paths]


@dataclass(frozen=True)
class _Whole:
    """A file that waits for its place, and what it shows.

    Attributes:
        file: with ``path``, ``bytes``, ``commit()`` and ``discard()``.
        picture: how it is shown.
        clock: the time it plays; None of a still.
        gave_up: what is less than was asked for.
    """

    file: Any
    picture: Picture
    clock: Timeline | None = None
    gave_up: tuple[str, ...] = ()

    def describe(self) -> Output:
        frames, seconds = (1, 0)
        if self.clock is not None:
            frames, seconds = self.clock.ticks, self.clock.total_seconds
            if self.file.path.suffix.lower() in encode.OF_ONE_RATE:
                seconds = round(frames / self.clock.fps, 3)
        file, pixels = self.file, self.picture.pixels
        if file.path.suffix.lower() in encode.PAGES:
            frames = len(self.clock.steps)
        return Output(file.path, pixels, frames, seconds, file.bytes, self.gave_up)


def _page(path: Path, shown: Sequence[tuple[Reel, Subject]], picture: Picture) -> _Whole:
    """A page, or a snippet of one; of at most so many bytes if that was asked for."""
    for some, gave_up in _smaller_and_smaller(shown):
        data = page_data(some, picture)
        if picture.embed:
            text = snippet(data, nonce=picture.nonce, names_policy=True)
        else:
            text = page(data, nonce=picture.nonce)
        length = len(text.encode())
        if picture.max_bytes is None or length <= picture.max_bytes:
            return _Whole(still.text(path, text), picture, some[0][0].clock, gave_up)
    problem = f"the smallest {str(path)!r} that was tried has {length:,} bytes"
    raise SettingError("max_bytes", f"{problem} ({', '.join(gave_up)})")


def _smaller_and_smaller(shown: Sequence[tuple[Reel, Subject]]):
    """What a page may hold, and what that gives up: views to choose from, then snapshots."""
    yield shown, ()
    views = ("other views",) if len(shown) > 1 else ()
    if views:
        yield shown[:1], views
    ((reel, subject),) = shown[:1]
    for apart in _APART:
        yield [(reel.thinned(apart), subject)], (*views, f"{apart - 1} of {apart} snapshots")


class _Studio:
    """Draws one picture, to several files."""

    def __init__(self, reel: Reel, subject: Subject, picture: Picture):
        self._reel, self._picture = reel, picture
        self._scene = Scene(subject, reel, picture)
        self._comment = comment(reel, subject, picture)

    def still(self, path: Path) -> _Whole:
        scene, comment, picture = self._scene, self._comment, self._picture
        shot = self._reel.at(picture.at)
        if path.suffix.lower() in encode.RASTER_STILLS:
            file = still.png(path, scene.draw(shot), comment, picture.transparent)
        else:
            file = still.vector(path, lambda stream, form: scene.save(stream, form, shot, comment))
        if picture.max_bytes is not None and file.bytes > picture.max_bytes:
            file.discard()
            problem = f"expected at least {file.bytes}, for the still {str(path)!r}, got"
            raise SettingError("max_bytes", f"{problem} {picture.max_bytes}")
        return _Whole(file, picture)

    def animations(
        self,
        paths: Sequence[Path],
        progress: Callable[[int, int], None] | None,
        quality: int = 0,
        limit: int | None = None,
    ) -> list[_Whole]:
        """Draws every frame once, for all of the files.

        Raises:
            TooLarge: one of them exceeds the limit.
        """
        if not paths:
            return []
        scene, reel, picture = self._scene, self._reel, self._picture
        places = np.linspace(0, 1, _SAMPLES)
        samples = [scene.draw(reel.at_position(place)).copy() for place in places]
        clip = encode.Clip(picture.pixels, reel.clock, self._comment, picture.transparent, quality)
        with ExitStack() as undo:
            writers = []
            for path in paths:
                writer = encode.animation_writer(path, clip, samples, scene.flat_colours())
                writers.append(writer)
                undo.callback(writer.discard)
            del samples
            with encode.Encoders(writers, limit) as encoders:
                for drawn, shot in enumerate(reel, start=1):
                    encoders.write(scene.draw(shot), shot.moment.ticks)
                    if progress is not None:
                        progress(drawn, len(reel))
            undo.pop_all()
        return [_Whole(writer, picture, reel.clock) for writer in writers]


def _fitted(
    reel: Reel,
    subject: Subject,
    picture: Picture,
    path: Path,
    progress: Callable[[int, int], None] | None,
) -> _Whole:
    """An animation of at most so many bytes, with as little given up as possible."""
    levels = encode.quality_levels(path, picture.transparent)
    tries = [
        one
        for one in attempts(picture, levels)
        if one.picture.canvas == picture.canvas or _has_room(reel, one.picture)
    ]
    for one in tries:
        studio = _Studio(reel.at_rate(one.picture.fps), subject, one.picture)
        # Of the last one it is good to know how large it is.
        limit = None if one is tries[-1] else picture.max_bytes
        try:
            (whole,) = studio.animations([path], progress, one.quality, limit)
        except encode.TooLarge:
            continue
        if whole.file.bytes <= picture.max_bytes:
            return replace(whole, gave_up=one.gave_up)
        whole.file.discard()
    problem = f"the smallest {str(path)!r} that was tried has {whole.file.bytes:,} bytes"
    raise SettingError("max_bytes", f"{problem} ({', '.join(one.gave_up)})")


def _has_room(reel: Reel, picture: Picture) -> bool:
    runs = len(reel.lanes) // (1 if picture.calibrate is None else 2)
    try:
        check_room(picture, runs)
    except SettingError:
        return False
    return True

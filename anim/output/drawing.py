"""Draws stills and animations to files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from anim.compose import comment
from anim.encode import Clip, Encoders, animation_writer, format_of
from anim.errors import SettingError
from anim.output.results import PendingOutput
from anim.panels.subject import Subject
from anim.scene import Scene
from anim.settings import Picture
from anim.timeline import Reel

# Frames from which palettes are chosen.
_SAMPLES = 10


class Drawing:
    """One picture, drawn to several files.

    Args:
        reel: the tracks and their clock.
        subject: the texts.
        picture: the settings.
    """

    def __init__(self, reel: Reel, subject: Subject, picture: Picture):
        self._reel, self._subject, self._picture = reel, subject, picture
        self._scene = Scene(subject, reel, picture)
        self._comment = comment(reel, subject, picture)

    def still(self, path: Path) -> PendingOutput:
        """Draw the step that the settings ask for.

        Raises:
            SettingError: the file exceeds ``max_bytes``.
        """
        text, picture = self._comment, self._picture
        shot = self._reel.at(picture.at)
        shows = self._subject.named(self._reel.clock.steps[shot.moment.index])
        form = format_of(path)
        write = form.load_writer()
        if form.kind == "raster":
            file = write(path, self._scene.draw(shot), text, picture.transparent)
        else:
            scene = Scene(self._subject, self._reel, picture, is_vector=True)
            file = write(path, lambda stream, name: scene.save(stream, name, shot, text))
        if picture.max_bytes is not None and file.bytes > picture.max_bytes:
            file.discard()
            problem = f"expected at least {file.bytes}, for the still {str(path)!r}, got"
            raise SettingError("max_bytes", f"{problem} {picture.max_bytes}")
        return PendingOutput(file, picture, shows=shows)

    def animations(
        self,
        paths: Sequence[Path],
        progress: Callable[[int, int], None] | None,
        quality: int = 0,
        limit: int | None = None,
    ) -> list[PendingOutput]:
        """Draw every frame once, for all files; those that loop begin with the last one.

        Args:
            paths: animations, or patterns of numbered frames.
            progress: called with (frames drawn, frames in total).
            quality: see `anim.encode.Clip`.
            limit: the largest size of a file in bytes; None sets no limit.

        Raises:
            TooLargeError: a file exceeds the limit.
        """
        if not paths:
            return []
        scene, reel, picture = self._scene, self._reel, self._picture
        samples = [scene.draw(reel.at_time(share)).copy() for share in np.linspace(0, 1, _SAMPLES)]
        clock, last = reel.clock, samples[-1]
        is_clear = picture.transparent
        clip = Clip(picture.pixels, clock, self._comment, is_clear, quality, clock.lead)
        with ExitStack() as undo:
            writers = []
            for path in paths:
                writer = animation_writer(path, clip, samples, scene.flat_colours())
                writers.append(writer)
                undo.callback(writer.discard)
            del samples
            with Encoders(writers, limit) as encoders:
                encoders.write(last, 0, looping=clock.lead)
                for drawn, shot in enumerate(reel, start=1):
                    ticks = shot.moment.ticks
                    if drawn < len(reel):
                        encoders.write(scene.draw(shot), ticks)
                    else:
                        encoders.write(last, ticks, looping=ticks - clock.lead)
                    if progress is not None:
                        progress(drawn, len(reel))
            undo.pop_all()
        return [PendingOutput(writer, picture, clock) for writer in writers]

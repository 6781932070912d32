"""What is shown, to files: each format by the module that writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from anim import compose as composing
from anim import describe, encode
from anim.compose import Subject
from anim.encode import still
from anim.page import page, page_data
from anim.run import Replicas, Run
from anim.scene import Scene
from anim.settings import Picture
from anim.timeline import Reel, Shot

_SAMPLES = 10


@dataclass(frozen=True)
class Output:
    """A file that was written.

    Attributes:
        path: where it is.
        size: width and height in pixels.
        frames: pictures shown, the held one included as often as it is repeated.
        seconds: how long it plays; 0 for a still.
        bytes: its length.
    """

    path: Path
    size: tuple[int, int]
    frames: int
    seconds: float
    bytes: int

    def __str__(self) -> str:
        width, height = self.size
        frames = "1 frame" if self.frames == 1 else f"{self.frames} frames"
        return (
            f"{self.path}: {width}x{height} pixels, {frames}, {self.seconds:g} s, "
            f"{self.bytes:,} bytes"
        )


def compose(
    runs: Sequence[Run | Replicas],
    paths: Sequence[Path],
    picture: Picture,
    progress: Callable[[int, int], None] | None = None,
) -> list[tuple[Reel, Subject]]:
    """What these files show: one view, and where one of them is a page those to choose from."""
    has_page = any(path.suffix.lower() in encode.PAGES for path in paths)
    views = composing.views_to_choose(runs, picture)
    return composing.compose_views(runs, picture, views if has_page else views[:1], progress)


def write(
    shown: Sequence[tuple[Reel, Subject]],
    paths: Sequence[Path],
    picture: Picture,
    progress: Callable[[int, int], None] | None = None,
) -> list[Output]:
    """Writes every file; see `anim.animate`.

    Args:
        shown: of `compose`.
        paths: what `anim.encode.check` has let pass.
        picture: how it is shown.
        progress: called with (frames drawn, frames in all).
    """
    reel, subject = shown[0]
    pages = [path for path in paths if path.suffix.lower() in encode.PAGES]
    for path in pages:
        still.write_text(path, page(page_data(shown, picture)))
    if len(pages) == len(paths):
        return [_describe(path, picture, reel.clock, True) for path in paths]
    scene = Scene(subject, reel, picture)
    at, comment = reel.at(picture.at), describe.comment(reel, subject, picture)
    moving = [path for path in paths if path.suffix.lower() in encode.ANIMATIONS]
    for path in paths:
        if path not in (*moving, *pages):
            _write_still(scene, at, path, comment)
    if moving:
        _write_animations(scene, reel, moving, picture.pixels, comment, progress)
    return [_describe(path, picture, reel.clock, path in moving) for path in paths]


def _write_still(scene: Scene, shot: Shot, path: Path, comment: str) -> None:
    if path.suffix.lower() in encode.RASTER_STILLS:
        still.write_png(path, scene.draw(shot), comment)
    else:
        still.write_vector(path, lambda stream, form: scene.save(stream, form, shot, comment))


def _write_animations(scene: Scene, reel: Reel, paths, pixels, comment, progress) -> None:
    samples = [scene.draw(reel.at_position(i / (_SAMPLES - 1))).copy() for i in range(_SAMPLES)]
    clip = encode.Clip(pixels, reel.clock, comment)
    with ExitStack() as undo:
        writers = []
        for path in paths:
            writer = encode.animation_writer(path, clip, samples, scene.flat_colours())
            writers.append(writer)
            undo.callback(writer.discard)
        del samples
        with encode.Encoders(writers) as encoders:
            for drawn, shot in enumerate(reel, start=1):
                encoders.write(scene.draw(shot), shot.moment.ticks)
                if progress is not None:
                    progress(drawn, len(reel))


def _describe(path: Path, picture: Picture, clock, moves: bool) -> Output:
    frames, seconds = (clock.ticks, clock.total_seconds) if moves else (1, 0)
    return Output(path, picture.pixels, frames, seconds, path.stat().st_size)

"""Writes all outputs: every file is complete before the first one takes its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from anim.encode import format_of
from anim.output.drawing import Drawing
from anim.output.max_bytes import fit_animation
from anim.output.pages import write_page
from anim.output.results import Output, PendingOutput
from anim.panels.subject import Subject
from anim.settings import Picture
from anim.timeline import Reel


def write(
    shown: Sequence[tuple[Reel, Subject]],
    paths: Sequence[Path],
    picture: Picture,
    progress: Callable[[int, int], None] | None = None,
) -> list[Output]:
    """Write every output; see `anim.animate`.

    Args:
        shown: reel and subject in each view of `anim.output.views.views_for`.
        paths: outputs that passed `anim.encode.check_outputs`.
        picture: the settings.
        progress: called with (frames drawn, frames in total).

    Raises:
        SettingError: a file stays larger than ``picture.max_bytes``.
        OSError: a file cannot be written.
    """
    reel, subject = shown[0]
    picture = picture.for_runs(len(reel.lanes), len(reel.clock.steps))
    forms = {path: format_of(path) for path in paths}
    moving = [path for path in paths if forms[path].moves]
    pages = [path for path in paths if forms[path].is_page]
    stills = [path for path in paths if path not in (*moving, *pages)]
    with ExitStack() as undo:
        outputs: dict[Path, PendingOutput] = {}

        def keep(*complete: PendingOutput) -> None:
            for output in complete:
                undo.callback(output.file.discard)
                outputs[output.file.path] = output

        for path in pages:
            keep(write_page(path, shown, picture))
        if stills or moving:
            drawing = Drawing(reel, subject, picture)
            for path in stills:
                keep(drawing.still(path))
            if picture.max_bytes is None:
                keep(*drawing.animations(moving, progress))
            else:
                for path in moving:
                    keep(fit_animation(reel, subject, picture, path, progress))
        # The last moment at which the caller can stop.
        if progress is not None:
            progress(len(reel), len(reel))
        for path in paths:
            outputs[path].file.commit()
        return [outputs[path].describe() for path in paths]

"""``animate``, and the command ``python -m anim.render``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from anim import command
from anim.errors import SettingError
from anim.settings import MAX_RUNS, Experiment, Picture, pick
from anim.train import sweep

if TYPE_CHECKING:
    from anim.output.notebook import Animation

_DEFAULT = Picture()


def animate(
    runs,
    *outputs: str | os.PathLike,
    view: str | None = _DEFAULT.view,
    panels: Sequence[str] | str | None = _DEFAULT.panels,
    calibrate: str | None = _DEFAULT.calibrate,
    held_out: float = _DEFAULT.held_out,
    curve: str = _DEFAULT.curve,
    band: bool = _DEFAULT.band,
    intervals: bool = _DEFAULT.intervals,
    bins: int | None = _DEFAULT.bins,
    binning: str = _DEFAULT.binning,
    fps: float = _DEFAULT.fps,
    seconds: float = _DEFAULT.seconds,
    hold: float = _DEFAULT.hold,
    tween: bool = _DEFAULT.tween,
    pace: str = _DEFAULT.pace,
    size: tuple[int, int] | None = None,
    scale: float = _DEFAULT.scale,
    theme: str | None = _DEFAULT.theme,
    style: str | os.PathLike | None = _DEFAULT.style,
    transparent: bool = _DEFAULT.transparent,
    max_bytes: int | None = _DEFAULT.max_bytes,
    embed: bool = _DEFAULT.embed,
    nonce: str | None = _DEFAULT.nonce,
    title: str | None = _DEFAULT.title,
    at: float | None = _DEFAULT.at,
    align: str = _DEFAULT.align,
    label: Sequence[str] | None = _DEFAULT.label,
    progress: Callable[[int, int], None] | None = None,
) -> Animation:
    """Draws a run, or several side by side, once and writes the picture to every output.

    Args:
        runs: an `anim.Run`, several of them, or a mapping from names to runs. `Replicas` stand for
            one run: their median is shown, and their spread.
        outputs: files; ``.gif``, ``.mp4``, ``.webm``, ``.webp``, ``.apng`` and ``.avif`` move, and
            so do the files of ``frames/%04d.png``; ``.png``, ``.svg`` and ``.pdf`` are stills.
        view: ``score`` (two classes), ``confidence`` or ``class:NAME``; None takes ``score`` for
            two classes, else ``confidence``.
        panels: names out of `anim.settings.PANELS`, or ``metric:NAME`` for a recorded scalar, top
            to bottom (or one text, with commas); None takes ``reliability,accuracy``, or those of
            the recalibration.
        calibrate: shows each run also recalibrated: ``temperature``, ``vector`` (scaling of
            logits) or ``isotonic`` (of scores); see `anim.calibrate`.
        held_out: share of the examples that the recalibration is fitted on, and that are not shown.
        curve: ``bars``, or a curve without bins instead: ``smooth`` (kernel regression) or
            ``isotonic`` (CORP).
        band: whether it is shown what chance alone does to a calibrated model with as many
            examples: where 95 % of its bars lie, and its ECE.
        intervals: whether 95 % intervals are shown: of each bar (Wilson), and of the ECE
            (bootstrap); a curve has none.
        bins: number of bins; None takes 50 for ``score`` and 15 for the others.
        binning: ``width`` (equal width) or ``mass`` (quantile bins).
        fps: frames a second, at most 50 for a GIF.
        seconds: length of the moving part.
        hold: length of the still at the end, in seconds.
        tween: whether frames between two snapshots are interpolated.
        pace: ``step``, or ``log`` to give the first steps more time.
        size: width and height in pixels, both even, 96 of them to an inch of a PDF; None takes
            768x600, and for ``paper`` the width of a column, 328x300 or as much higher as the
            panels need.
        scale: pixels per unit of ``size``; 2 suits sharp screens.
        theme: ``light``, ``dark``, or ``paper``, for a column of a printed page; None takes
            ``light``, and in a page what its reader prefers.
        style: a matplotlib style sheet, by its path or its name, whose colours and fonts replace
            those of the theme.
        transparent: whether there is no background, where the format allows.
        max_bytes: how large each file may be: quality is given up for it first, then frames a
            second, then size; None sets no limit.
        embed: whether ``.html`` is a snippet, to paste into another page.
        nonce: of the Content-Security-Policy of that page; None lets the hash of the code do, which
            the page names.
        title: the headline; None takes a default.
        at: the step that stills show; None takes the last.
        align: how several runs share one clock: by ``step``, where a shorter one stands still at
            its end, or by ``fraction``, where all end together.
        label: a name for each of several runs; None takes those of the mapping or their folders.
        progress: called with (frames drawn, frames in all).

    Returns:
        What was written, a list in the order of ``outputs``, which a notebook plays; that is all
        it does where there are none.

    Raises:
        TypeError: something else than a run.
        SettingError: an argument that is out of its range, or does not fit the run.
        OSError: a file could not be written. Earlier files at these paths are untouched.
    """
    from anim.output import writing
    from anim.output.notebook import Animation
    from anim.run import Replicas, Run

    if isinstance(runs, Mapping):
        label = tuple(runs) if label is None else label
        runs = list(runs.values())
    runs = [runs] if isinstance(runs, Run | Replicas | str | Path) else list(runs)
    for run in runs:
        if not isinstance(run, Run | Replicas):
            hint = "; anim.open reads one from a folder" if isinstance(run, str | Path) else ""
            raise TypeError(f"runs: expected an anim.Run, got {type(run).__name__}{hint}")
    picture = Picture(
        view=view,
        panels=None if panels is None else _names(panels),
        calibrate=calibrate,
        held_out=held_out,
        curve=curve,
        band=band,
        intervals=intervals,
        bins=bins,
        binning=binning,
        fps=fps,
        seconds=seconds,
        hold=hold,
        tween=tween,
        pace=pace,
        size=size,
        scale=scale,
        theme=theme,
        style=None if style is None else os.fspath(style),
        transparent=transparent,
        max_bytes=max_bytes,
        embed=embed,
        nonce=nonce,
        title=title,
        at=at,
        align=align,
        label=None if label is None else tuple(label),
    )
    paths = [Path(output) for output in outputs]
    _check(paths, picture)
    shown = writing.compose_for_files(runs, paths, picture)
    written = writing.write(shown, paths, picture, progress) if paths else []
    return Animation(written, shown, picture)


def _check(paths: Sequence[Path], picture: Picture) -> None:
    """Raise `SettingError` for what cannot be written like that, before any work is done."""
    from anim import encode

    if paths:
        encode.check(paths, picture.fps, picture.transparent, picture.max_bytes)
        if not any(path.suffix.lower() in encode.PAGES for path in paths):
            for name in ("embed", "nonce"):
                if getattr(picture, name):
                    raise SettingError(name, f"is of a page, and {str(paths[0])!r} is none")
    if picture.style is not None:
        from anim.scene.theme import theme_of

        theme_of(picture)


def _names(panels: Sequence[str] | str) -> tuple[str, ...]:
    return command.names(panels) if isinstance(panels, str) else tuple(panels)


def _parser() -> command.Parser:
    parser = command.Parser(
        prog="anim.render",
        usage="python -m anim.render [RUN ...] --out FILE [FILE ...] [options]",
        description="Animate how far the scores of a training run can be believed. Without RUN the "
        "post's experiment is trained first.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument(
        "runs",
        nargs="*",
        default=[],
        type=Path,
        metavar="RUN",
        help="folders that anim.Recorder wrote; several are shown side by side",
    )
    parser.add_argument(
        "--out",
        nargs="+",
        type=Path,
        required=True,
        metavar="FILE",
        help="what to write: .gif, .mp4, .webm, .webp, .apng and .avif move, and so do the frames "
        "of frames/%%04d.png; .png, .svg and .pdf show one; .html is a page to play it in",
    )
    parser.add_argument("--quiet", action="store_true", default=False, help="print errors only")
    experiment = parser.add_argument_group("the experiment")
    command.add_experiment(experiment)
    experiment.add_argument(
        "--save", type=Path, metavar="RUN", help="a folder to record it to, for another picture"
    )
    command.add_picture(parser.add_argument_group("the picture"))
    return parser


def _open(arguments: argparse.Namespace) -> list:
    """The recorded runs; an option of the experiment beside them is a wrong call."""
    from anim.errors import RecordingError
    from anim.run import open

    for name in ("save", "sweep", "replicas", *(field.name for field in fields(Experiment))):
        if name in arguments:
            raise SettingError(
                name, f"is of a run that is trained now, {str(arguments.runs[0])!r} was before"
            )
    if len(arguments.runs) > MAX_RUNS:
        count = len(arguments.runs)
        raise SettingError("RUN", f"expected at most {MAX_RUNS} of them, got {count}")
    try:
        return [open(path) for path in arguments.runs]
    except RecordingError as error:
        raise SettingError("RUN", str(error)) from error


def _labels(paths: Sequence[Path]) -> tuple[str, ...]:
    """Names of folders, with as much of what is above them as tells them apart."""
    whole = [path.resolve().parts[1:] for path in paths]
    for length in range(1, max(map(len, whole)) + 1):
        names = ["/".join(parts[-length:]) for parts in whole]
        if len(set(names)) == len(set(whole)):
            break
    earlier = [names[:i].count(name) for i, name in enumerate(names)]
    return tuple(
        f"{name} ({count + 1})" if count else name
        for name, count in zip(names, earlier, strict=True)
    )


def _run(arguments: argparse.Namespace, check: Callable[[], None]) -> None:
    given = vars(arguments)
    picture, asked = pick(Picture, given), sweep.experiments(given)
    if "held_out" in given and picture.calibrate is None:
        raise SettingError("held_out", "is of a recalibration: --calibrate says which")

    from anim import encode

    _check(arguments.out, picture)
    check()
    with_bar = sys.stderr.isatty() and not arguments.quiet
    if arguments.runs:
        runs = _open(arguments)
        if picture.label is None and len(runs) > 1:
            picture = replace(picture, label=_labels(arguments.runs))
    else:
        save = given.get("save")
        if save is not None and save.exists():
            raise SettingError("save", f"there is something at {str(save)!r} already")
        picture.check_runs(len(asked))
        if picture.label is None and len(asked) > 1:
            picture = replace(picture, label=tuple(asked))
        from anim import train
        from anim.scene import check_room

        # A page makes room as it needs it.
        if any(path.suffix.lower() not in encode.PAGES for path in arguments.out):
            check_room(picture, len(asked))
        replicas = given.get("replicas")
        runs = train.run_experiments(
            asked,
            save,
            replicas,
            lambda name: command.progress(f"training {name}", check, with_bar=with_bar),
        )
        runs = list(runs.values())
    from anim.output import writing

    with command.progress("reading", check, with_bar=with_bar) as progress:
        shown = writing.compose_for_files(runs, arguments.out, picture, progress)
    with command.progress("drawing", check, with_bar=with_bar) as progress:
        written = writing.write(shown, arguments.out, picture, progress)
    if not arguments.quiet:
        print(*written, sep="\n")


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _run(arguments, check))


if __name__ == "__main__":
    sys.exit(main())

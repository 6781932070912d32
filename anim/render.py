"""``animate``, and the command ``python -m anim.render``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from anim import command, startup
from anim.encode.formats import Kind, suffixes
from anim.errors import RecordingError, SettingError
from anim.settings import MAX_RUNS, Experiment, Picture, settings_of
from anim.settings.docs import takes
from anim.settings.fields import ANIMATION, PAGE, STILL, require
from anim.settings.unused import without_effect
from anim.train import sweep

if TYPE_CHECKING:
    from anim.output.notebook import Animation
    from anim.run.protocol import RunLike
    from anim.settings.keywords import PictureOptions

    Shown = RunLike | str | os.PathLike


@takes(Picture)
def animate(
    runs: Shown | Iterable[Shown] | Mapping[str, Shown],
    *outputs: str | os.PathLike,
    progress: Callable[[int, int], None] | None = None,
    **options: Unpack[PictureOptions],
) -> Animation:
    """Draw a run, or several side by side, once and write the picture to every output.

    If all processes of `jax.distributed` call this at about the same time, each of them reads some
    of the snapshots.

    Args:
        runs: an `anim.Run` or the folder of one, several of them, or a mapping from names to them.
            `Replicas` count as one run: their median is shown, and their spread.
        outputs: files; the extension decides the format (see `anim.encode.formats`).
            ``frames/%04d.png`` is a file for each frame.
        {settings}
        progress: called with (frames drawn, frames in all).

    Returns:
        The animation: a notebook plays it, and its ``outputs`` describe the files that were
        written, in the order of the arguments.

    Raises:
        TypeError: not a run, or an unknown keyword.
        SettingError: an argument out of its limits, or one that does not fit the run.
        RecordingError: a folder without a recording.
        OSError: a file could not be written. Earlier files at these paths are untouched.
    """
    from anim.compose import compose_views
    from anim.output import writing
    from anim.output.notebook import Animation
    from anim.output.views import views_for
    from anim.run.dividing import together

    if isinstance(runs, Mapping):
        if options.get("label") is None:
            options["label"] = tuple(map(str, runs))
        runs = runs.values()
    checked = _checked_runs(runs)
    picture = Picture.of(options)
    picture.check_runs(len(checked))
    paths = [Path(output) for output in outputs]
    _check(paths, picture)
    with together():
        shown = compose_views(checked, picture, views_for(checked, paths, picture))
    written = writing.write(shown, paths, picture, progress) if paths else []
    return Animation(written, shown, picture)


def _checked_runs(runs) -> list[RunLike]:
    from anim.run import Replicas, Run, open

    is_one = isinstance(runs, Run | Replicas | str | os.PathLike)
    found = [runs] if is_one else list(runs)
    for run in found:
        if not isinstance(run, Run | Replicas | str | os.PathLike):
            raise TypeError(f"runs: expected an anim.Run or a folder, got {type(run).__name__}")
    return [open(run) if isinstance(run, str | os.PathLike) else run for run in found]


def _check(paths: Sequence[Path], picture: Picture) -> None:
    """Raise `SettingError` for what cannot be written like that, before any work is done."""
    from anim import encode

    if paths:
        encode.check_outputs(paths, picture.fps, picture.transparent, picture.max_bytes)
        has_page = any(encode.format_of(path).is_page for path in paths)
        picture.check_page(has_page, str(paths[0]))
        picture.check_still(STILL in _kinds(paths), str(paths[0]))
    if picture.style is not None:
        from anim.scene.theme import theme_of

        theme_of(picture)


def _kinds(paths: Sequence[Path]) -> set[str]:
    """Return the kinds of outputs, as settings name them."""
    from anim.encode import format_of

    forms = [format_of(path) for path in paths]
    return {ANIMATION if form.moves else PAGE if form.is_page else STILL for form in forms}


def _parser() -> command.Parser:
    def listed(*kinds: Kind) -> str:
        return ", ".join(suffixes(*kinds))

    parser = command.Parser(
        prog="anim.render",
        usage="python -m anim.render [RUN ...] --out FILE [FILE ...] [options]",
        description="Animate how far the scores of a training run can be believed. Without RUN the "
        "post's experiment is trained first.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.example = "--out calib.gif"
    parser.add_argument(
        "runs",
        nargs="*",
        default=[],
        type=command.run_at,
        metavar="RUN",
        help="folders or URLs that anim.Recorder wrote to; several are shown side by side",
    )
    parser.add_argument(
        "--out",
        nargs="+",
        action="extend",
        type=command.file_at,
        required=True,
        metavar="FILE",
        help=f"animations ({listed('animation')}, or frames/%%04d.png, a file for each frame), "
        f"stills ({listed('raster', 'vector')}) and pages ({listed('page')}) to write",
    )
    parser.add_argument("--quiet", action="store_true", default=False, help="print errors only")
    command.add_distributed(parser)
    experiment = command.add_experiment(parser)
    experiment.add_argument(
        "--save",
        type=command.run_at,
        metavar="RUN",
        help="a folder or URL to record it to, for another picture",
    )
    command.add_picture(parser)
    return parser


def labels_of(paths: Sequence[str | os.PathLike]) -> tuple[str, ...]:
    """Return a name for each folder or URL: its own, with those above it that tell it apart.

    A folder that is listed again gets a number.
    """
    from anim.run.store.place import located

    places = [located(path) for path in paths]
    whole = [
        place.resolve().parts[1:] if isinstance(place, Path) else place.parts for place in places
    ]
    lengths = range(1, max(map(len, whole)) + 1)
    candidates = [["/".join(parts[-length:]) for parts in whole] for length in lengths]
    apart = len(set(whole))
    names = next((names for names in candidates if len(set(names)) == apart), candidates[-1])
    earlier = [names[:i].count(name) for i, name in enumerate(names)]
    return tuple(
        f"{name} ({count + 1})" if count else name
        for name, count in zip(names, earlier, strict=True)
    )


def _recorded(arguments: argparse.Namespace, picture: Picture) -> tuple[list[RunLike], Picture]:
    """The recorded runs, and the picture with their names.

    Raises:
        SettingError: a folder that cannot be opened, or an option of an experiment beside them.
    """
    from anim.run import open

    of_experiment = (one.name for one in settings_of(Experiment))
    for name in ("save", "sweep", "replicas", *of_experiment):
        problem = f"cannot be used with a recorded run ({str(arguments.runs[0])!r})"
        require(name not in arguments, name, problem)
    count = len(arguments.runs)
    require(count <= MAX_RUNS, "RUN", f"expected at most {MAX_RUNS} runs, got {count}")
    try:
        runs = [open(path) for path in arguments.runs]
    except RecordingError as error:
        raise SettingError("RUN", str(error)) from error
    if picture.label is None and count > 1:
        picture = replace(picture, label=labels_of(arguments.runs))
    return list(runs), picture


def _trained(
    arguments: argparse.Namespace,
    asked: Mapping[str, Experiment],
    picture: Picture,
    progress: Callable[[str], AbstractContextManager],
) -> tuple[list[RunLike], Picture]:
    """Runs of the experiments that were asked for, and the picture with their names."""
    problem = "shows groups of a recorded run: expected one at RUN"
    require(picture.by is None, "by", problem)
    save, replicas = getattr(arguments, "save", None), getattr(arguments, "replicas", None)
    if save is not None:
        from anim.run.store.store import refuse_what_is_there

        refuse_what_is_there(save, "save")
    picture.check_runs(len(asked))
    if picture.label is None and len(asked) > 1:
        picture = replace(picture, label=tuple(asked))

    from anim import encode
    from anim.train import run_experiments

    # A page makes room as it needs it, and the default picture has room.
    is_default = (picture.size, picture.panels) == (None, None)
    is_page = all(encode.format_of(path).is_page for path in arguments.out)
    # Nor is it known how many classes there will be.
    if not (is_page or is_default or picture.is_by_class):
        from anim.scene import check_room

        check_room(picture, len(asked), replicas)
    # Matplotlib is imported while XLA compiles.
    with startup.importing("anim.output.writing"):
        runs = run_experiments(asked, save, replicas, lambda name: progress(f"training {name}"))
    return list(runs.values()), picture


def _run(arguments: argparse.Namespace, parser: command.Parser, check: Callable[[], None]) -> None:
    given = vars(arguments)
    picture, asked = Picture.of(given), sweep.experiments(given)
    _check(arguments.out, picture)
    check()
    with_bar = sys.stderr.isatty() and not arguments.quiet and not parser.process

    def progress(label: str):
        return command.progress(label, check, with_bar=with_bar)

    if arguments.runs:
        runs, picture = _recorded(arguments, picture)
    else:
        runs, picture = _trained(arguments, asked, picture, progress)

    from anim.compose import compose_views
    from anim.output.views import views_for
    from anim.run.dividing import together

    # Matplotlib is imported while XLA compiles.
    with progress("reading") as report, startup.importing("anim.output.writing"):
        views = views_for(runs, arguments.out, picture)
        with together():
            shown = compose_views(runs, picture, views, report)
    if parser.process:
        return

    from anim.output import writing

    with progress("drawing") as report:
        written = writing.write(shown, arguments.out, picture, report)
    if not arguments.quiet:
        command.print_lines(*written)
        count = len(runs) if picture.by is None else len(shown[0][1].names)
        for line in without_effect(given, picture, _kinds(arguments.out), count):
            parser.say(line)


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.distributed and not arguments.runs:
        parser.error("argument --distributed: expected a recorded RUN to draw")
    work = partial(_run, arguments, parser)
    return command.run(parser, work, distributed=arguments.distributed)


if __name__ == "__main__":
    sys.exit(main())

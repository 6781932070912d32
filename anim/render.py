"""``animate``, and the command ``python -m anim.render``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from anim import command
from anim.settings import Experiment, Picture, SettingError

_DEFAULT = Picture()
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


def animate(
    run,
    *outputs: str | os.PathLike,
    view: str | None = _DEFAULT.view,
    panels: Sequence[str] | str = _DEFAULT.panels,
    bins: int | None = _DEFAULT.bins,
    binning: str = _DEFAULT.binning,
    fps: float = _DEFAULT.fps,
    seconds: float = _DEFAULT.seconds,
    hold: float = _DEFAULT.hold,
    tween: bool = _DEFAULT.tween,
    pace: str = _DEFAULT.pace,
    size: tuple[int, int] = _DEFAULT.size,
    scale: float = _DEFAULT.scale,
    theme: str = _DEFAULT.theme,
    title: str | None = _DEFAULT.title,
    at: float | None = _DEFAULT.at,
    progress: Callable[[int, int], None] | None = None,
) -> list[Output]:
    """Draws a run once and writes it to every output.

    Args:
        run: an `anim.Run`.
        outputs: files; ``.gif`` and ``.mp4`` move, ``.png``, ``.svg`` and ``.pdf`` are stills.
        view: ``score`` (two classes), ``confidence`` or ``class:NAME``; None takes ``score`` for
            two classes, else ``confidence``.
        panels: names out of `anim.settings.PANELS`, top to bottom (or one text, with commas).
        bins: number of bins; None takes 50 for ``score`` and 15 for the others.
        binning: ``width`` (equal width) or ``mass`` (quantile bins).
        fps: frames a second, at most 50 for a GIF.
        seconds: length of the moving part.
        hold: length of the still at the end, in seconds.
        tween: whether frames between two snapshots are interpolated.
        pace: ``step``, or ``log`` to give the first steps more time.
        size: width and height in pixels, both even.
        scale: pixels per unit of ``size``; 2 suits sharp screens.
        theme: ``light`` or ``dark``.
        title: the headline; None takes a default.
        at: the step that stills show; None takes the last.
        progress: called with (frames drawn, frames in all).

    Returns:
        What was written, in the order of ``outputs``.

    Raises:
        TypeError: something else than a run.
        SettingError: an argument that is out of its range, or does not fit the run.
        OSError: a file could not be written. Earlier files at these paths are untouched.
    """
    from anim.run import Run

    if not isinstance(run, Run):
        raise TypeError(f"run: expected an anim.Run, got {type(run).__name__}")
    picture = Picture(
        view=view,
        panels=tuple(panels.split(",")) if isinstance(panels, str) else tuple(panels),
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
        title=title,
        at=at,
    )
    return _write(run, [Path(output) for output in outputs], picture, progress)


def make_scene(run, picture: Picture):
    """The timeline, the track and the scene of a run: all that drawing needs."""
    from anim.scene import Scene, Subject
    from anim.timeline import Timeline, Track

    reliability = run.reliability(picture.view, picture.bins, picture.binning)
    timeline = Timeline(
        run.steps,
        fps=picture.fps,
        seconds=picture.seconds,
        hold=picture.hold,
        tween=picture.tween,
        pace=picture.pace,
    )
    track = Track(
        steps=run.steps,
        edges=reliability.edges,
        counts=reliability.counts,
        hits=reliability.hits,
        shares=reliability.accuracy,
        confidences=reliability.confidence,
        series=run.metrics(),
    )
    title = "Prediction scores are not probabilities" if picture.title is None else picture.title
    subject = Subject(
        title=_one_line(title),
        caption=_one_line(run.about.caption or f"{len(run.labels)} validation points"),
        view=reliability.view,
        score_label=_one_line(_score_label(reliability.view, run.classes)),
        steps_per_epoch=run.about.steps_per_epoch,
    )
    return timeline, track, Scene(subject, track, timeline, picture)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _score_label(view: str, classes: Sequence[str]) -> str:
    if view == "confidence":
        return "confidence: score of the predicted class"
    name = classes[1] if view == "score" else view.removeprefix("class:")
    return f"predicted score of {name}"


def _write(run, paths: list[Path], picture: Picture, progress) -> list[Output]:
    from anim import encode

    encode.check(paths, picture.fps)
    timeline, track, scene = make_scene(run, picture)
    still = track.at(timeline.at(picture.at))
    moving = [path for path in paths if path.suffix.lower() in encode.ANIMATIONS]
    for path in paths:
        if path not in moving:
            _write_still(scene, still, path)
    if moving:
        _write_animations(scene, track, timeline, moving, picture.pixels, progress)
    return [_describe(path, picture, timeline, path in moving) for path in paths]


def _write_still(scene, frame, path: Path) -> None:
    from anim import encode
    from anim.encode import still

    if path.suffix.lower() in encode.RASTER_STILLS:
        still.write_png(path, scene.draw(frame))
    else:
        still.write_vector(path, lambda stream, form: scene.save(stream, form, frame))


def _write_animations(scene, track, timeline, paths, pixels, progress) -> None:
    from anim import encode

    samples = [
        scene.draw(track.at(timeline.moment(i / (_SAMPLES - 1)))).copy() for i in range(_SAMPLES)
    ]
    with ExitStack() as undo:
        writers = []
        for path in paths:
            writer = encode.animation_writer(path, pixels, timeline, samples, scene.flat_colours())
            writers.append(writer)
            undo.callback(writer.discard)
        del samples
        with encode.Encoders(writers) as encoders:
            for drawn, moment in enumerate(timeline, start=1):
                encoders.write(scene.draw(track.at(moment)), moment.ticks)
                if progress is not None:
                    progress(drawn, len(timeline))


def _describe(path: Path, picture: Picture, timeline, moves: bool) -> Output:
    frames, seconds = (timeline.ticks, timeline.total_seconds) if moves else (1, 0)
    return Output(path, picture.pixels, frames, seconds, path.stat().st_size)


def _parser() -> command.Parser:
    parser = command.Parser(
        prog="anim.render",
        usage="python -m anim.render [RUN] --out FILE [FILE ...] [options]",
        description="Animate how far the scores of a training run can be believed. Without RUN the "
        "post's experiment is trained first.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument(
        "recording",
        nargs="?",
        default=None,
        type=Path,
        metavar="RUN",
        help="a folder that anim.Recorder wrote",
    )
    parser.add_argument(
        "--out",
        nargs="+",
        type=Path,
        required=True,
        metavar="FILE",
        help="what to write: .gif and .mp4 move; .png, .svg and .pdf show one frame",
    )
    parser.add_argument("--quiet", action="store_true", default=False, help="print errors only")
    command.add_experiment(parser.add_argument_group("the experiment"))
    command.add_picture(parser.add_argument_group("the picture"))
    return parser


@contextmanager
def _progress(label: str, check: Callable[[], None], *, with_bar: bool):
    """A progress callback that calls ``check``, and draws a bar on a terminal."""
    if not with_bar:
        yield lambda done, total: check()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(label.ljust(9)), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label)

        def report(done: int, total: int) -> None:
            check()
            bar.update(task, completed=done, total=total)

        yield report


def _train(experiment: Experiment, save: Path | None, progress: Callable[[int, int], None]):
    """The run of the experiment, recorded at ``save`` if that is given."""
    from anim import data, train

    dataset = data.load(
        experiment.data,
        train_size=experiment.train_size,
        val_size=experiment.val_size,
        noise=experiment.noise,
        seed=experiment.seed,
    )
    in_data = ("data", "train_size", "val_size", "noise")
    knobs = {name: value for name, value in vars(experiment).items() if name not in in_data}
    return train.fit(dataset, **knobs, path=save, progress=progress)


def _open(arguments: argparse.Namespace):
    """The recorded run; an option of the experiment beside it is a wrong call."""
    from anim.run import RecordingError, open

    for name in ("save", *(field.name for field in fields(Experiment))):
        if name in arguments:
            raise SettingError(
                name, f"is of a run that is trained now, {str(arguments.recording)!r} was before"
            )
    try:
        return open(arguments.recording)
    except RecordingError as error:
        raise SettingError("RUN", str(error)) from error


def _run(arguments: argparse.Namespace, check: Callable[[], None]) -> None:
    given = vars(arguments)
    experiment, picture = command.pick(Experiment, given), command.pick(Picture, given)

    from anim import encode

    encode.check(arguments.out, picture.fps)
    check()
    with_bar = sys.stderr.isatty() and not arguments.quiet
    if arguments.recording is None:
        save = given.get("save")
        if save is not None and save.exists():
            raise SettingError("save", f"there is something at {str(save)!r} already")
        with _progress("training", check, with_bar=with_bar) as progress:
            run = _train(experiment, save, progress)
    else:
        run = _open(arguments)
    with _progress("drawing", check, with_bar=with_bar) as progress:
        written = _write(run, arguments.out, picture, progress)
    if not arguments.quiet:
        print(*written, sep="\n")


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _run(arguments, check))


if __name__ == "__main__":
    sys.exit(main())

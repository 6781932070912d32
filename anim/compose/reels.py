"""From runs to reels: the tracks of several runs on one clock, and what the picture is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from anim import calibration
from anim.compose import classes
from anim.compose.groups import captioned, divided, groups_to_show, titled
from anim.compose.tracks import prepare, track_of
from anim.panels.layout import has_plain_words
from anim.panels.subject import Subject
from anim.panels.words import A_LABEL, FIELD_TITLE, PLAIN_TITLE
from anim.run import RunLike, calibrate
from anim.run.passes import Progress
from anim.run.points import points_of
from anim.settings import RECALIBRATIONS, Picture, one_line
from anim.settings.views import CLASSES
from anim.timeline import Reel, Track

# How far below the lowest score rounding may move one.
_ROUNDED = 1e-3


def default_view(runs: Sequence[RunLike], picture: Picture) -> str:
    """Return the view that the picture names, or one that suits all runs."""
    views = {run.default_view() for run in runs}
    return picture.view or (views.pop() if len(views) == 1 else calibration.CONFIDENCE.name)


def views_to_choose(runs: Sequence[RunLike], picture: Picture) -> list[str]:
    """Return the views that a page lets its reader choose from, the default one first."""
    first = default_view(runs, picture)
    if picture.view is not None:
        return [first]
    has_scores = all(run.has_scores for run in runs)
    offered = calibration.views_offered([run.classes for run in runs], has_scores)
    return list(dict.fromkeys([first, *offered]))


def compose_views(
    runs: Sequence[RunLike],
    picture: Picture,
    views: Sequence[str],
    progress: Progress | None = None,
    *,
    is_live: bool = False,
) -> list[tuple[Reel, Subject]]:
    """Return what a picture shows in each of several views, in one pass over the snapshots.

    Args:
        runs: to show, each with its recalibration if the picture asks for it.
        picture: how to show them. Its view is not used.
        views: names, such as ``confidence``.
        progress: called with (snapshots read, snapshots in all).
        is_live: whether the snapshots will be joined with others of the same run.

    Raises:
        SettingError: a view or a grouping that a run does not have, too many runs or groups, or a
            number of names other than that of runs.
    """
    picture.check_runs(len(runs))
    runs = [run.of_view(picture.view) for run in runs]
    groups = () if picture.by is None else groups_to_show(runs[0], picture)
    names = _names(runs, picture)
    title = _title(runs, names, picture) if picture.title is None else picture.title
    if classes.has_panels(runs[0], picture):
        return [_of_classes(runs[0], title, picture, progress, is_live=is_live)]
    if picture.is_by_class:
        views = [classes.only_view(runs[0])]
    passes = 1 if picture.calibrate is None else 3
    work = _Work(progress, passes * sum(map(_snapshots, runs)))
    if picture.calibrate is not None:
        runs, names = _with_recalibrations(runs, names, picture, picture.calibrate, work)
    caption, headings, passes = _caption(runs), (), len(runs)
    if picture.by is not None:
        title = titled(title, picture.by, groups) if picture.title is None else title
        whole, (runs, names, headings) = runs, divided(runs, names, groups, picture)
        caption = captioned(caption, whole, runs)
    for i, run in enumerate(runs):
        # Groups share the passes of the first of them.
        part = work.part(_snapshots(run) if i < passes else 0)
        prepare(run, views, picture, part, runs=len(runs))
    work.end()
    title, caption = one_line(title), one_line(caption)
    subject = Subject(title, caption, view="", score_label="", names=names, headings=headings)
    return [_in_view(runs, subject, view, picture) for view in views]


def reel_of(tracks: Sequence[Track], picture: Picture) -> Reel:
    """Return tracks on one clock, at the picture's pace."""
    return Reel.of(
        tracks,
        fps=picture.fps,
        hold=picture.hold,
        seconds=picture.seconds,
        tween=picture.tween,
        pace=picture.pace,
        by_fraction=_counts_percents(len(tracks), picture),
    )


def _counts_percents(runs: int, picture: Picture) -> bool:
    return runs > 1 and picture.align == "fraction" and not picture.is_by_class


def _in_view(
    runs: Sequence[RunLike], subject: Subject, view: str, picture: Picture
) -> tuple[Reel, Subject]:
    tracks = [track_of(run, view, picture, runs=len(runs)) for run in runs]
    reel = reel_of(tracks, picture)
    unit_name, steps_per_unit = _unit(runs, reel, picture)
    kind = calibration.view_of(view, runs[0].classes, runs[0].has_scores)
    of_runs = [run.classes for run in runs]
    sides = kind.sides(of_runs)
    subject = replace(
        subject,
        view=kind.name,
        score_label=one_line(kind.label(of_runs)),
        sides=None if sides is None else (one_line(sides[0]), one_line(sides[1])),
        class_name=one_line(view.partition(":")[2] or A_LABEL) if kind.counts_labels else "",
        answers=kind.answers,
        floor=_floor(kind.floor(of_runs), runs, tracks),
        is_folded=kind.is_folded,
        unit_name=unit_name,
        steps_per_unit=steps_per_unit,
    )
    return reel, subject


def _floor(floor: float, runs: Sequence[RunLike], tracks: Sequence[Track]) -> float:
    """Return where the axis of scores begins: at the lowest that can be, unless some are lower.

    Confidences may be recorded without classes, or of more classes than occur among the labels.
    """
    lowest = min(np.fmin.reduce(track.confidences, axis=None, initial=1) for track in tracks)
    is_lower = lowest < floor - _ROUNDED and not all(run.has_scores for run in runs)
    return 0.0 if is_lower else floor


def _of_classes(
    run: RunLike, title: str, picture: Picture, progress: Progress | None, *, is_live: bool
) -> tuple[Reel, Subject]:
    """Return the panels of the classes of a run."""
    work = _Work(progress, _snapshots(run))
    tracks, shown = classes.tracks_of_classes(
        run, picture, work.part(_snapshots(run)), is_live=is_live
    )
    work.end()
    reel = reel_of(tracks, picture)
    unit_name, steps_per_unit = _unit([run], reel, picture)
    replicas = len(run.members)
    forms = classes.sentences(len(shown), len(run.classes), replicas=replicas, is_live=is_live)
    subject = Subject(
        title=one_line(title),
        caption=f"{one_line(_caption([run]))}, {forms[0]}",
        view=CLASSES,
        score_label="predicted score",
        names=tuple(classes.called(run.classes[k]) for k in shown),
        classes=forms,
        unit_name=unit_name,
        steps_per_unit=steps_per_unit,
    )
    return reel, subject


class _Work:
    """Progress of several passes over snapshots, reported as that of one."""

    def __init__(self, progress: Progress | None, total: int):
        self._progress, self._total, self._begun = progress, total, 0

    def part(self, count: int) -> Progress:
        """Return the progress of the next pass, over ``count`` snapshots."""
        before = self._begun
        self._begun += count

        def progress(done: int, _total: int) -> None:
            if self._progress is not None:
                self._progress(before + done, self._total)

        return progress

    def end(self) -> None:
        self.part(0)(0, 0)


def _with_recalibrations(
    runs: Sequence[RunLike], names: Sequence[str], picture: Picture, method: str, work: _Work
) -> tuple[list[RunLike], tuple[str, ...]]:
    """Return each run followed by the recalibrated one, and names of both."""
    pairs = [
        calibrate(run, method, picture.held_out_share, progress=work.part(_snapshots(run)))
        for run in runs
    ]
    recalibrated = RECALIBRATIONS[method]
    if len(runs) == 1 and picture.label is None:
        names = ("as trained", recalibrated)
    else:
        names = [text for name in names for text in (name, f"{name}, {recalibrated}")]
    return [run for pair in pairs for run in pair], tuple(names)


def _snapshots(run: RunLike) -> int:
    return sum(map(len, run.members))


def _unit(runs: Sequence[RunLike], reel: Reel, picture: Picture) -> tuple[str, int]:
    """Return the unit of the time axis and its number of steps.

    Epochs, if all runs have the same known length of them, and last at least two.
    """
    if _counts_percents(len(runs), picture):
        return "percent", 1
    epochs = {run.about.steps_per_epoch for run in runs}
    steps = epochs.pop()
    if epochs or not steps or reel.clock.steps[-1] < 2 * steps:
        return "step", 1
    return "epoch", steps


def _names(runs: Sequence[RunLike], picture: Picture) -> tuple[str, ...]:
    if picture.label is None:
        return tuple(one_line(run.name) or f"run {i}" for i, run in enumerate(runs, start=1))
    return tuple(map(one_line, picture.label))


def _title(runs: Sequence[RunLike], names: Sequence[str], picture: Picture) -> str:
    """Return the headline of recordings that name the same one, else their names.

    That of a single run without a name says what pictures show.
    """
    titles = {run.about.title for run in runs}
    if len(titles) == 1 and (title := titles.pop()):
        return title
    if len(runs) == 1 and picture.label is None and not one_line(runs[0].name):
        return PLAIN_TITLE if has_plain_words(picture) else FIELD_TITLE
    return " and ".join(dict.fromkeys(names)) if len(runs) < 3 else f"{len(runs)} runs"


def _caption(runs: Sequence[RunLike]) -> str:
    """Return what the captions of all runs have in common, and what weights make of the points."""
    sizes = {round(run.members[0].effective_examples) for run in runs}
    if len(sizes) > 1 or any(run.members[0].weights is None for run in runs):
        return _common_caption(runs)
    number = f"{sizes.pop():,}".replace(",", "\u2009")
    return f"{_common_caption(runs)}, weighted: an effective number of {number}"


def _common_caption(runs: Sequence[RunLike]) -> str:
    captions = [run.about.caption.split(", ") for run in runs]
    common = [part for part in captions[0] if all(part in other for other in captions)]
    if caption := ", ".join(common):
        return caption
    points = {points_of(run.members[0].examples) for run in runs}
    return points.pop() if len(points) == 1 else f"{len(runs)} runs"

"""The classes of a run as panels of their own: which ones, in which order, and what is said."""

from __future__ import annotations

import contextlib
import warnings

import numpy as np

from anim import calibration
from anim.calibration.views import check_scores
from anim.compose.tracks import prepare, track_of
from anim.errors import RecordingError
from anim.panels.axes import grouped
from anim.run import Run, RunLike
from anim.run.passes import Progress
from anim.settings import Picture, one_line
from anim.settings.fields import require
from anim.settings.views import CLASSES, MOST_CLASSES
from anim.timeline import Track

# Of two classes a score says both: the panel of class 0 would be that of class 1 turned around.
_FEWEST = 3


def has_panels(run: RunLike, picture: Picture) -> bool:
    """Return whether a picture shows a panel for each class of a run.

    Raises:
        SettingError: it should, and the run has only the confidence of the predicted class, or its
            examples have several labels each.
    """
    if not picture.is_by_class:
        return False
    check_scores(CLASSES, run.has_scores)
    problem = f"expected a run with one label an example for {CLASSES!r}, got one of several"
    hint = "--by label (by='label') shows a panel of each"
    require(not run.members[0].examples.is_multilabel, "view", f"{problem}; {hint}")
    return len(run.classes) >= _FEWEST


def only_view(run: RunLike) -> str:
    """Return the view that stands for the panels of two classes: that of class 1."""
    return class_view(run, len(run.classes) - 1)


def class_view(run: RunLike, k: int) -> str:
    """Return the name of the view of a class."""
    return calibration.ClassView(k, run.classes[k]).name


def tracks_of_classes(
    run: RunLike, picture: Picture, progress: Progress | None = None, *, is_live: bool = False
) -> tuple[list[Track], list[int]]:
    """Return the tracks of classes, in one pass over the snapshots, and which classes these are.

    They are in the order of their errors in the last snapshot, the worst first. Of many classes the
    last snapshot is read before, as it tells which are the worst.

    Args:
        run: to show.
        picture: how to show it.
        progress: called with (snapshots read, 0).
        is_live: whether more snapshots will come: then the order is that of the classes, and of
            many classes those with the most examples are shown.
    """
    count = len(run.classes)
    shown = list(range(count))
    if count > MOST_CLASSES:
        shown = _most_frequent(run) if is_live else _worst_at_end(run)
    views, runs = [class_view(run, k) for k in shown], len(shown)
    is_ordered = is_live or count > MOST_CLASSES
    prepare(run, views, picture, progress, runs=runs, class_errors=not is_ordered)
    if not is_ordered:
        shown = _worst(np.median([_at_end(one.class_errors()) for one in run.members], axis=0))
    return [track_of(run, class_view(run, k), picture, runs=runs) for k in shown], shown


def called(name: str) -> str:
    """Return what a panel calls a class: a number alone would say nothing."""
    return f"class {name}" if name.isdecimal() else one_line(name)


def sentences(
    shown: int, count: int, *, replicas: int = 1, is_live: bool = False
) -> tuple[str, ...]:
    """Return what is said of the panels of classes, from longer to shorter.

    Args:
        shown: how many classes have a panel.
        count: K, how many there are.
        replicas: of how many the panels show the median.
        is_live: see `tracks_of_classes`.
    """
    some = f"{shown} classes" if shown == count else f"{shown} of {grouped(count)} classes"
    some += f", medians of {replicas} replicas" if replicas > 1 else ""
    if is_live:
        return (f"{some}, those with the most examples", some) if shown < count else (some,)
    first = f"{some}, the worst first"
    shortest = (some,) if replicas > 1 else ()
    return f"{first}, by the ECE of each in the last snapshot", first, *shortest


def _worst(errors: np.ndarray) -> list[int]:
    """Return the classes with the largest errors [K], the largest first; NaN is none."""
    return np.argsort(-np.nan_to_num(errors), kind="stable")[:MOST_CLASSES].tolist()


def _most_frequent(run: RunLike) -> list[int]:
    """Return the classes with the most examples, in their own order."""
    counts = np.bincount(run.labels, minlength=len(run.classes))
    return sorted(np.argsort(-counts, kind="stable")[:MOST_CLASSES].tolist())


def _at_end(errors: np.ndarray) -> np.ndarray:
    """Return the last of errors [S, K] that are known."""
    return errors[np.flatnonzero(np.isfinite(errors).all(1))[-1:]].sum(0)


def _worst_at_end(run: RunLike) -> list[int]:
    return _worst(np.median([_last_errors(one) for one in run.members], axis=0))


def _last_errors(run: Run) -> np.ndarray:
    """Return the ECE [K] of each class in the last snapshot that can be read; NaN without one."""
    with warnings.catch_warnings():
        # Those that cannot be read are named when all are.
        warnings.filterwarnings("ignore", ".*; it is left out$")
        for i in reversed(range(len(run))):
            with contextlib.suppress(RecordingError):
                return run.only([i]).class_errors()[0]
    return np.full(len(run.classes), np.nan)

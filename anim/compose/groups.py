"""Groups of the examples of a run, shown as several runs are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anim.panels.axes import grouped
from anim.run import RunLike
from anim.run.crossing import groups_by
from anim.run.points import noun_of
from anim.settings import MAX_RUNS, Picture, one_line, one_of
from anim.settings.fields import require


def groups_to_show(run: RunLike, picture: Picture) -> tuple[str, ...]:
    """Return the names of the groups that a picture shows.

    Args:
        run: the only one.
        picture: asks for the groups of a grouping.

    Raises:
        SettingError: no such groups, or more than a picture has room for.
    """
    groups = groups_by(run.members[0].groups, picture.by)
    for name in picture.only or ():
        one_of("only", name, groups.names)
    order = np.argsort(-np.bincount(groups.codes), kind="stable")
    names = tuple(groups.names[i] for i in order) if picture.only is None else picture.only
    most = MAX_RUNS if picture.calibrate is None else MAX_RUNS // 2
    each = "" if picture.calibrate is None else " with a recalibration each"
    largest = " ".join(f'"{name}"' if " " in name else name for name in map(one_line, names[:most]))
    problem = (
        f"expected at most {most} groups{each}, got {len(names)}; choose with `only` {largest}"
    )
    require(len(names) <= most, "by" if picture.only is None else "only", problem)
    return names


def divided(
    runs: Sequence[RunLike], names: Sequence[str], groups: Sequence[str], picture: Picture
) -> tuple[list[RunLike], tuple[str, ...], tuple[str, ...]]:
    """Return the runs of each group, what lines call them, and what diagrams do.

    Args:
        runs: one, and perhaps its recalibration.
        names: of both.
        groups: to show.
        picture: asks for them.
    """
    parts = [run.by_group(picture.by, groups) for run in runs]
    found = [its[group] for group in groups for its in parts]
    recalibrated = [f", {name}" if i else "" for i, name in enumerate(names)]
    called = tuple(f"{one_line(group)}{more}" for group in groups for more in recalibrated)
    headings = tuple(
        f"{name}, {grouped(len(run.labels))} {'point' if len(run.labels) == 1 else 'points'}"
        for name, run in zip(called, found, strict=True)
    )
    return found, called, headings


def titled(title: str, by: Sequence[str], groups: Sequence[str]) -> str:
    """Return a headline with that by which examples are grouped, or with the only group."""
    if len(groups) == 1:
        return f"{title}, {groups[0]}"
    return f"{title}, by {' and '.join(by)}"


def captioned(caption: str, runs: Sequence[RunLike], groups: Sequence[RunLike]) -> str:
    """Return a caption that says how many points are shown, if these are not all.

    Args:
        caption: of the whole.
        runs: one, and perhaps its recalibration.
        groups: those of each.
    """
    whole = len(runs[0].labels)
    shown = sum(len(run.labels) for run in groups) // len(runs)
    noun = noun_of(runs[0].members[0].examples)
    some = f"{grouped(shown)} of {grouped(whole)} {noun} in these groups"
    return caption if shown == whole else f"{caption}, {some}"

"""Frames in memory, of pandas, polars or any library that speaks Arrow, made into a run."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from anim.checks.labels import checked_classes
from anim.errors import SettingError
from anim.record.aligning import check_same_examples, check_same_labels, in_order_of
from anim.record.doubts import doubt_of
from anim.record.ignoring import ignored_labels
from anim.record.label_tables import labels_of_rows
from anim.record.recording import arguments, beside, errors_of_file, said, with_classes
from anim.record.saved import Saved
from anim.record.schema import Wanted
from anim.record.snapshots import snapshots_in
from anim.record.tables import Table, shown, table_of
from anim.run import About, Recorder, Run
from anim.settings import whole
from anim.settings.docs import hints


@hints("from_table")
def from_table(
    frames: Any,
    *,
    labels=None,
    label: str | None = None,
    pred: str | None = None,
    scores: str | Iterable[str] | None = None,
    confidence: str | None = None,
    correct: str | None = None,
    step: str | None = None,
    weight: str | None = None,
    group: str | Iterable[str] | None = None,
    ignore=None,
    classes: Iterable[str] | None = None,
    outputs: str | None = None,
    keep: str = "float32",
    caption: str = "",
    quiet: bool = False,
) -> Run:
    """Return a run of predictions in data frames, a row per example.

    Columns are taken for what their names say, which is printed, or for what keywords say.

    Args:
        frames: a data frame of pandas, polars, pyarrow or anything else that has
            ``__arrow_c_stream__``; or a mapping of steps to data frames. One frame with a column
            of steps holds several snapshots.
        labels: [N] numbers or names, if they are not in the frame.
        label, pred, step: the columns of labels, of predicted classes and of steps.
        scores: the columns of scores: one per class, one of lists, or one for class 1 of two.
        confidence, correct: the columns of the score of the predicted class, and of what is right.
        weight, group: the columns of weights and of names of groups, used only if they are given.
        ignore: labels of rows that are no examples, such as -100 or ``"pad"``.
        classes: K names, in the order of their numbers and of the columns of scores.
        outputs: ``logits`` or ``probs``; None decides by names and values.
        keep, caption: as for `anim.Recorder`, and what was trained.
        quiet: print nothing.

    Raises:
        SettingError: columns that are not there, that contradict each other, or that can be read in
            several ways; the message names the column and the row.
    """
    asked: dict[str, Any] = {"label": label, "pred": pred, "confidence": confidence, "step": step}
    asked |= {"correct": correct, "weight": weight, "scores": _names(scores)}
    asked["group"] = _names(group)
    names = checked_classes(classes) or ()
    wanted = Wanted(**asked, ignore=ignored_labels(ignore), classes=names, outputs=outputs)
    say: Callable[[str], None] = (lambda line: None) if quiet else print
    options = {"about": About(caption), "keep": keep}
    return _recorded(_in_order(frames, labels, wanted), wanted, options, say)


def _names(given: str | Iterable[str] | None) -> tuple[str, ...]:
    return () if given is None else (given,) if isinstance(given, str) else tuple(given)


def _recorded(
    snapshots: Iterator[tuple[Saved, int]],
    wanted: Wanted,
    options: dict,
    say: Callable[[str], None],
) -> Run:
    """Return the run of snapshots, and say what they were taken for.

    ``options`` are more arguments of `anim.Recorder`.
    """
    note = said(say, lambda: None)
    recorder: Recorder | None = None
    first: Saved | None = None
    for snapshot, at in snapshots:
        with errors_of_file(snapshot.source):
            if recorder is None or first is None:
                first, names = snapshot, wanted.classes or snapshot.classes
                recorder = Recorder(
                    labels=snapshot.labels, classes=names, **beside(first), **options
                )
            snapshot = in_order_of(first, with_classes(snapshot, first.classes))
            if first.labels is not None and snapshot.labels is not None:
                check_same_labels(first, first.labels, snapshot, snapshot.labels)
            check_same_examples(first, snapshot)
            recorder.snapshot(at, **arguments(snapshot, np.asarray(0), wanted.outputs))
        note(snapshot)
    if recorder is None:
        raise SettingError("frames", "expected at least one frame, got none")
    run = recorder.run()
    if (doubt := doubt_of(run)) is not None:
        say(f"check: {doubt}")
    return run


def _in_order(frames: Any, labels, wanted: Wanted) -> Iterator[tuple[Saved, int]]:
    """Yield the snapshots in frames, and their steps in increasing order."""
    if not isinstance(frames, Mapping):
        _check_index(labels, frames)
        yield from _with_steps(_table("frame", frames), labels, wanted, 0)
        return
    for at in frames:
        if isinstance(at, str):
            problem = f"expected a frame, or frames by their steps, got the key {shown(at)}"
            raise SettingError("frames", problem)
        whole("frames", at, 0)
    for at in sorted(frames):
        _check_index(labels, frames[at])
        table = _table(f"frame at step {at}", frames[at])
        for count, (snapshot, step) in enumerate(_with_steps(table, labels, wanted, int(at))):
            if count or step != at:
                table.fail(f"expected one snapshot, of step {at}, got step {step} in its column")
            yield snapshot, int(at)


def _check_index(labels: Any, frame: Any) -> None:
    """Raise SettingError if labels of pandas have the index of the frame in another order."""
    own: Any = getattr(labels, "index", None)
    other: Any = getattr(frame, "index", None)
    if not hasattr(own, "equals") or not hasattr(other, "equals") or own.equals(other):
        return
    if len(own) == len(other) and set(own) == set(other):
        at = next(i for i, pair in enumerate(zip(own, other, strict=True)) if pair[0] != pair[1])
        problem = (
            f"expected the index of the frame, {shown(other[at])} at row {at}, got {shown(own[at])}"
        )
        hint = "labels.loc[frame.index] puts them in its order, labels.to_numpy() has no index"
        raise SettingError("labels", f"{problem}; {hint}")


def _with_steps(
    table: Table, labels, wanted: Wanted, otherwise: int
) -> Iterator[tuple[Saved, int]]:
    for snapshot in snapshots_in(table, wanted, labels_of_rows(labels, table, wanted)):
        yield snapshot, otherwise if snapshot.step is None else snapshot.step


def _table(source: str, frame: Any) -> Table:
    """Return a frame as a table.

    Raises:
        SettingError: it does not speak Arrow, or has columns that Arrow has no type for.
    """
    import pyarrow as pa

    if not hasattr(frame, "__arrow_c_stream__"):
        problem = (
            "expected a data frame of pandas 2.2, polars, pyarrow or another library with "
            f"__arrow_c_stream__, got {type(frame).__name__}"
        )
        raise SettingError("frames", problem)
    try:
        # pandas may call columns by numbers; Arrow warns that it does not.
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            data = pa.table(frame)
    except (pa.ArrowException, TypeError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise SettingError("frames", f"{source} cannot be read: {shown(first)}") from error
    return table_of(source, data, lambda row: f"row {row}")

"""The errors of groups of the examples of a run, at one of its steps, and what they say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from anim.metrics import ALARM, CHANCE, GAP, P_VALUE
from anim.report.numbers import columns_of, indices_of
from anim.report.printing import (
    CORRECTED,
    RECALIBRATED,
    SCORE_ECE,
    aligned,
    cell_of,
    columns_in,
)
from anim.run import Run
from anim.run.dividing import together
from anim.run.examples import LABEL
from anim.run.recalibration import calibrate as recalibrate
from anim.settings import Statistics, one_line

# Fewer examples say nothing: an accuracy of 0.5 is known to within 0.1.
FEWEST = 100
_SMALL = "*"
EFFECTIVE = "effective_points"
_SHOWN = ("accuracy", GAP, "ece", "ece_low", CHANCE, P_VALUE, CORRECTED, SCORE_ECE)
_SHOWN = (*_SHOWN, f"{RECALIBRATED}ece")
# Of chance and its tests, which say nothing of a small group.
_TESTED = (P_VALUE, "ece_low", CORRECTED)
GroupRow = dict[str, Any]


def report_groups(
    run: Run,
    by: str | Sequence[str] | None = None,
    at: Sequence[int] | None = None,
    calibrate: str | None = None,
    held_out: float | None = None,
) -> list[GroupRow]:
    """Return the errors of each group of the examples of a run, at one step, the largest first.

    Args:
        run: the run.
        by: a grouping, or several that are crossed; None takes the only one.
        at: steps, of which the last one counts; None takes that of the run.
        calibrate, held_out: of `report`; the recalibration is fitted to examples of all groups.

    Returns:
        For each group a mapping: ``group``, its name; ``points``, the number of its examples; with
        weights ``effective_points``, their effective number; what `report` has; and
        ``ece_p_holm``, the p-value of its ECE with Holm's correction for the number of groups of
        100 points or more, with weights by their effective number. It is NaN for those of fewer,
        which are not tested. Of several labels, by label: ``label_ece``, see
        `anim.Run.label_errors`.

    Raises:
        TypeError: not a run.
        SettingError: a step, a grouping or a recalibration that the run does not have.

    References:
        Holm 1979, A simple sequentially rejective multiple test procedure.
    """
    if not isinstance(run, Run):
        raise TypeError(f"run: expected an anim.Run, got {type(run).__name__}")
    settings = Statistics(calibrate=calibrate, held_out=held_out)
    run = run.only(indices_of(run, at)[-1:])
    recalibrated = {}
    if calibrate is not None:
        run, other = recalibrate(run, calibrate, settings.held_out_share)
        recalibrated = other.by_group(by)
    parts, rows = run.by_group(by), []
    with together():
        errors = run.label_errors() if _is_by_label(run, by) else {}
        for name, part in parts.items():
            columns = columns_of(part, recalibrated.get(name), calibrate)
            values = {key: column[0].item() for key, column in columns.items()}
            values |= {SCORE_ECE: errors[name].item()} if name in errors else {}
            count, effective = len(part.labels), part.effective_examples
            weighted = {} if part.weights is None else {EFFECTIVE: effective}
            rows.append({"group": name, "points": count, **weighted, **values})
    _add_corrected(rows)
    return sorted(rows, key=lambda row: -row["points"])


def _add_corrected(rows: Sequence[GroupRow]) -> None:
    """Add the corrected p-value to rows of groups."""
    p_values = [
        row[P_VALUE] if row.get(EFFECTIVE, row["points"]) >= FEWEST else math.nan for row in rows
    ]
    for row, value in zip(rows, _corrected(p_values), strict=True):
        row[CORRECTED] = value


def _is_by_label(run: Run, by: str | Sequence[str] | None) -> bool:
    names = list(run.groups) if by is None else [by] if isinstance(by, str) else list(by)
    return run.examples.is_multilabel and run.has_scores and names == [LABEL]


def _is_small(row: Mapping[str, Any]) -> bool:
    """Return whether a group has a p-value, and is too small to be tested."""
    return math.isfinite(row[P_VALUE]) and not math.isfinite(row[CORRECTED])


def _corrected(p_values: Sequence[float]) -> list[float]:
    """Return p-values with Holm's correction; NaN, which is not counted, stays NaN."""
    found = np.array(p_values, float)
    order = np.argsort(found, kind="stable")[: np.isfinite(found).sum()]
    factors = np.arange(len(order), 0, -1)
    found[order] = np.minimum(np.maximum.accumulate(found[order] * factors), 1)
    return found.tolist()


def group_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows of `report_groups` as text, one line each, under the names of the columns."""
    columns = [one for one in columns_in(rows) if one.keys[0] in _SHOWN]
    lines = [[_noun_of(rows), "points", *(one.title for one in columns)]]
    for row in rows:
        is_small = _is_small(row)
        said = {**row, **dict.fromkeys(_TESTED, math.nan)} if is_small else row
        cells = (cell_of(said, column) for column in columns)
        lines.append([one_line(row["group"]), f"{row['points']}{_SMALL * is_small}", *cells])
    widest = max(len(line[0]) for line in lines)
    return aligned([[name.ljust(widest), *cells] for name, *cells in lines])


def _noun_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what groups are called."""
    return "label" if SCORE_ECE in rows[0] else "group"


def group_verdict(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what rows of `report_groups` say, in a few sentences."""
    small = [row for row in rows if _is_small(row)]
    tested = [row for row in rows if math.isfinite(row[CORRECTED])]
    unread = [row for row in rows if not math.isfinite(row["ece"])]
    if len(unread) == len(rows):
        return f"The snapshot at step {rows[0]['step']} cannot be read."
    noun = _noun_of(rows)
    sentences = []
    if tested:
        sentences = [_of_worst(tested, noun, are_all=not small), _of_tests(tested, noun)]
    if small:
        are = f"{noun} is" if len(small) == 1 else f"{noun}s are"
        fewer = f"fewer than {FEWEST} points"
        if any(EFFECTIVE in row for row in small):
            fewer = f"an effective number of points below {FEWEST}"
        sentences.append(f"{len(small)} {are} too small to say anything ({_SMALL}, {fewer}).")
    return " ".join(sentence for sentence in sentences if sentence)


def _of_worst(tested: Sequence[Mapping[str, Any]], noun: str, *, are_all: bool) -> str:
    none, of_all = f"No {noun}", noun
    if not are_all:
        none = f"None of the {noun}s large enough to say"
        of_all = f"of the {noun}s large enough to say"
    # The lower end of the interval: the ECE of a small group is large by chance.
    worst = max(tested, key=lambda row: (row["ece_low"], row["ece"] - row[CHANCE]))
    numbers = f"ECE {worst['ece']:.3f}, at least {worst['ece_low']:.3f} without chance"
    numbers += f", p = {worst[CORRECTED]:.3f} with Holm's correction"
    if worst[CORRECTED] > ALARM:
        name = f"the largest error, compared to chance, is that of {one_line(worst['group'])}"
        return f"{none} is off by more than chance allows: {name} ({numbers})."
    direction = "over-confident" if worst[GAP] > 0 else "under-confident"
    name, gap = one_line(worst["group"]), abs(worst[GAP])
    return f"The worst {of_all} is {name}, {direction} by {gap:.3f} on average ({numbers})."


def _of_tests(tested: Sequence[Mapping[str, Any]], noun: str) -> str:
    count = len(tested)
    if count == 1:
        return ""
    plain = sum(row[P_VALUE] <= ALARM for row in tested)
    corrected = sum(row[CORRECTED] <= ALARM for row in tested)
    text = (
        f"In {plain} of {count} {noun}s p is {ALARM} or less; by chance it is in "
        f"{ALARM * count:.2g} of {count} that are calibrated, on average. With Holm's correction "
        f"it is in {corrected}."
    )
    if ALARM / count < 0.001:
        text += " As no p is below 0.001, none of more than 50 groups can be: choose fewer."
    return text

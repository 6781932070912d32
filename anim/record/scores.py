"""Which columns of a table are scores, and of which classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from anim.record import names
from anim.record.cells import (
    Coded,
    has_fractions,
    integer_in,
    key_of,
    lists,
    looks_like_lists,
    looks_like_numbers,
    may_be_numbers,
    numbers,
)
from anim.record.names import ScoreName, score_name
from anim.record.saved import probs_rows
from anim.record.spelling import words
from anim.record.tables import Table, listed, shown

if TYPE_CHECKING:
    from anim.record.schema import Wanted

# Numbers of these names are no scores of a class.
_NEVER = words(
    "loss nll ce fold folds seed subject split age time date entropy margin error err "
    "uncertainty std var count n size length len lr latency cluster batch rank part session "
    "timestamp year month day temperature brier accuracy acc threshold"
)
_HOW = "--scores COL,COL names them in the order of the classes"


@dataclass(frozen=True)
class Scores:
    """Columns of scores.

    Attributes:
        columns: one per class, one of lists, or one of class 1 of two.
        values: [N, K], or [N] of one column.
        classes: the names of the classes of columns, without zeros around integers; None if
            columns do not say.
        kind: ``probs`` or ``logits``, if names say so.
        note: what is said of them.
    """

    columns: tuple[str, ...]
    values: np.ndarray
    classes: tuple[str, ...] | None
    kind: str | None
    note: str


def scores_in(
    table: Table, wanted: Wanted, truth: Coded, free: Sequence[str], *, has_top: bool
) -> Scores | None:
    """Return the scores of a table: those asked for, named as scores, or named as classes.

    Args:
        table: the table.
        wanted: what the user says.
        truth: the labels.
        free: columns without another role.
        has_top: whether the table has predicted labels and their confidences.

    Raises:
        SettingError: there are none, or several readings.
    """
    if wanted.scores:
        return _asked(table, wanted, truth)
    # A cell that is no number is refused where it is read: its column is not left out.
    flat = [name for name in free if may_be_numbers(table, name)]
    classes = (*truth.values, *wanted.classes)
    said = [
        one
        for name in free
        if (one := score_name(name, classes)) is not None and (name in flat or one.is_plain)
    ]
    families = _families(said, truth, wanted)
    deep = [name for name in free if _is_list_of_scores(table, name)]
    single = [name for name in flat if names.plain(name) in names.SINGLE]
    if families:
        return _of_family(table, families)
    if (found := _named_as_classes(table, wanted, truth, flat)) is not None:
        return found
    if deep:
        name = _preferred(table, deep)
        return Scores(
            (name,), _flat(lists(table, name)), None, names.kind_said(name), _by_name((name,))
        )
    if has_top:
        # A score or margin beside a confidence is something else.
        single = [name for name in single if names.kind_said(name) == "probs"]
    if has_top and not single:
        return None
    if single:
        name = _preferred(table, single)
        return Scores((name,), numbers(table, name), None, names.kind_said(name), _by_name((name,)))
    if of_one := [one for one in said if _is_of_pair(one, truth)]:
        return _one_class(table, of_one)
    if of_one := [one for one in said if one.class_name in truth.values]:
        return _one_class(table, of_one)
    return _without_names(table, truth, flat)


def _is_of_pair(one: ScoreName, truth: Coded) -> bool:
    """Return whether a score is of one of two classes such as 0 and 1, or no and yes."""
    is_word = len(one.class_name) > 1 and names.pair_of([one.class_name]) is not None
    are_two = names.pair_of(truth.values) is not None
    return (is_word and are_two) or names.pair_of((*truth.values, one.class_name)) is not None


def _flat(values: np.ndarray) -> np.ndarray:
    """Return lists [N, K], or [N] if they have one element."""
    return values[:, 0] if values.shape[1] == 1 else values


def _by_name(columns: Sequence[str]) -> str:
    return f"{listed(columns)} (by {'their names' if len(columns) > 1 else 'its name'})"


def _asked(table: Table, wanted: Wanted, truth: Coded) -> Scores:
    """Return the scores that the user names."""
    columns, note = wanted.scores, f"{listed(wanted.scores)} (asked for)"
    if len(columns) == 1:
        name = columns[0]
        said = score_name(name, truth.values)
        values = (
            _flat(lists(table, name)) if looks_like_lists(table, name) else numbers(table, name)
        )
        is_class = values.ndim == 1 and said is not None and said.class_name in truth.values
        classes = (said.class_name,) if said is not None and is_class else None
        return Scores(columns, values, classes, names.kind_said(name), note)
    said = [score_name(name, (*truth.values, *wanted.classes)) for name in columns]
    families = {one and one.family for one in said}
    values = matrix(table, columns)
    if None not in families and len(families) == 1:
        classes = tuple(one.class_name for one in said if one)
        return Scores(columns, values, classes, said[0].kind if said[0] else None, note)
    return Scores(columns, values, tuple(map(key_of, columns)), None, note)


def matrix(table: Table, columns: Sequence[str]) -> np.ndarray:
    """Return columns of numbers as float64 [N, K]."""
    values = np.empty((table.rows, len(columns)))
    for place, name in enumerate(columns):
        values[:, place] = numbers(table, name)
    return values


def _families(said: Sequence[ScoreName], truth: Coded, wanted: Wanted) -> list[list[ScoreName]]:
    """Return families of at least two columns whose names say scores."""
    found: dict[str, list[ScoreName]] = {}
    for one in said:
        found.setdefault(one.family, []).append(one)
    return [
        family
        for family in found.values()
        if len(family) > 1 and (family[0].kind or _fits(family, truth, wanted))
    ]


def _fits(family: Sequence[ScoreName], truth: Coded, wanted: Wanted) -> bool:
    """Return whether columns of a word such as ``score`` are of the classes that occur."""
    classes = {one.class_name for one in family}
    numbered = {str(i) for i in range(len(family))}
    return classes == numbered or set(truth.values) <= classes or classes == set(wanted.classes)


def _of_family(table: Table, families: Sequence[Sequence[ScoreName]]) -> Scores:
    """Return the scores of the one family of columns, of probabilities if there are both."""
    by_kind: dict[str | None, list] = {}
    for family in families:
        by_kind.setdefault(family[0].kind, []).append(family)
    kind = next(kind for kind in ("probs", "logits", None) if kind in by_kind)
    if len(by_kind[kind]) > 1:
        both = " and ".join(listed([one.column for one in family]) for family in by_kind[kind])
        table.fail(f"both {both} are named as scores; {_HOW}")
    (family,) = by_kind[kind]
    columns = tuple(one.column for one in family)
    classes = tuple(one.class_name for one in family)
    if len(set(classes)) < len(classes):
        table.fail(f"columns {listed(columns)} name a class twice; {_HOW}")
    return Scores(columns, matrix(table, columns), classes, kind, _by_name(columns))


def _one_class(table: Table, said: Sequence[ScoreName]) -> Scores:
    """Return the scores of one class of two."""
    if len(said) > 1:
        table.fail(f"{listed([one.column for one in said])} are all named as scores; {_HOW}")
    (one,) = said
    values = numbers(table, one.column)
    return Scores((one.column,), values, (one.class_name,), one.kind, _by_name((one.column,)))


def _is_list_of_scores(table: Table, name: str) -> bool:
    known = (*names.SINGLE, *names.PREDICTION, *names.CONFIDENCE, "outputs", "output")
    return names.plain(name) in known and looks_like_lists(table, name)


def _preferred(table: Table, found: Sequence[str]) -> str:
    """Return the one column, that of probabilities if there are logits, too."""
    by_kind: dict[str | None, list[str]] = {}
    for name in found:
        by_kind.setdefault(names.kind_said(name), []).append(name)
    best = next(by_kind[kind] for kind in ("probs", "logits", None) if kind in by_kind)
    if len(best) > 1:
        table.fail(f"columns {listed(best)} are all named as scores; --scores COL says which is")
    return best[0]


def _named_as_classes(
    table: Table, wanted: Wanted, truth: Coded, flat: Sequence[str]
) -> Scores | None:
    """Return the columns that are called as the classes that occur are."""
    classes = {names.folded(name) for name in (*truth.values, *wanted.classes)}
    columns = [name for name in flat if name and names.folded(name) in classes]
    is_numbered = len(columns) > 1 and all(integer_in(name) is not None for name in columns)
    if is_numbered:
        columns = [name for name in flat if integer_in(name) is not None]
    if len(columns) < 2:
        return None
    covered = {names.folded(name) for name in columns}
    lacking = next((one for one in truth.values if names.folded(one) not in covered), None)
    if covered == {names.folded(name) for name in wanted.classes}:
        # Numbers are places in the list that the user gives; others are refused later.
        lacking = None
    if lacking is not None:
        row = truth.row_of(truth.values.index(lacking))
        where = table.place(row) if len(truth.codes) == table.rows else "the labels"
        table.fail(
            f"{where}: label {shown(lacking)} has no column of scores, as {listed(columns)} have"
        )
    others = [
        n
        for n in flat
        if n not in columns and names.plain(n) not in _NEVER and looks_like_numbers(table, n)
    ]
    values = matrix(table, columns)
    _check_only(table, columns, values, [n for n in others if has_fractions(table, n)])
    note = f"{listed(columns)} (named as the classes)"
    return Scores(tuple(columns), values, tuple(map(key_of, columns)), None, note)


def _check_only(
    table: Table, columns: Sequence[str], values: np.ndarray, others: Sequence[str]
) -> None:
    """Raise SettingError if columns without a role may be scores of classes that do not occur.

    They cannot if the rows of the others sum to 1.
    """
    if not others or probs_rows(values).all():
        return
    table.fail(
        f"{listed(others)}: neither classes that occur nor names of something else, and rows of "
        f"{listed(columns)} do not sum to 1 without; --scores {','.join((*columns, *others))} "
        "takes all of them, a shorter list leaves some out"
    )


def _without_names(table: Table, truth: Coded, flat: Sequence[str]) -> Scores:
    """Return columns that no name explains, if together they are probabilities.

    Raises:
        SettingError: they are not, or labels are not their places.
    """
    known = (*_NEVER, *names.STEP)
    columns = [n for n in flat if names.plain(n) not in known and looks_like_numbers(table, n)]
    ranked = [name for name in columns if names.is_ranked(name)]
    if len(ranked) > 1:
        table.fail(
            f"{listed(ranked)} are scores by rank, and of which classes is not said; beside a "
            "column of predictions, --confidence COL takes the first one"
        )
    labels = [integer_in(value) for value in truth.values]
    are_places = all(one is not None and 0 <= one < len(columns) for one in labels)
    may_be = len(columns) > 1 and are_places and all(has_fractions(table, n) for n in columns)
    values = matrix(table, columns) if may_be else np.zeros((1, 2))
    if not probs_rows(values).all():
        got = f"got {listed(flat)}" if flat else "got none with numbers"
        table.fail(
            "expected columns named as scores (prob_0, logit_cat) or as the classes that occur "
            f"({listed(truth.values)}), or a prediction with its confidence, {got}; {_HOW}"
        )
    note = f"{listed(columns)} (no other columns, and their rows sum to 1)"
    return Scores(tuple(columns), values, tuple(map(key_of, columns)), None, note)


def reordered(scores: Scores, order: Sequence[int]) -> Scores:
    """Return scores with their columns in another order."""
    columns = tuple(scores.columns[i] for i in order)
    classes = None if scores.classes is None else tuple(scores.classes[i] for i in order)
    return replace(scores, columns=columns, classes=classes, values=scores.values[:, list(order)])

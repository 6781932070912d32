"""One list of classes for labels, predictions and scores, and the place of each value in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from anim.errors import SettingError
from anim.record.cells import Coded, integer_in, key_of
from anim.record.class_orders import in_order_of_numbers, number_in
from anim.record.names import folded, pair_of
from anim.record.schema import Schema, Wanted
from anim.record.scores import Scores, reordered
from anim.record.spelling import shift_between
from anim.record.tables import Table, listed, shown

# The most classes that predictions without scores may count.
_MOST = 100_000


@dataclass(frozen=True)
class Indexed:
    """Labels and predictions as places in one list of classes.

    Attributes:
        classes: K names; None if they are the integers from 0.
        labels: [N] int32.
        predicted: [N] int32; None if the table has no predictions.
    """

    classes: tuple[str, ...] | None
    labels: np.ndarray
    predicted: np.ndarray | None


@dataclass(frozen=True)
class _Order:
    """Names of classes, and whether columns or the user put them in order."""

    names: Sequence[str]
    is_said: bool
    is_asked: bool


def indexed(table: Table, schema: Schema, wanted: Wanted) -> Indexed:
    """Return labels and predictions as places in the list of classes.

    The columns of the scores are put in its order.

    Raises:
        SettingError: a value that is not in the list; its line is named.
    """
    predicted = schema.predicted
    scores = schema.scores = _without_prefix(schema, wanted)
    if scores is not None and scores.values.ndim == 2:
        names = in_order_of_numbers(table, schema, wanted, _of_columns(schema, wanted))
    elif scores is not None:
        names = _of_two(table, schema, wanted, predicted)
    else:
        names = _of_values(table, schema.truth, predicted, wanted)
    # Numbers are places in a list that columns or the user put in order, not in the alphabet's.
    is_asked = bool(wanted.classes)
    is_ordered = is_asked or (scores is not None and scores.values.ndim == 2)
    order = _Order(names, is_ordered, is_asked)
    labels = _places(table, schema, schema.truth, order, "label")
    places = None if predicted is None else _places(table, schema, predicted, order, "pred")
    is_counted = list(names) == [str(i) for i in range(len(names))]
    return Indexed(None if is_counted else tuple(names), labels, places)


def _without_prefix(schema: Schema, wanted: Wanted) -> Scores | None:
    """Return the scores, whose names lose a prefix that values lack: BAD1, BAD0 are 1 and 0."""
    scores, predicted = schema.scores, schema.predicted
    values = {*schema.truth.values, *(predicted.values if predicted else ())}
    names = None if scores is None else scores.classes
    known = {*(names or ()), *map(key_of, wanted.classes)}
    if scores is None or names is None or len(names) < 2 or values <= known:
        return scores
    for length in range(min(map(len, names)) - 1, 0, -1):
        ends = tuple(key_of(name[length:].strip()) for name in names)
        is_prefix = len({name[:length] for name in names}) == 1
        if (
            is_prefix
            and values <= set(ends)
            and len(set(ends)) == len(ends)
            and not names[0][length - 1].isdigit()
        ):
            return replace(scores, classes=ends)
    return scores


def _of_columns(schema: Schema, wanted: Wanted) -> Sequence[str]:
    """Return the names of the classes of K columns, or of lists of K, which it sorts."""
    scores = schema.scores
    assert scores is not None
    count, given = scores.values.shape[1], wanted.classes
    if given and len(given) != count:
        problem = f"expected {count} names, one for each score, got {len(given)}"
        raise SettingError("classes", problem)
    keys = list(scores.classes or map(str, range(count)))
    if scores.classes is None:
        return given or keys
    as_given = [key_of(name) for name in given]
    numbers = [integer_in(key) for key in keys]
    by_number = sorted(range(count), key=lambda i: numbers[i] or 0)
    are_places = [numbers[i] for i in by_number] == list(range(count))
    if given and set(as_given) == set(keys):
        order = [keys.index(key) for key in as_given]
    elif None not in numbers and (not given or are_places):
        order = by_number
    elif given and wanted.scores:
        order = list(range(count))
    elif given:
        problem = f"expected the names {listed(keys)} of the columns, got {listed(given)}"
        raise SettingError("classes", f"{problem}; --scores COL,COL says which column is of which")
    else:
        order = list(range(count))
    schema.scores = reordered(scores, order)
    return given or [keys[i] for i in order]


def _of_two(table: Table, schema: Schema, wanted: Wanted, predicted: Coded | None) -> Sequence[str]:
    """Return the two classes of a single score: it belongs to the second."""
    scores = schema.scores
    assert scores is not None
    values = list(dict.fromkeys((*schema.truth.values, *(predicted.values if predicted else ()))))
    if wanted.classes:
        return wanted.classes
    if (pair := pair_of(values)) is not None:
        return pair
    if predicted is not None and pair_of(schema.truth.values) and pair_of(predicted.values):
        return pair_of(schema.truth.values) or ()
    if len(values) == 2 and scores.classes and scores.classes[0] in values:
        second = scores.classes[0]
        return (values[values[0] == second], second)
    if len(values) > 2 and predicted is not None:
        return _of_values(table, schema.truth, predicted, wanted)
    if len(values) > 2:
        table.fail(
            f"column {shown(scores.columns[0])}: one score for each row needs two classes, "
            f"got {len(values)} ({listed(values)}), or a column of predictions"
        )
    column, numbers = scores.columns[0], scores.values
    problem = (
        f"column {shown(column)}: which of {listed(values)} it is the score of is not said; "
        "--classes A,B names the classes, B the one that it is of"
    )
    if predicted is not None and numbers.min() >= 0.5 and numbers.max() <= 1:
        # As pipelines of Transformers save it.
        problem += f"; never below 1/2, it may be that of the prediction: --confidence {column}"
    return table.fail(problem)


def _of_values(
    table: Table, truth: Coded, predicted: Coded | None, wanted: Wanted
) -> Sequence[str]:
    """Return the classes that occur, in the order of their numbers or of the alphabet."""
    if wanted.classes:
        return wanted.classes
    seen = truth.values if predicted is None else predicted.values
    pairs = pair_of(truth.values), pair_of(seen)
    if all(pairs) and pair_of((*truth.values, *seen)) is None:
        return pairs[0] or ()
    numbers = [integer_in(value) for value in (*truth.values, *seen)]
    whole = [number for number in numbers if number is not None]
    if len(whole) == len(numbers):
        distinct, labels = sorted(set(whole)), whole[: len(truth.values)]
        if (problem := shift_between(whole[len(labels) :], labels)) is not None:
            table.fail(f"column {shown(predicted.column if predicted else '')}: {problem}")
        are_places = distinct[0] >= 0 and max(labels) < max(100, 4 * len(labels))
        count = max(labels if distinct[-1] > _MOST else distinct)
        return [str(i) for i in (range(max(count + 1, 2)) if are_places else distinct)]
    if whole and predicted is not None:
        return sorted(truth.values)
    known = {folded(value) for value in truth.values}
    new = [value for value in seen if folded(value) not in known]
    return [*sorted(truth.values), *sorted(set(new))]


def _places(table: Table, schema: Schema, column: Coded, order: _Order, role: str) -> np.ndarray:
    """Return the place of each value in the list of classes, [N] int32.

    Values are names, in one spelling or in one that differs in case and marks; or all of them are
    places in the list.
    """
    names = order.names
    places = {key_of(name): place for place, name in enumerate(names)}
    found = [places.get(value) for value in column.values]
    if None in found:
        found = _other_places(schema, column, order, role) or found
    if None in found:
        _refuse(table, column, found.index(None), names)
    return np.array(found, np.int32)[column.codes]


def _other_places(
    schema: Schema, column: Coded, order: _Order, role: str
) -> list[int | None] | None:
    """Return places of values that are not spelled as the classes are; None if that is open."""
    values, names = column.values, order.names
    note = schema.notes.get(role)
    numbers = [number_in(value) for value in values]
    whole = [number for number in numbers if number is not None]
    are_names = not any(integer_in(name) is not None for name in names)
    spelt = [folded(name) for name in names]
    pair, own = pair_of(names), pair_of(values)
    is_pair = len(names) == 2 and pair is not None and own is not None
    if (
        len(whole) == len(values)
        and are_names
        and order.is_said
        and not (is_pair and not order.is_asked)
    ):
        return _as_places(schema, whole, names, role, note)
    if is_pair and pair is not None and own is not None:
        # Columns may be in the order pos, neg.
        schema.notes[role] = f"{note}, {own[0]} = {pair[0]}, {own[1]} = {pair[1]}"
        return [list(names).index(pair[own.index(value)]) for value in values]
    if len(set(spelt)) < len(spelt) or len({folded(v) for v in values}) < len(values):
        return None
    found = [spelt.index(folded(v)) if folded(v) in spelt else None for v in values]
    if None not in found:
        schema.notes[role] = f"{note}, spelled as the classes but for case or marks"
    return found


def _as_places(
    schema: Schema, whole: list[int], names: Sequence[str], role: str, note: str | None
) -> list[int | None]:
    """Return numbers as places in the order of the columns, or of the names given."""
    said = ", ".join(f"{i} = {shown(name)[1:-1]}" for i, name in list(enumerate(names))[:8])
    schema.notes[role] = f"{note}, numbers are places: {said}" + ("..." if len(names) > 8 else "")
    return [number if 0 <= number < len(names) else None for number in whole]


def _refuse(table: Table, column: Coded, code: int, names: Sequence[str]):
    hint = "; --classes A,B,... names the classes in the order of their numbers"
    numbers = [integer_in(value) for value in column.values]
    if {1, len(names)} <= set(numbers) and 0 not in numbers:
        hint = "; labels that start at 1: subtract 1"
    row, value = column.row_of(code), column.values[code]
    problem = f"expected one of {listed(names)}, got {shown(value)}{hint}"
    if column.column in table.types:
        table.fail(f"{table.place(row)}, column {shown(column.column)}: {problem}")
    table.fail(f"label {row + 1} of {column.column}: {problem}")

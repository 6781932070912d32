"""What each column of a table is taken for, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from anim.errors import SettingError
from anim.record import names
from anim.record.cells import (
    Coded,
    coded,
    is_text,
    looks_like_lists,
    looks_like_numbers,
    looks_like_percent,
    value_type,
)
from anim.record.scores import Scores, scores_in
from anim.record.stated import is_of_answers, no_classes
from anim.record.tables import Table, listed, shown

# Options that name one column each, and the names that say the role without them.
ROLES = {
    "label": names.LABEL,
    "pred": names.PREDICTION,
    "confidence": names.CONFIDENCE,
    "correct": names.CORRECT,
}
_CALLED = {"pred": "prediction"}
# Columns that change numbers, or add some, are used if they are asked for. What is said of others:
# the names that say the role, and what is done without them.
_ASKED_ONLY = {
    "weight": (names.WEIGHT, "each example counts the same"),
    "group": (names.GROUP, "examples are of no group"),
}


@dataclass(frozen=True)
class Wanted:
    """What the user says about columns.

    Attributes:
        label, pred, confidence, correct, weight, step: columns.
        group: columns.
        ignore: labels of rows that are left out, from `anim.record.ignoring.ignored_labels`.
        class_axis: of arrays of scores.
        scores: columns, one per class, or one of lists, or one for class 1 of two.
        classes: K names, in the order of their numbers and columns.
        outputs: ``logits`` or ``probs``.
    """

    label: str | None = None
    pred: str | None = None
    scores: tuple[str, ...] = ()
    confidence: str | None = None
    correct: str | None = None
    weight: str | None = None
    group: tuple[str, ...] = ()
    step: str | None = None
    ignore: tuple[str, ...] = ()
    class_axis: int | None = None
    classes: tuple[str, ...] = ()
    outputs: str | None = None


NOTHING_WANTED = Wanted()


@dataclass
class Schema:
    """The role of each column.

    Attributes:
        label, pred, confidence, correct, weight, step, id: columns; None if there is none.
        group: columns.
        truth: the labels of rows, from the table or from elsewhere.
        predicted: the predicted classes of rows, if there are any.
        scores: the columns of scores; None if there are none.
        is_stated: whether there are no classes, but confidences and what is right.
        notes: what is said of each role.
    """

    truth: Coded
    label: str | None = None
    pred: str | None = None
    confidence: str | None = None
    correct: str | None = None
    weight: str | None = None
    group: tuple[str, ...] = ()
    step: str | None = None
    id: str | None = None
    predicted: Coded | None = None
    scores: Scores | None = None
    is_stated: bool = False
    notes: dict[str, str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return a line for each role."""
        return [f"{_CALLED.get(role, role)}: {note}" for role, note in self.notes.items()]


def schema_of(table: Table, wanted: Wanted, truth: Coded | None = None) -> Schema:
    """Decide what each column is: as the user says, else by its name, else by the classes.

    Args:
        table: the table.
        wanted: what the user says.
        truth: labels that are not in the table; None takes those in it.

    Raises:
        SettingError: a column that does not exist, no label, no scores, or several readings.
    """
    _check_wanted(table, wanted)
    is_stated = is_of_answers(table, wanted, truth)
    notes: dict[str, str] = {}
    roles: dict[str, str] = {}
    left = _left(table, wanted)
    for role in ROLES:
        if (role == "label" and truth is not None) or (role in ("label", "pred") and is_stated):
            continue
        found, why = _column_of(table, wanted, role, left)
        if found is not None:
            roles[role] = found
            left = [name for name in left if name != found]
            notes[role] = f"{shown(found)} ({why})"
    left = _asked_only(table, wanted, left, notes)
    if truth is not None:
        notes = {"label": f"{truth.column} (given)", **notes}
    elif is_stated:
        truth = no_classes(table, roles)
    elif "label" in roles:
        truth = coded(table, roles["label"], wanted.classes)
    else:
        _no_label(table, left)
    predicted = _predictions(table, roles.get("pred"), wanted)
    step, left = _step(table, wanted, left, notes)
    identity = _id(left, truth)
    _check_one_model(table, left)
    _check_no_training(table, left)
    free = [n for n in left if n != identity and not names.is_index(n)]
    has_top = _has_top(roles)
    # Who asks for a confidence does not ask for the other columns with such a name.
    is_top = (has_top and wanted.confidence is not None and not wanted.scores) or is_stated
    scores = None if is_top else scores_in(table, wanted, truth, free, has_top=has_top)
    schema = Schema(truth, step=step, id=identity, predicted=predicted, scores=scores, notes=notes)
    schema.weight, schema.group = wanted.weight, wanted.group
    schema.is_stated = is_stated
    for role, name in roles.items():
        setattr(schema, role, name)
    _note_rest(schema, left)
    return schema


def column_of_labels(table: Table, wanted: Wanted) -> str | None:
    """Return the column of labels of a table; None if there is none.

    Raises:
        SettingError: a column that does not exist, or several of such a name.
    """
    _check_wanted(table, wanted)
    return _column_of(table, wanted, "label", _left(table, wanted))[0]


def columns_of_rows(table: Table, wanted: Wanted, truth: Coded) -> tuple[str | None, str | None]:
    """Return the columns of steps and of ids; None for what there is not.

    Args:
        table: the table.
        wanted: what the user says.
        truth: labels that are not in the table.
    """
    _check_wanted(table, wanted)
    step, left = _step(table, wanted, _left(table, wanted), {})
    return step, _id(left, truth)


def _left(table: Table, wanted: Wanted) -> list[str]:
    return [name for name in table.types if name not in wanted.scores]


def _id(left: Sequence[str], truth: Coded) -> str | None:
    return next((name for name in left if names.plain(name) in names.ID), truth.key)


def _column_of(
    table: Table, wanted: Wanted, role: str, left: Sequence[str]
) -> tuple[str | None, str]:
    """Return the column of a role, or None, and why: as asked for, or by its name."""
    if (asked := getattr(wanted, role, None)) is not None:
        return asked, "asked for"
    taken = {*wanted.group, *(getattr(wanted, one, None) for one in (*ROLES, "weight", "step"))}
    # Lists and names of scores are never a class or a confidence.
    free = [name for name in left if name not in taken and _may_be(table, role, name)]
    return _named(table, role, ROLES[role], free), "by its name"


def _asked_only(table: Table, wanted: Wanted, left: list[str], notes: dict[str, str]) -> list[str]:
    """Note weights and groups, and return the columns that are left.

    A column whose name says one of them is used only if it is asked for.
    """
    asked = {"weight": [wanted.weight] if wanted.weight else [], "group": [*wanted.group]}
    for role, columns in asked.items():
        left = [name for name in left if name not in columns]
        if columns:
            notes[role] = f"{', '.join(map(shown, columns))} (asked for)"
            continue
        known, without = _ASKED_ONLY[role]
        free = [name for name in left if name not in asked["group"] and name != wanted.step]
        named = [name for name in free if names.plain(name) in known and _may_be(table, role, name)]
        if named:
            notes[role] = f"{shown(named[0])}, not used: {without}; --{role} {named[0]} takes it"
            left = [name for name in left if name != named[0]]
    return left


def _predictions(table: Table, column: str | None, wanted: Wanted) -> Coded | None:
    """Return the column of predicted classes; None if there is none.

    Raises:
        SettingError: it holds something else, such as scores.
    """
    if column is None:
        return None
    try:
        return coded(table, column, wanted.classes)
    except SettingError as error:
        if not looks_like_numbers(table, column):
            raise
        hint = f"; if it is the score of a class, --scores {column} takes it so"
        raise SettingError("FILE", f"{error.problem}{hint}") from None


def _has_top(roles: dict[str, str]) -> bool:
    return "confidence" in roles and ("pred" in roles or "correct" in roles)


def _check_wanted(table: Table, wanted: Wanted) -> None:
    """Raise SettingError for columns that do not exist, are asked for twice, or cannot be used."""
    roles = [role for role in (*ROLES, "weight", "step") if hasattr(wanted, role)]
    asked = [(role, getattr(wanted, role)) for role in roles]
    asked += [("group", name) for name in wanted.group]
    asked += [("scores", name) for name in wanted.scores]
    taken: dict[str, str] = {}
    for role, name in asked:
        if name is None:
            continue
        if name not in table.types:
            problem = f"{table.source!r} has no column {shown(name)}; it has "
            raise SettingError(role, problem + listed(list(table.types)))
        if name in taken:
            raise SettingError(role, f"column {shown(name)} is asked for as {taken[name]}, too")
        taken[name] = role


def _may_be(table: Table, role: str, name: str) -> bool:
    """Return whether the values of a column allow a role that its name says."""
    if looks_like_lists(table, name):
        return role == "label"
    if role in ("confidence", "weight"):
        is_percent = role == "confidence" and looks_like_percent(table, name)
        return is_percent or looks_like_numbers(table, name)
    return True


def _named(table: Table, role: str, known: Iterable[str], left: Sequence[str]) -> str | None:
    """Return the one column whose name says a role; None if there is none.

    Raises:
        SettingError: several.
    """
    found = [name for name in left if names.plain(name) in known]
    if len(found) > 1 and role in ("label", "pred"):
        table.fail(
            f"columns {listed(found)} are all named as a {'label' if role == 'label' else role}"
            f"{'' if role == 'label' else 'iction'}; --{role} COL says which is"
        )
    return found[0] if found else None


def _no_label(table: Table, left: Sequence[str]) -> NoReturn:
    if len(table.types) == 1 and len(left) == 1 and " " in left[0]:
        problem = "expected cells separated by a comma, semicolon, tab or '|', got one column"
        table.fail(f"{problem}, {shown(left[0])}")
    table.fail(
        f"expected a column of labels, named label, y_true, true_label or target, "
        f"got {listed(left)}; --label COL says which it is, --labels FILE has them elsewhere"
    )


def _step(
    table: Table, wanted: Wanted, left: list[str], notes: dict[str, str]
) -> tuple[str | None, list[str]]:
    """Return the column of steps, and the columns that are left."""
    by_name = {names.plain(name): name for name in reversed(left)}
    found = [by_name[word] for word in names.STEP if word in by_name]
    step = wanted.step or next(iter(found), None)
    if step is None:
        return None, left
    others = [name for name in found if name != step]
    notes["step"] = f"{shown(step)} ({'asked for' if wanted.step else 'by its name'})"
    return step, [name for name in left if name != step and name not in others] + others


def _check_one_model(table: Table, left: Sequence[str]) -> None:
    """Raise SettingError if a column says that rows belong to several models."""
    for name in left:
        if names.plain(name) in names.MODEL and not looks_like_numbers(table, name):
            several = set(table.column(name).to_pylist())
            if len(several) > 1:
                table.fail(
                    f"column {shown(name)}: expected the predictions of one model, got those of "
                    f"{len(several)} ({listed(sorted(map(str, several)))}); save each in a file"
                )


def _check_no_training(table: Table, left: Sequence[str]) -> None:
    """Raise SettingError if a column says that some rows are of the training data, others not."""
    for name in left:
        if names.plain(name) in names.PART and is_text(value_type(table.types[name])):
            parts = set(table.column(name).to_pylist())
            if len(parts) > 1 and any(names.plain(str(one)) in names.TRAINING for one in parts):
                table.fail(
                    f"column {shown(name)}: expected the rows of one part of the data, got those "
                    f"of {len(parts)} ({listed(sorted(map(str, parts)))}); save each in a file"
                )


def _note_rest(schema: Schema, left: Sequence[str]) -> None:
    """Note scores, roles that are not used beside them, and the columns that are ignored."""
    used = schema.scores.columns if schema.scores else ()
    if schema.scores is not None:
        schema.notes["scores"] = schema.scores.note
        for role in ("confidence", "correct"):
            if role in schema.notes:
                schema.notes[role] += ", not used: there are scores of all classes"
    ignored = [name for name in left if name not in used and name != schema.id]
    if schema.id is not None:
        why = "by its name" if names.plain(schema.id) in names.ID else "as in the labels"
        schema.notes["id"] = f"{shown(schema.id)} ({why})"
    if ignored:
        schema.notes["ignored"] = f"{listed(ignored)} (neither named as scores nor as classes)"

"""Tables to snapshots: what columns hold is checked against each other, and put in one order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from anim.errors import SettingError
from anim.record import doubts
from anim.record.array_classes import problem_of_ranks, unused
from anim.record.beside import groups_in, weights_in
from anim.record.cells import Coded, coded, ids_in, lists, looks_like_lists, numbers
from anim.record.classes import Indexed, indexed
from anim.record.doubts import MAY_BE, is_more_than_a_few
from anim.record.ignoring import of_all_rows, without_ignored
from anim.record.kinds import kind_of
from anim.record.names import pair_of, plain, score_name
from anim.record.rows import rows_by_step
from anim.record.saved import Saved
from anim.record.schema import Schema, Wanted, schema_of
from anim.record.stated import as_shares, doubt
from anim.record.tables import Table, listed, shown

# Scores that differ by less are a tie, in float32.
_TIE = 1e-6


def snapshots_in(table: Table, wanted: Wanted, truth: Coded | None = None) -> Iterator[Saved]:
    """Yield the snapshots in a table, in the order of its steps.

    Args:
        table: the table.
        wanted: what the user says about columns.
        truth: labels from elsewhere, [N] of each snapshot or of all rows.

    Raises:
        SettingError: what `schema_of` raises, and columns that contradict each other.
    """
    kept = without_ignored(table, wanted, truth)
    table = kept.table
    schema = schema_of(table, wanted, kept.truth)
    groups = list(rows_by_step(table, schema))
    schema.truth = of_all_rows(table, schema.truth, [rows for _, rows in groups])
    classes = indexed(table, schema, wanted)
    given = _given(table, schema, wanted, classes)
    _note_labels(schema)
    if kept.note:
        schema.notes["ignore"] = kept.note
    if schema.step is None and schema.id is not None:
        _note_repeats(schema, ids_in(table, schema.id), classes.labels)
    weights = None if schema.weight is None else weights_in(table, schema.weight)
    names = {name: groups_in(table, name) for name in schema.group}
    notes = tuple(schema.lines())
    ids = _ids(table, schema, [rows for _, rows in groups])
    for step, rows in groups:
        labels = classes.labels[rows]
        if classes.classes is not None:
            # Names, as a class may be called by a number that is not its place.
            labels = np.array(classes.classes)[labels]
        yield Saved(
            Path(table.source),
            step,
            labels,
            {name: values[rows] for name, values in given.items()},
            classes.classes,
            is_named=True,
            notes=notes,
            ids=ids,
            weights=None if weights is None else weights[rows],
            groups={name: values[rows] for name, values in names.items()},
            positions=kept.positions(schema.step, rows),
            whole=kept.whole.rows // len(groups),
        )


def _ids(table: Table, schema: Schema, groups: list[np.ndarray]) -> tuple[str, ...] | None:
    """Return the ids of the examples of each step; None if there are none, or rows are counted."""
    if schema.id is None:
        return None
    found = np.array(ids_in(table, schema.id), object)
    first = found[groups[0]]
    return tuple(first) if all((found[rows] == first).all() for rows in groups) else None


def _given(table: Table, schema: Schema, wanted: Wanted, classes: Indexed) -> dict:
    """Return the predictions as arguments of `anim.Recorder.snapshot`, of all rows."""
    scores = schema.scores
    if scores is None:
        return _top(table, schema, classes, numbers(table, schema.confidence or ""))
    values = scores.values
    if values.ndim == 1 and _is_confidence(schema, wanted, classes, values):
        if schema.confidence is not None and not wanted.scores:
            schema.notes["confidence"] = f"{shown(schema.confidence)} (by its name)"
            schema.notes["scores"] = f"{shown(scores.columns[0])}, not used: there are confidences"
            return _top(table, schema, classes, numbers(table, schema.confidence))
        _check_is_confidence(table, schema, classes, values)
        schema.notes["scores"] = f"{shown(scores.columns[0])}: that of the predicted class"
        schema.confidence = scores.columns[0]
        return _top(table, schema, classes, values)
    with np.errstate(over="ignore", invalid="ignore"):
        kind, values, why = kind_of(table, scores, wanted.outputs)
    names = classes.classes or _numbered(values, classes)
    if values.ndim == 1:
        if classes.predicted is None and not wanted.scores and kind == "probs":
            _check_is_of_class_1(table, schema, classes, values)
        if classes.predicted is not None and not wanted.scores and kind == "logits":
            _check_has_sign(table, classes, scores.columns[0], values)
        is_of_0 = scores.classes is not None and _is_first(scores.classes[0], names)
        values = values if not is_of_0 else 1 - values if kind == "probs" else -values
        schema.notes["scores"] += f", of class {shown(names[not is_of_0])[1:-1]} ({why})"
    else:
        schema.notes["scores"] += f", classes {listed(names)} ({why})"
        _check_not_by_rank(table, schema, values)
        if kind == "logits":
            _note_alike(schema, values)
    if classes.predicted is not None:
        _note_agreement(table, schema, classes, kind, values)
    return {kind: values}


def _numbered(values: np.ndarray, classes: Indexed) -> tuple[str, ...]:
    count = values.shape[1] if values.ndim == 2 else max(int(classes.labels.max()) + 1, 2)
    return tuple(map(str, range(count)))


def _check_is_of_class_1(
    table: Table, schema: Schema, classes: Indexed, values: np.ndarray
) -> None:
    """Raise SettingError for the output of a pipeline: predicted labels, and their scores."""
    column = schema.scores.columns[0] if schema.scores else ""
    is_named_so = schema.label == "label" and plain(column) in ("score", "prob", "probability")
    if is_named_so and values.min() >= 0.5 and (classes.labels == 0).any():
        table.fail(
            f"column {shown(column)} is never below 1/2, so 'label' may be what was predicted, as "
            "pipelines of Transformers save it; --label COL or --labels FILE says what is true, "
            f"--scores {column} takes it as the score of the second class"
        )


def _check_not_by_rank(table: Table, schema: Schema, values: np.ndarray) -> None:
    """Raise SettingError for scores of the first, second, ... class of each row."""
    columns = list(schema.scores.columns) if schema.scores else []
    if len(columns) == 1:
        _check_no_classes_beside(table, columns[0], values)
    if not doubts.is_by_rank(values):
        return
    if beside := doubts.ranked_beside(
        columns, [name for name in table.types if name not in columns]
    ):
        table.fail(
            f"{listed(columns)} fall in each row, so they are scores by rank, of the classes in "
            f"{listed(beside)}; --pred {beside[0]} --confidence {columns[0]} takes the first ones"
        )
    if len(columns) > 2:
        doubt(schema, f"{listed(columns)} fall in each row: they may be scores by rank")


def _check_no_classes_beside(table: Table, column: str, values: np.ndarray) -> None:
    """Raise SettingError if lists in another column say which classes those of scores are of."""
    others = {}
    for name in unused(dict.fromkeys(table.types), [column]):
        # Lists of several lengths or of something else are not of these classes.
        with contextlib.suppress(SettingError):
            if looks_like_lists(table, name):
                others[name] = lists(table, name)
    if (problem := problem_of_ranks({column: values}, others)) is not None:
        table.fail(problem)


def _check_is_confidence(
    table: Table, schema: Schema, classes: Indexed, values: np.ndarray
) -> None:
    """Raise SettingError for scores that may as well be of class 1, with another threshold."""
    predicted, column = classes.predicted, schema.scores.columns[0] if schema.scores else ""
    if predicted is not None and predicted.max() == 1 and doubts.is_threshold(values, predicted):
        lowest = values[predicted == 1].min()
        table.fail(
            f"column {shown(column)} is never below 1/2, and class 1 is predicted from {lowest:g} "
            f"on: --confidence {column} takes it as the score of the predicted class, --scores "
            f"{column} as that of class 1"
        )


def _note_alike(schema: Schema, values: np.ndarray) -> None:
    columns = list(schema.scores.columns) if schema.scores else []
    said = score_name(columns[0], schema.truth.values) if columns else None
    says_class = said is None or said.class_name in schema.truth.values
    if not says_class and doubts.are_alike(values):
        doubt(
            schema,
            f"{listed(columns)} rise and fall together: if they are of models, not of classes, "
            f"--scores {columns[0]} takes one",
        )


def _note_repeats(schema: Schema, ids: Sequence[str], labels: np.ndarray) -> None:
    times = doubts.repeats_of(ids, labels)
    if times > 1:
        doubt(
            schema,
            f"each {shown(schema.id)} is in {times} rows: if these are of {times} models, save "
            "each in a file of its own",
        )


def _is_first(name: str, names: Sequence[str]) -> bool:
    """Return whether a class, such as ``neg``, is the first of two, such as 0 and 1."""
    pair = pair_of([name])
    return name == names[0] if name in names or pair is None else name == pair[0]


def _check_has_sign(table: Table, classes: Indexed, column: str, values: np.ndarray) -> None:
    """Raise SettingError for logits of class 1 that are never negative, such as margins."""
    if values.min() >= 0 and (classes.predicted == 0).any():
        table.fail(
            f"column {shown(column)} is never negative, though class 0 is predicted, so it is not "
            f"the logit of class 1; --confidence COL, or --scores {column} takes it so"
        )


def _is_confidence(schema: Schema, wanted: Wanted, classes: Indexed, values: np.ndarray) -> bool:
    """Return whether one score for each row is that of the predicted class, not of class 1.

    For two classes it is if it is never below 1/2, though class 0 is predicted somewhere.
    """
    predicted, scores = classes.predicted, schema.scores
    if predicted is None or scores is None or scores.classes is not None:
        return False
    count = len(classes.classes or ()) or int(max(predicted.max(), classes.labels.max())) + 1
    if count > 2 or wanted.scores:
        return count > 2
    is_half = np.abs(values - 0.5) <= _TIE
    agrees = ((values > 0.5) == (predicted == 1)) | is_half
    inside = values.min() >= 0 and values.max() <= 1
    return bool(inside and not agrees.all() and (values >= 0.5 - _TIE).all())


def _top(table: Table, schema: Schema, classes: Indexed, confidence: np.ndarray) -> dict:
    """Return confidences and whether predictions are right."""
    column = schema.confidence or ""
    confidence = as_shares(table, schema, column, confidence)
    correct = None if schema.correct is None else _correct(table, schema.correct)
    if classes.predicted is None:
        assert correct is not None
        return {"confidence": confidence, "correct": correct}
    hits = classes.predicted == classes.labels
    if correct is not None and (hits != correct).any():
        row = int((hits != correct).argmax())
        expected = f"whether {shown(schema.pred)} is {shown(schema.label)}"
        expected += f" (--correct {schema.correct} takes it as it is)"
        table.refuse(schema.correct or "", row, expected)
    count = len(classes.classes or ()) or len({*classes.labels, *classes.predicted})
    is_below = confidence < 1 / count - _TIE
    if count > 2 and is_more_than_a_few(int(is_below.sum()), len(is_below)):
        lowest = f"{shown(column)} is as low as {confidence.min():.4g}, less than 1/{count}"
        doubt(schema, f"{lowest}: it may be the score of the label, not of the predicted class")
    low = confidence < 0.5 - _TIE
    if count == 2 and low.any():
        row = int(low.argmax())
        table.fail(
            f"{table.place(row)}, column {shown(column)}: expected the score of the predicted "
            f"class, at least 1/2 of two, got {confidence[row]:g}; --scores {column} takes it as "
            "that of class 1"
        )
    return {"confidence": confidence, "correct": hits}


def _correct(table: Table, name: str) -> np.ndarray:
    """Return a column of yes and no, [N] bool."""
    column = coded(table, name)
    pair = pair_of(column.values)
    if pair is None or "-1" in pair:
        pairs = [pair_of(column.values[: i + 1]) for i in range(len(column.values))]
        wrong = next(i for i, one in enumerate(pairs) if one is None or "-1" in one)
        table.refuse(name, column.row_of(wrong), "true or false")
    return np.array([value == pair[1] for value in column.values])[column.codes]


def _note_agreement(
    table: Table, schema: Schema, classes: Indexed, kind: str, values: np.ndarray
) -> None:
    """Note in how many rows the predicted class is not the one with the largest score."""
    predicted = classes.predicted
    assert predicted is not None
    if values.ndim == 1:
        zero = 1 - values if kind == "probs" else np.zeros_like(values)
        values = np.stack([zero, values], 1)
    own = np.take_along_axis(values, predicted[:, None].astype(np.int64), 1)[:, 0]
    off = own < values.max(1) - _TIE
    schema.notes["pred"] += f", the largest score in {len(off) - off.sum()} of {len(off)} rows"
    if off.any():
        schema.notes["pred"] += f"; not in {off.sum()}, first at {table.place(int(off.argmax()))}"
    if is_more_than_a_few(int(off.sum()), len(off)):
        count = f"{off.sum()} of {len(off)} rows"
        doubt(schema, f"{shown(schema.pred)} is not the largest score in {count}: {MAY_BE}")


def _note_labels(schema: Schema) -> None:
    """Note which labels occur."""
    if schema.is_stated:
        return
    names = sorted(schema.truth.values, key=lambda value: (len(value), value))
    schema.notes["label"] += f", {listed(names)}"

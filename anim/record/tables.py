"""Reads tables of saved predictions: a row per example, a column per class."""

from __future__ import annotations

import csv
import importlib
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from anim.errors import MissingExtraError, SettingError
from anim.record.saved import LABELS, STEPS, Saved, parsed, scores_of

# Columns of a table of predicted labels.
_TOP = ("pred_label", "confidence")
# Columns that are not scores: pandas writes an index, with and without a name.
_IGNORED = ("", "index", "id", "Unnamed: 0", "__index_level_0__")


def read_csv(path: Path) -> Iterator[Saved]:
    """Yield the snapshots of a ``.csv`` file: a header, then a row per example."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    if len(rows) < 2:
        raise SettingError("FILE", f"{str(path)!r}: expected a header and rows, got {len(rows)}")
    header = [name.strip() for name in rows[0]]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            problem = f"line {number}: expected {len(header)} columns, got {len(row)}"
            raise SettingError("FILE", f"{str(path)!r}: {problem}")
    columns = zip(*rows[1:], strict=True)
    table = {name: parsed(np.array(column)) for name, column in zip(header, columns, strict=True)}
    yield from _snapshots(path, table)


def read_parquet(path: Path) -> Iterator[Saved]:
    """Yield the snapshots of a ``.parquet`` file.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise MissingExtraError(
            "pyarrow, which reads .parquet files, is not installed: pip install pyarrow"
        ) from error
    table = parquet.read_table(path)
    columns = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
    columns = {
        name: values.astype(str) if values.dtype.kind == "O" else values
        for name, values in columns.items()
    }
    yield from _snapshots(path, columns)


def _snapshots(path: Path, table: Mapping[str, np.ndarray]) -> Iterator[Saved]:
    """Yield the snapshots in columns of the same length; a column of steps separates them.

    Args:
        path: the file, for messages.
        table: columns: labels with predicted labels and confidences, or with scores of the classes.
    """
    label = next((name for name in LABELS if name in table), None)
    if label is None:
        known = ", ".join(LABELS)
        raise SettingError(
            "FILE", f"{str(path)!r}: expected a column named one of {known}, got {list(table)}"
        )
    step = next((name for name in STEPS if name in table), None)
    scores = _columns_of_scores(path, table, (label, step))
    for at, picked in _groups(path, None if step is None else table[step]):
        columns = {name: values[picked] for name, values in scores.items()}
        labels = table[label][picked]
        if "pred_label" in columns:
            yield Saved(path, at, labels, columns, None, True)
        elif len(columns) == 1:
            yield Saved(path, at, labels, scores_of(path, *columns.values()))
        else:
            classes = _class_names(tuple(columns), labels)
            values = np.stack(list(columns.values()), axis=1)
            yield Saved(path, at, labels, scores_of(path, values), classes)


def _columns_of_scores(
    path: Path, table: Mapping[str, np.ndarray], used: tuple[str | None, ...]
) -> dict[str, np.ndarray]:
    """Return the columns that hold predictions.

    Raises:
        SettingError: there is none, or one that does not hold numbers.
    """
    rest = {name: table[name] for name in table if name not in (*used, *_IGNORED)}
    if set(_TOP) <= rest.keys():
        return {name: rest[name] for name in _TOP}
    if not rest:
        raise SettingError("FILE", f"{str(path)!r}: expected a column of scores, got none")
    for name, values in rest.items():
        if values.dtype.kind not in "fiub":
            raise SettingError("FILE", f"{str(path)!r}: column {name!r}: expected numbers")
    return rest


def _class_names(columns: tuple[str, ...], labels: np.ndarray) -> tuple[str, ...]:
    """Return names of classes: those of columns, less a prefix such as ``prob_``.

    The prefix is removed if all columns share it and the labels do not have it.
    """
    letters = zip(*columns, strict=False)
    shared = sum(1 for _ in itertools.takewhile(lambda place: len(set(place)) == 1, letters))
    bare = tuple(name[shared:] for name in columns)
    return bare if set(map(str, labels.tolist())) <= set(bare) else columns


def _groups(
    path: Path, steps: np.ndarray | None
) -> Iterator[tuple[int | None, np.ndarray | slice]]:
    """Yield steps in increasing order, and the rows that belong to each."""
    if steps is None:
        yield None, slice(None)
        return
    if steps.dtype.kind not in "fiu" or np.any(steps != np.floor(steps)):
        raise SettingError("FILE", f"{str(path)!r}: expected steps that are integers")
    for step in np.unique(steps):
        yield int(step), np.flatnonzero(steps == step)

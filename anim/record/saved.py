"""Predictions that others saved: files of arrays or tables, read snapshot by snapshot."""

from __future__ import annotations

import csv
import itertools
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anim.errors import MissingExtraError, SettingError

_LABELS = ("labels", "label", "y_true", "true_label", "y")
_STEPS = ("step", "epoch", "iteration")
_KINDS = ("logits", "probs")
_TOP = ("pred_label", "confidence")
# Columns that tables have besides: pandas writes an index without a name.
_IGNORED = ("", "index", "id", "Unnamed: 0", "__index_level_0__")
_EXACT, _ROUNDING = 1e-3, 0.005


@dataclass(frozen=True)
class Saved:
    """One snapshot out of a file.

    Attributes:
        source: the file, for messages.
        step: when it was taken; None where the file does not say.
        labels: [N], numbers or names; None where the file has none.
        given: arguments of `Recorder.snapshot`, but for ``correct``: of top labels there is
            ``pred_label`` [N] instead.
        classes: K names, where columns have them.
        is_named: whether the file itself says what the scores are.
    """

    source: Path
    step: int | None
    labels: np.ndarray | None
    given: Mapping[str, np.ndarray]
    classes: tuple[str, ...] | None = None
    is_named: bool = False


def read(path: Path) -> Iterator[Saved]:
    """The snapshots in a file: ``.npz``, ``.npy``, ``.csv`` or ``.parquet``.

    Nothing in it is executed: object arrays (pickles) are refused. Scores whose kind no name tells
    are probs where they are in [0, 1] and each row sums to 1, and logits otherwise.

    Raises:
        SettingError: a file of another kind, or one that holds no predictions.
    """
    readers = {".npz": _read_npz, ".npy": _read_npy, ".csv": _read_csv, ".parquet": _read_parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise SettingError("FILE", f"expected one of {', '.join(readers)}, got {str(path)!r}")
    try:
        yield from reader(path)
    except FileNotFoundError as error:
        raise SettingError("FILE", f"there is no file {str(path)!r}") from error
    except SettingError:
        raise
    except (ValueError, OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise SettingError("FILE", f"{str(path)!r} cannot be read: {error}") from error


def _read_npy(path: Path) -> Iterator[Saved]:
    yield Saved(path, step_in(path), None, _of_array(path, np.load(path, allow_pickle=False)))


def _of_array(path: Path, values: np.ndarray) -> dict[str, np.ndarray]:
    """Logits or probs, told by their rows."""
    if values.ndim not in (1, 2) or values.dtype.kind not in "fiu":
        problem = f"expected numbers [N, K] or [N], got {values.dtype} of shape {values.shape}"
        raise SettingError("FILE", f"{str(path)!r}: {problem}")
    return {"logits" if as_probs(values) is None else "probs": values}


def as_probs(values: np.ndarray) -> np.ndarray | None:
    """Probabilities out of rounded ones or percentages; None where these are neither.

    Rounding to two decimals moves each by 0.005 at most: rows that sum to 1 but for that are made
    to sum to 1.
    """
    if not values.size or not values.min() >= 0:
        return None
    if values.ndim == 1 or values.shape[1] == 1:
        return values if values.max() <= 1 else None
    sums = values.sum(1, dtype=np.float64, keepdims=True)
    slack = _EXACT + _ROUNDING * values.shape[1]
    if values.max() <= 1 and np.abs(sums - 1).max() <= _EXACT:
        return values
    for whole in (1, 100):
        if values.max() <= whole and np.abs(sums / whole - 1).max() <= slack:
            return values / sums
    return None


def _read_npz(path: Path) -> Iterator[Saved]:
    # NumPy leaves a file that is no archive open; this closes it.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
        arrays = {name: content[name] for name in content.files}
    labels = next((arrays[name] for name in _LABELS if name in arrays), None)
    steps = next((arrays[name] for name in (*_STEPS, "steps") if name in arrays), None)
    classes = arrays.get("classes")
    classes = None if classes is None else tuple(map(str, classes))
    given = {name: arrays[name] for name in (*_KINDS, "confidence", "correct") if name in arrays}
    if not given:
        names = ", ".join(arrays) or "nothing"
        raise SettingError("FILE", f"{str(path)!r}: expected logits or probs, it has {names}")
    if steps is not None and np.ndim(steps) == 1:
        for i, step in enumerate(steps):
            at_step = {name: values[i] for name, values in given.items()}
            yield Saved(path, int(step), labels, at_step, classes, True)
        return
    step = step_in(path) if steps is None else int(steps)
    yield Saved(path, step, labels, given, classes, True)


def _read_csv(path: Path) -> Iterator[Saved]:
    """A header, then a row an example."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    if len(rows) < 2:
        raise SettingError("FILE", f"{str(path)!r}: expected a header and rows, got {len(rows)}")
    header = [name.strip() for name in rows[0]]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            problem = f"line {number} has {len(row)} columns, the header {len(header)}"
            raise SettingError("FILE", f"{str(path)!r}: {problem}")
    columns = zip(*rows[1:], strict=True)
    table = {name: _parsed(np.array(column)) for name, column in zip(header, columns, strict=True)}
    yield from _of_table(path, table)


def _parsed(texts: np.ndarray) -> np.ndarray:
    """Numbers where all are; texts otherwise."""
    try:
        return texts.astype(np.float64)
    except ValueError:
        return texts


def _read_parquet(path: Path) -> Iterator[Saved]:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError(
            "reading .parquet needs pyarrow, which is not installed: pip install pyarrow"
        ) from error
    table = pyarrow.parquet.read_table(path)
    columns = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
    columns = {
        name: values.astype(str) if values.dtype.kind == "O" else values
        for name, values in columns.items()
    }
    yield from _of_table(path, columns)


def _of_table(path: Path, table: Mapping[str, np.ndarray]) -> Iterator[Saved]:
    """Columns of top labels, or of a label and a score a class; a column of steps splits it."""
    label = next((name for name in _LABELS if name in table), None)
    if label is None:
        known = ", ".join(_LABELS)
        raise SettingError("FILE", f"{str(path)!r}: expected a column {known}, got {list(table)}")
    step = next((name for name in _STEPS if name in table), None)
    used = (label, step, *_IGNORED)
    rest = {name: values for name, values in table.items() if name not in used}
    texts = [name for name, values in rest.items() if values.dtype.kind not in "fiub"]
    if set(_TOP) <= rest.keys():
        rest = {name: rest[name] for name in _TOP}
    elif texts or not rest:
        problem = f"column {texts[0]!r} holds no numbers" if texts else "no column of scores"
        raise SettingError("FILE", f"{str(path)!r}: {problem}")
    for at, picked in _groups(path, table.get(step)):
        columns = {name: values[picked] for name, values in rest.items()}
        labels = table[label][picked]
        if "pred_label" in columns:
            yield Saved(path, at, labels, columns, None, True)
        elif len(columns) == 1:
            yield Saved(path, at, labels, _of_array(path, *columns.values()))
        else:
            scores = np.stack(list(columns.values()), axis=1)
            yield Saved(path, at, labels, _of_array(path, scores), _bare(tuple(columns), labels))


def _bare(names: tuple[str, ...], labels: np.ndarray) -> tuple[str, ...]:
    """Names of columns without a beginning that they share, such as ``prob_``, and labels lack."""
    letters = zip(*names, strict=False)
    shared = sum(1 for _ in itertools.takewhile(lambda place: len(set(place)) == 1, letters))
    bare = tuple(name[shared:] for name in names)
    return bare if set(map(str, labels.tolist())) <= set(bare) else names


def _groups(path: Path, steps: np.ndarray | None) -> Iterator[tuple[int | None, np.ndarray]]:
    """Steps, and which rows belong to each."""
    if steps is None:
        yield step_in(path), slice(None)
        return
    if steps.dtype.kind not in "fiu" or np.any(steps != np.floor(steps)):
        raise SettingError("FILE", f"{str(path)!r}: expected whole numbers as steps")
    for step in np.unique(steps):
        yield int(step), np.flatnonzero(steps == step)


def read_labels(path: Path) -> np.ndarray:
    """Labels [N] out of a ``.npy`` file, or of a text file with one a line.

    Raises:
        SettingError: a file that cannot be read.
    """
    try:
        if path.suffix.lower() == ".npy":
            return np.load(path, allow_pickle=False)
        return _parsed(np.array(path.read_text(encoding="utf-8-sig").split("\n")[:-1] or [""]))
    except (ValueError, OSError) as error:
        raise SettingError("labels", f"{str(path)!r} cannot be read: {error}") from error


def step_in(path: Path) -> int | None:
    """The last number in a file's name."""
    numbers = re.findall(r"\d+", path.stem)
    return int(numbers[-1]) if numbers else None

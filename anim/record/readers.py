"""Reads files of saved predictions; one function for each kind of file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from anim.errors import SettingError
from anim.record.saved import LABELS, SCORES, STEPS, Saved, parsed, scores_of
from anim.record.tables import read_csv, read_parquet


def read(path: Path) -> Iterator[Saved]:
    """Yield the snapshots in a file: ``.npz``, ``.npy``, ``.csv`` or ``.parquet``.

    Nothing in the file is executed: object arrays (pickles) are refused. Scores without a name are
    probs if they are in [0, 1] and each row sums to 1, and logits otherwise.

    Raises:
        SettingError: a file of another kind, or one without predictions.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise SettingError("FILE", f"expected one of {', '.join(_READERS)}, got {str(path)!r}")
    try:
        yield from reader(path)
    except FileNotFoundError as error:
        raise SettingError("FILE", f"there is no file {str(path)!r}") from error
    except SettingError:
        raise
    except (ValueError, OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise SettingError("FILE", f"{str(path)!r} cannot be read: {error}") from error


def _read_npy(path: Path) -> Iterator[Saved]:
    """Yield one snapshot: scores [N, K] or [N]."""
    yield Saved(path, None, None, scores_of(path, np.load(path, allow_pickle=False)))


def _read_npz(path: Path) -> Iterator[Saved]:
    """Yield one snapshot, or one for each of its ``steps``."""
    # NumPy leaves a file open if it is not an archive; `with` closes it.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
        arrays = {name: content[name] for name in content.files}
    labels = next((arrays[name] for name in LABELS if name in arrays), None)
    steps = next((arrays[name] for name in (*STEPS, "steps") if name in arrays), None)
    names = arrays.get("classes")
    classes = None if names is None else tuple(map(str, names))
    given = {name: arrays[name] for name in (*SCORES, "confidence", "correct") if name in arrays}
    if not given:
        found = ", ".join(arrays) or "no array"
        raise SettingError("FILE", f"{str(path)!r}: expected logits or probs, got {found}")
    if steps is not None and np.ndim(steps) == 1:
        for i, step in enumerate(steps):
            at_step = {name: values[i] for name, values in given.items()}
            yield Saved(path, int(step), labels, at_step, classes, True)
        return
    step = None if steps is None else int(steps)
    yield Saved(path, step, labels, given, classes, True)


_READERS = {
    ".npz": _read_npz,
    ".npy": _read_npy,
    ".csv": read_csv,
    ".parquet": read_parquet,
}


def read_labels(path: Path) -> np.ndarray:
    """Return labels [N] out of a ``.npy`` file, or of a text file with one label per line.

    Raises:
        SettingError: the file cannot be read.
    """
    try:
        if path.suffix.lower() == ".npy":
            return np.load(path, allow_pickle=False)
        return parsed(np.array(path.read_text(encoding="utf-8-sig").split("\n")[:-1] or [""]))
    except (ValueError, OSError) as error:
        raise SettingError("labels", f"{str(path)!r} cannot be read: {error}") from error

"""Labels in a file of their own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

import numpy as np

from anim.errors import SettingError
from anim.files import read_bounded
from anim.record import npy
from anim.record.spelling import words

# Names that a first line may have instead of a label.
_HEADERS = frozenset(
    words("label labels y y_true true_label true_labels target targets class classes gt")
)
_MOST_BYTES = 1 << 29


def read_labels(path: Path) -> np.ndarray:
    """Return labels out of an ``.npy`` file, or of a text file with one label per line.

    Text is UTF-8. A first line such as ``label`` is a header; spaces around labels and lines
    without anything at the end do not count.

    Returns:
        [N] float64 or names; of ``.npy`` also one-hot [N, K].

    Raises:
        SettingError: the file cannot be read, or a line holds no label or several.
    """
    if path.suffix.lower() == ".npz":
        raise SettingError("labels", f"{str(path)!r}: expected .npy or text, got an archive")
    if path.suffix.lower() == ".npy":
        values = npy.load(path, "labels")
        if not values.ndim or not values.size:
            problem = f"expected labels [N], got shape {list(values.shape)}"
            raise SettingError("labels", f"{str(path)!r}: {problem}")
        if values.dtype.kind == "f" and (np.isfinite(values) & (values != np.round(values))).any():
            problem = f"got {values.dtype} of shape {list(values.shape)}, not integers"
            hint = "these look like scores: are the files swapped?"
            raise SettingError("labels", f"{str(path)!r}: {problem}; {hint}")
        return values
    with npy.errors_of_file("labels", path):
        text = read_bounded(path, _MOST_BYTES).decode("utf-8-sig")
    return _parsed(path, [line.strip() for line in re.split("\r\n|\n|\r", text)])


def _parsed(path: Path, lines: list[str]) -> np.ndarray:
    """Return a label for each line."""
    while lines and not lines[-1]:
        lines.pop()
    skipped = bool(lines) and _unquoted(lines[0]).lower() in _HEADERS
    lines = [_unquoted(line) for line in lines[skipped:]]
    if not lines:
        raise SettingError("labels", f"{str(path)!r}: expected a label per line, got none")

    def refuse(place: int, expected: str) -> NoReturn:
        got = repr(lines[place][:60]) if lines[place] else "an empty line"
        problem = f"line {place + 1 + skipped}: expected {expected}, got {got}"
        raise SettingError("labels", f"{str(path)!r}: {problem}")

    for place, line in enumerate(lines):
        if not line or "\0" in line:
            refuse(place, "one label")
    are_numbers = [_is_number(line) for line in lines]
    fractions = [place for place, line in enumerate(lines) if _is_fraction(line)]
    if len(fractions) > 1 and all(are_numbers[1:]):
        hint = f"{len(fractions)} lines are fractions, as scores are: are the files swapped?"
        refuse(fractions[0], f"an integer, the class of an example ({hint})")
    if not all(are_numbers):
        if all(are_numbers[1:]) and len(lines) > 1:
            refuse(0, "an integer as in the other lines, or a header such as label")
        for mark in ",;\t":
            if all(mark in line for line in lines):
                refuse(0, "one label in a line")
        return np.array(lines)
    for place, line in enumerate(lines):
        if not float(line).is_integer():
            refuse(place, "an integer, the class of an example")
    return np.array(lines).astype(np.float64)


def _is_number(line: str) -> bool:
    try:
        float(line)
    except ValueError:
        return False
    return True


def _is_fraction(line: str) -> bool:
    return _is_number(line) and 0 < float(line) < 1


def _unquoted(line: str) -> str:
    """Return a line without the quotes around it that some writers of CSV put."""
    is_quoted = len(line) > 1 and line[0] == line[-1] and line[0] in "\"'"
    return line[1:-1].strip() if is_quoted else line

"""The arrays of an ``.npz`` file, each read when it is taken for something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np

from anim.checks.labels import listed
from anim.errors import SettingError
from anim.record.array_classes import problem_of_ranks, unused
from anim.record.array_ids import name_of_ids

# What the arrays of each list are called in the lines that say what was read.
_ROLES = {
    "labels": "label",
    "predictions": "prediction",
    "step": "step",
    "classes": "classes",
    "confidence": "confidence",
    "correct": "correct",
    "weights": "weight",
    "groups": "group",
    "mask": "mask",
}


class Content:
    """The arrays of a file, each read when it is taken."""

    def __init__(self, path: Path, archive: Mapping[str, np.ndarray]):
        self.path = path
        self.names = {name.lower(): name for name in archive}
        # What arrays were taken for.
        self.taken: dict[str, str] = {}
        self._archive = archive

    def find(self, known: Sequence[str]) -> tuple[str, np.ndarray] | None:
        """Return the name and values of the first array with one of the known names, not taken."""
        name = next((self.names[one] for one in known if one in self.names), None)
        return None if name is None else (name, self._decoded(self._archive[name]))

    def take(self, known: Sequence[str], *, is_one: bool = True) -> np.ndarray | None:
        """Return the array with one of the known names; None if there is none.

        Args:
            known: names in small letters, the one that counts first.
            is_one: whether two of them are an error.
        """
        found = [self.names[name] for name in known if name in self.names]
        if len(found) > 1 and is_one:
            self.fail(f"expected one of {names_listed(found)}, got {len(found)} of them")
        if not found:
            return None
        self.taken[found[0]] = _ROLES.get(known[0], "scores")
        return self._decoded(self._archive[found[0]])

    def take_ids(self) -> tuple[str, np.ndarray | None]:
        """Return the name and values of the array of ids; ``""`` and None if there is none."""
        name = name_of_ids([name for name in self.names.values() if name not in self.taken])
        return ("", None) if name is None else (name, self._decoded(self._archive[name]))

    def check_no_ranks(self, given: Mapping[str, np.ndarray]) -> None:
        """Raise SettingError if an array says that scores are of the first classes of each row."""
        others = unused(self._archive, list(self.taken))
        if len(given) == 1 and (problem := problem_of_ranks(given, others)) is not None:
            self.fail(problem)

    def fail(self, problem: str) -> NoReturn:
        """Raise SettingError about the file."""
        raise SettingError("FILE", f"{str(self.path)!r}: {problem}")

    def _decoded(self, values: np.ndarray) -> np.ndarray:
        """Return names of bytes as texts."""
        try:
            if values.dtype.kind == "U":
                # Codes of no letter are found when they are read.
                "".join(values.ravel().tolist()).encode()
            return np.char.decode(values, "utf-8") if values.dtype.kind == "S" else values
        except ValueError:
            self.fail("expected texts in UTF-8")


def names_listed(names: Sequence[str]) -> str:
    """Return names for an error, abbreviated."""
    return listed([repr(name[:40]) for name in names])

"""What is known of the examples of a run, the same at every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from anim.checks.groups import ordered
from anim.checks.labels import NO_LABEL, check_same_labels
from anim.errors import SettingError

# The grouping of what is said of examples with several labels, one by one.
LABEL = "label"


@dataclass(frozen=True, eq=False)
class Groups:
    """Names that examples have in common.

    Attributes:
        names: G distinct names.
        codes: [N] int32 in [0, G), which of them each example has.
    """

    names: tuple[str, ...]
    codes: np.ndarray

    def take(self, rows: slice | np.ndarray) -> Groups:
        """Return the groups of some of the examples: all names, also of which there are none."""
        return Groups(self.names, self.codes[rows])

    def named(self, names: Sequence[str]) -> Groups:
        """Return them as positions among other names; -1 for what these lack."""
        ranks = {name: rank for rank, name in enumerate(names)}
        positions = np.array([ranks.get(name, -1) for name in self.names], np.int32)
        return Groups(tuple(names), positions[self.codes])


@dataclass(frozen=True, eq=False)
class Examples:
    """N examples.

    Attributes:
        labels: [N] int32 in [0, K); in a recorder also -1, of what counts nowhere.
        weights: [N] float64 above 0; None if each counts the same.
        groups: the groups of each grouping, by its name.
        is_multilabel: whether these are whether an example has a label, for all of L labels, which
            are the grouping ``label``.
        drawn: the probability with which they were drawn of more, and the seed; None if not.
    """

    labels: np.ndarray
    weights: np.ndarray | None = None
    groups: Mapping[str, Groups] = field(default_factory=dict)
    is_multilabel: bool = False
    drawn: tuple[float, int] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def none(cls) -> Examples:
        """Return no examples at all."""
        return cls(np.empty(0, np.int32))

    @classmethod
    def joined(cls, parts: Sequence[Examples]) -> Examples:
        """Return the examples of several parts, of which all have weights, or none.

        Raises:
            SettingError: only some of them have weights, or a grouping.
        """
        if len(parts) == 1:
            return parts[0]
        parts[0].check_form(*parts[1:])
        labels = np.concatenate([part.labels for part in parts])
        weights = [part.weights for part in parts if part.weights is not None]
        groups = {}
        for name in parts[0].groups:
            given = [part.groups[name] for part in parts]
            names = joined_names([one.names for one in given])
            codes = np.concatenate([one.named(names).codes for one in given])
            groups[name] = Groups(tuple(names), codes)
        weights = np.concatenate(weights) if weights else None
        return replace(parts[0], labels=labels, weights=weights, groups=groups)

    @property
    def ignored(self) -> np.ndarray | None:
        """Which of them count nowhere, [N] bool; None if all of them count."""
        found = self.labels == NO_LABEL
        return found if found.any() else None

    def take(self, rows: slice | np.ndarray) -> Examples:
        """Return some of the examples: [n] indices or [N] bool, or a slice."""
        weights = None if self.weights is None else self.weights[rows]
        groups = {name: one.take(rows) for name, one in self.groups.items()}
        labels = self.labels[rows]
        return Examples(labels, weights, groups, self.is_multilabel, self.drawn)

    def check_some(self) -> None:
        """Raise SettingError if none of them counts."""
        if (self.labels == NO_LABEL).all():
            problem = "expected at least one example that counts, got none: all of them are "
            raise SettingError("labels", problem + "ignored, masked or of weight 0")

    def check_form(self, *others: Examples) -> None:
        """Raise SettingError unless others have weights if these have, and the same groupings."""
        for other in others:
            if self.weights is other.weights and not self.groups and not other.groups:
                continue
            for name, here, there in (
                ("weights", self.weights is not None, other.weights is not None),
                ("groups", sorted(self.groups), sorted(other.groups)),
            ):
                if here != there:
                    problem = "expected them with all labels or with none: each batch alike"
                    raise SettingError(name, problem)

    def labels_beside(self, known: Examples) -> np.ndarray:
        """Return the labels [n], -1 where the weights that are known of these examples are 0.

        Without weights of their own they are the labels of examples that have weights.
        """
        weights = known.weights
        if self.weights is not None or weights is None or len(weights) != len(self):
            return self.labels
        return np.where(weights > 0, self.labels, NO_LABEL).astype(np.int32, copy=False)

    def check_same(self, known: Examples, rows: np.ndarray | None = None) -> None:
        """Raise SettingError unless these are the examples that are known.

        Weights and groups that are not given again stay as they are known.

        Args:
            known: the same number of them.
            rows: [n] positions of the examples among all; None if they are all.
        """
        if self is known:
            return
        check_same_labels(self.labels_beside(known), known.labels, rows)
        counts = known.labels != NO_LABEL
        if self.weights is not None:
            before = known.weights
            differs = np.True_ if before is None else (self.weights != before) & counts
            _check_differs("weights", np.broadcast_to(differs, counts.shape), rows)
        for name, groups in self.groups.items():
            before = known.groups.get(name)
            if before is None:
                problem = f"expected {name!r} with the first snapshot, too"
                raise SettingError("groups", problem)
            if self.is_multilabel and name == LABEL and _is_numbered(groups.names):
                # Nobody has named them again.
                groups = Groups(before.names, groups.codes)
            differs = (groups.named(before.names).codes != before.codes) & counts
            _check_differs("groups", differs, rows)


def _is_numbered(names: Sequence[str]) -> bool:
    return list(names) == [str(number) for number in range(len(names))]


def joined_names(given: Sequence[Sequence[str]]) -> list[str]:
    """Return the names that there are in some of several lists, in their order if that is one."""
    if all(names == given[0] for names in given):
        return list(given[0])
    return ordered({text for names in given for text in names})


def _check_differs(name: str, differs: np.ndarray, rows: np.ndarray | None) -> None:
    if differs.any():
        first = int(differs.argmax())
        row = first if rows is None else int(rows[first])
        raise SettingError(name, f"expected the same as before, got others at index {row}")

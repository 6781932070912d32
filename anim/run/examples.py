"""What is known of the examples of a run, the same at every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


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


@dataclass(frozen=True, eq=False)
class Examples:
    """N examples.

    Attributes:
        labels: [N] int32 in [0, K).
        weights: [N] float64 above 0; None if each counts the same.
        groups: the groups of each grouping, by its name.
    """

    labels: np.ndarray
    weights: np.ndarray | None = None
    groups: Mapping[str, Groups] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: slice | np.ndarray) -> Examples:
        """Return some of the examples: [n] indices or [N] bool, or a slice."""
        weights = None if self.weights is None else self.weights[rows]
        groups = {name: one.take(rows) for name, one in self.groups.items()}
        return Examples(self.labels[rows], weights, groups)

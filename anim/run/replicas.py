"""Runs that differ only in their seed, shown as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from anim.run.about import About
from anim.run.crossing import groups_by
from anim.run.display import renderers
from anim.run.run import Run
from anim.settings.fields import require


class Replicas(Sequence):
    """Runs of one training with different seeds: pictures show their median and their spread.

    Args:
        runs: R of them, on the same examples.
        name: their name in a picture of several.

    Attributes:
        runs, name: as given.

    Raises:
        ValueError: no run, or runs with different labels, weights or classes.
    """

    def __init__(self, runs: Sequence[Run], name: str = ""):
        self.runs = tuple(runs)
        self.name = name
        if not self.runs:
            raise ValueError("runs: expected at least one")
        for other in self.runs[1:]:
            has_labels = np.array_equal(self.labels, other.labels)
            weights: tuple[Any, Any] = (self.runs[0].weights, other.weights)
            if not (has_labels and np.array_equal(*weights)) or self.classes != other.classes:
                problem = "expected replicas to have the same labels, weights and classes"
                raise ValueError(f"runs: {problem}")

    def __len__(self) -> int:
        return len(self.runs)

    def __getitem__(self, i):
        return self.runs[i]

    def __repr__(self) -> str:
        return f"Replicas({len(self)} of {self.runs[0]!r})"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """Return what a notebook shows."""
        return renderers.bundle_of(self)

    def where(self, examples: ArrayLike) -> Replicas:
        """Return the replicas of some of the examples; see `anim.Run.where`."""
        return Replicas([run.where(examples) for run in self.runs], self.name)

    def by_group(
        self, name: str | Sequence[str] | None = None, only: Sequence[str] | None = None
    ) -> dict[str, Replicas]:
        """Return the replicas of the examples of each group; see `anim.Run.by_group`.

        Raises:
            SettingError: also replicas that have an example in different groups.
        """
        first, *others = (groups_by(run.groups, name) for run in self.runs)
        for other in others:
            is_like = first.names == other.names and (first.codes == other.codes).all()
            require(is_like, "by", "expected replicas to have the same groups")
        parts = [run.by_group(name, only) for run in self.runs]
        return {group: Replicas([its[group] for its in parts], group) for group in parts[0]}

    def of_view(self, view: str | None) -> Replicas:
        """Return the replicas of the examples that a view shows; see `anim.Run.of_view`."""
        return Replicas([run.of_view(view) for run in self.runs], self.name)

    @property
    def labels(self) -> np.ndarray:
        """The labels [N] that all runs share."""
        return self.runs[0].labels

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the K classes."""
        return self.runs[0].classes

    @property
    def about(self) -> About:
        """What a caption says about the first run."""
        return self.runs[0].about

    @property
    def has_scores(self) -> bool:
        """Whether all of them have the scores of all classes."""
        return all(run.has_scores for run in self.runs)

    @property
    def members(self) -> tuple[Run, ...]:
        """The runs that are shown as one."""
        return self.runs

    def default_view(self) -> str:
        """Return ``score`` for two classes, else ``confidence``."""
        return self.runs[0].default_view()

"""What a run and several replicas of it have in common, as seen by whatever shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from anim.run.about import About
    from anim.run.run import Run


class RunLike(Protocol):
    """A `Run`, or `Replicas` of one: what can be one run of a picture."""

    name: str

    @property
    def labels(self) -> np.ndarray:
        """[N] integers in [0, K)."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """K names."""
        ...

    @property
    def about(self) -> About:
        """What a caption says."""
        ...

    @property
    def has_scores(self) -> bool:
        """Whether the scores of all classes are there, not only that of the predicted class."""
        ...

    @property
    def members(self) -> tuple[Run, ...]:
        """The runs that are shown as one."""
        ...

    def by_group(
        self, name: str | Sequence[str] | None = None, only: Sequence[str] | None = None
    ) -> Mapping[str, RunLike]:
        """Return what there is of the examples of each group."""
        ...

    def of_view(self, view: str | None) -> RunLike:
        """Return what there is of the examples that a view shows."""
        ...

    def default_view(self) -> str:
        """Return the view to show unless another one is asked for."""
        ...

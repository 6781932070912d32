"""What scores were of which only ``keep="top"`` is kept, which does not show it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anim.checks.labels import check_range
from anim.checks.predictions import check_mixture
from anim.errors import SettingError
from anim.run.caller import warn_caller
from anim.run.reduction import Reducer

PROBS_AS_LOGITS = (
    "logits: each row is in [0, 1] and sums to 1; if these are probabilities, pass probs="
)


class Seen:
    """The scores of a snapshot that were reduced, in one batch or more.

    Attributes:
        name: ``logits`` or ``probs``; empty if nothing was reduced.
        classes: K.
    """

    def __init__(self):
        self.name, self.classes = "", 0
        self._rows = self._probs = 0
        self._reducers: dict[str, Reducer] = {}

    def reducer(self, name: str) -> Reducer:
        """Return what reduces scores of a name, the same one for all batches."""
        return self._reducers.setdefault(name, Reducer(name))

    def add(self, name: str, classes: int, rows: int, probs: int) -> None:
        """Take note of scores that were reduced.

        Args:
            name: of them.
            classes: K.
            rows: how many there are.
            probs: rows of logits that look like probabilities.
        """
        self.name, self.classes = name, classes
        self._rows, self._probs = self._rows + rows, self._probs + probs

    def warn_if_probs(self) -> None:
        """Warn if the logits look like probabilities."""
        try:
            check_mixture(self._probs, self._rows, "logits")
        except ValueError as error:
            warn_caller(str(error))
            return
        if 0 < self._probs == self._rows:
            warn_caller(PROBS_AS_LOGITS)

    def after(self, earlier: Seen) -> Seen:
        """Return what is known of the scores of a recording, once these follow earlier ones.

        Raises:
            SettingError: the earlier ones were of another kind, or of other classes.
        """
        if not self.name or not earlier.name:
            return self if self.name else earlier
        if self.name != earlier.name:
            problem = f"expected {earlier.name} as in earlier snapshots, got {self.name}"
            raise SettingError("snapshot", problem)
        if self.classes != earlier.classes:
            raise SettingError(self.name, f"expected {earlier.classes} classes, got {self.classes}")
        return self

    def check_classes(self, labels: np.ndarray, classes: Sequence[str] | None) -> None:
        """Raise ValueError unless the scores fit the labels [N] and the names of classes."""
        if not self.name:
            return
        if classes is not None and self.classes != len(classes):
            raise SettingError(self.name, f"expected {len(classes)} classes, got {self.classes}")
        check_range(labels, self.classes)

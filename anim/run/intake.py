"""What callers say of examples, checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from anim.checks.arrays import as_array, raise_first, widened
from anim.checks.groups import checked_groups
from anim.checks.labels import NO_LABEL, check_range, checked_labels
from anim.checks.weights import checked_weights
from anim.errors import SettingError
from anim.run.examples import LABEL, Examples, Groups


class Told(NamedTuple):
    """What a call says of n examples; see `anim.Recorder` for each of them."""

    labels: Any = None
    weights: Any = None
    groups: Any = None
    mask: Any = None
    # Which of several labels each row is about.
    about: Groups | None = None

    @property
    def says_more(self) -> bool:
        """Whether it says anything but labels."""
        return any(value is not None for value in self[1:])

    def check_alone(self) -> None:
        """Raise SettingError if something is said of examples without their labels."""
        for name, value in zip(self._fields, self, strict=True):
            if name != "labels" and value is not None:
                raise SettingError(name, "expected labels= in the same call, got none")

    def mapped(self, convert: Callable[[str, Any], Any]) -> Told:
        """Return what a function makes of each array, by the name of its argument."""
        given = zip(self._fields, self, strict=True)
        return Told(*(None if one is None else convert(name, one) for name, one in given))


@dataclass(frozen=True)
class Intake:
    """Checks examples.

    Attributes:
        classes: K names, or None.
        ignore: labels of what is no example, from `checked_ignore`.
        drawn: of the examples, as `Examples` has it.
    """

    classes: Sequence[str] | None = None
    ignore: tuple[float | str, ...] = ()
    drawn: tuple[float, int] | None = None

    def __call__(self, told: Told) -> Examples:
        """Return the examples; the label of those that count nowhere is -1.

        Raises:
            ValueError: another shape or type than those of `anim.Recorder`.
        """
        mask = None
        if told.mask is not None:
            mask = _checked_mask(told.mask, len(as_array("labels", told.labels)))
        labels = checked_labels(told.labels, self.classes, self.ignore, mask)
        weights = None
        if told.weights is not None:
            weights = checked_weights(told.weights, len(labels))
            labels = np.where(weights > 0, labels, NO_LABEL)
        found = checked_groups(told.groups, len(labels))
        groups = {name: Groups(*one) for name, one in found.items()}
        if told.about is not None:
            check_range(labels, 2)
            if LABEL in groups:
                problem = f"expected another name than {LABEL!r}, the grouping of several labels"
                raise SettingError("groups", problem)
            groups[LABEL] = told.about
        labels = labels.astype(np.int32, copy=False)
        return Examples(labels, weights, groups, told.about is not None, self.drawn)


def _checked_mask(mask, examples: int) -> np.ndarray:
    """Return which rows are examples, [N] bool."""
    values = widened(as_array("mask", mask))
    if values.shape != (examples,):
        problem = f"expected shape [{examples}], as of the labels, got {list(values.shape)}"
        raise SettingError("mask", problem)
    if values.dtype.kind == "O":
        # What is missing in a column of pandas cannot be compared.
        known = (int, float, np.bool_, np.number)
        values = np.array([v if isinstance(v, known) else np.nan for v in values.tolist()])
    other = ~np.isin(values, (0, 1))
    if other.any():
        raise_first("mask", "true for examples, or false", values, other)
    return values.astype(bool)

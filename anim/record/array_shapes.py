"""Arrays of tokens and pixels, as rows of examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from anim.checks.layout import Layout
from anim.checks.shapes import layout_of
from anim.errors import SettingError
from anim.record.array_content import Content
from anim.record.array_examples import Beside

# Arrays that have the shape of labels.
_WITHOUT_CLASSES = ("confidence", "correct", "pred_label")


@dataclass(frozen=True)
class Arrays:
    """What was read of a file.

    Attributes:
        given: predictions by the names of their arrays, behind an axis of steps if there are any.
        labels, elsewhere: those in the file, and those that count in their place; or None.
        predicted: labels that were predicted, as ``given``; None if there are none.
        beside: weights, groups and a mask.
        layout: where the examples are in those of a step; None if each row is one.
    """

    given: Mapping[str, np.ndarray]
    labels: np.ndarray | None
    elsewhere: np.ndarray | None
    predicted: np.ndarray | None
    beside: Beside
    layout: Layout | None = None

    @property
    def notes(self) -> list[str]:
        """What is said of where the examples are."""
        if self.layout is None:
            return []
        axis = self.layout.axis
        where = "" if axis is None else f", classes at axis {axis}"
        return [f"examples: labels of shape {list(self.layout.shape)}{where}"]


def in_rows(
    content: Content, arrays: Arrays, steps: np.ndarray | None, class_axis: int | None
) -> Arrays:
    """Return arrays with one axis of examples, of labels [B, ...] of tokens or pixels.

    Args:
        content: of the file.
        arrays: of any shape.
        steps: a list, or one of them; None if the file has none.
        class_axis: that of the scores of a step; None looks for it.

    Raises:
        SettingError: shapes that do not fit, or that fit in two ways; or labels that are repeated
            as those of several steps are.
    """
    name, values = next(iter(arrays.given.items()))
    labels = arrays.labels if arrays.elsewhere is None else arrays.elsewhere
    has_steps = steps is not None and steps.ndim == 1 and values.shape[:1] == steps.shape
    first = values[0] if has_steps else values
    axes = 2 if name in _WITHOUT_CLASSES else 3
    if labels is None or labels.ndim < 2 or first.ndim < axes:
        if class_axis not in (None, -1, 1):
            problem = "expected scores of tokens or pixels with their labels, got "
            raise SettingError("class_axis", f"{problem}{name} of shape {list(first.shape)}")
        return arrays
    if steps is None and len(labels) > 1 and (labels == labels[:1]).all():
        content.fail(
            "labels: expected several for each row, got the same ones in all rows; "
            "several snapshots need an array steps [S]"
        )
    role = "confidence" if name in _WITHOUT_CLASSES else "logits"
    layout = layout_of({role: first}, labels, class_axis=class_axis)
    if layout is None:
        return arrays

    def flat(one: str, array: np.ndarray) -> np.ndarray:
        kind = "confidence" if one in _WITHOUT_CLASSES else "logits"
        steps = [layout.flat(kind, at) for at in (array if has_steps else [array])]
        return np.stack(steps) if has_steps else steps[0]

    own = None if arrays.labels is None else layout.flat("labels", arrays.labels)
    return replace(
        arrays,
        given={one: flat(one, array) for one, array in arrays.given.items()},
        labels=own,
        elsewhere=None if arrays.elsewhere is None else layout.flat("labels", labels),
        predicted=None if arrays.predicted is None else flat("pred_label", arrays.predicted),
        beside=_beside(arrays.beside, layout),
        layout=layout,
    )


def _beside(beside: Beside, layout: Layout) -> Beside:
    """Return weights, groups and a mask of examples; those of rows are of all their examples."""

    def flat(values: np.ndarray) -> np.ndarray:
        if values.shape == layout.shape:
            return values.reshape(-1)
        return np.repeat(values, layout.of_row) if values.shape == layout.shape[:1] else values

    def named(pair: tuple[str, np.ndarray] | None) -> tuple[str, np.ndarray] | None:
        return None if pair is None else (pair[0], flat(pair[1]))

    groups = {name: flat(values) for name, values in beside.groups.items()}
    return replace(beside, weights=named(beside.weights), mask=named(beside.mask), groups=groups)

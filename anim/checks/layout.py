"""Arrays of any shape with one axis of examples, and the places of these in what was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import prod

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import NamedSharding, PartitionSpec

from anim.checks.arrays import as_array
from anim.checks.rows import is_elsewhere
from anim.errors import ElementError

# Arguments that have an axis of classes.
SCORES = ("logits", "probs")

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """Where the examples and the classes are in arrays of one snapshot or batch.

    Attributes:
        shape: of the labels, without an axis of classes; the leading axis may have another length
            in other batches.
        axis: that of the classes in scores; None if there is none, as each example has one score.
        is_one_hot: whether labels are one-hot, of the shape of the scores.
    """

    shape: Shape
    axis: int | None
    is_one_hot: bool = False

    @property
    def of_row(self) -> int:
        """The number of examples of a row of the leading axis, such as the tokens of a text."""
        return prod(self.shape[1:])

    def flat(self, name: str, values):
        """Return an array with one axis of examples, where it is.

        Args:
            name: of the argument: ``logits``, ``probs``, ``labels``, or another of the labels'
                shape.
            values: [..., K], [B, K, ...] or [...] of any library, device and leading length.

        Returns:
            Scores and one-hot labels [n, K], all else [n]: a view where memory allows it.
        """
        axis = self.axis if self._has_classes(name) else None
        if hasattr(values, "detach"):
            values = values.detach()
            moved = values if axis is None else values.movedim(axis, -1)
        elif isinstance(values, jax.Array) and is_elsewhere(values):
            return _flat_there(_whole_rows(values, axis), axis)
        else:
            values = as_array(name, values)
            moved = values if axis is None else np.moveaxis(values, axis, -1)
        return moved.reshape(-1) if axis is None else moved.reshape(-1, values.shape[axis])

    def _has_classes(self, name: str) -> bool:
        return name in SCORES or (name == "labels" and self.is_one_hot)

    def rows(self, index: np.ndarray) -> np.ndarray:
        """Return the positions of examples [n * of_row] from those of rows of the leading axis."""
        return (index[:, None] * self.of_row + np.arange(self.of_row)).reshape(-1)

    def of_given(self, error: ElementError, name: str, row: int | None = None) -> ElementError:
        """Return an error that names the element's place in the array that was given.

        Args:
            error: of a flat array, whose index is that of an example, and of a class if it has one.
            name: of the argument.
            row: the example's position among all; None as the error says.
        """
        example, *rest = error.index
        index = unravelled(example if row is None else row, self.shape)
        if rest and self.axis is not None and self._has_classes(name):
            index = (*index[: self.axis], *rest, *index[self.axis :])
        return type(error)(error.problem, index)


def unravelled(row: int, shape: Sequence[int]) -> Shape:
    """Return the index of an example in an array whose rows are flattened in order.

    Args:
        row: of the example among all.
        shape: of the array; its first length does not matter, as there may be more batches.
    """
    index = []
    for length in reversed(shape[1:]):
        row, at = divmod(row, length)
        index.append(at)
    return (int(row), *map(int, reversed(index)))


def without(shape: Shape, axis: int) -> Shape:
    """Return a shape without one axis."""
    return (*shape[:axis], *shape[axis + 1 :])


def _whole_rows(values: jax.Array, axis: int | None) -> jax.Array:
    """Return an array that is sharded along its leading axis and its classes only.

    JAX refuses to join other axes of a mesh of explicit axes.
    """
    sharding = values.sharding
    if not isinstance(sharding, NamedSharding):
        return values
    spec = (*sharding.spec, *[None] * (values.ndim - len(sharding.spec)))
    kept = [one if at in (0, axis) else None for at, one in enumerate(spec)]
    if kept == list(spec):
        return values
    return jax.device_put(values, NamedSharding(sharding.mesh, PartitionSpec(*kept)))


@partial(jax.jit, static_argnames="axis")
def _flat_there(values, axis: int | None):
    if axis is None:
        return values.reshape(-1)
    return jnp.moveaxis(values, axis, -1).reshape(-1, values.shape[axis])

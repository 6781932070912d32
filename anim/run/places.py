"""Where the predictions of a snapshot are reduced: on a device, or on all of this process.

Several devices divide the examples of each block. They need not be told of each other: what each
makes of its own examples is theirs, and sums are added up in the end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from anim.calibration.bins import Array, BinSums
from anim.calibration.class_bins import BLOCK, add_class_bins, no_class_bins
from anim.calibration.columns import Columns, columns_of
from anim.calibration.placing import local_devices
from anim.calibration.views import View

_EXAMPLES = "examples"
_DIVIDED = PartitionSpec(_EXAMPLES)
# A block of fewer values than this for each device is reduced sooner by one.
_FEWEST_VALUES = 1 << 18


def place_of(shape: tuple[int, ...]) -> OneDevice:
    """Return where blocks of a shape, [n, K], are reduced."""
    devices = local_devices()
    if len(devices) == 1 or np.prod(shape) < _FEWEST_VALUES * len(devices):
        return OneDevice()
    return SeveralDevices(Mesh(np.array(devices), (_EXAMPLES,)))


class OneDevice:
    """The default device of JAX.

    Attributes:
        rows: the number of rows of a block is a multiple of it.
        block: the most examples whose bins are added up before their sums are.
    """

    rows, block = 1, BLOCK

    def columns(
        self,
        values: Array,
        labels: Array,
        predicted: Array | None,
        *,
        views: tuple[View, ...],
        of_logits: bool,
    ) -> Columns:
        """Return columns; see `anim.calibration.columns.columns_of`."""
        return columns_of(values, labels, predicted, views=views, of_logits=of_logits)

    def no_bins(self, classes: int, bins: int, *, has_weights: bool = False) -> BinSums:
        """Return sums [K, B] over no example."""
        return no_class_bins(classes, bins, has_weights=has_weights)

    def with_bins(
        self,
        sums: BinSums,
        values: Array,
        labels: Array,
        count: int,
        *,
        starts: Array | None = None,
        weights: Array | None = None,
        of_logits: bool,
    ) -> BinSums:
        """Return sums with more; see `anim.calibration.class_bins.add_class_bins`."""
        options = {"starts": starts, "of_logits": of_logits}
        return add_class_bins(sums, values, labels, count, weights, **options)

    def total(self, sums: BinSums) -> BinSums:
        """Return sums [K, B] in host memory, in 64 bits."""
        kinds = {"i": np.int64, "f": np.float64}
        return jax.tree.map(lambda part: np.asarray(part, kinds[part.dtype.kind]), sums)


class SeveralDevices(OneDevice):
    """Devices that divide the rows of each block; the sums of each are apart, [D, K, B].

    Args:
        mesh: of D devices.
    """

    def __init__(self, mesh: Mesh):
        self._mesh = mesh
        self.rows = mesh.size
        self.block = BLOCK * mesh.size

    def columns(
        self,
        values: Array,
        labels: Array,
        predicted: Array | None,
        *,
        views: tuple[View, ...],
        of_logits: bool,
    ) -> Columns:
        divided = self._divided(values, labels, predicted)
        return _columns(*divided, mesh=self._mesh, views=views, of_logits=of_logits)

    def no_bins(self, classes: int, bins: int, *, has_weights: bool = False) -> BinSums:
        none = no_class_bins(classes, bins, has_weights=has_weights)
        return self._divided(
            jax.tree.map(lambda one: np.zeros((self.rows, *one.shape), one.dtype), none)
        )[0]

    def with_bins(
        self,
        sums: BinSums,
        values: Array,
        labels: Array,
        count: int,
        *,
        starts: Array | None = None,
        weights: Array | None = None,
        of_logits: bool,
    ) -> BinSums:
        divided = self._divided(values, labels, starts, weights)
        return _with_bins(sums, *divided, count, mesh=self._mesh, of_logits=of_logits)

    def total(self, sums: BinSums) -> BinSums:
        return jax.tree.map(lambda part: part.sum(0), super().total(sums))

    def _divided(self, *arrays: Any) -> Any:
        return jax.device_put(arrays, NamedSharding(self._mesh, _DIVIDED))


@partial(jax.jit, static_argnames=("mesh", "views", "of_logits"))
def _columns(values, labels, predicted, *, mesh: Mesh, views: tuple[View, ...], of_logits: bool):
    of_rows = partial(columns_of, views=views, of_logits=of_logits)
    return _on_each(of_rows, mesh, _DIVIDED)(values, labels, predicted)


@partial(jax.jit, static_argnames=("mesh", "of_logits"), donate_argnames="sums")
def _with_bins(sums, values, labels, starts, weights, count, *, mesh: Mesh, of_logits: bool):
    def of_rows(sums, values, labels, starts, weights, count):
        rows = len(labels)
        # Padding is at the end of all rows.
        mine = jnp.clip(count - rows * jax.lax.axis_index(_EXAMPLES), 0, rows)
        own = jax.tree.map(lambda part: part[0], sums)
        options = {"starts": starts, "of_logits": of_logits}
        added = add_class_bins(own, values, labels, mine, weights, **options)
        return jax.tree.map(lambda part: part[None], added)

    specs = *[_DIVIDED] * 5, PartitionSpec()
    return _on_each(of_rows, mesh, specs)(sums, values, labels, starts, weights, count)


def _on_each(function: Callable[..., Any], mesh: Mesh, specs: Any) -> Callable[..., Any]:
    # Loops start with numbers that are the same on all devices.
    options = {"in_specs": specs, "out_specs": _DIVIDED, "check_vma": False}
    return jax.shard_map(function, mesh=mesh, **options)

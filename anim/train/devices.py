"""The devices that networks are trained on: each takes some of those that are trained together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from anim.calibration.placing import local_devices

_NETWORKS = "networks"


class Spread:
    """Says where each of R networks is trained: on one device of several, with its neighbours.

    All devices but the last take equally many, and the last one the rest. It is given networks to
    make up for what it has less, as a program for several devices does the same on each.

    Args:
        networks: R.

    Attributes:
        is_alone: whether there is one network, whose arrays have no axis for networks.
        total: the length of the axis, at least R: the networks and those that make up.
    """

    def __init__(self, networks: int):
        self.is_alone = networks == 1
        known = local_devices()
        each = -(-networks // len(known))
        used = known[: -(-networks // each)]
        self.total = each * len(used)
        self._mesh = Mesh(np.array(used), (_NETWORKS,)) if len(used) > 1 else None

    def made(self, function: Callable) -> Callable:
        """Return a function of a key that makes a network as one of the keys of all."""
        if self._mesh is None or self._mesh.devices.flat[0].platform != "cpu":
            return self.lifted(function, 0)
        # One after another on each device: JAX decomposes several matrices on threads that all
        # devices share, and each of these may wait for another one, without end.
        return self._on_each(partial(jax.lax.map, function), 0)

    def lifted(self, function: Callable, axes: int | Sequence[int | None]) -> Callable:
        """Return a function of one network as one of all.

        Args:
            function: its results are of the network.
            axes: 0 for arguments of each network, None for those that they share, as for
                ``jax.vmap``.
        """
        if self.is_alone:
            return function
        mapped = jax.vmap(function, axes)
        return mapped if self._mesh is None else self._on_each(mapped, axes)

    def _on_each(self, mapped: Callable, axes: int | Sequence[int | None]) -> Callable:
        specs = PartitionSpec(_NETWORKS)
        of_arguments = specs
        if not isinstance(axes, int):
            of_arguments = tuple(PartitionSpec() if axis is None else specs for axis in axes)
        # Nothing passes between devices. Loops start with numbers that are the same on all.
        return jax.shard_map(
            mapped, mesh=self._mesh, in_specs=of_arguments, out_specs=specs, check_vma=False
        )

    def shared(self, values: Any) -> jax.Array:
        """Return an array of all networks on all devices."""
        return self._put(values, PartitionSpec())

    def divided(self, values: Sequence[Any]) -> Any:
        """Return arrays of R networks as one, each where its network is."""
        if self.is_alone:
            return values[0]
        full = [*values, *[values[-1]] * (self.total - len(values))]
        stacked = np.stack(full) if isinstance(full[0], np.ndarray) else jax.numpy.stack(full)
        return stacked if self._mesh is None else self._put(stacked, PartitionSpec(_NETWORKS))

    def _put(self, values: Any, spec: PartitionSpec) -> jax.Array:
        if self._mesh is None:
            return jax.numpy.asarray(values)
        return jax.device_put(values, NamedSharding(self._mesh, spec))

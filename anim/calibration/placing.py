"""Arrays on several devices, brought to one mesh, whose devices the compiler shares work among.

The compiler decides how the functions of this package use the devices of a mesh: its axes must be
`AxisType.Auto`. Arrays on a mesh with explicit axes are taken for such on one without while a
function runs, and results are given back on the mesh of the arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import jax
import numpy as np
from jax.core import Tracer
from jax.sharding import (
    AxisType,
    Mesh,
    NamedSharding,
    PartitionSpec,
    Sharding,
    get_abstract_mesh,
    reshard,
    use_abstract_mesh,
)

# What is reduced where it lies; other arguments are small enough for every process.
_LARGE = ("probs", "logits")
# Soon told from arrays of JAX.
_PLAIN = {np.ndarray, list, int, float, bool, str, type(None)}
_NO_MESH = Mesh(np.empty((), dtype=object), ())


def local_devices() -> list[Any]:
    """Return the devices of this process; only one, if ``jax.default_device`` names it."""
    config: Any = jax.config
    chosen = config.jax_default_device
    if chosen is None:
        return jax.local_devices()
    return jax.local_devices(backend=chosen)[:1] if isinstance(chosen, str) else [chosen]


def in_memory(values: Any) -> np.ndarray:
    """Return an array in host memory, also one of which other processes hold a part."""
    is_apart = isinstance(values, jax.Array) and not values.is_fully_addressable
    if is_apart and isinstance(values.sharding, NamedSharding):
        values = jax.device_put(values, NamedSharding(values.sharding.mesh, PartitionSpec()))
    return np.asarray(values)


def without_mesh() -> AbstractContextManager:
    """Return a context in which no mesh is set, whatever the caller has set.

    Raises:
        ValueError: a mesh is set, and a function is being compiled or transformed.
    """
    return nullcontext() if get_abstract_mesh().empty else jax.set_mesh(_NO_MESH)


def placed(given: dict[str, Any], function: Callable[[], Any]) -> Any:
    """Return what a function returns once its arguments are where one compiled call takes them.

    That is on the devices of the first of them that is on any, whatever mesh is set.

    Args:
        given: the arguments by name, predictions first; those that are moved are replaced.
        function: takes its arguments from there.
    """
    arrays = [
        one for value in given.values() if type(value) not in _PLAIN for one in _arrays(value)
    ]
    if get_abstract_mesh().empty and _are_on_one_device(arrays):
        return function()
    if any(isinstance(one, Tracer) for one in arrays):
        return _traced(given, arrays, function)
    try:
        without_mesh = jax.set_mesh(_NO_MESH)
    except ValueError:
        # These are constants of a function that is compiled or transformed.
        return _traced(given, arrays, function)
    with without_mesh:
        if not arrays:
            return function()
        home = arrays[0].sharding
        _replace(given, lambda name, one: _moved(name, one, home))
        found = function()
    return jax.tree.map(lambda part: _given_back(part, home), found)


def _arrays(value: Any) -> list[jax.Array]:
    """Return the arrays of an argument: itself, or the fields of a named tuple."""
    parts = value if hasattr(value, "_fields") else (value,)
    return [one for one in parts if isinstance(one, jax.Array)]


def _replace(given: dict[str, Any], function: Callable[[str, jax.Array], Any]) -> None:
    """Replace each array of the arguments by what a function makes of its name and of it."""
    for name, value in given.items():
        if _arrays(value):
            given[name] = jax.tree.map(
                lambda one, name=name: function(name, one) if isinstance(one, jax.Array) else one,
                value,
            )


def _are_on_one_device(arrays: list[jax.Array]) -> bool:
    """Return whether all lie on the same device, or are traced without a mesh."""
    first = None
    for one in arrays:
        if isinstance(one, Tracer):
            if not _mesh_of(one).empty:
                return False
            continue
        devices = one.sharding.device_set
        first = first or devices
        if len(devices) > 1 or devices != first:
            return False
    return True


def _mesh_of(array: jax.Array) -> Any:
    return jax.typeof(array).sharding.mesh


def _moved(name: str, array: jax.Array, home: Sharding) -> Any:
    """Return an argument on the devices of a sharding, on a mesh without explicit axes."""
    sharding = array.sharding
    if _devices(sharding) != _devices(home):
        if not array.committed:
            # JAX moves it.
            return array
        if isinstance(home, NamedSharding):
            sharding = NamedSharding(home.mesh, PartitionSpec(), memory_kind=home.memory_kind)
        elif len(home.device_set) == 1:
            sharding = home
        else:
            return np.asarray(array)
    if isinstance(sharding, NamedSharding):
        mesh, kind = _automatic(sharding.mesh), sharding.memory_kind
        is_whole = not sharding.is_fully_addressable and name not in _LARGE
        spec = PartitionSpec() if is_whole else sharding.spec
        sharding = NamedSharding(mesh, spec, memory_kind=kind)
    return array if sharding == array.sharding else jax.device_put(array, sharding)


def _devices(sharding: Sharding) -> Any:
    """Return the devices of a sharding, in the order that one compiled call must have."""
    mesh: Any = getattr(sharding, "mesh", None)
    if mesh is not None:
        return tuple(mesh.devices.flat)
    devices = sharding.device_set
    return tuple(devices) if len(devices) == 1 else devices


def _automatic(mesh: Any) -> Any:
    kinds = [AxisType.Auto if kind == AxisType.Explicit else kind for kind in mesh.axis_types]
    return mesh.update(axis_types=tuple(kinds))


def _given_back(part: Any, home: Sharding) -> Any:
    """Return a result on the mesh of the arguments, if that has explicit axes."""
    if not isinstance(home, NamedSharding) or AxisType.Explicit not in home.mesh.axis_types:
        return part
    if not isinstance(part, jax.Array):
        return part
    spec = part.sharding.spec if isinstance(part.sharding, NamedSharding) else PartitionSpec()
    return jax.device_put(part, NamedSharding(home.mesh, spec))


def _traced(given: dict[str, Any], arrays: list[jax.Array], function: Callable[[], Any]) -> Any:
    """Return what a function returns under a transformation, where shardings are types."""
    meshes = [get_abstract_mesh(), *map(_mesh_of, arrays)]
    mesh = next((one for one in meshes if AxisType.Explicit in one.axis_types), None)
    if mesh is None:
        return function()
    automatic = _automatic(mesh)

    def moved(_: str, array: jax.Array) -> jax.Array:
        if _mesh_of(array).empty:
            return array
        return reshard(array, NamedSharding(automatic, PartitionSpec(*[None] * array.ndim)))

    def given_back(part: Any) -> Any:
        if not isinstance(part, jax.Array):
            return part
        # The axes that it shares with the predictions are divided as theirs.
        is_like = arrays and part.shape == arrays[0].shape[: part.ndim]
        spec = jax.typeof(arrays[0]).sharding.spec[: part.ndim] if is_like else ()
        return reshard(part, NamedSharding(mesh, PartitionSpec(*spec)))

    with use_abstract_mesh(automatic):
        _replace(given, moved)
        found = function()
    return jax.tree.map(given_back, found)

"""PyTorch: which examples a process predicts and records, by how a model is divided."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from anim.errors import SettingError
from anim.integrations.base import require
from anim.run.ranks import ALONE, Rank

torch = require("torch", "torch")


# FSDP's classes of modules, of which older versions of PyTorch have one.
_FSDP = ("FSDPModule", "FullyShardedDataParallel")


class Sharing(NamedTuple):
    """What one of several processes does in recording a model.

    Attributes:
        examples: which share of the examples it predicts.
        rows: which share of these it records, among the processes that predict the same ones.
        is_joint: whether each forward pass needs all processes, or all that predict the same.
    """

    examples: Rank = ALONE
    rows: Rank = ALONE
    is_joint: bool = False

    def index_of(self, index: np.ndarray | None) -> np.ndarray | None:
        """Return the positions that are recorded here, of those of the examples predicted."""
        if index is None or self.rows == ALONE:
            return index
        return index[self.rows.index :: self.rows.count]

    def recorded(self, stream: Iterable[tuple]) -> Generator[tuple]:
        """Yield of each batch (scores, labels, ...) the rows that are recorded here."""
        done = 0
        for scores, labels, declared in stream:
            first, step = (self.rows.index - done) % self.rows.count, self.rows.count
            done += len(scores)
            yield scores[first::step], labels[first::step], declared


def sharing_of(model, rank: Rank) -> Sharing:
    """Return what a process does in recording a model; all processes ask.

    Each predicts a share of the examples. Those that have parts of the same layers, by tensor
    parallelism, predict the same examples, and record a share of these each.

    Args:
        model: a ``torch.nn.Module``.
        rank: of this process among those that record.

    Raises:
        SettingError: one process is to record a model that several have parts of; or it is
            divided in a way that is not understood.
    """
    gathering = [one for one in model.modules() if is_gathering(one)]
    for one in gathering:
        # As long as its parameters are gathered, they do not say that they are divided.
        if hasattr(one, "reshard"):
            one.reshard()
    meshes = _meshes_of_layers(model)
    world = world_size()
    is_divided = world > 1 and bool(meshes or gathering)
    if is_divided and rank != Rank(torch.distributed.get_rank(), world):
        problem = f"expected none, as each forward pass of this model needs all {world} processes"
        said = f"process {rank.index} of {rank.count}"
        problem += f", got {said}; record in all of them, with a path that they share"
        raise SettingError("process_count", problem)
    if not is_divided or not meshes:
        return Sharing(rank, ALONE, is_divided)
    found = {_shares_in(mesh, first) for mesh, first in meshes}
    if len(found) != 1 or None in found:
        problem = f"expected layers that are divided in one way among all {world} processes"
        hint = "add the batches of your own evaluation to anim.Recorder(...).collecting"
        raise SettingError("model", f"{problem}, got several; {hint}")
    shares = found.pop()
    assert shares is not None
    return Sharing(*shares, is_joint=True)


def world_size() -> int:
    """Return how many processes `torch.distributed` has; 1 if it is not initialized."""
    distributed = torch.distributed
    is_there = distributed.is_available() and distributed.is_initialized()
    return distributed.get_world_size() if is_there else 1


def is_gathering(module) -> bool:
    """Return whether FSDP, of either version, gathers the parameters of a module."""
    return any(one.__name__ in _FSDP for one in type(module).__mro__)


def is_dtensor(value: Any) -> bool:
    """Return whether a value is a ``DTensor``, without importing what has it."""
    return isinstance(value, torch.Tensor) and hasattr(value, "device_mesh")


def _meshes_of_layers(model) -> list[tuple]:
    """Return meshes over which layers are divided, with their first dimension that divides them.

    Those before it are of FSDP, which gathers a parameter whole.
    """
    found, seen, waiting = [], set(), [(model, False)]
    while waiting:
        module, is_gathered = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        is_gathered = is_gathered or is_gathering(module)
        for parameter in module.parameters(recurse=False):
            if not is_dtensor(parameter):
                continue
            mesh = parameter.device_mesh
            # It replicates by the first dimension, if at all, and shards by the next one.
            first = 1 + parameter.placements[0].is_replicate() if is_gathered else 0
            if first < mesh.ndim:
                found.append((mesh, first))
        waiting += [(one, is_gathered) for one in module.children()]
    return found


def _shares_in(mesh, first: int) -> tuple[Rank, Rank] | None:
    """Return this process's share of the examples, and of the rows of those who predict the same.

    Returns:
        None if the mesh does not have all processes.
    """
    at = mesh.get_coordinate()
    if at is None or mesh.size() != world_size():
        return None
    shape = tuple(mesh.size(i) for i in range(mesh.ndim))

    def share(dimensions: slice) -> Rank:
        sizes, place = shape[dimensions], tuple(at[dimensions])
        index = int(np.ravel_multi_index(place, sizes)) if sizes else 0
        return Rank(index, math.prod(sizes))

    return share(slice(first)), share(slice(first, None))


@contextmanager
def divided_again(model) -> Iterator[None]:
    """Leave parameters that FSDP has divided as they were, not gathered by a forward pass."""
    before = [(one, list(one.parameters())) for one in model.modules() if hasattr(one, "reshard")]
    try:
        yield
    finally:
        for module, parameters in before:
            now = list(module.parameters())
            if any(a is not b for a, b in zip(now, parameters, strict=True)):
                module.reshard()


def called_within(wrapper, module, function: Callable[[Any, Any], Any], inputs) -> Any:
    """Return a function of a module and inputs, called in the forward pass of a wrapper of it.

    FSDP gathers the parameters of a module in its own forward pass, which calls the module's.
    """
    had, before = "forward" in vars(module), module.forward

    def restore() -> None:
        if had:
            module.forward = before
        else:
            vars(module).pop("forward", None)

    def once(given) -> Any:
        restore()
        return function(module, given)

    module.forward = once
    try:
        return wrapper(inputs)
    finally:
        restore()

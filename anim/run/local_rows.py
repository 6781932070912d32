"""The rows of an array over several processes that this process holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anim.checks.layout import Layout
from anim.errors import SettingError

# Start and stop of an array, or of a part of it, along one axis.
Span = tuple[int, int]


@dataclass(eq=False)
class LocalRows:
    """What one process records of an array over several.

    All processes together have each row once: rows that several of them hold are shared out.

    Attributes:
        blocks: arrays [n, ...] with whole rows, in order: JAX's on one device, NumPy's where rows
            had to be put together, or a local tensor. No block at all if there are no rows here.
        index: [n of all blocks] int64, positions of their rows in the whole array.
        count: N, the rows of the whole array.
    """

    blocks: list[Any]
    index: np.ndarray
    count: int


def local_rows(name: str, given, *, shares: bool = True) -> LocalRows | None:
    """Return the rows of a global `jax.Array` or `DTensor` that this process records.

    No process waits for another one.

    Args:
        name: of the argument, for the error.
        given: [N, ...] anything.
        shares: whether rows that several processes hold are shared out; else each has them all.

    Returns:
        None for what is no array over several processes.

    Raises:
        SettingError: a row is not whole in any process, the array has no rows, or some processes
            have no part in it.
    """
    jax = sys.modules.get("jax")
    if jax is not None and isinstance(given, jax.Array):
        if given.is_fully_addressable:
            return None
        return _of_jax(name, given, (jax.process_index(), jax.process_count()), shares)
    tensors = sys.modules.get("torch.distributed.tensor")
    if tensors is not None and isinstance(given, tensors.DTensor):
        return _of_torch(name, given, tensors, shares)
    return None


def flat_rows(name: str, found: LocalRows, layout: Layout) -> LocalRows:
    """Return rows of a leading axis as rows of examples, such as the tokens of texts.

    Args:
        name: of the argument.
        found: arrays [n, ...].
        layout: of the whole array.

    Raises:
        SettingError: the leading axis is that of the classes.
    """
    if layout.axis == 0:
        problem = f"expected another axis than the leading one of {name} over several processes"
        raise SettingError("class_axis", f"{problem}, got 0")
    blocks = [layout.flat(name, block) for block in found.blocks]
    return LocalRows(blocks, layout.rows(found.index), found.count * layout.of_row)


def _of_jax(name: str, array, at: tuple[int, int], shares: bool) -> LocalRows:
    process, processes = at
    _check_rows(name, array.shape)
    places = array.sharding.devices_indices_map(array.shape)
    _check_everywhere(name, len({device.process_index for device in places}), processes)
    # The parts of the rows of a span that each process holds, by span.
    held: dict[Span, dict[int, set[tuple[Span, ...]]]] = {}
    for device, index in places.items():
        rows, *rest = _spans(index, array.shape)
        held.setdefault(rows, {}).setdefault(device.process_index, set()).add(tuple(rest))
    parts: dict[Span, dict[tuple[Span, ...], Any]] = {}
    for shard in array.addressable_shards:
        rows, *rest = _spans(shard.index, array.shape)
        parts.setdefault(rows, {}).setdefault(tuple(rest), shard.data)
    spans, blocks = [], []
    for rows, by_process in sorted(held.items()):
        every = set().union(*by_process.values())
        able = sorted(p for p, some in by_process.items() if some == every)
        if not able:
            problem = (
                "expected rows that are whole in one process, got classes sharded over several "
                f"({array.sharding}); shard the examples instead, by jax.sharding.reshard or as "
                "out_shardings of the jitted model"
            )
            raise SettingError(name, problem)
        if process not in able:
            continue
        start, stop = _share(rows, able.index(process), len(able)) if shares else rows
        if start < stop:
            within = slice(start - rows[0], stop - rows[0])
            blocks.append(_put_together(parts[rows], array.shape[1:])[within])
            spans.append((start, stop))
    return LocalRows(blocks, _positions(spans), array.shape[0])


def _spans(index: Sequence[slice], shape: Sequence[int]) -> Iterator[Span]:
    for part, size in zip(index, shape, strict=True):
        start, stop, _ = part.indices(size)
        yield start, stop


def _put_together(parts: dict[tuple[Span, ...], Any], shape: Sequence[int]):
    """Return rows [n, *shape] as one array, from parts of them on one or several devices."""
    first = next(iter(parts.values()))
    if len(parts) == 1:
        return first
    whole = np.empty((first.shape[0], *shape), first.dtype)
    for rest, values in parts.items():
        whole[:, *(slice(*span) for span in rest)] = np.asarray(values)
    return whole


def _of_torch(name: str, tensor, tensors, shares: bool) -> LocalRows:
    _check_rows(name, tensor.shape)
    mesh, rows = tensor.device_mesh, (0, tensor.shape[0])
    _check_everywhere(name, mesh.size(), sys.modules["torch.distributed"].get_world_size())
    at = mesh.get_coordinate()
    for axis, placement in enumerate(tensor.placements):
        # A subclass of Shard lays rows out in another order.
        if type(placement) is tensors.Shard and placement.dim == 0:
            rows = _chunk(rows, at[axis], mesh.size(axis))
        elif not isinstance(placement, tensors.Replicate):
            problem = (
                f"expected a DTensor with placements Shard(0) or Replicate(), got {placement}; "
                "redistribute it, or pass this rank's own rows with index="
            )
            raise SettingError(name, problem)
    own = rows
    for axis, placement in enumerate(tensor.placements):
        if shares and isinstance(placement, tensors.Replicate):
            own = _share(own, at[axis], mesh.size(axis))
    if own[0] >= own[1]:
        return LocalRows([], _positions([]), tensor.shape[0])
    local = tensor.detach().to_local()[own[0] - rows[0] : own[1] - rows[0]]
    return LocalRows([local], _positions([own]), tensor.shape[0])


def _chunk(rows: Span, i: int, count: int) -> Span:
    """Return the rows of one of ``count`` chunks as `torch.chunk` makes them: the last is short."""
    start, stop = rows
    size = -(-(stop - start) // count)
    return min(start + i * size, stop), min(start + (i + 1) * size, stop)


def _share(rows: Span, i: int, count: int) -> Span:
    """Return the rows of one of ``count`` holders, which take about the same number each."""
    start, stop = rows
    return start + (stop - start) * i // count, start + (stop - start) * (i + 1) // count


def _positions(spans: list[Span]) -> np.ndarray:
    return np.concatenate([np.empty(0, np.int64), *(np.arange(*span) for span in spans)])


def _check_everywhere(name: str, held_by: int, processes: int) -> None:
    """Raise SettingError for an array of some processes: others may have another one."""
    if held_by != processes:
        problem = (
            f"expected an array over all {processes} processes, got one over {held_by} of them; "
            "pass each process's own rows with index="
        )
        raise SettingError(name, problem)


def _check_rows(name: str, shape: Sequence[int]) -> None:
    if not shape or not shape[0]:
        raise SettingError(name, f"expected rows, got an array of shape {list(shape)}")

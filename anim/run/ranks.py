"""Which of how many processes this is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from anim.errors import SettingError
from anim.settings import whole


@dataclass(frozen=True)
class Rank:
    """A process among those that record together.

    Attributes:
        index: from 0 to ``count - 1``.
        count: of the processes, at least 1.
    """

    index: int
    count: int


ALONE = Rank(0, 1)


def rank_of(process_index: int | None = None, process_count: int | None = None) -> Rank:
    """Return the rank of this process: as given, or as JAX or PyTorch was told.

    Neither is imported, and no backend is initialized: that could wait for other processes, or
    take a device that the caller wants to configure first.

    Args:
        process_index: of this process, if ``process_count`` is given, too.
        process_count: of all; 1 alone says that this process records on its own.

    Raises:
        SettingError: only one of them is given, or they do not fit; ``jax.distributed`` and
            ``torch.distributed`` are both initialized, and disagree.
    """
    if process_count is not None:
        whole("process_count", process_count, 1)
        if process_index is None and process_count > 1:
            problem = f"expected one with `process_count` {process_count}, got None"
            raise SettingError("process_index", problem)
        index = 0 if process_index is None else process_index
        whole("process_index", index, 0, process_count - 1)
        return Rank(int(index), int(process_count))
    if process_index is not None:
        raise SettingError("process_count", "expected one with `process_index`, got None")
    found = {name: rank for name, ask in _ASK.items() if (rank := ask()) is not None}
    ranks = {rank for rank in found.values() if rank != ALONE} or {ALONE}
    if len(ranks) > 1:
        said = " and ".join(
            f"{rank.index} of {rank.count} ({name})" for name, rank in found.items()
        )
        problem = f"expected process_index= and process_count=, as this process is {said}"
        raise SettingError("process_count", problem)
    return ranks.pop()


def rank_for(
    path: object, process_index: int | None = None, process_count: int | None = None
) -> Rank:
    """Return the rank of this process in recording to a path; as `rank_of`.

    Args:
        path: None for memory, to which a process records alone.
        process_index, process_count: as for `rank_of`.

    Raises:
        SettingError: as of `rank_of`; many processes are to record to memory.
    """
    if path is not None:
        return rank_of(process_index, process_count)
    if (process_index, process_count) == (None, None) or process_count == 1:
        return ALONE
    problem = f"expected one that all processes share, got None with process_count {process_count}"
    raise SettingError("path", problem)


def _of_jax() -> Rank | None:
    """Return the rank by ``jax.distributed``; None if that is not initialized."""
    jax = sys.modules.get("jax")
    if jax is None or not jax.distributed.is_initialized():
        return None
    # `jax.process_index` would initialize the backends.
    from jax._src.distributed import global_state

    return Rank(global_state.process_id, global_state.num_processes)


def _of_torch() -> Rank | None:
    """Return the rank by ``torch.distributed``; None if that is not initialized."""
    torch = sys.modules.get("torch.distributed")
    if torch is None or not torch.is_available() or not torch.is_initialized():
        return None
    return Rank(torch.get_rank(), torch.get_world_size())


_ASK: dict[str, Callable[[], Rank | None]] = {
    "jax.distributed": _of_jax,
    "torch.distributed": _of_torch,
}

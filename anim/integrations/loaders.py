"""PyTorch: data loaders that yield the same examples in the same order each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from anim.errors import SettingError
from anim.integrations.base import require
from anim.integrations.randomness import found_in
from anim.run.caller import warn_caller
from anim.run.ranks import ALONE, Rank

torch = require("torch", "torch")
data = require("torch.utils.data", "torch")

_SHUFFLERS = (data.RandomSampler, data.SubsetRandomSampler, data.WeightedRandomSampler)
_HINT = "pass a loader with shuffle=False"
# Iterators with persistent workers that read for a recording, by their loaders.
_OURS: WeakKeyDictionary = WeakKeyDictionary()


@contextmanager
def own_workers(batches: Iterable) -> Iterator[None]:
    """Read batches with workers that are not those of the training.

    A ``DataLoader`` with persistent workers draws a random number only when it starts them: a
    training that finds them started would draw one number less than without a recording.

    Args:
        batches: any iterable, such as an object that moves the batches of a ``DataLoader``.
    """
    loaders = [one for one in found_in([batches], (data.DataLoader,)) if one.persistent_workers]
    theirs = [one._iterator for one in loaders]
    for one in loaders:
        one._iterator = _OURS.get(one)
    try:
        yield
    finally:
        for one, iterator in zip(loaders, theirs, strict=True):
            _OURS[one], one._iterator = one._iterator, iterator


def shuffles(loader: Iterable) -> bool:
    """Return whether a ``DataLoader`` yields the examples in another order each time.

    Any other iterable is taken to keep its order.
    """
    if not is_in_order(loader):
        return False
    source = _unwrapped(loader)
    sampler = _sampler(source)
    if type(sampler) is data.SequentialSampler:
        return False
    batches = source.batch_sampler if sampler is None else sampler
    return isinstance(sampler, _SHUFFLERS) or list(batches) != list(batches)


def is_in_order(loader: Iterable) -> bool:
    """Return whether `InOrder` determines the order of a loader, as it reads by indices."""
    source = _unwrapped(loader)
    return _is_plain(source) and not isinstance(source.dataset, data.IterableDataset)


class InOrder:
    """The batches of a loader in the same order each time.

    A ``DataLoader`` that shuffles is read in the order of its dataset, by another ``DataLoader``
    with the same batch size and the same way to collate. One with a sampler of its own is read in
    the order that this sampler gave first. Neither the loader itself nor its workers are used, so
    a training may be in the middle of it. Any other iterable is read as it is.

    One of several processes reads a part of the examples, as many as any other: those that its
    ``DistributedSampler`` gives, or else every so many of all.

    Args:
        loader: yields batches.
        rank: which share of the examples this process reads.
        is_shared: whether several processes record them, even if each reads them all.

    Attributes:
        index: [n] positions of the examples that this process reads; None if it alone records.
        batch_size: examples of a batch; None if they differ.

    Raises:
        SettingError: a loader that can be read only once, or that draws some of the examples; or
            one that several processes cannot share.
    """

    def __init__(self, loader: Iterable, rank: Rank = ALONE, is_shared: bool = False):
        self._rank, self._is_shared = rank, is_shared or rank.count > 1
        self.index: np.ndarray | None = None
        self.batch_size: int | None = None
        source = _unwrapped(loader)
        if isinstance(source, Iterator) or not hasattr(source, "__iter__"):
            raise SettingError(
                "loader",
                "expected an iterable of batches that can be read again, such as a DataLoader, "
                f"got {type(source).__name__}",
            )
        self._generator = torch.Generator()
        if self._is_shared:
            _check_shared(source)
        self._loader = self._in_order(source) if _is_plain(source) else source

    def __iter__(self) -> Iterator:
        # Workers that augment the examples do so in the same way each time.
        self._generator.manual_seed(0)
        return iter(self._loader)

    def _in_order(self, loader: Any):
        sampler = _sampler(loader)
        if isinstance(loader.dataset, data.IterableDataset):
            batches = {"batch_size": loader.batch_size, "drop_last": loader.drop_last}
        elif sampler is None:
            batches = {"batch_sampler": list(loader.batch_sampler)}
        else:
            drawn = _batch_sampler(loader)
            size = None if drawn is None else drawn.batch_size
            order = _order(sampler)
            if drawn is not None and drawn.drop_last and not isinstance(sampler, _SHUFFLERS):
                order = _whole_batches(order, drawn.batch_size)
            self.batch_size = size
            batches = {"batch_size": size, "sampler": self._part_of(order, sampler)}
        names = ("timeout", "prefetch_factor", "persistent_workers", "multiprocessing_context")
        return data.DataLoader(
            loader.dataset,
            num_workers=loader.num_workers,
            collate_fn=loader.collate_fn,
            worker_init_fn=loader.worker_init_fn,
            generator=self._generator,
            **batches,
            **({name: getattr(loader, name) for name in names} if loader.num_workers else {}),
        )

    def _part_of(self, order: Sequence[int], sampler) -> Sequence[int]:
        """Return the indices of the examples of this process, and note their positions."""
        count = self._rank.count
        if not self._is_shared:
            return order
        if type(sampler) is data.DistributedSampler:
            if (sampler.rank, sampler.num_replicas) != (self._rank.index, count):
                found = f"{sampler.rank} of {sampler.num_replicas}"
                problem = f"expected a sampler of process {self._rank.index} of {count}, got"
                raise SettingError("loader", f"{problem} one of {found}")
            # In the order of the dataset, of which each process has some.
            self.index = np.array(order)
            return order
        if isinstance(sampler, data.DistributedSampler):
            problem = "expected a DistributedSampler, or none, in several processes"
            hint = "pass a loader that has no sampler of its own"
            raise SettingError("loader", f"{problem}, got {type(sampler).__name__}; {hint}")
        # As many in each process: models that are sharded need all of them in each forward pass.
        padded = np.arange(-(-len(order) // count) * count) % len(order)
        self.index = padded[self._rank.index :: count]
        return [order[i] for i in self.index]


def _check_shared(source) -> None:
    """Raise SettingError for a loader whose examples several processes cannot share."""
    is_shared = _is_plain(source) and not isinstance(source.dataset, data.IterableDataset)
    if not is_shared or _sampler(source) is None or source.batch_sampler is None:
        problem = "expected a DataLoader that reads by indices, with a batch size and without a"
        raise SettingError("loader", f"{problem} batch sampler of its own, in several processes")


def _unwrapped(loader) -> Any:
    """Return the ``DataLoader`` in one that accelerate prepared, which would move its batches."""
    return getattr(loader, "base_dataloader", loader)


def _is_plain(loader) -> bool:
    """Return whether a loader is a ``DataLoader``, and iterates as such."""
    names = ("__iter__", "_get_iterator")
    return isinstance(loader, data.DataLoader) and all(
        getattr(type(loader), name) is getattr(data.DataLoader, name) for name in names
    )


def _batch_sampler(loader) -> Any:
    """Return what gives the indices of batches: that of all processes if accelerate shares it."""
    batches = loader.batch_sampler
    is_part = type(batches).__name__ == "BatchSamplerShard"
    return batches.batch_sampler if is_part else batches


def _sampler(loader) -> Any:
    """Return what gives the indices of examples one by one; None if they come as batches."""
    batches = _batch_sampler(loader)
    if batches is None:
        return loader.sampler
    return batches.sampler if type(batches) is data.BatchSampler else None


def _order(sampler) -> Sequence[int]:
    """Return the indices of all examples of a sampler, in an order that does not change."""
    if getattr(sampler, "replacement", False):
        raise SettingError(
            "loader", f"expected each example once, got a sampler with replacement; {_HINT}"
        )
    if isinstance(sampler, data.RandomSampler):
        examples = len(sampler.data_source)
        if sampler.num_samples != examples:
            raise SettingError(
                "loader",
                f"expected all {examples} examples, got a sampler that draws "
                f"{sampler.num_samples} of them; {_HINT}",
            )
        return range(examples)
    if isinstance(sampler, data.SubsetRandomSampler):
        return list(sampler.indices)
    if type(sampler) is data.SequentialSampler:
        return range(len(sampler))
    return list(sampler)


def _whole_batches(order: Sequence[int], size: int) -> Sequence[int]:
    left = len(order) % size
    if left:
        warn_caller(f"loader: drop_last leaves out the last {left} of {len(order)} examples")
    return order[: len(order) - left]

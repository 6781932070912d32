"""Several experiments at a time, each on a device of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from queue import SimpleQueue
from threading import Event
from typing import Any, TypeVar

import jax
import numpy as np

from anim.run.passes import Progress

Result = TypeVar("Result")


class _StoppedError(Exception):
    """Another experiment has failed, or the caller gives up."""


def side_by_side(
    names: Sequence[str],
    train: Callable[[str, Progress], Result],
    progress: Callable[[str], AbstractContextManager[Progress]],
    devices: Sequence[Any],
) -> dict[str, Result]:
    """Train experiments in threads, as many at a time as there are devices.

    Progress is told in the calling thread, of one experiment after another. Where several fail, the
    error is that of the first of them by name; others stop at their next snapshot.

    Args:
        names: of the experiments.
        train: trains one, and calls a function with (steps done, steps in total).
        progress: called with a name; returns a context manager that gives what is told of it.
        devices: of JAX. Each is the default one for the experiment that it trains.

    Returns:
        What ``train`` returns, by name.
    """
    workers = _Workers(devices)
    told = {name: SimpleQueue() for name in names}
    runs = {}
    with ThreadPoolExecutor(len(devices), "training") as pool:
        try:
            futures = {
                name: pool.submit(workers.work, train, name, told[name].put) for name in names
            }
            for name, future in futures.items():
                with progress(name) as report:
                    while (now := told[name].get()) is not None:
                        report(*now)
                    runs[name] = future.result()
        except BaseException:
            workers.stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return runs


class _Workers:
    """What threads share that train experiments, each on one of the devices.

    Attributes:
        stopped: set to stop them at their next snapshot.
    """

    def __init__(self, devices: Sequence[Any]):
        self.stopped = Event()
        self._free: SimpleQueue = SimpleQueue()
        for device in devices:
            self._free.put(device)
        # What is set in a context of JAX is so in its thread only.
        self._is_wide = jax.dtypes.canonicalize_dtype(np.float64) == np.float64

    def work(
        self, train: Callable[[str, Progress], Result], name: str, tell: Callable[[Any], None]
    ) -> Result:
        """Train an experiment; tell (steps done, steps in total) of it, and None at its end."""

        def report(done: int, total: int) -> None:
            if self.stopped.is_set():
                raise _StoppedError
            tell((done, total))

        device = self._free.get()
        try:
            with jax.default_device(device), jax.enable_x64(self._is_wide):
                return train(name, report)
        finally:
            self._free.put(device)
            tell(None)

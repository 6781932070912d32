"""Processes that run the same command at once, as those of ``srun`` or ``mpirun``."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator

from anim.errors import SettingError
from anim.run.dividing import command_of, peers_of_jax
from anim.run.ranks import rank_of

# Seconds for all processes to come, after which their absence is noticed; at the end for those that
# are behind; and to part.
_COME, _NOTICE, _END, _PART = 300, 10, 30, 5
_ADDRESS = "JAX_COORDINATOR_ADDRESS"
# What JAX does not read itself: its argument, and variables that say it.
_NUMBERS = {
    "num_processes": ("JAX_NUM_PROCESSES", "OMPI_COMM_WORLD_SIZE"),
    "process_id": ("JAX_PROCESS_ID", "OMPI_COMM_WORLD_RANK"),
}


@contextlib.contextmanager
def joined(fail: Callable[[str], None]) -> Iterator[int]:
    """Join the processes of a command by `jax.distributed`; yield which of them this one is.

    What is divided in this block is divided among all of them. One that dies or fails is done
    without; but if process 0 is killed, which holds what they say, JAX aborts all. JAX must not
    have been used yet, unless the caller has joined them already.

    Args:
        fail: called with what is wrong if others do not come; must end the process.

    Raises:
        SettingError: nothing says where process 0 is, how many there are, or which one this is.
    """
    import jax

    is_first = not jax.distributed.is_initialized()
    if is_first:
        _come(fail)
    index = rank_of().index
    peers = peers_of_jax("anim/command")
    try:
        with command_of(peers):
            yield index
    finally:
        if peers is not None:
            peers.leave()
            if index == 0:
                # The others need the service of this process, to the end.
                peers.wait_for_others(_END)
        if is_first:
            if peers is not None and index == 0:
                peers.wait_for_ends(_PART)
            jax.distributed.shutdown()


def _come(fail: Callable[[str], None]) -> None:
    """Initialize `jax.distributed`, whose own way to say that others do not come is to abort."""
    import jax

    # Of processes that die, the others go on.
    jax.config.update("jax_enable_recoverability", True)
    address = os.environ.get(_ADDRESS)
    others = "the other processes" + (f", which look for process 0 at {address}" if address else "")
    notice = f"waiting for {others}, for up to {_COME} s"
    timers = [
        threading.Timer(_NOTICE, warnings.warn, [notice]),
        threading.Timer(_COME, fail, [f"not all processes came within {_COME} s; {others}"]),
    ]
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        with _ended_by_signals():
            _initialize()
        # Each tells the others what devices it has: now, as one may be gone later.
        jax.local_devices()
    finally:
        for timer in timers:
            timer.cancel()


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let signals end the process at once while it waits in JAX, which runs no handler of Python.

    Afterwards they are handled as before: JAX takes one, of which it tells nobody.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        for one in handlers:
            signal.signal(one, signal.SIG_DFL)
        yield
    finally:
        for one, handler in handlers.items():
            if handler is not None:
                signal.signal(one, handler)


def _initialize() -> None:
    import jax

    given = {name: _number(*known) for name, known in _NUMBERS.items()}
    index, count = given["process_id"], given["num_processes"]
    if index is not None and count is not None and index >= count:
        problem = f"expected a process from 0 to {count - 1}, got {index}"
        raise SettingError("distributed", problem)
    address = os.environ.get(_ADDRESS)
    if address is not None and not address.rpartition(":")[2].isdecimal():
        raise SettingError("distributed", f"expected {_ADDRESS} as host:port, got {address!r}")
    try:
        jax.distributed.initialize(
            num_processes=count,
            process_id=index,
            initialization_timeout=2 * _COME,
        )
    except ValueError as error:
        missing = [] if address else [_ADDRESS]
        missing += [_NUMBERS[name][0] for name, value in given.items() if value is None]
        problem = str(error)
        if missing:
            problem = (
                "JAX finds no other processes; start them with srun or mpirun, or set in each "
                f"process {', '.join(missing)}"
            )
        raise SettingError("distributed", problem) from error


def _number(*names: str) -> int | None:
    """Return the number that the first of some variables holds; None if there is none."""
    for name in names:
        if (text := os.environ.get(name)) is not None:
            if not text.isdecimal():
                raise SettingError("distributed", f"expected {name} as a number, got {text!r}")
            return int(text)
    return None

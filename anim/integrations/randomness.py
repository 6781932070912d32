"""The state of random generators, kept while predictions are made.

A training must go the same way with and without a callback. Predictions draw random numbers, even
those of a model without dropout: an iterator of a PyTorch ``DataLoader`` draws a seed for its
workers from the global generator, and a dataset may augment its examples.
"""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

# Elements of a container that are searched for generators. Longer ones hold examples.
_MOST_ELEMENTS = 64
# Objects that are searched for generators. Each costs a few microseconds.
_MOST_OBJECTS = 10_000


@contextmanager
def kept_random_state(*owners: object) -> Iterator[None]:
    """Restore the state of every random generator on exit.

    These are the global generators of Python, NumPy and, if it is imported, PyTorch, on all of its
    devices; and those of the given objects.

    Args:
        owners: loaders, datasets, models. Their attributes, items and methods are searched for
            generators; containers of more than 64 elements, which hold examples, are not.
    """
    states = [*_global_states(), *(_state_of(one) for one in found_in(owners, _kinds()))]
    try:
        yield
    finally:
        for restore, state in states:
            restore(state)


_State = tuple[Callable[[Any], object], object]


def _global_states() -> Iterator[_State]:
    yield random.setstate, random.getstate()
    yield np.random.set_state, np.random.get_state()  # noqa: NPY002
    torch = sys.modules.get("torch")
    if torch is None:
        return
    yield torch.set_rng_state, torch.get_rng_state()
    # A device without a state in use has none to keep, and asking would start it.
    for name in ("cuda", "xpu"):
        device = getattr(torch, name, None)
        if device is not None and device.is_initialized():
            yield device.set_rng_state_all, device.get_rng_state_all()
    if torch.backends.mps.is_available():
        yield torch.mps.set_rng_state, torch.mps.get_rng_state()


def _state_of(generator) -> _State:
    if isinstance(generator, random.Random):
        return generator.setstate, generator.getstate()
    if isinstance(generator, np.random.RandomState):
        return generator.set_state, generator.get_state()
    if isinstance(generator, np.random.Generator):
        bits = generator.bit_generator
        return lambda state: setattr(bits, "state", state), bits.state
    return generator.set_state, generator.get_state()


def found_in(owners: Iterable[object], kinds: tuple[type, ...]) -> list:
    """Return the objects of some types among objects and among what these hold.

    Args:
        owners: loaders, datasets, models; searched as by `kept_random_state`.
        kinds: the types.
    """
    found, seen, waiting = [], set(), list(owners)
    while waiting and len(seen) < _MOST_OBJECTS:
        one = waiting.pop()
        if id(one) in seen or _is_data(one):
            continue
        seen.add(id(one))
        if isinstance(one, kinds):
            found.append(one)
        elif isinstance(one, FunctionType):
            waiting.extend(_variables(one))
            waiting.extend(_globals_of(one, _kinds()))
        else:
            waiting.extend(_parts(one))
    return found


def _kinds() -> tuple[type, ...]:
    torch = sys.modules.get("torch")
    of_torch = () if torch is None else (torch.Generator,)
    return (random.Random, np.random.RandomState, np.random.Generator, *of_torch)


def _is_data(one: object) -> bool:
    torch = sys.modules.get("torch")
    is_tensor = torch is not None and isinstance(one, torch.Tensor)
    return is_tensor or isinstance(one, (str, bytes, int, float, np.ndarray, ModuleType))


def _parts(one: object) -> list:
    """Return what an object holds: its items, its attributes, and the methods of a class."""
    if isinstance(one, (list, tuple, set, frozenset)):
        return list(one) if len(one) <= _MOST_ELEMENTS else []
    if isinstance(one, dict):
        return list(one.values()) if len(one) <= _MOST_ELEMENTS else []
    if isinstance(one, type):
        methods = [getattr(part, "__func__", part) for part in vars(one).values()]
        return [part for part in methods if isinstance(part, (FunctionType, *_kinds()))]
    if isinstance(one, MethodType):
        return [one.__self__, one.__func__]
    if isinstance(one, partial):
        return [one.func, *one.args, *one.keywords.values()]
    return [*getattr(one, "__dict__", {}).values(), *type(one).__mro__]


def _variables(function: FunctionType) -> list:
    """Return the variables that a function captured, and its default values."""
    captured = []
    for cell in function.__closure__ or ():
        # A variable that is captured before it is set, or after it was deleted, has none.
        with contextlib.suppress(ValueError):
            captured.append(cell.cell_contents)
    return [*captured, *(function.__defaults__ or ())]


def _globals_of(function: FunctionType, kinds: tuple[type, ...]) -> list:
    """Return the generators among the global variables that a function names."""
    codes, named = [function.__code__], []
    while codes:
        code = codes.pop()
        named += [function.__globals__.get(name) for name in code.co_names]
        codes += [one for one in code.co_consts if isinstance(one, CodeType)]
    return [one for one in named if isinstance(one, kinds)]

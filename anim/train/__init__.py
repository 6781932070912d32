"""The built-in trainer: datasets, the network, the compiled loop, and sweeps.

The names below are resolved when they are first used: the command line needs `anim.train.sweep`
without JAX.
"""

import importlib

_HOMES = {
    "Dataset": "data",
    "fit": "fitting",
    "fit_replicas": "fitting",
    "run_experiment": "fitting",
    "run_experiments": "fitting",
}

__all__ = list(_HOMES)


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(importlib.import_module(f"anim.train.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'anim.train' has no attribute {name!r}")

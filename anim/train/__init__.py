"""The built-in trainer: datasets, the network, the compiled loop, and sweeps.

Names are looked up when they are first used: the command line needs `anim.train.sweep` without JAX.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anim.train.data import Dataset
    from anim.train.fitting import fit, fit_replicas, run_experiment, run_experiments

_HOMES = {
    "Dataset": "data",
    "fit": "fitting",
    "fit_replicas": "fitting",
    "run_experiment": "fitting",
    "run_experiments": "fitting",
}

__all__ = ["Dataset", "fit", "fit_replicas", "run_experiment", "run_experiments"]


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(importlib.import_module(f"anim.train.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'anim.train' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

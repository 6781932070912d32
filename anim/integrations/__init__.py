"""Callbacks that record a run from inside other people's training loops, a module a framework.

Each module imports its framework when it is imported itself, and no sooner.
"""

import importlib

_MODULES = ("keras", "lightgbm", "lightning", "torch", "transformers", "xgboost")

__all__ = list(_MODULES)


def __getattr__(name: str):
    if name in _MODULES:
        return importlib.import_module(f"anim.integrations.{name}")
    raise AttributeError(f"module 'anim.integrations' has no attribute {name!r}")

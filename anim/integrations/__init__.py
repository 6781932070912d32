"""Callbacks that record a run inside the training loop of a framework, one module per framework.

A module imports its framework when the module itself is imported, not before.
"""

from __future__ import annotations

import importlib
from types import ModuleType

_MODULES = (
    "catboost",
    "fastai",
    "keras",
    "lightgbm",
    "lightning",
    "sklearn",
    "skorch",
    "torch",
    "transformers",
    "xgboost",
)


def __getattr__(name: str) -> ModuleType:
    if name in _MODULES:
        return importlib.import_module(f"anim.integrations.{name}")
    raise AttributeError(f"module 'anim.integrations' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_MODULES]

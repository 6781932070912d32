"""Animate how far a classifier's scores can be believed while it trains.

The names below are resolved when they are first used (PEP 562), so that ``import anim`` and
``python -m anim.render --help`` stay cheap.
"""

import importlib

_HOMES = {
    "Dataset": "train.data",
    "Recorder": "run",
    "RecordingError": "errors",
    "Replicas": "run",
    "Run": "run",
    "animate": "render",
    "calibrate": "run",
    "fit": "train",
    "fit_replicas": "train",
    "from_arrays": "run",
    "open": "run",
}
_MODULES = (
    "calibration",
    "compose",
    "data",
    "embed",
    "encode",
    "errors",
    "model",
    "output",
    "page",
    "record",
    "render",
    "report",
    "run",
    "scene",
    "settings",
    "timeline",
    "train",
    "watch",
)

__all__ = [*_HOMES, *_MODULES]


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(importlib.import_module(f"anim.{_HOMES[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"anim.{name}")
    raise AttributeError(f"module 'anim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

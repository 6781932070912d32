"""Animate how far a classifier's scores can be believed while it trains.

The names below are resolved when they are first used (PEP 562), so that ``import anim`` and
``python -m anim.render --help`` stay cheap.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anim.errors import RecordingError as RecordingError
    from anim.record import from_table as from_table
    from anim.render import animate as animate
    from anim.run import Recorder as Recorder
    from anim.run import Replicas as Replicas
    from anim.run import Run as Run
    from anim.run import calibrate as calibrate
    from anim.run import from_arrays as from_arrays
    from anim.run import open as open
    from anim.train import fit as fit
    from anim.train import fit_replicas as fit_replicas
    from anim.train.data import Dataset as Dataset

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
    "from_table": "record",
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

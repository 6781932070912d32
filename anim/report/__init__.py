"""The errors of runs at a few steps, in numbers and in words."""

import importlib

_HOMES = {"meanings": "printing", "report": "numbers", "table": "printing", "verdict": "sentences"}

__all__ = list(_HOMES)


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(importlib.import_module(f"anim.report.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'anim.report' has no attribute {name!r}")

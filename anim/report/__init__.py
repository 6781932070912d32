"""The errors of runs at a few steps, in numbers and in words."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anim.report.numbers import report
    from anim.report.printing import meanings, table
    from anim.report.sentences import verdict

_HOMES = {"meanings": "printing", "report": "numbers", "table": "printing", "verdict": "sentences"}

__all__ = ["meanings", "report", "table", "verdict"]


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(importlib.import_module(f"anim.report.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'anim.report' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

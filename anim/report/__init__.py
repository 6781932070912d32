"""The errors of runs at a few steps, in numbers and in words."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anim.report.groups import group_table, group_verdict, report_groups
    from anim.report.numbers import report
    from anim.report.printing import meanings, table
    from anim.report.sentences import verdict

_HOMES = {
    "group_table": "groups",
    "group_verdict": "groups",
    "meanings": "printing",
    "report": "numbers",
    "report_groups": "groups",
    "table": "printing",
    "verdict": "sentences",
}

__all__ = [
    "group_table",
    "group_verdict",
    "meanings",
    "report",
    "report_groups",
    "table",
    "verdict",
]


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(importlib.import_module(f"anim.report.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'anim.report' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

"""Turns predictions that another program saved into a recording."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anim.record.frames import from_table
    from anim.record.recording import record

__all__ = ["from_table", "record"]

_HOMES = {"from_table": "frames", "record": "recording"}


def __getattr__(name: str):
    # Imported when first used: --help of the command needs nothing of it.
    if name in _HOMES:
        return getattr(importlib.import_module(f"anim.record.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'anim.record' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

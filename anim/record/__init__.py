"""Turns predictions that another program saved into a recording."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anim.record.recording import record

__all__ = ["record"]


def __getattr__(name: str):
    # Imported when first used: --help of the command needs nothing of it.
    if name == "record":
        return importlib.import_module("anim.record.recording").record
    raise AttributeError(f"module 'anim.record' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

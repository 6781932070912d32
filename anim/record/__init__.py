"""Predictions that others saved become a recording."""

import importlib


def __getattr__(name: str):
    # When it is first used: the command's --help needs none of what it imports.
    if name == "record":
        return importlib.import_module("anim.record.recording").record
    raise AttributeError(f"module 'anim.record' has no attribute {name!r}")

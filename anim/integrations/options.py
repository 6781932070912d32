"""Options of callbacks that are arguments of `anim.Recorder`, checked before a training begins."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from anim.errors import SettingError
from anim.run import Recorder

# Options that Recorder refuses without a path.
_OF_A_PATH = ("resume", "overwrite")


def check_options(path, labels, options: Mapping[str, Any]) -> None:
    """Raise TypeError or ValueError for options that `Recorder` would not take."""
    inspect.signature(Recorder).bind(path, labels=labels, **options)
    if options.get("resume", False) is not False and options.get("overwrite", False):
        raise SettingError("resume", "cannot be used with `overwrite`")
    in_memory = {k: v for k, v in options.items() if path is None or k not in _OF_A_PATH}
    Recorder(None, labels=labels, **in_memory).close()

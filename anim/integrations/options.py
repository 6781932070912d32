"""Arguments of `anim.Recorder` that callbacks are given, checked before a training begins."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from typing import Any

from anim.errors import SettingError
from anim.run import Recorder, opened
from anim.run.ranks import rank_of
from anim.run.store.store import store_of
from anim.run.store.writer import check_place

# Options that Recorder refuses without a path.
_OF_A_PATH = ("resume", "overwrite", "index", "process_index", "process_count")


def check_options(path, labels, options: Mapping[str, Any]) -> None:
    """Raise TypeError or ValueError for options that `Recorder` would not take."""
    inspect.signature(Recorder).bind(path, labels=labels, **options)
    if options.get("resume", False) is not False and options.get("overwrite", False):
        raise SettingError("resume", "cannot be used with `overwrite`")
    if path is not None:
        rank_of(options.get("process_index"), options.get("process_count"))
    in_memory = {k: v for k, v in options.items() if path is None or k not in _OF_A_PATH}
    Recorder(None, labels=labels, **in_memory).close()


def check_path(path: str | os.PathLike | None, options: Mapping[str, Any]) -> None:
    """Raise an error for what is at a path, before a training that could not be recorded there.

    Args:
        path: a folder for a recording, or its URL; None keeps it in memory.
        options: arguments of `anim.Recorder`; ``resume`` and ``overwrite`` allow for a recording.

    Raises:
        SettingError: the path is a URL of another kind.
        RecordingError: there is a recording, or something else, at the path.
    """
    if path is None:
        return
    store = store_of(path)
    # An earlier recorder of this process may not have written its first snapshot yet.
    opened.catch_up(store)
    check_place(store, options.get("resume", False), options.get("overwrite", False))

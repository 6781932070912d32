"""Puts a recording in its place when it is whole, whoever else wants to put one there."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from anim.errors import RecordingError, SettingError
from anim.run.store.folders.folder import Folder
from anim.run.store.folders.lock import is_being_recorded
from anim.run.store.schema import read_group

_Value = TypeVar("_Value")
# Folders of the same kind as PART that are older and not locked were left by a killed process.
_LEFT_AFTER_SECONDS = 600
_PART, _OLD = ".part", ".old"
# How often a folder that others replace is looked at again.
_TRIES = 20


@contextmanager
def placed(out: Path, *, overwrite: bool) -> Iterator[Path]:
    """Yield a new folder beside ``out``, which takes its place at the end of the block.

    The folder belongs to this call alone, and is removed if the block raises. Of two calls at the
    same time, the one that ends first wins; the other raises. A recording that is replaced is
    there until the new one is whole.

    Args:
        out: the folder to make, or a link to it; missing folders above are made.
        overwrite: replace the recording at ``out``, if there is one.

    Raises:
        SettingError: there is something at ``out``, or was put there in the meantime.
        RecordingError: what was to be replaced is not a recording.
    """
    target = _undisturbed(out, lambda: _checked(out, overwrite=overwrite))
    made = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_left(target)
    part = _sibling(target, _PART)
    try:
        part.mkdir()
        yield part

        def place() -> None:
            _checked(out, overwrite=overwrite)
            _place(part, target, out)

        _undisturbed(out, place)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        for folder in made:
            # Those that somebody else uses by now are not empty.
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from others at its path, and stays as it is renamed.

    None if there is no folder, as between the two steps in which another call replaces one.
    """
    try:
        found = folder.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _undisturbed(out: Path, act: Callable[[], _Value]) -> _Value:
    """Return what a function returns, called again if it failed while others replaced ``out``.

    Raises:
        SettingError: others do so again and again.
    """
    for _ in range(_TRIES):
        before = identity(out)
        try:
            return act()
        except (OSError, RecordingError):
            if identity(out) == before:
                raise
    raise SettingError("out", f"{str(out)!r} is being replaced by other processes")


def _checked(out: Path, *, overwrite: bool) -> Path:
    """Return the absolute folder that ``out`` means, where a recording may be put."""
    try:
        target = out.resolve()
        is_there = target.exists()
    except (OSError, RuntimeError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise SettingError("out", f"{str(out)!r} cannot be used: {problem}") from error
    if target.is_symlink():
        raise SettingError("out", f"{str(out)!r} cannot be used: it is a link to itself")
    if not target.name or target == Path.cwd():
        raise SettingError("out", f"expected a new folder, got {str(out)!r}")
    if not is_there:
        return target
    if not target.is_dir():
        raise SettingError("out", f"expected a folder, got the file {str(out)!r}")
    if not any(target.iterdir()):
        return target
    if not overwrite:
        raise SettingError("out", f"{str(out)!r} exists; --overwrite replaces a recording")
    read_group(Folder(target))
    if is_being_recorded(target):
        raise SettingError("out", f"{str(out)!r} is being recorded; close that recorder first")
    return target


def _place(part: Path, target: Path, out: Path) -> None:
    """Rename the finished folder, after what it replaces."""
    old = _sibling(target, _OLD)
    # An empty folder is replaced by the renaming itself.
    is_replaced = target.is_dir() and any(target.iterdir())
    try:
        if is_replaced:
            target.rename(old)
        part.rename(target)
    except OSError as error:
        if is_replaced and old.exists() and not target.exists():
            old.rename(target)
        if not target.exists():
            raise
        raise SettingError("out", f"{str(out)!r} was recorded by another process") from error
    finally:
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)


def _sibling(target: Path, suffix: str) -> Path:
    """Return a new name beside the folder, which no other process takes."""
    return target.with_name(f"{_start(target)}{os.getpid()}-{secrets.token_hex(4)}{suffix}")


def _start(target: Path) -> str:
    # Names of files have at most 255 bytes.
    return f".{os.fsdecode(os.fsencode(target.name)[:200])}."


def _remove_left(target: Path) -> None:
    """Remove what killed processes left beside the folder; a recording is put back."""
    for left in target.parent.iterdir():
        if not left.name.startswith(_start(target)) or left.suffix not in (_PART, _OLD):
            continue
        with contextlib.suppress(OSError):
            age = time.time() - left.lstat().st_ctime
            if age < _LEFT_AFTER_SECONDS or left.is_symlink() or is_being_recorded(left):
                continue
            if left.suffix == _OLD and not target.exists():
                left.rename(target)
            else:
                shutil.rmtree(left, ignore_errors=True)

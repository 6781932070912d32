"""Checks of output names, made before any work is done."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from anim.encode.formats import FORMATS, Format, format_of, is_folder
from anim.encode.pending import PendingFile
from anim.errors import SettingError

_NUMBERED = re.compile(r"[^%]*%(0\d)?d[^%]*\.png", re.IGNORECASE)


def check_outputs(
    outputs: Iterable[Path], fps: float, transparent: bool = False, max_bytes: int | None = None
) -> None:
    """Raise `SettingError` for an output that cannot be written.

    Args:
        outputs: names of files, or of folders of frames (``frames/%04d.png``).
        fps: frames per second.
        transparent: whether the picture has no background.
        max_bytes: the largest size of each file; None sets no limit.
    """
    outputs = list(outputs)
    if not outputs:
        raise SettingError("out", "expected at least one file")
    for path in outputs:
        if is_folder(path) and not _NUMBERED.fullmatch(path.name):
            raise SettingError(
                "out",
                "expected one number and .png in the name of frames, such as frames/%04d.png, "
                f"got {str(path)!r}",
            )
        form = format_of(path)
        _check_rate(form, fps)
        if transparent and not form.can_be_transparent:
            able = ", ".join(one.suffix for one in FORMATS.values() if one.can_be_transparent)
            raise SettingError(
                "transparent", f"{str(path)!r} cannot be transparent; use one of {able}"
            )
        if is_folder(path):
            if max_bytes is not None:
                problem = f"expected single files, got {str(path)!r}, a folder of frames"
                raise SettingError("max_bytes", problem)
            _check_folder(path.parent)
        else:
            _check_writable(path)
    if len({path.resolve() for path in outputs}) < len(outputs):
        raise SettingError("out", "expected each file once")


def _check_rate(form: Format, fps: float) -> None:
    shortest = form.shortest_delay
    if fps * shortest > 1000:
        raise SettingError(
            "fps",
            f"expected at most {1000 // shortest} for a {form.name} (browsers slow down shorter "
            f"delays than {shortest / 1000:g} s), got {fps:g}",
        )


def _check_folder(path: Path) -> None:
    """Raise `SettingError` unless the folder, which need not exist yet, can hold new files."""
    _check_writable(path / "frame" if path.exists() else path)


def _check_writable(path: Path) -> None:
    """Raise `SettingError` unless a file can be created at the path."""
    folder = path.resolve().parent
    if not folder.exists():
        raise SettingError("out", f"there is no folder {str(path.parent)!r}")
    if not folder.is_dir():
        raise SettingError("out", f"{str(path.parent)!r} is not a folder")
    if path.resolve().is_symlink():
        raise SettingError("out", f"{str(path)!r} is a link to itself")
    if path.is_dir():
        raise SettingError("out", f"{str(path)!r} is a folder")
    if path.exists() and not path.is_file():
        raise SettingError("out", f"{str(path)!r} is not a regular file")
    try:
        PendingFile(path).discard()
    except OSError as error:
        raise SettingError("out", f"cannot write {str(path)!r}: {error.strerror}") from error

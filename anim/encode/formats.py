"""What names of files ask for, and whether it can be written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from anim.encode.pending import check_folder, check_writable
from anim.errors import SettingError
from anim.settings import one_of

ANIMATIONS = (".gif", ".mp4", ".webm", ".webp", ".apng", ".avif")
# Of these every frame is as long: films, and frames in a folder.
OF_ONE_RATE = (".mp4", ".webm", ".png")
RASTER_STILLS = (".png",)
VECTOR_STILLS = (".svg", ".pdf")
PAGES = (".html",)
_KNOWN = ANIMATIONS + RASTER_STILLS + VECTOR_STILLS + PAGES
_OPAQUE = (".gif", ".mp4")
_PATTERN = re.compile(r"%[-+#\d]*[A-Za-z]")
_NUMBERED = re.compile(r"[^%]*%(0\d)?d[^%]*\.png", re.IGNORECASE)
# Browsers show what is to be seen for less than that for 0.1 s.
_SHORTEST = {".gif": 0.02, ".webp": 0.011, ".apng": 0.011, ".avif": 0.011}


def is_folder(path: Path) -> bool:
    """Whether a name stands for a folder of numbered frames (``frames/%04d.png``)."""
    return _PATTERN.search(path.name) is not None


def moves(path: Path) -> bool:
    """Whether a name asks for an animation, or the frames of one."""
    return is_folder(path) or path.suffix.lower() in ANIMATIONS


def check(
    outputs: Iterable[Path], fps: float, transparent: bool = False, max_bytes: int | None = None
) -> None:
    """Raise `SettingError` for an output that can't be written, before any work is done.

    Args:
        outputs: names of files, or of folders of frames.
        fps: frames a second.
        transparent: whether the picture has no background.
        max_bytes: how large each file may be.
    """
    outputs = list(outputs)
    if not outputs:
        raise SettingError("out", "expected at least one file")
    for path in outputs:
        _check_name(path)
        suffix = path.suffix.lower()
        if fps * _SHORTEST.get(suffix, 0) > 1:
            shortest = _SHORTEST[suffix]
            raise SettingError(
                "fps",
                f"expected at most {int(1 / shortest)} for a {suffix.strip('.').upper()} (browsers "
                f"slow down shorter delays than {shortest:g} s), got {fps:g}",
            )
        if transparent and suffix in _OPAQUE:
            known = [suffix for suffix in _KNOWN if suffix not in (*_OPAQUE, *PAGES)]
            raise SettingError(
                "transparent",
                f"{str(path)!r} would have a background; {', '.join(known)} need none",
            )
        if max_bytes is not None and is_folder(path):
            problem = f"expected single files, got {str(path)!r}, a folder of frames"
            raise SettingError("max_bytes", problem)
        if is_folder(path):
            check_folder(path.parent)
        else:
            check_writable(path)
    if len({path.resolve() for path in outputs}) < len(outputs):
        raise SettingError("out", "expected each file once")


def _check_name(path: Path) -> None:
    if is_folder(path):
        if not _NUMBERED.fullmatch(path.name):
            raise SettingError(
                "out",
                "expected one number and .png in the name of frames, such as frames/%04d.png, "
                f"got {str(path)!r}",
            )
        return
    suffix = path.suffix.lower()
    if not suffix:
        known = ", ".join(_KNOWN)
        raise SettingError("out", f"expected a file name ending in {known}, got {str(path)!r}")
    one_of("out", suffix, _KNOWN)

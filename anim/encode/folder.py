"""A folder of numbered PNG files, one per tick of the frame rate."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from anim.encode import png
from anim.encode.comment import read_comment
from anim.encode.pending import naming
from anim.errors import BrokenFileError

if TYPE_CHECKING:
    from anim.encode.animation import Clip

# Level 9 takes four times as long, for files that are a tenth smaller.
_LEVEL = 6


class FolderWriter:
    """Writes frames to a hidden folder and moves them; implements `anim.encode.animation.Writer`.

    The first frame has number 1, as in FFmpeg.
    """

    def __init__(self, path: Path, clip: Clip, samples: Sequence[np.ndarray], exact: np.ndarray):
        self.path = path
        self.bytes = 0
        self._clip = clip
        self._folder = Path(os.path.realpath(path.parent))
        hidden = f".{self._folder.name}.{secrets.token_hex(4)}.part"
        # Inside the folder if it exists: its parent may be read-only.
        is_there = self._folder.is_dir()
        self._pending = self._folder / hidden if is_there else self._folder.with_name(hidden)
        with naming(path):
            self._pending.mkdir()
        self._last: np.ndarray | None = None
        self._content = b""
        self._count = 0

    @staticmethod
    def levels(has_alpha: bool) -> tuple[str, ...]:
        return ("all colours",)

    def take(self, rgba: np.ndarray) -> np.ndarray | None:
        if self._last is not None and np.array_equal(rgba, self._last):
            return None
        self._last = rgba.copy()
        return self._last

    def write(self, frame: np.ndarray | None, ticks: int) -> None:
        if frame is not None:
            clip = self._clip
            self._content = png.picture(frame, clip.comment, clip.has_alpha, _LEVEL)
        for _ in range(ticks):
            self._count += 1
            (self._pending / self._name(self._count)).write_bytes(self._content)
            self.bytes += len(self._content)

    def _name(self, number: int) -> str:
        return self.path.name % number

    def end(self) -> None:
        pass

    def commit(self) -> None:
        """Move the frames to their places, and remove later frames of an earlier animation."""
        with naming(self.path):
            self._folder.mkdir(exist_ok=True)
            for number in range(1, self._count + 1):
                (self._pending / self._name(number)).replace(self._folder / self._name(number))
            for path in self._folder.iterdir():
                if self._number(path.name) > self._count and _is_from_anim(path):
                    path.unlink()
            self._pending.rmdir()

    def _number(self, name: str) -> int:
        """Return the number of a frame from its file name, or 0 for any other file."""
        before, after = re.split(r"%\d*d", self.path.name)
        digits = name.removeprefix(before).removesuffix(after)
        is_frame = digits.isascii() and digits.isdigit() and self._name(int(digits)) == name
        return int(digits) if is_frame else 0

    def discard(self) -> None:
        shutil.rmtree(self._pending, ignore_errors=True)


def _is_from_anim(path: Path) -> bool:
    """Return whether anim wrote the file; files by others stay, whatever their names."""
    try:
        return path.is_file() and '"generator": "anim"' in (read_comment(path) or "")
    except (BrokenFileError, OSError):
        # What cannot be read is somebody else's.
        return False

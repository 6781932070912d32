"""Files that are written at once: single pictures, and pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import imageio.v3 as iio
import numpy as np
from PIL.PngImagePlugin import PngInfo

from anim.encode.comment import PNG_KEYWORD
from anim.encode.pending import PendingFile, naming


class Still:
    """A whole file that waits for its place.

    Args:
        path: where it goes.
        save: writes it to a stream.

    Attributes:
        path: where it goes.
        bytes: its length.
    """

    def __init__(self, path: Path, save: Callable[[BinaryIO], None]):
        self.path = path
        with naming(path):
            self._file = PendingFile(path)
            try:
                with self._file.open() as stream:
                    save(stream)
            except BaseException:
                self._file.discard()
                raise
            self.bytes = self._file.size

    def commit(self) -> None:
        with naming(self.path):
            self._file.commit()

    def discard(self) -> None:
        self._file.discard()


def png(path: Path, rgba: np.ndarray, comment: str = "", has_alpha: bool = False) -> Still:
    """A frame, RGBA [H, W, 4] uint8, and a text that travels inside of the file."""
    pixels = rgba if has_alpha else rgba[..., :3]
    texts = PngInfo()
    if comment:
        texts.add_itxt(PNG_KEYWORD, comment)
    return Still(path, lambda stream: iio.imwrite(stream, pixels, extension=".png", pnginfo=texts))


def vector(path: Path, save) -> Still:
    """What ``save(file, format)`` draws, where format is ``svg`` or ``pdf``."""
    return Still(path, lambda stream: save(stream, path.suffix.lower().removeprefix(".")))


def text(path: Path, content: str) -> Still:
    """A text in UTF-8."""
    return Still(path, lambda stream: stream.write(content.encode()))

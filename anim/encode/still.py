"""Files that are written in one go: stills and pages."""

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
    """A complete file that is not in its place yet.

    Args:
        path: where the file goes.
        save: writes the content to a stream.

    Attributes:
        path: where the file goes.
        bytes: the length.
    """

    def __init__(self, path: Path, save: Callable[[BinaryIO], object]):
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
        """Move the file to its place."""
        with naming(self.path):
            self._file.commit()

    def discard(self) -> None:
        """Delete the file; do nothing after `commit`."""
        self._file.discard()


def png(path: Path, rgba: np.ndarray, comment: str = "", has_alpha: bool = False) -> Still:
    """Return a PNG file.

    Args:
        path: where the file goes.
        rgba: [H, W, 4] uint8.
        comment: a text to store; "" stores none.
        has_alpha: whether to keep the alpha channel.
    """
    pixels = rgba if has_alpha else rgba[..., :3]
    texts = PngInfo()
    if comment:
        texts.add_itxt(PNG_KEYWORD, comment)
    return Still(path, lambda stream: iio.imwrite(stream, pixels, extension=".png", pnginfo=texts))


def vector(path: Path, save: Callable[[BinaryIO, str], object]) -> Still:
    """Return a file that ``save(stream, format)`` draws, where format is the extension."""
    return Still(path, lambda stream: save(stream, path.suffix.lower().removeprefix(".")))


def text(path: Path, content: str) -> Still:
    """Return a text file in UTF-8."""
    return Still(path, lambda stream: stream.write(content.encode()))

"""Single pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import imageio.v3 as iio
import numpy as np
from PIL.PngImagePlugin import PngInfo

from anim.encode.comment import PNG_KEYWORD
from anim.encode.files import PendingFile, naming


def write_png(path: Path, rgba: np.ndarray, comment: str = "") -> None:
    """Writes an opaque RGBA frame [H, W, 4] uint8, and a text that travels inside of the file."""
    texts = PngInfo()
    if comment:
        texts.add_itxt(PNG_KEYWORD, comment)
    _write(
        path,
        lambda stream: iio.imwrite(stream, rgba[..., :3], extension=".png", pnginfo=texts),
    )


def write_vector(path: Path, save) -> None:
    """Writes what ``save(file, format)`` draws, where format is ``svg`` or ``pdf``."""
    _write(path, lambda stream: save(stream, path.suffix.lower().removeprefix(".")))


def write_text(path: Path, text: str) -> None:
    """Writes a text in UTF-8."""
    _write(path, lambda stream: stream.write(text.encode()))


def _write(path: Path, save: Callable[[BinaryIO], None]) -> None:
    with naming(path):
        file = PendingFile(path)
        try:
            with Path(file.path).open("wb") as stream:
                save(stream)
            file.commit()
        finally:
            file.discard()

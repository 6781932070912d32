"""Single pictures."""

from __future__ import annotations

from pathlib import Path

import imageio.v3 as iio
import numpy as np

from anim.encode.files import PendingFile


def write_png(path: Path, rgba: np.ndarray) -> None:
    """Writes an opaque RGBA frame [H, W, 4] uint8."""
    file = PendingFile(path)
    try:
        Path(file.path).write_bytes(iio.imwrite("<bytes>", rgba[..., :3], extension=".png"))
        file.commit()
    finally:
        file.discard()


def write_vector(path: Path, save) -> None:
    """Writes what ``save(file, format)`` draws, where format is ``svg`` or ``pdf``."""
    file = PendingFile(path)
    try:
        with Path(file.path).open("wb") as stream:
            save(stream, path.suffix.lower().removeprefix("."))
        file.commit()
    finally:
        file.discard()

"""One error for the many that decoders raise. A block holds calls of a decoder, and no more."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anim.errors import BrokenFileError


@contextmanager
def image_errors(path: Path) -> Iterator[None]:
    """Turn errors of Pillow into a `BrokenFileError`.

    Raises:
        BrokenFileError: the image is broken, of absurd size, or in another format than its name
            says.
        OSError: the file cannot be read.
    """
    from PIL import Image

    try:
        yield
    except OSError as error:
        # Pillow raises it as well, but without the name of a file.
        if error.filename:
            raise
        raise _broken(path) from error
    # EOFError to zlib.error: its plugins. RuntimeError: libavif.
    except (
        *(SyntaxError, ValueError, EOFError, struct.error, zlib.error, RuntimeError),
        *(Image.DecompressionBombError, Image.DecompressionBombWarning),
    ) as error:
        raise _broken(path) from error


@contextmanager
def video_errors(path: Path) -> Iterator[None]:
    """Turn errors of PyAV into a `BrokenFileError`.

    Raises:
        BrokenFileError: the video is broken, or in another format than its name says.
        OSError: the file cannot be read.
    """
    from av.error import FFmpegError

    try:
        yield
    # The texts of a container must be UTF-8. Some errors of FFmpeg are an OSError, too.
    except (FFmpegError, UnicodeDecodeError) as error:
        raise _broken(path) from error
    except OSError as error:
        # Of the stream that FFmpeg reads, if it is sent to a place outside.
        if error.filename:
            raise
        raise _broken(path) from error


def _broken(path: Path) -> BrokenFileError:
    kind = path.suffix.lower()
    problem = f"{str(path)!r} cannot be read as {kind}: it is broken, or in another format"
    return BrokenFileError("FILE", problem)

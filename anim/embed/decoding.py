"""One error for the many that decoders raise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anim.errors import SettingError


@contextmanager
def decoding(path: Path) -> Iterator[None]:
    """Turn errors of decoders into a `SettingError`.

    Raises:
        SettingError: the file is broken, or in another format than its name says.
        OSError: the file cannot be read.
    """
    try:
        yield
    except (SettingError, ImportError, MemoryError):
        raise
    except Exception as error:
        # Decoders also raise an OSError, without a file name.
        if isinstance(error, OSError) and error.filename:
            raise
        kind = path.suffix.lower()
        problem = f"{str(path)!r} cannot be read as {kind}: it is broken, or in another format"
        raise SettingError("FILE", problem) from error

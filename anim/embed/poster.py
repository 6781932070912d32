"""The picture that is shown until a video plays."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from anim.embed.companions import is_stale_poster, poster_comment
from anim.embed.known import known_format
from anim.embed.sources import STILL
from anim.encode.comment import open_video, video_stream
from anim.encode.decoding import video_errors
from anim.errors import SettingError
from anim.files import open_regular

if TYPE_CHECKING:
    import numpy as np

# Of a frame, and of frames to decode until the last one.
_MOST_PIXELS, _MOST_FRAMES = 1 << 25, 20_000


def write_poster(path: Path) -> Path | None:
    """Write the last frame of a video beside it, unless there is a ``.png`` of its name.

    A poster that was taken from an earlier video of this name is replaced.

    Returns:
        The file that was written; None if none was.

    Raises:
        SettingError: the video has no frame, or cannot be read.
        OSError: the picture cannot be written.
    """
    poster = path.with_suffix(STILL)
    if known_format(path).shown_as != "video":
        return None
    if os.path.lexists(poster) and not is_stale_poster(poster, path):
        return None
    from anim.encode.still import png

    last = _last_frame(path)
    if last is None:
        raise SettingError("FILE", f"{str(path)!r} contains no frame")
    png(poster, last, poster_comment(path)).commit()
    return poster


def _last_frame(path: Path) -> np.ndarray | None:
    """Return the last frame, [H, W, 4] uint8; None if the video has none.

    Raises:
        BrokenFileError: its decoder finds it broken.
        SettingError: its frames are too large, or too many follow the last one that stands alone.
    """
    with open_regular(path) as file, video_errors(path), open_video(file, path) as container:
        stream = video_stream(container)
        if stream is None:
            return None
        if stream.width * stream.height > _MOST_PIXELS:
            size = f"{stream.width}x{stream.height}"
            raise SettingError("FILE", f"{str(path)!r} has frames of {size} pixels; --no-poster")
        if container.duration is not None:
            with contextlib.suppress(OSError):
                container.seek(container.duration)
        last = None
        for number, frame in enumerate(container.decode(video=0)):
            if number >= _MOST_FRAMES:
                raise SettingError("FILE", f"{str(path)!r} cannot be searched; try --no-poster")
            last = frame
        return None if last is None else last.to_ndarray(format="rgba")

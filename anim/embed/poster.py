"""The picture that is shown until a video plays."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from anim.embed.decoding import decoding
from anim.embed.sources import STILL, known_format
from anim.errors import SettingError


def write_poster(path: Path) -> Path | None:
    """Write the last frame of a video beside it, unless there is a ``.png`` of its name.

    Returns:
        The file that was written; None if none was.

    Raises:
        SettingError: the video has no frame, or cannot be read.
        OSError: the picture cannot be written.
    """
    poster = path.with_suffix(STILL)
    if known_format(path).shown_as != "video" or poster.exists():
        return None
    import av

    from anim.encode.comment import read_comment
    from anim.encode.still import png

    with decoding(path), av.open(str(path)) as container:
        frames = container.decode(video=0) if container.streams.video else ()
        last = [frame.to_ndarray(format="rgba") for frame in deque(frames, maxlen=1)]
    if not last:
        raise SettingError("FILE", f"{str(path)!r} contains no frame")
    png(poster, last[0], read_comment(path) or "").commit()
    return poster

"""The table of file formats: what each one can do, and what writes it.

Everything that depends on a format reads this table: the checks of output names, the writers, the
files of an animation, and how a file is embedded in a document. To add a format, add an entry and
the module that writes it. Importing this module loads neither numpy nor PyAV nor Pillow.
"""

from __future__ import annotations

import pkgutil
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from anim.errors import SettingError
from anim.settings import one_of

Kind = Literal["animation", "frames", "raster", "vector", "page"]
Shown = Literal["video", "moving image", "image", "page", "paper"]

_PATTERN = re.compile(r"%[-+#\d]*[A-Za-z]")


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes:
        suffix: the extension, in lower case, with its dot.
        kind: ``animation``, ``frames`` (a folder of numbered stills), ``raster`` or ``vector``
            (stills) or ``page``.
        writer: ``module:name`` of what writes it: for ``animation`` and ``frames`` a class that
            implements `anim.encode.animation.Writer`; for the others a function that returns an
            `anim.encode.still.Still`, see the functions of that module.
        mime: the media type.
        shown_as: how a document embeds it.
        constant_rate: whether all frames last equally long.
        loops: whether it plays again and again wherever it is shown, and previews show its first
            frame.
        can_be_transparent: whether it can do without a background.
        shortest_delay: in milliseconds; browsers show frames with a shorter delay for 100 ms.
        names_codec: whether a ``<source>`` must name the codec, because some browsers that play
            the format do not play all that is written in it.
        in_latex: whether ``\\includegraphics`` reads it.
    """

    suffix: str
    kind: Kind
    writer: str
    mime: str
    shown_as: Shown
    constant_rate: bool = False
    loops: bool = False
    can_be_transparent: bool = True
    shortest_delay: int = 0
    names_codec: bool = False
    in_latex: bool = False

    @property
    def name(self) -> str:
        """The name for messages, such as ``GIF``."""
        return self.suffix.removeprefix(".").upper()

    @property
    def moves(self) -> bool:
        """Whether it holds an animation."""
        return self.kind in ("animation", "frames")

    @property
    def is_page(self) -> bool:
        """Whether it holds the player."""
        return self.kind == "page"

    def load_writer(self) -> Any:
        """Import what writes the format and return it."""
        return pkgutil.resolve_name(self.writer)


# Among formats that are shown alike, the most widely supported comes first.
_TABLE = (
    Format(
        ".gif",
        "animation",
        "anim.encode.gif:GifWriter",
        "image/gif",
        "moving image",
        loops=True,
        can_be_transparent=False,
        shortest_delay=20,
    ),
    Format(
        ".mp4",
        "animation",
        "anim.encode.mp4:Mp4Writer",
        "video/mp4",
        "video",
        constant_rate=True,
        can_be_transparent=False,
    ),
    Format(
        ".webm",
        "animation",
        "anim.encode.webm:WebmWriter",
        "video/webm",
        "video",
        constant_rate=True,
        names_codec=True,
    ),
    Format(
        ".webp",
        "animation",
        "anim.encode.webp:WebpWriter",
        "image/webp",
        "moving image",
        loops=True,
        shortest_delay=11,
    ),
    Format(
        ".apng",
        "animation",
        "anim.encode.apng:ApngWriter",
        "image/apng",
        "moving image",
        loops=True,
        shortest_delay=11,
    ),
    Format(
        ".avif",
        "animation",
        "anim.encode.avif:AvifWriter",
        "image/avif",
        "moving image",
        loops=True,
        shortest_delay=11,
    ),
    Format(".png", "raster", "anim.encode.still:png", "image/png", "image", in_latex=True),
    Format(".svg", "vector", "anim.encode.still:vector", "image/svg+xml", "image"),
    Format(".pdf", "vector", "anim.encode.still:vector", "application/pdf", "paper", in_latex=True),
    Format(".html", "page", "anim.encode.still:text", "text/html", "page"),
)
FORMATS = {form.suffix: form for form in _TABLE}
# A folder has no extension; its name for outputs is a pattern such as frames/%04d.png.
FRAMES = Format(
    ".png", "frames", "anim.encode.folder:FolderWriter", "image/png", "image", constant_rate=True
)


def suffixes(*kinds: Kind) -> tuple[str, ...]:
    """Return the extensions of all formats of these kinds."""
    return tuple(suffix for suffix, form in FORMATS.items() if form.kind in kinds)


def is_folder(path: Path) -> bool:
    """Return whether an output name stands for a folder of numbered frames (``%04d.png``)."""
    return _PATTERN.search(path.name) is not None


def file_format(path: Path) -> Format | None:
    """Return the format of a file by its extension alone; None if it is not in the table."""
    return FORMATS.get(path.suffix.lower())


def format_of(path: Path) -> Format:
    """Return the format that an output name asks for.

    Args:
        path: a file, or a pattern of numbered frames.

    Raises:
        SettingError: the extension is not in the table.
    """
    if is_folder(path):
        return FRAMES
    suffix = path.suffix.lower()
    if not suffix:
        known = ", ".join(FORMATS)
        raise SettingError("out", f"expected a file name ending in {known}, got {str(path)!r}")
    one_of("out", suffix, FORMATS)
    return FORMATS[suffix]

"""The size of a file in CSS pixels, from its content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeGuard

from anim.embed.known import known_format
from anim.encode.comment import open_image, open_video, video_stream
from anim.encode.decoding import image_errors, video_errors
from anim.encode.xml_text import xml_facts
from anim.errors import BrokenFileError
from anim.files import open_regular

# For a page without a size: room for a chart, a strip and the controls.
_PAGE_SIZE = (960, 680)
_MAX_SIDE = 1 << 16
# Characters of a length or a box in SVG.
_LONGEST_LENGTH = 200
# CSS pixels per unit of a length in SVG.
_UNITS = {
    **{"": 1, "px": 1, "pt": 4 / 3, "pc": 16},
    **{"in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4},
}
_LENGTH = re.compile(r"\s*([\d.]+(?:e[+-]?\d+)?)\s*(\w*)\s*", re.IGNORECASE)

Size = tuple[int | None, int | None]


def is_side(value: object) -> TypeGuard[int]:
    """Return whether a value is a width or height in pixels."""
    return type(value) is int and 0 < value < _MAX_SIDE


def measured_size(path: Path) -> Size:
    """Return width and height in CSS pixels, from the content of a file.

    Returns:
        None for both if the file has no size, such as a PDF or some SVGs; for a page a default.

    Raises:
        BrokenFileError: no decoder reads the file, or it has no pictures.
        OSError: the file cannot be read.
    """
    form = known_format(path)
    if form.is_page:
        return _PAGE_SIZE
    if form.shown_as == "paper":
        return None, None
    if form.kind == "vector":
        return _size_of_svg(path)
    is_video = form.shown_as == "video"
    width, height = _size_of_video(path) if is_video else _size_of_image(path)
    if not (is_side(width) and is_side(height)):
        raise BrokenFileError("FILE", f"cannot determine the size of {str(path)!r}")
    return width, height


def _size_of_video(path: Path) -> tuple[int, int]:
    with open_regular(path) as file, video_errors(path), open_video(file, path) as container:
        stream = video_stream(container)
        if stream is not None:
            return stream.width, stream.height
    raise BrokenFileError("FILE", f"{str(path)!r} contains no video")


def _size_of_image(path: Path) -> tuple[int, int]:
    with open_regular(path) as file, image_errors(path), open_image(file, path) as image:
        return image.size


def _size_of_svg(path: Path) -> Size:
    """Return the lengths of the root element, or else the size of its view box.

    Raises:
        BrokenFileError: the file has no root element of SVG.
    """
    with open_regular(path) as file:
        facts = xml_facts(file)
    if facts.root != "svg":
        problem = f"{str(path)!r} cannot be read as .svg: it is broken, or in another format"
        raise BrokenFileError("FILE", problem)
    root = {name: text[:_LONGEST_LENGTH] for name, text in facts.attributes.items()}
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    lengths = [root.get(name, "") for name in ("width", "height")]
    for sides in (lengths, box[2:4]):
        pixels = [_pixels(side) for side in sides]
        if len(pixels) == 2 and all(map(is_side, pixels)):
            return pixels[0], pixels[1]
    return None, None


def _pixels(length: str) -> int | None:
    match = _LENGTH.fullmatch(length)
    if match is None or match[2].lower() not in _UNITS:
        return None
    try:
        value = float(match[1]) * _UNITS[match[2].lower()]
    except ValueError:
        return None
    return round(value) if value < _MAX_SIDE else None

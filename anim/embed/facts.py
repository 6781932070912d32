"""What a file says of itself, and how large it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from anim.embed.sources import PAGES, PAPERS, VIDEOS, decoding
from anim.errors import SettingError
from anim.settings import one_line

# Of a page that does not say how large it is: room for a chart, a strip and the controls.
_PAGE_SIZE = (960, 680)
_MOST = 1 << 16
# How many CSS pixels a length of an SVG is.
_UNITS = {
    **{"": 1, "px": 1, "pt": 4 / 3, "pc": 16},
    **{"in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4},
}
_LENGTH = re.compile(r"\s*([\d.]+(?:e[+-]?\d+)?)\s*(\w*)\s*", re.IGNORECASE)
_WHOLE_PAGE = re.compile(r"\ufeff?\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html)\b", re.I | re.S)


@dataclass(frozen=True)
class About:
    """What is known of a file.

    Attributes:
        alt: what it shows, in words.
        caption: its title, and what was trained.
        width, height: in CSS pixels; None where that cannot be told.
    """

    alt: str
    caption: str
    width: int | None
    height: int | None


def about(path: Path, alt: str | None = None, caption: str | None = None) -> About:
    """What a file says of itself.

    Args:
        path: a file that `anim.animate` wrote.
        alt, caption: what it says instead; needed where it says nothing.

    Raises:
        SettingError: it says nothing, or is none that can be shown.
        OSError: it cannot be read.
    """
    found = _said(path)
    if found is None and alt is None:
        problem = f"{str(path)!r} does not say what it shows; --alt does"
        raise SettingError("FILE", problem)
    found = found or {}
    width, height = _size(path, found)
    parts = [one_line(found.get(name)) for name in ("title", "caption")]
    return About(
        alt=one_line(found.get("alt") if alt is None else alt),
        caption=_sentences(filter(None, parts)) if caption is None else one_line(caption),
        width=width,
        height=height,
    )


def size_of(path: Path) -> tuple[int | None, int | None]:
    """Width and height in CSS pixels, as a file says, or as it is.

    Raises:
        SettingError: it cannot be read.
    """
    return _size(path, _said(path) or {})


def _said(path: Path) -> dict | None:
    from anim.encode.comment import read_comment

    if path.suffix.lower() in PAGES:
        return _of_page(path)
    with decoding(path):
        return _parsed(read_comment(path))


def _parsed(text: str | None) -> dict | None:
    """The comment of a file; others may have written it."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("alt"), str) else None


class _Head(HTMLParser):
    """Title and metadata of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.metas, self.title = {}, ""
        self._is_title = False
        self.feed(re.split(r"<body\b", text, maxsplit=1, flags=re.IGNORECASE)[0])

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self._is_title = tag == "title" and not self.title
        if tag == "meta" and found.get("name"):
            self.metas.setdefault(found["name"].lower(), found.get("content"))

    def handle_endtag(self, tag):
        self._is_title = False

    def handle_data(self, data):
        self.title += data if self._is_title else ""


def _of_page(path: Path) -> dict | None:
    """What the head of a page says of it."""
    text = path.read_text("utf-8", "replace")
    if not _WHOLE_PAGE.match(text):
        problem = f"{str(path)!r} is no page but a part of one: paste it as it is"
        raise SettingError("FILE", problem)
    head = _Head(text)
    found = _parsed(head.metas.get("anim"))
    if found is None and head.metas.get("description"):
        found = {"title": head.title, "alt": head.metas["description"]}
    return found


def _size(path: Path, found: Mapping) -> tuple[int | None, int | None]:
    width, height = found.get("width"), found.get("height")
    if _is_side(width) and _is_side(height):
        return width, height
    suffix = path.suffix.lower()
    if suffix in PAGES:
        return _PAGE_SIZE
    if suffix in PAPERS:
        return None, None
    if suffix == ".svg":
        return _size_of_svg(path)
    with decoding(path):
        width, height = _size_of_video(path) if suffix in VIDEOS else _size_of_image(path)
    if not (_is_side(width) and _is_side(height)):
        raise SettingError("FILE", f"the size of {str(path)!r} cannot be told")
    return width, height


def _is_side(value) -> bool:
    return type(value) is int and 0 < value < _MOST


def _size_of_video(path: Path) -> tuple[int, int]:
    import av

    with av.open(str(path)) as container:
        if not container.streams.video:
            raise SettingError("FILE", f"{str(path)!r} has no pictures in it")
        stream = container.streams.video[0]
        return stream.width, stream.height


def _sentences(parts: Iterable[str]) -> str:
    """Texts one after another; a full stop between them where none has an end of its own."""
    first, *others = [*parts, ""]
    text = first
    for part in filter(None, others):
        text += f" {part}" if text[-1] in ".!?…" else f". {part}"
    return text


def codec_of(path: Path) -> str:
    """What a browser is to know of a WebM before it takes it, as the VP9 binding of MP4 writes it.

    Raises:
        SettingError: it cannot be read.
    """
    import av

    with decoding(path), av.open(str(path)) as container:
        stream = container.streams.video[0]
        if stream.codec_context.name not in ("vp9", "libvpx-vp9"):
            return stream.codec_context.name
        is_full = stream.codec_context.pix_fmt.startswith("yuv444")
        return "vp09.01.30.08.03" if is_full else "vp09.00.30.08"


def _size_of_image(path: Path) -> tuple[int, int]:
    from PIL import Image

    with Image.open(path) as image:
        return image.size


def _size_of_svg(path: Path) -> tuple[int | None, int | None]:
    """As its root says, in lengths or in the box that it draws in."""
    with decoding(path):
        _, root = next(iter(ElementTree.iterparse(path, events=("start",))))
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    lengths = [root.get(name, "") for name in ("width", "height")]
    for sides in (lengths, box[2:4]):
        pixels = [_pixels(side) for side in sides]
        if len(pixels) == 2 and all(map(_is_side, pixels)):
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
    return round(value) if value < _MOST else None

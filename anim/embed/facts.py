"""The description that is stored in a file, and the file's size."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from anim.embed.known import known_format
from anim.embed.sizes import is_side, measured_size
from anim.errors import SettingError
from anim.files import open_regular, parsed_json
from anim.settings import one_line, shortened

_WHOLE_PAGE = re.compile(r"<(?:!doctype html|html)\b", re.IGNORECASE)
# Bytes of a page that may hold its head. Python's parser is slow for some broken pages.
_HEAD_BYTES = 1 << 16
# Characters of a text in a snippet.
_LONGEST = 4000


@dataclass(frozen=True)
class About:
    """What is known about a file.

    Attributes:
        alt: what it shows, in words.
        caption: the title, and what was trained.
        width, height: in CSS pixels; None if they cannot be determined.
    """

    alt: str
    caption: str
    width: int | None
    height: int | None


def about(path: Path, alt: str | None = None, caption: str | None = None) -> About:
    """Return what a file says about itself.

    Args:
        path: a file that `anim.animate` wrote.
        alt, caption: replace the texts in the file; ``alt`` is required if the file has none.

    Raises:
        SettingError: the file has no description, or cannot be embedded.
        OSError: the file cannot be read.
    """
    found = _description(path)
    if found is None and alt is None:
        problem = f"{str(path)!r} contains no description; give one with --alt"
        raise SettingError("FILE", problem)
    found = found or {}
    width, height = _size(path, found)
    parts = [_text(found.get(name)) for name in ("title", "caption")]
    return About(
        alt=_text(found.get("alt") if alt is None else alt),
        caption=_sentences(filter(None, parts)) if caption is None else _text(caption),
        width=width,
        height=height,
    )


def size_of(path: Path) -> tuple[int | None, int | None]:
    """Return width and height in CSS pixels, from the description or the content of a file.

    Raises:
        SettingError: the file cannot be read.
    """
    return _size(path, _description(path) or {})


def _size(path: Path, found: dict[str, Any]) -> tuple[int | None, int | None]:
    width, height = found.get("width"), found.get("height")
    if is_side(width) and is_side(height):
        return width, height
    return measured_size(path)


def _description(path: Path) -> dict[str, Any] | None:
    from anim.encode.comment import read_comment

    if known_format(path).is_page:
        return _from_page(path)
    return _parsed(read_comment(path))


def _parsed(text: str | None) -> dict[str, Any] | None:
    """Return the description in a comment; None if another program wrote the comment."""
    try:
        found = parsed_json((text or "").encode("utf-8", "replace"))
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("alt"), str) else None


class _Head(HTMLParser):
    """Title and metadata of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.metas: dict[str, str | None] = {}
        self.title = ""
        self._is_title = False
        self.feed(re.split(r"<body\b", text, maxsplit=1, flags=re.IGNORECASE)[0])

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self._is_title = tag == "title" and not self.title
        if tag == "meta" and (name := found.get("name")):
            self.metas.setdefault(name.lower(), found.get("content"))

    def handle_endtag(self, tag):
        self._is_title = False

    def handle_data(self, data):
        self.title += data if self._is_title else ""


def _from_page(path: Path) -> dict[str, Any] | None:
    """Return the description in the head of a page."""
    with open_regular(path) as file:
        text = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    if not _WHOLE_PAGE.match(text, _start_of(text)):
        problem = f"{str(path)!r} is already a snippet; paste it unchanged"
        raise SettingError("FILE", problem)
    head = _Head(text)
    found = _parsed(head.metas.get("anim"))
    if found is None and head.metas.get("description"):
        found = {"title": head.title, "alt": head.metas["description"]}
    return found


def _start_of(text: str) -> int:
    """Return where a page begins, after a byte order mark, spaces and comments."""
    start = _after_spaces(text, text.startswith("\ufeff"))
    while text.startswith("<!--", start) and (end := text.find("-->", start + 4)) >= 0:
        start = _after_spaces(text, end + 3)
    return start


def _after_spaces(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _text(given: object) -> str:
    """Return a text of a description on one line, shortened."""
    return (
        shortened(one_line(shortened(given, 2 * _LONGEST)), _LONGEST)
        if isinstance(given, str)
        else ""
    )


def _sentences(parts: Iterable[str]) -> str:
    """Join texts; add a full stop between them if a text does not end in punctuation."""
    first, *others = [*parts, ""]
    text = first
    for part in filter(None, others):
        text += f" {part}" if text[-1] in ".!?…" else f". {part}"
    return text

"""What to paste where a file is to be shown: ``python -m anim.embed FILE``.

What the picture shows travels inside of the file, so that this can be done later, and elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from anim.embed.facts import About, about, size_of
from anim.embed.figure import figure, html, jsx
from anim.embed.sources import KNOWN, PAGES, VIDEOS, Files
from anim.embed.texts import latex, markdown, rst
from anim.errors import SettingError
from anim.settings import one_of

KINDS = ("html", "markdown", "mdx", "rst", "latex")
FOR_BROWSERS = ("html", "mdx")
_WITH_ONE_PICTURE = {"rst": "reStructuredText", "latex": "LaTeX"}


def embed(
    path: Path,
    kind: str = "html",
    *,
    dark: Path | None = None,
    base: str = "",
    controls: bool = False,
    alt: str | None = None,
    caption: str | None = None,
) -> str:
    """What to paste.

    Files of the same name beside it are used too: for a video a ``.webm`` or ``.mp4`` as another
    source, a ``.gif`` for readers without video, and a ``.png`` to show until it plays; for an
    image that moves a ``.png`` for readers who want little motion; and an image where a page, a
    video or a PDF cannot be shown.

    Args:
        path: a file that `anim.animate` wrote.
        kind: one of `KINDS`: ``markdown`` is what GitHub shows, ``mdx`` is for React.
        dark: the same picture for readers who like it dark.
        base: what comes before the names of files, such as ``/static/``; "" takes the folder as
            it was given, if it was not from the root.
        controls: whether a video has buttons.
        alt, caption: what the file says instead; see `about`.

    Returns:
        The text.

    Raises:
        SettingError: a file of a kind that cannot be shown there, or that says nothing of itself.
        OSError: it cannot be read.
    """
    files, shown = prepared(Path(path), kind, dark, base, alt, caption)
    return written(kind, files, shown, controls)


def prepared(
    path: Path, kind: str, dark: Path | None, base: str, alt: str | None, caption: str | None
) -> tuple[Files, About]:
    """All that is needed to write it; what is wrong comes out here."""
    one_of("kind", kind, KINDS)
    if path.suffix.lower() not in KNOWN:
        problem = f"expected a name ending in {', '.join(KNOWN)}, got {str(path)!r}"
        raise SettingError("FILE", problem)
    if not path.is_file():
        raise SettingError("FILE", f"there is no file {str(path)!r}")
    if dark is not None and kind in _WITH_ONE_PICTURE:
        problem = f"expected none: {_WITH_ONE_PICTURE[kind]} has one picture for all readers"
        raise SettingError("dark", problem)
    files = Files(path, None if dark is None else Path(dark), base)
    shown = about(path, alt, caption)
    is_itself = kind in FOR_BROWSERS and path.suffix.lower() in (*VIDEOS, *PAGES)
    if kind != "latex" and not is_itself and (drawn := files.drawn()) != path:
        width, height = size_of(drawn)
        shown = replace(shown, width=width, height=height)
    return files, shown


def written(kind: str, files: Files, shown: About, controls: bool) -> str:
    if kind in FOR_BROWSERS:
        return {"html": html, "mdx": jsx}[kind](figure(files, shown, controls))
    return {"markdown": markdown, "rst": rst, "latex": latex}[kind](files, shown)

"""What to paste where a file is to be shown: ``python -m anim.embed FILE``.

What the picture shows travels inside of the file, so that this can be done later, and elsewhere.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from anim import command
from anim.embed.facts import About, about, size_of
from anim.embed.figure import figure, html, jsx
from anim.embed.files import KNOWN, PAGES, VIDEOS, Files, write_poster
from anim.embed.texts import latex, markdown, rst
from anim.settings import SettingError, one_of

__all__ = ["KINDS", "About", "about", "embed", "main", "write_poster"]

KINDS = ("html", "markdown", "mdx", "rst", "latex")
_OF_BROWSERS = ("html", "mdx")
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
    files, shown = _prepared(Path(path), kind, dark, base, alt, caption)
    return _written(kind, files, shown, controls)


def _prepared(
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
    is_itself = kind in _OF_BROWSERS and path.suffix.lower() in (*VIDEOS, *PAGES)
    if kind != "latex" and not is_itself and (drawn := files.drawn()) != path:
        width, height = size_of(drawn)
        shown = replace(shown, width=width, height=height)
    return files, shown


def _written(kind: str, files: Files, shown: About, controls: bool) -> str:
    if kind in _OF_BROWSERS:
        return {"html": html, "mdx": jsx}[kind](figure(files, shown, controls))
    return {"markdown": markdown, "rst": rst, "latex": latex}[kind](files, shown)


def _run(parser: command.Parser, arguments: argparse.Namespace, check: Callable) -> None:
    from anim.encode.comment import read_comment

    check()
    path, kind = arguments.file, arguments.kind
    given = ("dark", "base", "alt", "caption")
    options = {name: getattr(arguments, name) for name in given}
    files, shown = _prepared(path, kind, **options)
    # Once nothing can be wrong any more.
    has_poster = kind in _OF_BROWSERS and not arguments.no_poster
    if has_poster and (poster := write_poster(path)):
        parser.say(f"wrote {poster}, the last frame, to show until it plays")
    for other in files.used(kind in _OF_BROWSERS):
        if read_comment(other) != read_comment(path):
            parser.say(f"uses {other} too, which is beside it, and may show something else")
    text = _written(kind, files, shown, arguments.controls)
    if path.suffix.lower() in VIDEOS and files.beside(".gif") is None:
        name = path.with_suffix(".gif").name
        parser.say(f"readers without video get a link: there is no {name} beside it")
    print(text)


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = command.Parser(
        prog="anim.embed",
        usage="python -m anim.embed FILE [options]",
        description="Print what to paste to show an animation in a post: with its size, and with "
        "what it shows in words, which travels inside of the file.",
        allow_abbrev=False,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what anim.render wrote")
    kinds = parser.add_mutually_exclusive_group()
    told = {
        "markdown": "Markdown, as GitHub shows it",
        "mdx": "for React and MDX",
        "rst": "reStructuredText",
        "latex": "a figure of a paper",
    }
    for kind, help_ in told.items():
        kinds.add_argument(
            f"--{kind}", dest="kind", action="store_const", const=kind, default="html", help=help_
        )
    parser.add_argument("--dark", type=Path, metavar="FILE", help="for readers who like it dark")
    parser.add_argument("--base", default="", metavar="URL", help="comes before the file's name")
    parser.add_argument(
        "--controls",
        action="store_true",
        help="a video has buttons, to stop it with: without them it plays for readers who want "
        "little motion too",
    )
    parser.add_argument("--no-poster", action="store_true", help="write no picture beside a video")
    parser.add_argument("--alt", metavar="TEXT", help="what it shows, instead of what it says")
    parser.add_argument("--caption", metavar="TEXT", help="instead of what it says")
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _run(parser, arguments, check))

"""The command ``python -m anim.embed``: what to paste to show a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from anim import command
from anim.embed.snippet import FOR_BROWSERS, prepared, written
from anim.embed.sources import VIDEOS, write_poster


def _run(parser: command.Parser, arguments: argparse.Namespace, check: Callable) -> None:
    from anim.encode.comment import read_comment

    check()
    path, kind = arguments.file, arguments.kind
    given = ("dark", "base", "alt", "caption")
    options = {name: getattr(arguments, name) for name in given}
    files, shown = prepared(path, kind, **options)
    # Once nothing can be wrong any more.
    has_poster = kind in FOR_BROWSERS and not arguments.no_poster
    if has_poster and (poster := write_poster(path)):
        parser.say(f"wrote {poster}, the last frame, to show until it plays")
    for other in files.used(kind in FOR_BROWSERS):
        if read_comment(other) != read_comment(path):
            parser.say(f"uses {other} too, which is beside it, and may show something else")
    text = written(kind, files, shown, arguments.controls)
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


if __name__ == "__main__":
    sys.exit(main())

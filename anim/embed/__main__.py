"""The command ``python -m anim.embed``: print a snippet that embeds a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from anim import command
from anim.embed.options import Options
from anim.embed.poster import write_poster
from anim.embed.snippet import KINDS, prepare
from anim.embed.sources import FALLBACK
from anim.settings import settings_of


def _parser() -> command.Parser:
    parser = command.Parser(
        prog="anim.embed",
        usage="python -m anim.embed FILE [options]",
        description="Print a snippet that embeds an animation in a document, with its size and "
        "the description that is stored in the file.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument(
        "file", type=command.file_at, metavar="FILE", help="a file that anim.render wrote"
    )
    kinds = parser.add_mutually_exclusive_group()
    first, *others = KINDS
    parser.set_defaults(kind=first)
    for kind in others:
        kinds.add_argument(
            f"--{kind}", dest="kind", action="store_const", const=kind, help=KINDS[kind].help
        )
    command.add_options(parser, settings_of(Options))
    parser.add_argument(
        "--no-poster",
        action="store_true",
        default=False,
        help="do not write a picture beside a video",
    )
    return parser


def _run(parser: command.Parser, arguments: argparse.Namespace, check: Callable) -> None:
    from anim.encode.comment import read_comment

    check()
    path, kind = arguments.file, KINDS[arguments.kind]
    options = Options.of(vars(arguments))
    # Before a file is written, all errors of the call have been raised.
    sources, shown = prepare(path, arguments.kind, options)
    plays = kind.with_video and sources.form.shown_as == "video"
    for is_given, flag in ((options.controls, "--controls"), (arguments.no_poster, "--no-poster")):
        if is_given and not plays:
            parser.say(f"{flag} has no effect, as the snippet shows no video")
    has_poster = kind.with_video and not arguments.no_poster
    if has_poster and (poster := write_poster(path)):
        parser.say(f"wrote {poster}, the last frame, which is shown until the video plays")
    text = kind.write(sources, shown, options)
    for other, why in sources.unused.items():
        parser.say(f"does not use {other}, which {why}")
    replacement = sources.replacement(kind.with_video) if kind.with_image else None
    if replacement and read_comment(replacement) != read_comment(path):
        parser.say(f"shows {replacement} instead, which may show something else")
    if sources.form.shown_as == "video" and sources.companion(FALLBACK) is None:
        name = path.with_suffix(FALLBACK).name
        parser.say(f"readers without video get a link: there is no {name} beside it")
    print(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _run(parser, arguments, check))


if __name__ == "__main__":
    sys.exit(main())

"""The command ``python -m anim.watch``, which shows a run on a page while it is recorded."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from anim import command, startup
from anim.errors import SettingError
from anim.settings import Picture, whole
from anim.settings.fields import WATCHED

if TYPE_CHECKING:
    from anim.run.store.store import Store

HOST, PORT = "127.0.0.1", 8000


def _parser() -> command.Parser:
    parser = command.Parser(
        prog="anim.watch",
        usage="python -m anim.watch RUN [options]",
        description="Show a run in a browser, on a page that grows while it is recorded.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument(
        "run",
        type=command.run_at,
        metavar="RUN",
        help="a folder or URL that anim.Recorder writes to, or will write to",
    )
    parser.add_argument(
        "--host",
        default=HOST,
        metavar="ADDRESS",
        help=f"address to listen on: {HOST} (default) serves this machine only, 0.0.0.0 every "
        "machine that can reach this one",
    )
    parser.add_argument(
        "--port", default=PORT, type=int, metavar="N", help=f"default {PORT}; 0 takes a free one"
    )
    command.add_picture(parser, WATCHED)
    return parser


def _run(
    arguments: argparse.Namespace, say: Callable[[str], None], check: Callable[[], None]
) -> None:
    picture = Picture.of(vars(arguments))
    whole("port", arguments.port, 0, 65535)
    check()

    from anim.watch import address

    # Accelerators are left to the training that is watched.
    with (
        address.bound(arguments.host, arguments.port) as listener,
        startup.settings_of_jax(jax_platforms="cpu"),
    ):
        if not address.is_loopback(listener):
            host = arguments.host
            say(f"warning: other machines can see the run at {host}; {HOST} keeps it here")

        from anim.watch import server
        from anim.watch.follow import Follower

        follower = Follower(arguments.run, picture, check)
        _check(follower.store, picture)
        check()
        if not follower.store.exists(""):
            say(f"waiting for {arguments.run}, which does not exist yet")
        url = address.url(listener, arguments.host)
        command.print_lines(f"{arguments.run} is shown at {url}")
        sys.stdout.flush()
        server.serve(follower, listener, address.names(listener, arguments.host), check)


def _check(store: Store, picture: Picture) -> None:
    """Raise `SettingError` now for errors that would otherwise appear with the first snapshot."""
    from anim.errors import RecordingError
    from anim.scene.theme import theme_of
    from anim.watch.follow import check_place

    theme_of(picture)
    try:
        check_place(store)
    except RecordingError as error:
        raise SettingError("RUN", str(error)) from error


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _run(arguments, parser.say, check))


if __name__ == "__main__":
    sys.exit(main())

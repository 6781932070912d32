"""Pages with the player, within ``max_bytes``: drop other views first, then snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from anim.encode import format_of
from anim.output.max_bytes import too_small
from anim.output.results import PendingOutput
from anim.page import page, page_data, snippet
from anim.panels.subject import Subject
from anim.settings import Picture
from anim.timeline import Reel

# A smaller page keeps every 2nd, 4th or 8th snapshot.
_APART = (2, 4, 8)


def write_page(
    path: Path, shown: Sequence[tuple[Reel, Subject]], picture: Picture
) -> PendingOutput:
    """Write a page, or a snippet if ``picture.embed``, of at most ``picture.max_bytes`` bytes.

    Args:
        path: where the page goes.
        shown: reel and subject of each view to choose from, the first one first.
        picture: the settings.

    Raises:
        SettingError: even the smallest page is too large.
    """
    length, gave_up = 0, ()
    for some, gave_up in _smaller_and_smaller(shown):
        data = page_data(some, picture)
        if picture.embed:
            text = snippet(data, nonce=picture.nonce, names_policy=True)
        else:
            text = page(data, nonce=picture.nonce)
        length = len(text.encode())
        if picture.max_bytes is None or length <= picture.max_bytes:
            reel, _ = some[0]
            file = format_of(path).load_writer()(path, text)
            return PendingOutput(file, picture, reel.clock, gave_up)
    raise too_small(path, length, gave_up)


def _smaller_and_smaller(
    shown: Sequence[tuple[Reel, Subject]],
) -> Iterator[tuple[Sequence[tuple[Reel, Subject]], tuple[str, ...]]]:
    """Yield what a page may hold, and what that gives up, in words."""
    yield shown, ()
    views = ("other views",) if len(shown) > 1 else ()
    if views:
        yield shown[:1], views
    ((reel, subject),) = shown[:1]
    for apart in _APART:
        yield [(reel.thinned(apart), subject)], (*views, f"{apart - 1} of {apart} snapshots")

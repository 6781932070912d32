"""What a notebook shows: the player, and a GIF where scripts do not run, as on GitHub."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

from anim.compose import Subject, compose_views, views_to_choose
from anim.errors import SettingError
from anim.output import writing
from anim.page import page_data, snippet
from anim.run import RunLike
from anim.settings import Picture
from anim.timeline import Reel

# Of the GIF: small, since it travels inside of the notebook beside the player.
_FPS = 5
_FALLBACK = {"scale": 1, "transparent": False, "max_bytes": None}


class Animation(list):
    """The files that were written, one `anim.output.writing.Output` each; a notebook plays it.

    Args:
        outputs: the files.
        shown: reel and subject in each view to choose from, the first one first.
        picture: how it is shown.
    """

    def __init__(
        self,
        outputs: Sequence[writing.Output],
        shown: Sequence[tuple[Reel, Subject]],
        picture: Picture,
    ):
        super().__init__(outputs)
        self._shown, self._picture = shown, picture

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return bundle(self._shown, self._picture, repr(self))


def bundle_of(run: RunLike) -> dict[str, str]:
    """A run as a notebook shows it."""
    picture = Picture()
    shown = compose_views([run], picture, views_to_choose([run], picture))
    return bundle(shown, picture, repr(run))


def bundle(shown: Sequence[tuple[Reel, Subject]], picture: Picture, plain: str) -> dict[str, str]:
    """What IPython's ``_repr_mimebundle_`` returns.

    Args:
        shown: reel and subject in each view to choose from, the first one first.
        picture: how it is shown.
        plain: what a terminal shows.
    """
    data = page_data(shown, picture)
    width, height = picture.canvas
    try:
        gif = base64.b64encode(_gif(shown[0], picture)).decode()
    except SettingError:
        # More panels than a picture has room for; the player makes room.
        image = ""
    else:
        image = (
            f'<img src="data:image/gif;base64,{gif}" width="{width}" height="{height}" '
            f'alt="{escape(data["alt"])}">'
        )
    return {"text/html": snippet(data, fallback=image), "text/plain": plain}


def _gif(shown: tuple[Reel, Subject], picture: Picture) -> bytes:
    reel, subject = shown
    small = replace(picture, **_FALLBACK, fps=max(_FPS, 2 / picture.seconds))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fallback.gif"
        writing.write([(reel.at_rate(small.fps), subject)], [path], small)
        return path.read_bytes()

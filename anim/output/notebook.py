"""What a notebook shows: the player, and a GIF where scripts do not run, such as on GitHub."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

from anim.compose import compose_views, views_to_choose
from anim.errors import SettingError
from anim.output.results import Output
from anim.output.writing import write
from anim.page import page_data, snippet
from anim.panels.subject import Subject
from anim.run import RunLike
from anim.settings import Picture
from anim.timeline import Reel

# The GIF is small, because the notebook stores it beside the player.
_FPS = 5
_FALLBACK = {"scale": 1, "transparent": False, "max_bytes": None}


class Animation:
    """The outputs of `anim.animate`; a notebook plays it.

    Args:
        outputs: the files that were written.
        shown: reel and subject of each view to choose from, the first one first.
        picture: the settings.

    Attributes:
        outputs: the files that were written, in the order in which they were requested.
    """

    def __init__(
        self,
        outputs: Sequence[Output],
        shown: Sequence[tuple[Reel, Subject]],
        picture: Picture,
    ):
        self.outputs = tuple(outputs)
        self._shown, self._picture = shown, picture

    def __repr__(self) -> str:
        if self.outputs:
            parts = [f"{str(output.path)!r}: {output.facts()}" for output in self.outputs]
            return f"Animation({'; '.join(parts)})"
        reel, _ = self._shown[0]
        count = len(reel.clock.steps)
        noun = f"snapshot{'' if count == 1 else 's'}"
        return f"Animation(no files; {count} {noun}, shown in a notebook)"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return bundle(self._shown, self._picture, repr(self))


def bundle_of(run: RunLike) -> dict[str, str]:
    """Return a run as a notebook shows it, for IPython's ``_repr_mimebundle_``."""
    picture = Picture()
    shown = compose_views([run], picture, views_to_choose([run], picture))
    return bundle(shown, picture, repr(run))


def bundle(shown: Sequence[tuple[Reel, Subject]], picture: Picture, plain: str) -> dict[str, str]:
    """Return the player with a GIF as fallback, for IPython's ``_repr_mimebundle_``.

    Args:
        shown: reel and subject of each view to choose from, the first one first.
        picture: the settings.
        plain: the text that a terminal shows.
    """
    data = page_data(shown, picture)
    reel, _ = shown[0]
    width, height = picture.for_runs(len(reel.lanes), len(reel.clock.steps)).canvas
    try:
        gif = base64.b64encode(_gif(shown[0], picture)).decode()
    except SettingError:
        # The panels do not fit into a picture; the player grows as needed.
        image = ""
    else:
        image = (
            f'<img src="data:image/gif;base64,{gif}" width="{width}" height="{height}" '
            f'alt="{escape(data["alt"])}">'
        )
    return {"text/html": snippet(data, fallback=image), "text/plain": plain}


def _gif(shown: tuple[Reel, Subject], picture: Picture) -> bytes:
    reel, subject = shown
    small = replace(picture, **_FALLBACK, fps=max(_FPS, 2 / reel.clock.seconds))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fallback.gif"
        write([(reel.at_rate(small.fps), subject)], [path], small)
        return path.read_bytes()

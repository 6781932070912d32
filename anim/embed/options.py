"""The options of a snippet."""

from __future__ import annotations

import os
from dataclasses import dataclass

from anim.settings import Settings
from anim.settings.fields import setting


@dataclass(frozen=True, kw_only=True)
class Options(Settings):
    """The options of a snippet: keywords of `anim.embed.embed` and of the command."""

    dark: str | None = setting(
        None,
        "the same picture on a dark background, for readers who prefer that",
        metavar="FILE",
        convert=os.fspath,
    )
    base: str = setting("", "what precedes file names, such as /static/", metavar="URL")
    controls: bool = setting(
        False,
        "show the buttons of a video, to stop it; without them it also plays for readers who "
        "prefer reduced motion",
    )
    alt: str | None = setting(
        None, "alternative text", metavar="TEXT", instead_of_none="the description in the file"
    )
    caption: str | None = setting(
        None, "caption", metavar="TEXT", instead_of_none="the title and caption in the file"
    )

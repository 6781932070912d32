"""From runs to what a picture shows of them: tracks on one clock, a subject, and sentences.

Names are resolved on first use: drawing needs the subject and the sentences, but not JAX, which
composing runs imports.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anim.compose.reels import compose_views, default_view, reel_of, views_to_choose
    from anim.compose.words import alternative, as_comment, comment

_HOMES = {
    "alternative": "words",
    "as_comment": "words",
    "comment": "words",
    "compose_views": "reels",
    "default_view": "reels",
    "reel_of": "reels",
    "views_to_choose": "reels",
}

__all__ = [
    "alternative",
    "as_comment",
    "comment",
    "compose_views",
    "default_view",
    "reel_of",
    "views_to_choose",
]


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(importlib.import_module(f"anim.compose.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

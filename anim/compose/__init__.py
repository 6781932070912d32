"""From runs to what is shown of them: their tracks on one clock, and the words beside them."""

from anim.compose.subject import (
    Subject,
    compose,
    compose_views,
    default_view,
    reel_of,
    views_to_choose,
)
from anim.compose.words import alternative, as_comment, comment, verdict

__all__ = [
    "Subject",
    "alternative",
    "as_comment",
    "comment",
    "compose",
    "compose_views",
    "default_view",
    "reel_of",
    "verdict",
    "views_to_choose",
]

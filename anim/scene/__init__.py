"""Draws frames with matplotlib: panels and a header in the colours of a theme."""

from anim.scene.room import check_room
from anim.scene.scene import Scene

__all__ = ["Scene", "check_room"]

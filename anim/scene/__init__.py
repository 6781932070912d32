"""Draws frames with matplotlib: panels, a theme, and what stands still drawn only once."""

from anim.scene.scene import Scene, check_room, panel

__all__ = ["Scene", "check_room", "panel"]

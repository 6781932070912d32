"""Draws frames with matplotlib: panels, a theme, and what stands still drawn only once."""

from anim.scene.scene import Scene, Subject, check_room

__all__ = ["Scene", "Subject", "check_room"]

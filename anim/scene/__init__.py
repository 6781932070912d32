"""Draws frames with matplotlib: panels, a theme, and what stands still drawn only once."""

from anim.scene.scene import Scene, Subject

__all__ = ["Scene", "Subject"]

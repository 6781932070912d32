"""Paints what a diagram says where something is not drawn."""

from __future__ import annotations

from collections.abc import Iterable

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from anim.scene.stage import Stage

# The share of the width of a diagram beyond which a note stands in its middle.
_WIDE = 0.7


class Note:
    """A note in a diagram, one of some.

    Args:
        axes: of the diagram.
        stage: the figure.
        notes: all that may be said; "" says nothing.
    """

    def __init__(self, axes: Axes, stage: Stage, notes: Iterable[str]):
        self._texts = {
            note: axes.text(
                0.62,
                0.14,
                note,
                animated=True,
                ha="center",
                va="center",
                fontsize=stage.points(stage.measures.label),
                color=stage.theme.muted,
            )
            for note in sorted({*notes} - {""})
        }
        for text in self._texts.values():
            wide, room = text.get_window_extent(stage.renderer).width, axes.bbox.width
            if wide > _WIDE * room:
                text.set_x(0.5)
                text.set_fontsize(float(text.get_fontsize()) * min(1, 0.96 * room / wide))
        self.artists: list[Artist] = [*self._texts.values()]
        self.say("")

    def say(self, note: str) -> None:
        """Show one of the notes, or none."""
        for one, text in self._texts.items():
            text.set_visible(one == note)

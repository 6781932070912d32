"""What is known of a panel before it is drawn, and what a drawn panel can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from matplotlib.artist import Artist
from matplotlib.container import Container

from anim.timeline import Shot

if TYPE_CHECKING:
    from anim.scene.layout import Place
    from anim.scene.stage import Stage

# What a legend explains. Matplotlib has handlers for containers, which are tuples of artists.
Handle = Artist | Container


class DrawnPanel(Protocol):
    """A panel on a figure."""

    @property
    def artists(self) -> Sequence[Artist]:
        """Those that move, in drawing order."""
        ...

    def update(self, shot: Shot) -> None:
        """Move the artists to where they are in a shot."""
        ...


@dataclass(frozen=True, kw_only=True)
class PanelKind:
    """How panels of a name are painted. Lengths are in pixels of the reference design.

    Attributes:
        build: draws one at a place.
        legend: entries of the legend if the picture shows one run.
        key: entries of the legend in the cell of any run.
        shows_time: whether its x axis is time. If so, one panel shows all runs; otherwise there is
            a cell for each run.
        weight: its share of the height that labels leave.
        above, below: room for labels.
    """

    build: Callable[[Stage, Place], DrawnPanel]
    legend: Callable[[Stage], Sequence[Handle]]
    key: Callable[[Stage], Sequence[Handle]] = lambda stage: ()
    shows_time: bool = False
    weight: float
    above: float
    below: float

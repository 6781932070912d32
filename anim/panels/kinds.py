"""Kinds of panels, and places of panels.

Lengths are pixels of the reference design, which is 768 x 600, if not said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from anim.settings.panels import panel_of

# Numbers and names below a diagram; what lies between axes and dots without them.
LABELS, BARE = 44, 8


@dataclass(frozen=True)
class PanelKind:
    """What is known of a panel before anything is shown.

    Attributes:
        name: of the panel.
        shows_time: whether its x axis is time. If so, one panel shows all runs; otherwise there is
            a cell for each run.
        weight: its share of the height that labels leave.
        above, below: room for labels.
    """

    name: str
    shows_time: bool
    weight: float
    above: float
    below: float


_DIAGRAM = PanelKind("reliability", False, 4.2, above=6, below=LABELS - BARE + 10)
_COUNTS = PanelKind("counts", False, 3.4, above=26, below=LABELS)


def kind_of(name: str) -> PanelKind:
    """Return how a panel takes room.

    Args:
        name: a name in `anim.settings.PANELS`, or ``metric:NAME``.
    """
    panel = panel_of(name)
    if panel.strip is not None:
        return PanelKind(name, True, 1.15, above=24, below=4)
    return {"reliability": _DIAGRAM, "counts": _COUNTS}[name]


@dataclass(frozen=True)
class Place:
    """Where a panel stands.

    Attributes:
        kind: of the panel.
        left, bottom, width, height: in pixels of the picture before its scale.
        rank: the run of a cell, 0 for the first; of no meaning if the panel shows time.
        is_left, is_bottom: whether it has labels of its own at that side.
    """

    kind: PanelKind
    left: int
    bottom: int
    width: int
    height: int
    rank: int = 0
    is_left: bool = True
    is_bottom: bool = True

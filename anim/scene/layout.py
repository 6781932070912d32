"""Where panels stand: stacked top to bottom, those of bins in a grid if there are several runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from anim.errors import SettingError
from anim.scene.panel import PanelKind

# Room beside the panels, in pixels of the reference design.
LEFT, RIGHT = 62, 24
# Distance of rows of a legend, in heights of its letters.
ROW = 1.45
_FOOTER = 34
# Minima: of a panel's height, and of a cell's height relative to its width.
_SMALLEST_PANEL, _SMALLEST_ASPECT = 36, 0.35
_BETWEEN_COLUMNS, _BETWEEN_ROWS, _CELL_HEADER = 20, 12, 46
_BEST_ASPECT = 1.2


@dataclass(frozen=True)
class Place:
    """Where a panel stands.

    Attributes:
        kind: of the panel.
        left, bottom, width, height: in pixels of the picture before its scale.
        rank: the run of a cell, 0 for the first; of no meaning if the panel shows time.
        is_left, is_bottom: whether it has labels of its own at that side.
        rows: of its legend.
    """

    kind: PanelKind
    left: int
    bottom: int
    width: int
    height: int
    rank: int = 0
    is_left: bool = True
    is_bottom: bool = True
    rows: int = 1


@dataclass(frozen=True)
class Room:
    """What a picture gives its panels.

    Attributes:
        size: width and height of the picture.
        size_text: the size in words.
        unit: pixels of the picture per pixel of the reference design.
        header: height of what stands above the panels, in pixels of the reference design.
        row: distance of two rows of a legend, in pixels of the reference design.
    """

    size: tuple[int, int]
    size_text: str
    unit: float
    header: float
    row: float


def columns_for(runs: int, width: float, height: float, together: int = 1) -> int:
    """Return the number of columns with the best shape of cells, a multiple of ``together``."""

    def strain(columns: int) -> float:
        rows = -(-runs // columns)
        aspect = (width / columns) / (height / rows)
        return abs(math.log(aspect / _BEST_ASPECT)) + 0.2 * (rows * columns - runs)

    return min(range(together, runs + 1, together), key=strain)


def places(
    kinds: Sequence[PanelKind],
    runs: int,
    room: Room,
    together: int = 1,
    rows: Sequence[int] | None = None,
) -> list[Place]:
    """Return places of panels: labels have fixed room, the rest is shared by weight.

    Args:
        kinds: of panels, top to bottom.
        runs: number of runs. A panel that shows no time has a cell for each.
        room: what the panels share.
        together: how many runs, one after another, stay in one row of a grid.
        rows: of the legend of each kind; None gives each one row.

    Raises:
        SettingError: the picture has no room for them.
    """
    (width, height), unit = room.size, room.unit
    rows = [1] * len(kinds) if rows is None else rows
    labelled, below = _below(kinds)
    above = [
        _CELL_HEADER if runs > 1 and not kind.shows_time else kind.above + (lines - 1) * room.row
        for kind, lines in zip(kinds, rows, strict=True)
    ]
    inside = height - (room.header + sum(above) + sum(below)) * unit
    inside /= sum(kind.weight for kind in kinds)
    smallest = min(inside * kind.weight for kind in kinds)
    found, top = [], height - room.header * unit
    left, right = round(LEFT * unit), round(width - RIGHT * unit)
    for kind, with_labels, over, under, lines in zip(
        kinds, labelled, above, below, rows, strict=True
    ):
        tall = round(inside * kind.weight)
        whole = Place(kind, left, round(top - over * unit - tall), right - left, tall, rows=lines)
        if kind.shows_time:
            found.append(replace(whole, is_bottom=with_labels))
        elif runs == 1:
            found.append(whole)
        else:
            cells = _grid(whole, runs, unit, together)
            limits = (min(cell.width * _SMALLEST_ASPECT, cell.height) for cell in cells)
            smallest = min(smallest, *limits)
            found += cells
        top = whole.bottom - under * unit
    if smallest < _SMALLEST_PANEL * unit:
        panels = f"{len(kinds)} panels" + (f" of {runs} runs" if runs > 1 else "")
        raise SettingError("panels", f"{panels} need a larger picture than {room.size_text}")
    return found


def _below(kinds: Sequence[PanelKind]) -> tuple[list[bool], list[float]]:
    """Return which kinds have time labels, and the room below each kind.

    A strip needs its own labels unless the next panel down is a strip too.
    """
    labelled = [
        kind.shows_time and not (after is not None and after.shows_time)
        for kind, after in zip(kinds, [*kinds[1:], None], strict=True)
    ]
    return labelled, [
        kind.below + (_FOOTER if with_labels else 0)
        for kind, with_labels in zip(kinds, labelled, strict=True)
    ]


def _grid(whole: Place, runs: int, unit: float, together: int) -> list[Place]:
    """Return cells, row by row. The header of the first row lies above ``whole``."""
    columns = columns_for(runs, whole.width, whole.height, together)
    rows = -(-runs // columns)
    beside, over = _BETWEEN_COLUMNS * unit, (_BETWEEN_ROWS + _CELL_HEADER) * unit
    wide = (whole.width - beside * (columns - 1)) / columns
    tall = (whole.height - over * (rows - 1)) / rows
    return [
        replace(
            whole,
            left=round(whole.left + (rank % columns) * (wide + beside)),
            bottom=round(whole.bottom + (rows - 1 - rank // columns) * (tall + over)),
            width=round(wide),
            height=round(tall),
            rank=rank,
            is_left=rank % columns == 0,
            is_bottom=rank + columns >= runs,
        )
        for rank in range(runs)
    ]

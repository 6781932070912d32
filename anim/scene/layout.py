"""Where panels stand: stacked top to bottom, those of several runs in a grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from anim.errors import SettingError

# Pixels of the reference design.
LEFT, RIGHT = 62, 24
# Further rows of a legend are so many of its letters' heights apart.
ROW = 1.45
_FOOTER = 34
# Of a panel's height, and of a cell's height in its width.
_LEAST_PANEL, _LEAST_ASPECT = 36, 0.35
_BETWEEN_COLUMNS, _BETWEEN_ROWS, _CELL_HEADER = 20, 12, 46
_BEST_ASPECT = 1.2


@dataclass(frozen=True)
class Place:
    """Where a panel stands.

    Attributes:
        kind: the panel's class.
        left, bottom, width, height: in pixels of the picture before its scale.
        rank: the run it shows; None shows all.
        is_left, is_bottom: whether it has labels of its own at that side.
        rows: of its legend.
    """

    kind: type
    left: int
    bottom: int
    width: int
    height: int
    rank: int | None = None
    is_left: bool = True
    is_bottom: bool = True
    rows: int = 1


@dataclass(frozen=True)
class Room:
    """What a picture gives its panels.

    Attributes:
        size: width and height of the picture.
        size_text: that in words.
        unit: pixels of the picture for one of the reference design.
        header: how tall what stands over the panels is, in pixels of the reference design.
        row: how far apart rows of a legend are, in those too.
    """

    size: tuple[int, int]
    size_text: str
    unit: float
    header: float
    row: float


def columns_for(runs: int, width: float, height: float, together: int = 1) -> int:
    """How many columns make cells of a pleasant shape, so many of which stay in one row."""

    def strain(columns: int) -> float:
        rows = -(-runs // columns)
        aspect = (width / columns) / (height / rows)
        return abs(math.log(aspect / _BEST_ASPECT)) + 0.2 * (rows * columns - runs)

    return min(range(together, runs + 1, together), key=strain)


def places(
    kinds: Sequence[type],
    runs: int,
    room: Room,
    together: int = 1,
    rows: Sequence[int] | None = None,
) -> list[Place]:
    """Fixed room for labels, the rest by the panels' weights.

    Args:
        kinds: classes of panels, top to bottom.
        runs: how many runs there are: a panel that shows no time stands once for each.
        room: what they share.
        together: how many of the runs, one after another, stay in one row.
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
    least = min(inside * kind.weight for kind in kinds)
    found, top = [], height - room.header * unit
    left, right = round(LEFT * unit), round(width - RIGHT * unit)
    for kind, with_labels, over, under, lines in zip(
        kinds, labelled, above, below, rows, strict=True
    ):
        tall = round(inside * kind.weight)
        whole = Place(kind, left, round(top - over * unit - tall), right - left, tall, rows=lines)
        if kind.shows_time:
            found.append(_with(whole, is_bottom=with_labels))
        elif runs == 1:
            found.append(_with(whole, rank=0))
        else:
            cells = _grid(whole, runs, unit, together)
            least = min(least, *(min(cell.width * _LEAST_ASPECT, cell.height) for cell in cells))
            found += cells
        top = whole.bottom - under * unit
    if least < _LEAST_PANEL * unit:
        what = f"{len(kinds)} panels" + (f" of {runs} runs" if runs > 1 else "")
        raise SettingError("panels", f"{what} need a larger picture than {room.size_text}")
    return found


def _below(kinds: Sequence[type]) -> tuple[list[bool], list[float]]:
    """Which kinds have time labels, and the room under each of them.

    A strip needs its own unless the next panel down is a strip too.
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
    """Cells, row by row; the header of the first row lies above the place."""
    columns = columns_for(runs, whole.width, whole.height, together)
    rows = -(-runs // columns)
    beside, over = _BETWEEN_COLUMNS * unit, (_BETWEEN_ROWS + _CELL_HEADER) * unit
    wide = (whole.width - beside * (columns - 1)) / columns
    tall = (whole.height - over * (rows - 1)) / rows
    return [
        _with(
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


def _with(place: Place, **changes) -> Place:
    return Place(**{**vars(place), **changes})

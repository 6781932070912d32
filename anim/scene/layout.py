"""Where panels stand: stacked top to bottom, those of several runs in a grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from anim.settings import SettingError

# Pixels of the reference design.
LEFT, RIGHT = 62, 24
_HEADER, _KEY = 66, 20
_FOOTER = 34
_LEAST_PANEL = 36
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
    """

    kind: type
    left: int
    bottom: int
    width: int
    height: int
    rank: int | None = None
    is_left: bool = True
    is_bottom: bool = True


def header(runs: int) -> int:
    """How tall it is: the key that several runs share has a row of its own."""
    return _HEADER + (_KEY if runs > 1 else 0)


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
    size: tuple[int, int],
    unit: float,
    size_text: str,
    together: int = 1,
) -> list[Place]:
    """Fixed room for labels, the rest by the panels' weights.

    Args:
        kinds: classes of panels, top to bottom.
        runs: how many runs there are: a panel that shows no time stands once for each.
        size: width and height of the picture.
        unit: pixels of the picture for one of the reference design.
        size_text: the size in words.
        together: how many of the runs, one after another, stay in one row.

    Raises:
        SettingError: the picture has no room for them.
    """
    width, height = size
    # A strip needs its own time labels unless the next panel down is a strip too.
    labelled = [
        kind.shows_time and not (after is not None and after.shows_time)
        for kind, after in zip(kinds, [*kinds[1:], None], strict=True)
    ]
    above = [_CELL_HEADER if runs > 1 and not kind.shows_time else kind.above for kind in kinds]
    below = [
        kind.below + (_FOOTER if with_labels else 0)
        for kind, with_labels in zip(kinds, labelled, strict=True)
    ]
    room = (height - (header(runs) + sum(above) + sum(below)) * unit) / sum(k.weight for k in kinds)
    least = min(room * kind.weight for kind in kinds)
    found, top = [], height - header(runs) * unit
    left, right = round(LEFT * unit), round(width - RIGHT * unit)
    for kind, with_labels, over, under in zip(kinds, labelled, above, below, strict=True):
        tall = round(room * kind.weight)
        whole = Place(kind, left, round(top - over * unit - tall), right - left, tall)
        if kind.shows_time:
            found.append(_with(whole, is_bottom=with_labels))
        elif runs == 1:
            found.append(_with(whole, rank=0))
        else:
            cells = _grid(whole, runs, unit, together)
            least = min(least, *(side for cell in cells for side in (cell.width / 3, cell.height)))
            found += cells
        top = whole.bottom - under * unit
    if least < _LEAST_PANEL * unit:
        what = f"{len(kinds)} panels" + (f" of {runs} runs" if runs > 1 else "")
        raise SettingError("panels", f"{what} need a larger picture than {size_text}")
    return found


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

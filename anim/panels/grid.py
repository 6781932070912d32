"""How panels share a picture: stacked, those of bins in a grid if there are several runs.

Runs that leave a cell of the grid free give it to the strips: it is larger than what is below the
grid, and the cells are, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from anim.panels.kinds import BARE, LABELS, PanelKind, Place
from anim.settings import Picture

# Room beside the panels.
LEFT, RIGHT = 62, 24
# At the right of strips of several runs, for their names, of a usual length.
NAMES = 92
# Numbers below the last strip.
_FOOTER = 24
_BETWEEN_COLUMNS, _BETWEEN_ROWS, _CELL_HEADER = 40, 16, 44
_OVER = _BETWEEN_ROWS + _CELL_HEADER
_BEST_ASPECT = 1.2
# The height of a panel of a class, relative to that of a run, and its least width beside others.
_CLASS, _NARROWEST_CLASS = 0.4, 130
# Left of a strip in a cell of the grid, for its numbers, beside what is between cells; and the
# least width of such a strip.
_INDENT, _NARROWEST_STRIP = 20, 130
# Above such a strip, between its name and the dots of the cell over it.
_DROP = 10


@dataclass(frozen=True)
class Stack:
    """How panels share the height.

    Attributes:
        columns: of runs.
        kinds: of the panels on top of each other.
        heights: of these, with all rows of runs, in pixels of the picture.
        beside: kinds of the strips in the cell that the runs leave free.
    """

    columns: int
    kinds: tuple[PanelKind, ...]
    heights: tuple[float, ...]
    beside: tuple[PanelKind, ...] = ()


def stack_of(picture: Picture, kinds: Sequence[PanelKind], header: float, unit: float) -> Stack:
    """Return how panels share a picture.

    A picture of the default size has the table's columns; another one has those with the best shape
    of cells.

    Args:
        picture: its size and number of runs.
        kinds: of all panels.
        header: what is above them.
        unit: pixels of the picture per pixel of the reference design.
    """
    runs = picture.runs
    if picture.size is None or picture.is_overlaid:
        is_beside = picture.has_strips_beside
        return _stack(picture, kinds, picture.columns, header, unit, is_beside=is_beside)
    together = 1 if picture.calibrate is None else 2
    found = [
        _stack(picture, kinds, columns, header, unit, is_beside=is_beside)
        for columns in range(min(together, runs), runs + 1, together)
        for is_beside in ((False, True) if picture.can_have_strips_beside(columns) else (False,))
    ]
    return min(found, key=lambda one: _strain(picture, one, unit))


def _stack(
    picture: Picture,
    kinds: Sequence[PanelKind],
    columns: int,
    header: float,
    unit: float,
    *,
    is_beside: bool,
) -> Stack:
    beside = tuple(kind for kind in kinds if kind.shows_time) if is_beside else ()
    kinds = [kind for kind in kinds if kind not in beside]
    fixed = header + sum(above(kind, picture) for kind in kinds) + sum(below(kinds)[1])
    rows = -(-picture.runs // columns)
    between = [0 if one.shows_time else _between(picture.runs, columns) * unit for one in kinds]
    # Strips of a size that was asked for give some of their height to further rows.
    share = rows if picture.size is None else math.sqrt(rows)
    share *= _CLASS if picture.shows_classes else 1
    weights = [kind.weight * (1 if kind.shows_time else share) for kind in kinds]
    inside = (picture.canvas[1] - fixed * unit - sum(between)) / sum(weights)
    heights = tuple(inside * one + more for one, more in zip(weights, between, strict=True))
    return Stack(columns, tuple(kinds), heights, beside)


def _strain(picture: Picture, stack: Stack, unit: float) -> float:
    """Return how far cells are from their best shape, and how much of the grid is empty."""
    columns, runs = stack.columns, picture.runs
    rows = -(-runs // columns)
    tall = max(
        (one for kind, one in zip(stack.kinds, stack.heights, strict=True) if not kind.shows_time),
        default=1.0,
    )
    # Labels over a last row that is not full are taken for a part of cells.
    cell = max((tall - (rows - 1) * _OVER * unit) / rows, 1.0)
    across = picture.canvas[0] - (LEFT + RIGHT) * unit
    wide = max((across - (columns - 1) * _BETWEEN_COLUMNS * unit) / columns, 1.0)
    empty = 0 if stack.beside else rows * columns - runs
    free = (rows * columns - runs) * wide - (_INDENT + NAMES) * unit
    if stack.beside and free < _NARROWEST_STRIP * unit:
        return math.inf
    if picture.shows_classes and columns > 1 and wide < _NARROWEST_CLASS * unit:
        return math.inf
    return abs(math.log(wide / cell / _BEST_ASPECT)) + 0.3 * empty


def above(kind: PanelKind, picture: Picture) -> float:
    """Return the room above a panel, with that for names of runs."""
    has_names = picture.runs > 1 and not picture.is_overlaid and not kind.shows_time
    return _CELL_HEADER if has_names else kind.above


def below(kinds: Sequence[PanelKind]) -> tuple[list[bool], list[float]]:
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


def _between(runs: int, columns: int) -> float:
    """Return the room between all rows of a grid: more where the last but one has labels."""
    rows = -(-runs // columns)
    return (rows - 1) * _OVER + (LABELS - BARE if rows > 1 and runs % columns else 0)


def cells_of(whole: Place, runs: int, columns: int, unit: float) -> list[Place]:
    """Return cells, row by row. The header of the first row lies above ``whole``.

    Where a cell has no other below it, all of its row have labels: their dots lie side by side.
    """
    rows = -(-runs // columns)
    beside, over = _BETWEEN_COLUMNS * unit, _OVER * unit
    wide = (whole.width - beside * (columns - 1)) / columns
    tall = (whole.height - _between(runs, columns) * unit) / rows
    # Room for labels over the last row.
    lift = (_between(runs, columns) - _OVER * (rows - 1)) * unit
    return [
        replace(
            whole,
            left=round(whole.left + (rank % columns) * (wide + beside)),
            bottom=round(
                whole.bottom
                + (rows - 1 - rank // columns) * (tall + over)
                + (lift if rank // columns < rows - 1 else 0)
            ),
            width=round(wide),
            height=round(tall),
            rank=rank,
            is_left=rank % columns == 0,
            is_bottom=(rank // columns + 2) * columns > runs,
        )
        for rank in range(runs)
    ]


def strips_beside(
    cells: Sequence[Place], kinds: Sequence[PanelKind], right: int, axes: Place, unit: float
) -> Iterator[Place]:
    """Return places of strips in the free cell at the end of a grid, one below the other.

    Args:
        cells: of runs.
        kinds: of the strips.
        right: where the grid ends.
        axes: of the last cell; the last strip ends where they do.
        unit: pixels of the picture per pixel of the reference design.
    """
    last = cells[-1]
    left = last.left + last.width + round((_BETWEEN_COLUMNS + _INDENT) * unit)
    top, count = last.bottom + last.height - round(_DROP * unit), len(kinds)
    apart = (kinds[0].above + kinds[0].below) * unit
    tall = round((top - axes.bottom - (count - 1) * apart) / count)
    for at, kind in enumerate(kinds):
        bottom = axes.bottom + round((count - 1 - at) * (tall + apart))
        width = right - round(NAMES * unit) - left
        yield Place(kind, left, bottom, width, tall, is_bottom=at == count - 1)

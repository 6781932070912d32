"""Where things stand on a page: the player lays them out by these numbers, which its data hold."""

from __future__ import annotations

import math
from dataclasses import dataclass

from anim.panels import layout
from anim.panels.bars import NARROWEST, SLOPED, WIDEST
from anim.panels.contents import BELOW, BESIDE
from anim.panels.counts import COLUMN
from anim.panels.dots import PITCH
from anim.panels.overlay import ENTRY
from anim.panels.scores import NUMBER_BELOW, NUMBER_BESIDE
from anim.settings import FEWEST, NARROW


@dataclass(frozen=True)
class Design:
    """Lengths in CSS pixels, and shares.

    Attributes:
        left, right: beside axes.
        narrow_left, narrow_right: the same on a phone.
        between: left of the axes of cells that are not the first in their row.
        above: over axes of bins.
        labels, bare: below them, with numbers and names and without.
        under: below everything in a cell.
        aspect: height of a cell relative to its width, without labels.
        lowest, highest: limits of that height.
        cell_narrowest: a cell needs that width.
        most_columns: of cells, but for runs that belong together.
        list, entry: room at the right of a diagram of several runs for their names and numbers, and
            height of those of a run, at most; on a phone they stand below it.
        head: height of the name and the sentence of a run above its cell.
        strip, low_strip: height of a strip, and of each of more than two.
        strip_above: over a strip, for its name.
        footer: below the last strip, for its numbers.
        names, narrow_names: right of strips, for names of runs.
        name_apart: distance of two of these names.
        narrow: below this width a page is that of a phone.
        dots, fewest_rows, most_rows, pitch: of the grid of dots; see `anim.panels.layout`.
        fewest, narrowest, widest, sloped: of bars; see `anim.panels.bars`.
        column: of counts; see `anim.panels.counts`.
        number_below, number_beside: of axes of bins.
        time_below, value_beside: of strips.
    """

    left: int = 58
    right: int = 22
    narrow_left: int = 44
    narrow_right: int = 16
    between: int = 20
    above: int = 8
    labels: int = layout.LABELS
    bare: int = layout.BARE
    under: int = 6
    aspect: float = 0.42
    lowest: int = 200
    highest: int = 340
    cell_narrowest: int = 280
    most_columns: int = 3
    list: int = layout.LIST
    entry: int = ENTRY
    head: int = 48
    strip: int = 76
    low_strip: int = 56
    strip_above: int = 26
    footer: int = 24
    names: int = layout.NAMES
    narrow_names: int = 60
    name_apart: int = 14
    narrow: int = NARROW
    dots: float = layout.DOTS
    fewest_rows: int = layout.FEWEST_ROWS
    most_rows: int = layout.MOST_ROWS
    pitch: int = PITCH
    fewest: int = FEWEST
    narrowest: float = NARROWEST
    widest: float = WIDEST
    sloped: int = SLOPED
    column: float = COLUMN
    number_below: int = NUMBER_BELOW
    number_beside: int = NUMBER_BESIDE
    time_below: int = BELOW
    value_beside: int = BESIDE


DESIGN = Design()
# Of the small panels of classes.
OF_CLASSES = Design(aspect=0.6, lowest=110, cell_narrowest=160, most_columns=4)


@dataclass(frozen=True)
class CellSize:
    """How large a cell is.

    Attributes:
        columns: of cells.
        width: of its axes.
        axes: height of its axes.
        rows: of dots.
    """

    columns: int
    width: int
    axes: int
    rows: int


def columns_of(runs: int, together: int, width: float, design: Design = DESIGN) -> int:
    """Return how many cells stand side by side on a page of that width."""
    room = max(1, int(width / design.cell_narrowest / together)) * together
    most = max(design.most_columns // together * together, together)
    columns = min(runs, 1 if width < design.cell_narrowest * together else min(room, most))
    # As many rows, but evenly filled: four are two by two.
    rows = math.ceil(runs / columns)
    even = math.ceil(math.ceil(runs / rows) / together) * together
    return min(columns, even)


def cell_size(
    runs: int, together: int, width: float, *, with_dots: bool, design: Design = DESIGN
) -> CellSize:
    """Return how large each cell is on a page of that width.

    Args:
        runs: how many there are.
        together: how many belong together in one row.
        width: of the page.
        with_dots: whether a cell has dots; a page of a phone has none.
        design: of the page.
    """
    is_narrow, (left, right) = width < DESIGN.narrow, _sides(width)
    columns = columns_of(runs, together, width, design)
    inner = int((width - left - right - (columns - 1) * (DESIGN.between + right)) / columns)
    tall = _height_of(inner, design)
    if not with_dots or is_narrow:
        return CellSize(columns, inner, tall, 0)
    rows = min(max(round(tall * DESIGN.dots / PITCH), DESIGN.fewest_rows), DESIGN.most_rows)
    return CellSize(columns, inner, tall - rows * PITCH, rows)


def overlay_size(width: float) -> CellSize:
    """Return how large a diagram of several runs is on a page of that width."""
    inner = int(width - sum(_sides(width)) - (0 if width < DESIGN.narrow else DESIGN.list))
    return CellSize(1, inner, _height_of(inner), 0)


def _sides(width: float) -> tuple[int, int]:
    """Return the room beside axes."""
    if width < DESIGN.narrow:
        return DESIGN.narrow_left, DESIGN.narrow_right
    return DESIGN.left, DESIGN.right


def _height_of(inner: int, design: Design = DESIGN) -> int:
    return min(max(round(design.aspect * inner), design.lowest), design.highest)

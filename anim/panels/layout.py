"""Where panels stand: stacked top to bottom, those of bins in a grid if there are several runs.

Lengths are pixels of the reference design, which is 768 x 600, if not said otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from anim.errors import SettingError
from anim.panels.dots import PITCH
from anim.settings import COLUMNS, MAX_SIDE, NARROW, Picture
from anim.settings.panels import panel_of
from anim.settings.themes import DEFAULT_THEME, THEMES, Measures

# Room beside the panels.
LEFT, RIGHT = 62, 24
# At the right of strips of several runs, for their names: of a usual length, and at most.
NAMES, LONGEST_NAMES = 92, 150
# At the right of a diagram of several runs, for their names and numbers.
LIST = 148
# About the width of a letter.
_LETTER = 6.5
# Distance of rows of a key, and of lines of a headline, in heights of their letters.
ROW, LINE = 1.5, 1.25
# Numbers and names below a diagram; what lies between axes and dots without them.
LABELS, BARE = 44, 8
_REFERENCE = (768, 600)
_SMALLEST_UNIT = 0.65
# Numbers on top of columns that are cut.
ON_COLUMNS = 16
# Numbers below the last strip.
_FOOTER = 24
# Minima: of a panel's height, and of a cell's height relative to its width.
_SMALLEST_PANEL, _SMALLEST_ASPECT = 36, 0.35
_BETWEEN_COLUMNS, _BETWEEN_ROWS, _CELL_HEADER = 40, 16, 44
_OVER = _BETWEEN_ROWS + _CELL_HEADER
_BEST_ASPECT = 1.2
# The share of the height of a diagram that dots get, and how many rows at least and at most.
DOTS, FEWEST_ROWS, MOST_ROWS = 0.21, 3, 11


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


def measures_of(picture: Picture) -> Measures:
    """Return the sizes of a picture, which a style sheet does not change."""
    return THEMES[picture.theme or DEFAULT_THEME].measures


def has_plain_words(picture: Picture) -> bool:
    """Return whether a picture speaks in plain words, instead of the field's terms."""
    return not measures_of(picture).is_plain if picture.words is None else picture.words == "plain"


def has_title(picture: Picture) -> bool:
    """Return whether a headline is drawn."""
    return picture.title is not None or not measures_of(picture).is_plain


def is_narrow(picture: Picture) -> bool:
    """Return whether there is room for one diagram and two numbers only."""
    return picture.canvas[0] < NARROW and not measures_of(picture).is_plain


def unit_of(picture: Picture) -> float:
    """Return how many pixels of a picture (before its scale) are one of the reference design."""
    measures = measures_of(picture)
    if measures.unit is not None:
        return measures.unit
    width, height = picture.canvas
    return max(min(width / _REFERENCE[0], height / _REFERENCE[1]), _SMALLEST_UNIT)


def header_height(picture: Picture, runs: int, *, title_lines: int = 1, key_rows: int = 1) -> float:
    """Return the height of headline, sentence and key; several runs have sentences of their own."""
    measures = measures_of(picture)
    lines = title_lines - 1 if has_title(picture) else -1
    rows = 0 if is_narrow(picture) else key_rows
    return (
        measures.header
        + lines * (measures.title * LINE if lines > 0 else measures.caption_at - measures.title_at)
        - (0 if runs == 1 or measures.is_plain else measures.caption_at - measures.title_at)
        + rows * measures.small * ROW
        + (measures.small * 0.5 if rows else 0)
    )


def places(picture: Picture, runs: int, *, title_lines: int = 1, key_rows: int = 1) -> list[Place]:
    """Return places of all panels of a picture; an error names a size that has room.

    Args:
        picture: its size and panels.
        runs: how many there are, with their recalibrations.
        title_lines, key_rows: of the header.

    Raises:
        SettingError: the picture has no room for them.
    """
    picture = picture.for_runs(runs)
    found, has_room = _places(picture, title_lines, key_rows)
    if has_room:
        return found
    count = len(picture.shown_panels)
    need = f"{'1 panel' if count == 1 else f'{count} panels'}{f' of {runs} runs' * (runs > 1)}"
    need += " needs" if count == 1 else " need"
    width, height = picture.canvas
    taller = ((width, tall) for tall in range(height + 20, MAX_SIDE + 1, 20))
    enough = next(
        (size for size in taller if _has_room(picture, size, title_lines, key_rows)), None
    )
    hint = "" if enough is None else f"; {width}x{enough[1]} has room"
    problem = f"{need} a larger picture than {picture.size_text}{hint}"
    raise SettingError("panels", problem)


def with_names(strip: Place, names: Sequence[str], unit: float) -> Place:
    """Return the place of a strip that leaves room for names of runs at its right.

    Args:
        strip: with room for names of a usual length.
        names: of the runs.
        unit: pixels of the picture per pixel of the reference design.
    """
    longest = min(_LETTER * max(map(len, names)), LONGEST_NAMES)
    more = min(round(max(longest - NAMES, 0) * unit), strip.width // 5)
    return replace(strip, width=strip.width - more)


def check_room(picture: Picture, runs: int) -> None:
    """Raise `SettingError` unless a picture has room for runs and their recalibrations."""
    places(picture, picture.shown_runs(runs))


def split(place: Place, unit: float, *, with_dots: bool) -> tuple[Place, Place | None, int]:
    """Return where axes and dots of a diagram stand, and the number of rows of dots.

    Args:
        place: of the diagram.
        unit: pixels of the picture per pixel of the reference design.
        with_dots: whether there are dots.
    """
    if not with_dots:
        return place, None, 0
    rows = round(place.height / unit * DOTS / PITCH)
    rows = min(max(rows, FEWEST_ROWS), MOST_ROWS)
    deep = round(rows * PITCH * unit)
    lift = deep + round(BARE * unit)
    axes = replace(place, bottom=place.bottom + lift, height=place.height - lift)
    down = round((LABELS if place.is_bottom else BARE) * unit)
    return axes, replace(place, bottom=axes.bottom - down - deep, height=deep), rows


def below_numbers(place: Place, unit: float) -> Place:
    """Return where columns stand below the sentence of their run, with numbers on top of them."""
    return replace(place, height=place.height - round(ON_COLUMNS * unit))


def cell_width(picture: Picture, runs: int) -> float:
    """Return the width of the diagram of a run, in pixels of the picture, even without room."""
    found, _ = _places(picture.for_runs(runs), 1, 1)
    cells = [place for place in found if not place.kind.shows_time]
    return min((cell.width for cell in cells), default=picture.canvas[0])


def _has_room(picture: Picture, size: tuple[int, int], title_lines: int, key_rows: int) -> bool:
    taller = replace(picture, size=size, panels=picture.shown_panels)
    return _places(taller, title_lines, key_rows)[1]


def _places(picture: Picture, title_lines: int, key_rows: int) -> tuple[list[Place], bool]:
    """Return places, and whether there is room for them.

    Labels have fixed room, the rest is shared by weight.
    """
    kinds, runs = [kind_of(name) for name in picture.shown_panels], picture.runs
    width, unit = picture.canvas[0], unit_of(picture)
    labelled, below = _below(kinds)
    columns, insides = _columns(picture, kinds, title_lines, key_rows)
    found, has_room = [], True
    top = (
        picture.canvas[1]
        - header_height(picture, runs, title_lines=title_lines, key_rows=key_rows) * unit
    )
    left, right = round(LEFT * unit), round(width - RIGHT * unit)
    for kind, with_labels, inside, under in zip(kinds, labelled, insides, below, strict=True):
        tall = round(inside)
        bottom = round(top - _above(kind, picture) * unit - tall)
        whole = Place(kind, left, bottom, right - left, tall)
        names = round(NAMES * unit) if runs > 1 else 0
        if kind.shows_time:
            some = [replace(whole, width=whole.width - names, is_bottom=with_labels)]
        else:
            some = [whole] if runs == 1 else _grid(whole, runs, columns, unit)
            if picture.is_overlaid:
                some = [replace(whole, width=whole.width - round(LIST * unit))]
        found += some
        lowest = _SMALLEST_PANEL * unit
        has_room &= all(one.height >= lowest for one in some)
        has_room &= kind.shows_time or all(one.width * _SMALLEST_ASPECT >= lowest for one in some)
        top = whole.bottom - under * unit
    return found, has_room


def _above(kind: PanelKind, picture: Picture) -> float:
    has_names = picture.runs > 1 and not picture.is_overlaid and not kind.shows_time
    return _CELL_HEADER if has_names else kind.above


def _columns(
    picture: Picture, kinds: Sequence[PanelKind], title_lines: int, key_rows: int
) -> tuple[int, list[float]]:
    """Return the number of columns of runs, and the height of each panel with all its rows.

    Those of a picture of the default size are the table's; of others, those with the best shape of
    cells.
    """
    runs, unit, (width, height) = picture.runs, unit_of(picture), picture.canvas
    header = header_height(picture, runs, title_lines=title_lines, key_rows=key_rows)
    fixed = header + sum(_above(kind, picture) for kind in kinds) + sum(_below(kinds)[1])
    across = width - (LEFT + RIGHT) * unit
    together = 1 if picture.calibrate is None else 2

    def heights(columns: int) -> list[float]:
        rows = -(-runs // columns)
        between = [0 if kind.shows_time else (rows - 1) * _OVER * unit for kind in kinds]
        # Strips of a size that was asked for give some of their height to further rows.
        share = rows if picture.size is None else math.sqrt(rows)
        weights = [kind.weight * (1 if kind.shows_time else share) for kind in kinds]
        inside = (height - fixed * unit - sum(between)) / sum(weights)
        return [inside * one + more for one, more in zip(weights, between, strict=True)]

    def strain(columns: int) -> float:
        rows = -(-runs // columns)
        tall = max(
            (one for kind, one in zip(kinds, heights(columns), strict=True) if not kind.shows_time),
            default=1.0,
        )
        cell = max((tall - (rows - 1) * _OVER * unit) / rows, 1.0)
        wide = max((across - (columns - 1) * _BETWEEN_COLUMNS * unit) / columns, 1.0)
        return abs(math.log(wide / cell / _BEST_ASPECT)) + 0.3 * (rows * columns - runs)

    if picture.size is None or picture.is_overlaid:
        columns = runs if picture.is_overlaid else min(runs, COLUMNS)
        return columns, heights(columns)
    columns = min(range(min(together, runs), runs + 1, together), key=strain)
    return columns, heights(columns)


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


def _grid(whole: Place, runs: int, columns: int, unit: float) -> list[Place]:
    """Return cells, row by row. The header of the first row lies above ``whole``."""
    rows = -(-runs // columns)
    beside, over = _BETWEEN_COLUMNS * unit, _OVER * unit
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

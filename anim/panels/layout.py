"""Where panels stand: stacked top to bottom, those of bins in a grid if there are several runs.

Lengths are pixels of the reference design, which is 768 x 600, if not said otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anim.errors import SettingError
from anim.panels.dots import PITCH
from anim.panels.grid import LEFT, NAMES, RIGHT, above, below, cells_of, stack_of, strips_beside
from anim.panels.kinds import BARE, LABELS, Place, kind_of
from anim.settings import MAX_SIDE, NARROW, Picture
from anim.settings.themes import DEFAULT_THEME, THEMES, Measures

# Room for names of runs at the right of strips, at most.
LONGEST_NAMES = 150
# At the right of a diagram of several runs, for their names and numbers.
LIST = 148
# About the width of a letter.
_LETTER = 6.5
# Distance of rows of a key, and of lines of a headline, in heights of their letters.
ROW, LINE = 1.5, 1.25
_REFERENCE = (768, 600)
_SMALLEST_UNIT = 0.65
# Numbers on top of columns that are cut.
ON_COLUMNS = 16
# Minima: of a panel's height, and of a cell's height relative to its width.
_SMALLEST_PANEL, _SMALLEST_ASPECT = 36, 0.35
# The share of the height of a diagram that dots get, and how many rows at least and at most.
DOTS, FEWEST_ROWS, MOST_ROWS = 0.21, 3, 11


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
    measures, has_line = measures_of(picture), runs == 1 or picture.shows_classes
    lines = title_lines - 1 if has_title(picture) else -1
    rows = 0 if is_narrow(picture) else key_rows
    return (
        measures.header
        + lines * (measures.title * LINE if lines > 0 else measures.caption_at - measures.title_at)
        - (0 if has_line or measures.is_plain else measures.caption_at - measures.title_at)
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
    enough = _enough(picture, title_lines, key_rows)
    hint = "" if enough is None else "; {}x{} has room".format(*enough)
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


def _enough(picture: Picture, title_lines: int, key_rows: int) -> tuple[int, int] | None:
    """Return a size with as much width that has room, or None.

    Letters of a larger picture may be larger: a headline and a key may need another row.
    """
    width, height = picture.canvas
    for tall in range(height + 20, MAX_SIDE + 1, 20):
        size = replace(picture, size=(width, tall), panels=picture.shown_panels)
        is_larger = unit_of(size) > unit_of(picture)
        lines = 2 if is_larger and title_lines else title_lines
        rows = key_rows + 1 if is_larger and key_rows else key_rows
        if _places(size, lines, rows)[1]:
            return size.canvas
    return None


def _places(picture: Picture, title_lines: int, key_rows: int) -> tuple[list[Place], bool]:
    """Return places, and whether there is room for them.

    Labels have fixed room, the rest is shared by weight.
    """
    kinds, runs = [kind_of(name) for name in picture.shown_panels], picture.runs
    width, unit = picture.canvas[0], unit_of(picture)
    header = header_height(picture, runs, title_lines=title_lines, key_rows=key_rows)
    stack = stack_of(picture, kinds, header, unit)
    labelled, under = below(stack.kinds)
    found, top = [], picture.canvas[1] - header * unit
    left, right = round(LEFT * unit), round(width - RIGHT * unit)
    names = round(NAMES * unit) if runs > 1 and not picture.shows_classes else 0
    for at, kind in enumerate(stack.kinds):
        tall = round(stack.heights[at])
        bottom = round(top - above(kind, picture) * unit - tall)
        whole = Place(kind, left, bottom, right - left, tall)
        if kind.shows_time:
            some = [replace(whole, width=whole.width - names, is_bottom=labelled[at])]
        else:
            some = [whole] if runs == 1 else cells_of(whole, runs, stack.columns, unit)
            if picture.is_overlaid:
                some = [replace(whole, width=whole.width - round(LIST * unit))]
        found += some
        top = whole.bottom - under[at] * unit
    if stack.beside:
        with_dots = found[-1].kind.name == "reliability" and not is_narrow(picture)
        axes = split(found[-1], unit, with_dots=with_dots)[0]
        found += strips_beside(found, stack.beside, right, axes, unit)
    return found, all(_is_large_enough(one, unit) for one in found)


def _is_large_enough(place: Place, unit: float) -> bool:
    lowest = _SMALLEST_PANEL * unit
    is_wide = place.kind.shows_time or place.width * _SMALLEST_ASPECT >= lowest
    return place.height >= lowest and is_wide

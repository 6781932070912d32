"""Which places a picture gives its panels, and whether it has room for them."""

from __future__ import annotations

from collections.abc import Sequence

from anim.errors import SettingError
from anim.scene import header, layout
from anim.scene.layout import LEFT, Place, Room
from anim.scene.panel import Handle
from anim.scene.registry import kind_of
from anim.scene.stage import Stage
from anim.scene.theme import measures_of
from anim.settings import MAX_SIDE, Picture
from anim.settings.themes import Measures

# The design was drawn at this size. Its lengths grow with the picture, and shrink with it down to
# a unit at which text is still legible.
_REFERENCE = (768, 600)
_SMALLEST_UNIT = 0.65


def check_room(picture: Picture, runs: int) -> None:
    """Raise `SettingError` unless a picture has room for runs and their recalibrations."""
    _places(picture, runs if picture.calibrate is None else 2 * runs)


def has_title(picture: Picture) -> bool:
    """Return whether a headline is drawn."""
    return picture.title is not None or not measures_of(picture).is_plain


def unit(size: tuple[int, int], measures: Measures) -> float:
    """Return how many pixels of a picture (before its scale) are one of the reference design."""
    if measures.unit is not None:
        return measures.unit
    width, height = size
    return max(min(width / _REFERENCE[0], height / _REFERENCE[1]), _SMALLEST_UNIT)


def arrange(stage: Stage) -> tuple[list[Place], list[list[Handle]]]:
    """Return places of the panels and rows of the key.

    Legends and key have the rows they need, or one row if there is no room for more.
    """
    picture = stage.picture
    kinds = [kind_of(name) for name in picture.shown_panels]
    width = stage.figure.bbox.width - stage.pixels(LEFT)
    rows = [len(stage.rows(kind.legend(stage), width)) or 1 for kind in kinds]
    if not stage.is_one_run:
        rows = [line if kind.shows_time else 1 for kind, line in zip(kinds, rows, strict=True)]
    key = stage.rows(header.key(stage, kinds), width)
    runs = len(stage.reel.lanes)
    try:
        return _places_of(picture, runs, picture.canvas, rows, len(key)), key
    except SettingError:
        return _places(picture, runs), key[:1]


def _places(picture: Picture, runs: int) -> list[Place]:
    """Return places with one row a legend; an error names a size that has room."""
    size = picture.canvas
    try:
        return _places_of(picture, runs, size)
    except SettingError as error:
        width, height = size
        taller = ((width, tall) for tall in range(height + 20, MAX_SIDE + 1, 20))
        enough = next((size for size in taller if _has_room(picture, runs, size)), None)
        if enough is None:
            raise
        hint = f"; {width}x{enough[1]} has room"
        raise SettingError(error.name, error.problem + hint) from None


def _has_room(picture: Picture, runs: int, size: tuple[int, int]) -> bool:
    try:
        _places_of(picture, runs, size)
    except SettingError:
        return False
    return True


def _places_of(
    picture: Picture,
    runs: int,
    size: tuple[int, int],
    rows: Sequence[int] | None = None,
    key_rows: int = 1,
) -> list[Place]:
    kinds = [kind_of(name) for name in picture.shown_panels]
    together = 1 if picture.calibrate is None else 2
    measures = measures_of(picture)
    room = Room(
        size=size,
        size_text=picture.size_text,
        unit=unit(size, measures),
        header=header.height(
            measures, has_title=has_title(picture), key_rows=key_rows if runs > 1 else 0
        ),
        row=measures.small * layout.ROW,
    )
    return layout.places(kinds, runs, room, together, rows)

"""What stands above the panels: headline, caption, clock, numbers, and the key of several runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Patch
from matplotlib.text import Text

from anim.panels.subject import Subject
from anim.scene import layout
from anim.scene.layout import Place
from anim.scene.panel import Handle, PanelKind
from anim.scene.stage import Stage
from anim.scene.texts import ChangingText, Readout, Words, shorten
from anim.settings import TEMPERATURE
from anim.settings.themes import Measures
from anim.timeline import Shot

# Between names and numbers above a cell.
_NEXT_TO, _APART = 5, 12
# From the header to the first row of a key, and the height of that row.
_KEY_AT, _KEY = 8, 20
# Width of an average letter, relative to its height.
_LETTER = 0.65


def height(measures: Measures, *, has_title: bool, key_rows: int) -> float:
    """Return the height of header and key, in pixels of the reference design."""
    return _base(measures, has_title) + (
        _KEY + (key_rows - 1) * measures.small * layout.ROW if key_rows else 0
    )


def key(stage: Stage, kinds: Sequence[PanelKind]) -> Sequence[Handle]:
    """Return what the key of several runs explains: marks of all cells, or the lines of runs."""
    if stage.is_one_run:
        return []
    cell = next((kind for kind in kinds if not kind.shows_time), None)
    if cell is not None:
        return cell.key(stage)
    width, runs = stage.figure.bbox.width, len(stage.subject.names)
    room = width / stage.pixels(1) - layout.LEFT - layout.RIGHT
    longest = int((room / runs - 40) / (stage.theme.measures.small * _LETTER))
    return [
        Patch(color=stage.theme.of_run(rank).accuracy, label=_cut(name, longest))
        for rank, name in enumerate(stage.subject.names)
    ]


class Header:
    """The texts above the panels.

    Args:
        stage: the figure, its theme and what is shown. An empty title takes no room in a plain
            header.
        places: of the panels.
        rows: of the key.
    """

    def __init__(
        self,
        stage: Stage,
        places: Sequence[Place],
        rows: Sequence[Sequence[Handle]],
    ):
        self._stage, self._theme = stage, stage.theme
        subject = stage.subject
        self._steps_per_unit = subject.steps_per_unit
        self._now: ChangingText
        self._numbers: dict[tuple[int, str], ChangingText] = {}
        measures = self._theme.measures
        has_title = bool(subject.title) or not measures.is_plain
        self._raised = 0 if has_title else measures.caption_at - measures.title_at
        longest = f"{int(stage.reel.clock.steps[-1] / self._steps_per_unit + 1e-9)}"
        if measures.is_plain:
            self._write_plain(subject, longest)
        else:
            self._write(subject, longest)
        stage.key(rows, _base(measures, has_title) + _KEY_AT)
        if not stage.is_one_run:
            for place in places:
                named = {rank for rank, _ in self._numbers}
                if not place.kind.shows_time and place.rank not in named:
                    self._cell(place, stage.subject.names[place.rank])

    def changing_texts(self) -> Iterator[ChangingText]:
        """Return the clock and the numbers."""
        yield self._now
        yield from self._numbers.values()

    def update(self, shot: Shot) -> None:
        """Set the clock and the numbers to those of a shot."""
        self._now.text.set_text(f"{int(shot.moment.step / self._steps_per_unit + 1e-9)}")
        for (rank, name), readout in self._numbers.items():
            readout.text.set_text(_number(name, shot.frames[rank].series[name]))

    def _write(self, subject: Subject, longest: str) -> None:
        """Write headline and clock in one row, caption and numbers below."""
        measures, theme = self._theme.measures, self._theme
        style = {"fontweight": "bold"}
        title = (measures.title_at, measures.title, theme.text)
        self._now, edge = self._readout(-layout.RIGHT, subject.unit_name, longest, *title, **style)
        self._fit(self._text(layout.LEFT, subject.title, *title, **style), edge)
        edge = self._numbers_at_right()
        caption = (measures.caption_at, measures.caption, theme.muted)
        self._fit(self._text(layout.LEFT, subject.caption, *caption), edge)

    def _write_plain(self, subject: Subject, longest: str) -> None:
        """Write clock and numbers in one row, below the headline if there is one."""
        measures, theme = self._theme.measures, self._theme
        if subject.title:
            title = (measures.title_at, measures.title, theme.text)
            text = self._text(layout.LEFT, subject.title, *title, fontweight="bold")
            self._fit(text, self._stage.figure.bbox.width)
        row = (measures.caption_at - self._raised, measures.caption, theme.text)
        name = self._text(layout.LEFT, subject.unit_name, *row)
        start = name.get_window_extent().x1 / self._pixel + measures.caption * 0.35
        self._now = Readout(self._text(start, longest, *row, animated=True))
        self._numbers_at_right()

    @property
    def _pixel(self) -> float:
        """Pixels of the file per pixel of the reference design."""
        return self._stage.pixels(1)

    def _text(self, x: float, text: str, y: float, size: float, colour: str, **style: Any) -> Text:
        """Write a text at a place of the reference design; x < 0 counts from the right."""
        width, height = np.asarray(self._stage.figure.bbox.size) / self._pixel
        return self._stage.figure.text(
            (x + (width if x < 0 else 0)) / width,
            1 - y / height,
            text,
            fontsize=self._stage.points(size),
            color=colour,
            parse_math=False,
            **style,
        )

    def _fit(self, text: Text, edge: float) -> None:
        """Shorten a text that would come near an edge, in pixels of the file."""
        shorten(text, edge - (18 + layout.LEFT) * self._pixel)

    def _numbers_at_right(self) -> float:
        """Write accuracy and error of the only run; return their left end in pixels of the file."""
        width, measures = self._stage.figure.bbox.width, self._theme.measures
        if not self._stage.is_one_run:
            return width
        row = (measures.caption_at - self._raised, measures.caption, self._theme.muted)
        self._numbers[0, "ece"], edge = self._readout(
            -layout.RIGHT, "calibration error", "0.000", *row
        )
        offset = (edge - width) / self._pixel - 16
        self._numbers[0, "accuracy"], edge = self._readout(offset, "accuracy", "0.000", *row)
        return edge

    def _cell(self, place: Place, name: str) -> None:
        """Write the name of a run, its accuracy, error and temperature above its cell."""
        measures, pixel = self._theme.measures, self._pixel
        height = self._stage.figure.bbox.height / pixel
        top = height - (place.bottom + place.height) / self._stage.unit
        left, wide = place.left / self._stage.unit, place.width / self._stage.unit
        # The name is in the colour of text: colours of bars may lack the contrast.
        colour = self._theme.of_run(place.rank).accuracy
        self._text(left, "\N{BLACK SQUARE}", top - 27, measures.name, colour)
        row = (top - 27, measures.name, self._theme.text)
        shorten(self._text(left + 15, name, *row, fontweight="bold"), (wide - 15) * pixel)
        track = self._stage.reel.tracks[place.rank]
        shown = [("accuracy", "accuracy"), ("ece", "error")]
        if track.is_recalibrated and TEMPERATURE in track.series:
            shown.append((TEMPERATURE, "T"))
        # The last ones are what a recalibration changes: they stay if there is no room for all.
        while len(shown) > 1 and self._width_of(shown) > wide:
            shown = shown[1:]
        row = (top - 9, measures.small, self._theme.muted)
        for key, label in shown:
            text = self._text(left, label, *row)
            left = text.get_window_extent().x1 / pixel + _NEXT_TO
            number = self._text(left, "0.000", *row)
            left = number.get_window_extent().x1 / pixel + _APART
            number.set_animated(True)
            self._numbers[place.rank, key] = (Words if key == TEMPERATURE else Readout)(number)

    def _width_of(self, shown: list[tuple[str, str]]) -> float:
        """Return the width of names and their numbers, in pixels of the reference design."""
        whole = "".join(f"{label}0.000" for _, label in shown)
        text = self._text(0, whole, 0, self._theme.measures.small, "k")
        width = text.get_window_extent().width / self._pixel
        text.remove()
        return width + _NEXT_TO * len(shown) + _APART * (len(shown) - 1)

    def _readout(
        self, x: float, name: str, widest: str, y: float, size: float, colour: str, **style: Any
    ) -> tuple[Readout, float]:
        """Write a name and a number that changes.

        Returns:
            The number, and the left end of the name in pixels of the file.
        """
        width = self._stage.figure.bbox.width
        number = self._text(x, widest, y, size, colour, ha="right", **style)
        start = (number.get_window_extent().x0 - width) / self._pixel
        label = self._text(start - size * 0.35, name, y, size, colour, ha="right", **style)
        # It grows to the right from a fixed place: nothing beside it moves.
        number.set(x=1 + start * self._pixel / width, ha="left", animated=True)
        return Readout(number), label.get_window_extent().x0


def _base(measures: Measures, has_title: bool) -> float:
    """Return the height of the header without a key."""
    return measures.header - (0 if has_title else measures.caption_at - measures.title_at)


def _number(name: str, value: float) -> str:
    """Return a number of the header; "" if it is NaN."""
    if not np.isfinite(value):
        return ""
    return f"{value:.3g}" if name == TEMPERATURE else f"{value:.3f}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"

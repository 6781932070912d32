"""The figure, and how lengths and texts of the reference design are placed on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes as PlainAxes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from anim.panels.axes import Axis, Tick
from anim.panels.kinds import BARE, Place
from anim.panels.scores import ScorePanel
from anim.panels.words import ScoreName
from anim.scene.texts import shorten
from anim.settings.themes import Measures, Theme

# Pixels of a picture, before its scale, per inch.
REFERENCE_DPI = 96
# From an axis to its numbers, and to the names below them; between two of these names.
_NUMBERS, _NAMES, _BETWEEN = 7, 26, 8
# From an axis to its numbers below, in heights of their letters, at least.
_DOWN = 0.68
# From the left edge to the middle of the name of an axis, in heights of its letters.
_EDGE = 0.8
# How much longer than its axis a name may be.
_OVER = 24
# Room below dots for what they are.
_BELOW_DOTS = 12
# Between the lines beside dots, in heights of letters, and from them to the axis.
_ROW, _BESIDE_DOTS = 1.3, 5


@dataclass(frozen=True)
class Stage:
    """A figure in a theme.

    Attributes:
        figure: to draw on.
        theme: colours and measures.
        unit: pixels of the figure (before its scale) per pixel of the reference design.
        runs: the colours of runs.
    """

    figure: Figure
    theme: Theme
    unit: float
    runs: tuple[str, ...]

    @property
    def measures(self) -> Measures:
        return self.theme.measures

    def points(self, pixels: float) -> float:
        """Return a length of the reference design in points."""
        return pixels * self.unit * 0.75

    def stroke(self, pixels: float) -> float:
        """Return the width of a line of the reference design in points."""
        return self.points(pixels) * self.measures.stroke

    def pixels(self, pixels: float) -> float:
        """Return a length of the reference design in pixels of the file."""
        return pixels * self.unit * self.figure.dpi / REFERENCE_DPI

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels of the reference design."""
        width, height = self.figure.bbox.size
        return width / self.pixels(1), height / self.pixels(1)

    @property
    def renderer(self) -> Any:
        canvas = self.figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        return canvas.get_renderer()

    def box(self, place: Place) -> tuple[float, float, float, float]:
        """Return left, bottom, width and height of a place, as shares of the figure."""
        width, height = self.figure.get_size_inches() * REFERENCE_DPI
        return place.left / width, place.bottom / height, place.width / width, place.height / height

    def axes(self, place: Place) -> PlainAxes:
        """Add bare axes from 0 to 1."""
        axes = self.figure.add_axes(self.box(place), facecolor=self.theme.behind[1])
        axes.spines[:].set_visible(False)
        axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        axes.set_axisbelow(True)
        return axes

    def score_axes(self, place: Place, panel: ScorePanel) -> PlainAxes:
        """Add axes of scores, with numbers and names where the place is at an edge of its grid.

        Args:
            place: of the axes.
            panel: what they show.
        """
        axes = self.axes(place)
        numbers = self.numbers_beside(axes, panel.y, is_shown=place.is_left)
        if place.is_left:
            over = _OVER if place.is_bottom else BARE
            self.name_beside(axes, panel.name, numbers, over)
        if place.is_bottom:
            self.numbers_below(axes, panel.x.ticks)
            self.names_below(axes, panel.scores)
        return axes

    def numbers_beside(self, axes: PlainAxes, axis: Axis, *, is_shown: bool) -> float:
        """Draw lines across at the ticks of a y axis, with numbers to the left.

        Returns:
            How far they reach, in pixels of the reference design.
        """
        widest = 0.0
        for place, text in axis.ticks:
            axes.axhline(place, color=self.theme.grid, linewidth=self.stroke(1.2), zorder=0)
            if is_shown and text:
                number = self._number(
                    axes, (0, place), (-_NUMBERS, 0), text, "right", "center_baseline"
                )
                widest = max(widest, self.width_of(number))
        return _NUMBERS + widest

    def numbers_below(self, axes: PlainAxes, ticks: tuple[Tick, ...]) -> None:
        """Write numbers below an x axis."""
        down = max(_NUMBERS, _DOWN * self.measures.small)
        for place, text in ticks:
            self._number(axes, (place, 0), (0, -down), text, "center", "top")

    def names_below(self, axes: PlainAxes, names: tuple[ScoreName, ...]) -> None:
        """Write names below the numbers of an x axis."""
        texts = [
            self._number(
                axes, (name.place, 0), (0, -_NAMES), name.text, name.align, "top", is_label=True
            )
            for name in names
        ]
        whole, apart = axes.bbox.width, self.pixels(_BETWEEN)
        rooms = [whole] if len(texts) == 1 else [(whole - apart) / 2] * len(texts)
        if len(texts) == 3:
            # The middle one is whole, and the others are centred on the halves.
            middle = texts[1].get_window_extent(self.renderer).width
            side = whole / 2 - middle - 2 * apart
            rooms = [side, middle, side]
        for text, room in zip(texts, rooms, strict=True):
            shorten(text, room)

    def name_beside(self, axes: PlainAxes, name: str, numbers: float, over: float = _OVER) -> None:
        """Write the name of a y axis upwards, shortened; not without room for most of it.

        Args:
            axes: the axes.
            name: the text.
            numbers: how far numbers beside the axis reach, in pixels of the reference design.
            over: how much longer than the axis the name may be, in the same.
        """
        size = self.measures.label
        left = axes.bbox.x0 / self.pixels(1)
        away = self.measures.beside
        text = self._number(
            axes, (0, 0.5), (-away, 0), name, "center", "center", is_label=True, rotation=90
        )
        if text.get_window_extent(self.renderer).height > axes.bbox.height - self.pixels(_OVER):
            # It stands beside the numbers at both ends.
            away = min(max(away, numbers + size * 0.7), left - size * _EDGE)
            text.set_position((-self.points(away), 0))
        shorten(text, axes.bbox.height + self.pixels(over))
        text.set_visible(len(text.get_text()) > 0.6 * len(name))

    def name_of_dots(self, axes: PlainAxes, lines: Sequence[str], wrong: str) -> None:
        """Write what dots are beside them; without room for all of it, what the wrong ones are.

        Args:
            axes: of the dots.
            lines: what all of them are.
            wrong: what the wrong ones are, or "".
        """
        row = _ROW * self.measures.small
        room = axes.bbox.height / self.pixels(1) + _BELOW_DOTS
        written = [(wrong, self.theme.wrong)] if wrong else []
        if (len(lines) + len(written)) * row <= room:
            written = [*((line, self.theme.muted) for line in lines), *written]
        for at, (line, colour) in enumerate(written):
            away = -_BESIDE_DOTS, -row * at
            self._number(axes, (0, 1), away, line, "right", "top").set_color(colour)

    def _number(
        self,
        axes: PlainAxes,
        place: tuple[float, float],
        offset: tuple[float, float],
        text: str,
        align: str,
        upright: str,
        *,
        is_label: bool = False,
        rotation: float = 0,
    ) -> Text:
        return axes.annotate(
            text,
            place,
            tuple(map(self.points, offset)),
            textcoords="offset points",
            annotation_clip=False,
            ha=align,
            va=upright,
            rotation=rotation,
            fontsize=self.points(self.measures.label if is_label else self.measures.small),
            color=self.theme.muted,
            parse_math=False,
        )

    def text(self, x: float, y: float, text: str, size: float, colour: str, **style: Any) -> Text:
        """Write a text at a place of the reference design, from the upper left corner."""
        width, height = self.size
        return self.figure.text(
            x / width,
            1 - y / height,
            text,
            fontsize=self.points(size),
            color=colour,
            parse_math=False,
            **style,
        )

    def width_of(self, text: Text) -> float:
        """Return the width of a text in pixels of the reference design."""
        return text.get_window_extent(self.renderer).width / self.pixels(1)

    def square(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle of the reference design, from the upper left corner, on whole pixels."""
        whole, tall = self.figure.bbox.size
        left, right = (round(self.pixels(one)) / whole for one in (x, x + width))
        top, bottom = (1 - round(self.pixels(one)) / tall for one in (y, y + height))
        patch = Rectangle((left, bottom), right - left, top - bottom, color=colour, linewidth=0)
        patch.set_transform(self.figure.transFigure)
        self.figure.add_artist(patch)

    def line(self, x: float, y: float, length: float, colour: str, **style: Any) -> None:
        """Draw a line of the reference design to the right, from the upper left corner."""
        whole, tall = self.size
        ends = [x / whole, (x + length) / whole]
        line = Line2D(ends, [1 - y / tall] * 2, color=colour, **style)
        line.set_transform(self.figure.transFigure)
        self.figure.add_artist(line)


def dashes() -> tuple[float, tuple[float, float]]:
    """Return the pattern of dashed lines, in widths of the line."""
    return (0, (2.6, 1.6))

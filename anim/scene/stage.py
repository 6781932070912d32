"""The figure, and how lengths and texts of the reference design are placed on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes as PlainAxes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from anim.panels.axes import Axis, Tick
from anim.panels.layout import Place
from anim.panels.words import ScoreName
from anim.scene.texts import shorten
from anim.settings.themes import Measures, Theme

# Pixels of a picture, before its scale, per inch.
REFERENCE_DPI = 96
# From an axis to its numbers, and to the names below them.
_NUMBERS, _NAMES = 7, 26


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

    def numbers_beside(self, axes: PlainAxes, axis: Axis, *, is_shown: bool) -> None:
        """Draw lines across at the ticks of a y axis, with numbers to the left."""
        for place, text in axis.ticks:
            axes.axhline(place, color=self.theme.grid, linewidth=self.stroke(1.2), zorder=0)
            if is_shown and text:
                self._number(axes, (0, place), (-_NUMBERS, 0), text, "right", "center_baseline")

    def numbers_below(self, axes: PlainAxes, ticks: tuple[Tick, ...]) -> None:
        """Write numbers below an x axis."""
        for place, text in ticks:
            self._number(axes, (place, 0), (0, -_NUMBERS), text, "center", "top")

    def names_below(self, axes: PlainAxes, names: tuple[ScoreName, ...]) -> None:
        """Write names below the numbers of an x axis."""
        room = axes.bbox.width / len(names) * 1.1
        for name in names:
            text = self._number(
                axes, (name.place, 0), (0, -_NAMES), name.text, name.align, "top", is_label=True
            )
            shorten(text, room)

    def name_beside(
        self,
        axes: PlainAxes,
        name: str,
        *,
        away: float | None = None,
        is_small: bool = False,
        colour: str | None = None,
    ) -> None:
        """Write the name of a y axis upwards; not without room for it.

        Args:
            axes: the axes.
            name: the text.
            away: from the axis to the middle of the text, in pixels of the reference design.
            is_small: whether it is in the size of numbers.
            colour: of the text; None takes that of numbers.
        """
        away = self.measures.beside if away is None else away
        text = self._number(
            axes, (0, 0.5), (-away, 0), name, "center", "center", is_label=not is_small, rotation=90
        )
        text.set_color(self.theme.muted if colour is None else colour)
        room = axes.bbox.height + self.pixels(24)
        if text.get_window_extent(self.renderer).height > room:
            text.set_visible(False)

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

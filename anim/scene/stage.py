"""What every panel needs to draw itself: the figure, the theme, what is shown and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from anim.panels.subject import Subject
from anim.scene.layout import LEFT, RIGHT, ROW, Place
from anim.scene.panel import Handle
from anim.scene.texts import shorten
from anim.settings import Picture
from anim.settings.themes import Theme
from anim.timeline import Reel

# A label without room is shortened if it is longer than this many letters, else left out.
_LONG = 12
# Minimum distance of two numbers on an axis, in pixels of the reference design.
_MIN_BETWEEN = 17
# Distance of two entries of a legend, in heights of its letters.
_BETWEEN_COLUMNS = 1.6
# Pixels of a picture, before its scale, per inch.
REFERENCE_DPI = 96


@dataclass(frozen=True)
class Stage:
    """What every panel needs to draw itself.

    Attributes:
        figure: to draw on.
        theme: colours and measures.
        unit: pixels of the figure (before its scale) per pixel of the reference design.
        reel: what is shown, and when.
        subject: what the picture is about.
        picture: how it is shown.
    """

    figure: Figure
    theme: Theme
    unit: float
    reel: Reel
    subject: Subject
    picture: Picture

    def points(self, pixels: float) -> float:
        """Return a length of the reference design in points."""
        return pixels * self.unit * 0.75

    def stroke(self, pixels: float) -> float:
        """Return the width of a line of the reference design in points."""
        return self.points(pixels) * self.theme.measures.stroke

    def pixels(self, pixels: float) -> float:
        """Return a length of the reference design in pixels of the file."""
        return pixels * self.unit * self.figure.dpi / REFERENCE_DPI

    @property
    def is_one_run(self) -> bool:
        return len(self.reel.lanes) == 1

    def axes(self, place: Place, *, lift: float = 0, part: float = 1) -> Axes:
        """Add bare axes with a light grid, in a place or in a part of its height.

        Args:
            place: of the panel.
            lift: lower end of the part, in [0, 1] of the height.
            part: height of the part, in [0, 1] of the height.
        """
        width, height = self.figure.get_size_inches() * REFERENCE_DPI
        box = (
            place.left / width,
            (place.bottom + lift * place.height) / height,
            place.width / width,
            part * place.height / height,
        )
        axes = self.figure.add_axes(box, facecolor=self.theme.behind[1])
        axes.spines[:].set_visible(False)
        style = {
            "length": 0,
            "labelsize": self.points(self.theme.measures.small),
            "colors": self.theme.muted,
        }
        axes.tick_params(axis="x", pad=self.points(7.5), **style)
        axes.tick_params(axis="y", pad=self.points(6), **style)
        axes.grid(color=self.theme.grid, linewidth=self.stroke(1.2))
        axes.set_axisbelow(True)
        axes.set_xlim(0, 1)
        axes.tick_params(labelleft=place.is_left, labelbottom=place.is_bottom)
        if not place.kind.shows_time and not self.is_one_run:
            # The ends of neighbours' axes are close: few labels, and short ones.
            axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        return axes

    def label(self, axes: Axes, x: str = "", y: str = "", short: str = "") -> None:
        """Name the axes. Without room for ``y``, write ``short`` or shorten it."""
        style = {
            "fontsize": self.points(self.theme.measures.label),
            "color": self.theme.muted,
            "parse_math": False,
        }
        if x:
            axes.set_xlabel(x, labelpad=self.points(5), **style)
            shorten(axes.xaxis.label, axes.bbox.width)
        if y:
            # At the same distance in all panels, whatever the width of tick labels.
            axes.yaxis.set_label_coords(
                -self.points(self.theme.measures.beside) / 72 * self.figure.dpi / axes.bbox.width,
                0.5,
            )
            axes.set_ylabel(y, **style)
            label = axes.yaxis.label
            room = axes.bbox.height * 1.25
            if label.get_window_extent().height > room and short:
                label.set_text(short)
            elif label.get_window_extent().height > room and len(y) > _LONG:
                shorten(label, room)
            label.set_visible(label.get_window_extent().height <= room)

    def numbers_beside(self, axes: Axes, most: int) -> int:
        """Return how many numbers have room on a y axis, at most ``most``."""
        return min(max(int(axes.bbox.height / self.pixels(_MIN_BETWEEN)), 1), most)

    def rows(self, handles: Sequence[Handle], room: float) -> list[list[Handle]]:
        """Return the entries of a legend, row by row.

        Args:
            handles: of the entries.
            room: its maximum width in pixels of the file.
        """
        renderer = self._renderer()
        rows: list[list[Handle]] = []
        left = 0.0
        for handle in handles:
            legend = Legend(self.figure, [handle], [_text_of(handle)], **self._style(1))
            wide = legend.get_window_extent(renderer).width
            if not rows or wide > left:
                rows.append([])
                left = room
            rows[-1].append(handle)
            left -= wide + self.pixels(self.theme.measures.small) * _BETWEEN_COLUMNS
        return rows

    def legend(self, axes: Axes, handles: Sequence[Handle], most: int) -> None:
        """Write at most ``most`` rows above axes; the last entries are left out without room."""
        rows = self.rows(handles, axes.bbox.width + self.pixels(RIGHT))[:most]
        row = self.pixels(self.theme.measures.small * ROW) / axes.bbox.height
        for up, shown in enumerate(reversed(rows)):
            self._row(axes, shown, loc="lower left", bbox_to_anchor=(0, 1 + up * row))

    def key(self, rows: Sequence[Sequence[Handle]], top: float) -> None:
        """Write rows in the header, the first one centred ``top`` pixels below the upper edge."""
        width, height = self.figure.bbox.size
        for down, shown in enumerate(rows):
            y = top + down * self.theme.measures.small * ROW
            corner = (self.pixels(LEFT) / width, 1 - self.pixels(y) / height)
            self._row(self.figure, shown, loc="center left", bbox_to_anchor=corner)

    def _row(self, owner: Axes | Figure, handles: Sequence[Handle], **place: Any) -> None:
        labels = [_text_of(handle) for handle in handles]
        legend = Legend(owner, handles, labels, **place, **self._style(len(handles)))
        for text in legend.get_texts():
            text.set_parse_math(False)
        owner.add_artist(legend)

    def _renderer(self) -> RendererBase:
        canvas = self.figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        return canvas.get_renderer()

    def _style(self, columns: int) -> dict[str, Any]:
        return {
            "ncols": columns,
            "frameon": False,
            "fontsize": self.points(self.theme.measures.small),
            "labelcolor": self.theme.muted,
            "borderpad": 0,
            "borderaxespad": 0.55,
            "handlelength": 1.1,
            "handleheight": 0.8,
            "handletextpad": 0.5,
            "columnspacing": _BETWEEN_COLUMNS,
        }


def _text_of(handle: Handle) -> str:
    return str(handle.get_label())

"""What every panel needs to draw itself: the figure, the theme, what is shown and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from anim.scene.layout import LEFT, RIGHT, ROW, Place
from anim.scene.marks import shorten
from anim.scene.theme import Theme
from anim.timeline import Reel

# A label of so many letters is shortened where there is no room; a shorter one is left out.
_LONG = 12
# Pixels of the reference design from one number on an axis to the next.
_LEAST_BETWEEN = 17
# Between two entries of a legend, in heights of its letters.
_BETWEEN_COLUMNS = 1.6
# Pixels of the picture, before its scale, to an inch.
REFERENCE_DPI = 96


@dataclass(frozen=True)
class Stage:
    """What every panel needs to know to draw itself.

    Attributes:
        figure: where it draws.
        theme: its colours.
        unit: pixels of the figure (before its scale) for one pixel of the reference design.
        reel: what is shown, and when.
        names: of the runs; one run needs none.
        view: the view of the bins.
        curve: what shows the shares, one of `anim.settings.CURVES`.
        score_label: what the x axis of the bins is.
        steps_per_unit, unit_name: what the x axis of time counts.
    """

    figure: Figure
    theme: Theme
    unit: float
    reel: Reel
    names: tuple[str, ...]
    view: str
    curve: str
    score_label: str
    steps_per_unit: float
    unit_name: str

    def points(self, pixels: float) -> float:
        """A length of the reference design, in points."""
        return pixels * self.unit * 0.75

    def stroke(self, pixels: float) -> float:
        """How thick a line of the reference design is, in points."""
        return self.points(pixels) * self.theme.measures.stroke

    def pixels(self, pixels: float) -> float:
        """A length of the reference design, in pixels of the file."""
        return pixels * self.unit * self.figure.dpi / REFERENCE_DPI

    @property
    def is_one_run(self) -> bool:
        return len(self.reel.lanes) == 1

    def axes(self, place: Place, *, lift: float = 0, part: float = 1) -> Axes:
        """Bare axes with a light grid, in the whole of a place or in a part of its height.

        Args:
            place: where it is.
            lift: where the part begins, in [0, 1].
            part: how much of the height it takes, in [0, 1].
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
        if place.rank is not None and not self.is_one_run:
            # The ends of neighbours' axes are close: short labels, and few.
            axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        return axes

    def label(self, axes: Axes, x: str = "", y: str = "", short: str = "") -> None:
        """Names the axes; where y has no room, shortened, or by its short name."""
        style = {
            "fontsize": self.points(self.theme.measures.label),
            "color": self.theme.muted,
            "parse_math": False,
        }
        if x:
            axes.set_xlabel(x, labelpad=self.points(5), **style)
            shorten(axes.xaxis.label, axes.bbox.width)
        if y:
            # At one distance for all panels, however wide their tick labels are.
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
        """How many numbers have room on the y axis of axes, up to so many."""
        return min(max(int(axes.bbox.height / self.pixels(_LEAST_BETWEEN)), 1), most)

    def rows(self, handles: Sequence[Artist], room: float) -> list[list[Artist]]:
        """What a legend explains, row by row.

        Args:
            handles: what it explains.
            room: how wide it may be, in pixels of the file.
        """
        rows: list[list[Artist]] = []
        left = 0.0
        for handle in handles:
            legend = Legend(self.figure, [handle], [handle.get_label()], **self._style(1))
            wide = legend.get_window_extent(self.figure.canvas.get_renderer()).width
            if not rows or wide > left:
                rows.append([])
                left = room
            rows[-1].append(handle)
            left -= wide + self.pixels(self.theme.measures.small) * _BETWEEN_COLUMNS
        return rows

    def legend(self, axes: Axes, handles: Sequence[Artist], most: int) -> None:
        """Rows over the axes, so many at most: what has no room is left out, from the end."""
        rows = self.rows(handles, axes.bbox.width + self.pixels(RIGHT))[:most]
        row = self.pixels(self.theme.measures.small * ROW) / axes.bbox.height
        for up, shown in enumerate(reversed(rows)):
            self._row(axes, shown, loc="lower left", bbox_to_anchor=(0, 1 + up * row))

    def key(self, rows: Sequence[Sequence[Artist]], top: float) -> None:
        """Rows in the header, the first one around a height of the reference design."""
        width, height = self.figure.bbox.size
        for down, shown in enumerate(rows):
            y = top + down * self.theme.measures.small * ROW
            corner = (self.pixels(LEFT) / width, 1 - self.pixels(y) / height)
            self._row(self.figure, shown, loc="center left", bbox_to_anchor=corner)

    def _row(self, owner: Axes | Figure, handles: Sequence[Artist], **place) -> None:
        labels = [handle.get_label() for handle in handles]
        legend = Legend(owner, handles, labels, **place, **self._style(len(handles)))
        for text in legend.get_texts():
            text.set_parse_math(False)
        owner.add_artist(legend)

    def _style(self, columns: int) -> dict:
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

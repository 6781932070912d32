"""What every panel needs to draw itself: the figure, the theme, what is shown and when."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from anim.scene.layout import RIGHT, Place
from anim.scene.marks import shorten
from anim.scene.theme import Theme
from anim.timeline import Reel

# A label of so many letters is shortened where there is no room; a shorter one is left out.
_LONG = 12
# Pixels of the reference design from one number on an axis to the next.
_LEAST_BETWEEN = 17
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
        axes = self.figure.add_axes(box, facecolor=self.theme.background)
        axes.spines[:].set_visible(False)
        style = {"length": 0, "labelsize": self.points(11.5), "colors": self.theme.muted}
        axes.tick_params(axis="x", pad=self.points(7.5), **style)
        axes.tick_params(axis="y", pad=self.points(6), **style)
        axes.grid(color=self.theme.grid, linewidth=self.points(1.2))
        axes.set_axisbelow(True)
        axes.set_xlim(0, 1)
        axes.tick_params(labelleft=place.is_left, labelbottom=place.is_bottom)
        if place.rank is not None and not self.is_one_run:
            # The ends of neighbours' axes are close: short labels, and few.
            axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        return axes

    def label(self, axes: Axes, x: str = "", y: str = "", short: str = "") -> None:
        """Names the axes; where y has no room, shortened, or by its short name."""
        style = {"fontsize": self.points(12), "color": self.theme.muted, "parse_math": False}
        if x:
            axes.set_xlabel(x, labelpad=self.points(5), **style)
            shorten(axes.xaxis.label, axes.bbox.width)
        if y:
            # At one distance for all panels, however wide their tick labels are.
            axes.yaxis.set_label_coords(
                -self.points(44) / 72 * self.figure.dpi / axes.bbox.width, 0.5
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

    def legend(self, axes: Axes, handles: list[Artist]) -> None:
        """A row over the axes."""
        self.row(axes, handles, axes.bbox.x1, loc="lower left", bbox_to_anchor=(0, 1))

    def row(self, owner: Axes | Figure, handles: list[Artist], edge: float, **place) -> None:
        """A legend in one row; what has no room up to an edge is left out, from the right.

        Args:
            owner: whose legend it is.
            handles: what it explains.
            edge: in pixels, of the file.
            place: where it is, as matplotlib says it.
        """
        for count in range(len(handles), 0, -1):
            legend = owner.legend(handles=handles[:count], **place, **self._style(count))
            if legend.get_window_extent().x1 <= edge + self.pixels(RIGHT) or count == 1:
                return
            legend.remove()

    def _style(self, columns: int) -> dict:
        return {
            "ncols": columns,
            "frameon": False,
            "fontsize": self.points(11.5),
            "labelcolor": self.theme.muted,
            "borderpad": 0,
            "borderaxespad": 0.55,
            "handlelength": 1.1,
            "handleheight": 0.8,
            "handletextpad": 0.5,
            "columnspacing": 1.6,
        }

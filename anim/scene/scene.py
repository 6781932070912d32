"""The whole picture: a header and panels, with what never moves drawn once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.text import Text

from anim.compose import Subject
from anim.scene import layout
from anim.scene.counts import CountsPanel
from anim.scene.fonts import style, warn_of_missing
from anim.scene.layout import Place
from anim.scene.marks import Readout, Words, shorten
from anim.scene.reliability import ReliabilityPanel
from anim.scene.stage import REFERENCE_DPI, Stage
from anim.scene.strips import AccuracyPanel, ErrorPanel, LossPanel, TemperaturePanel, metric_panel
from anim.scene.theme import THEMES
from anim.settings import MAX_SIDE, METRIC, TEMPERATURE, Picture, SettingError
from anim.timeline import Reel, Shot

# The design was drawn at this size; all its lengths grow with the picture, and shrink with it as
# long as text can be read.
_REFERENCE = (768, 600)
_SMALLEST_UNIT = 0.65
# Names and numbers over a cell: their size, and the room between them.
_SMALL, _NEXT_TO, _APART = 11.5, 5, 12
_PANELS = {
    "reliability": ReliabilityPanel,
    "counts": CountsPanel,
    "accuracy": AccuracyPanel,
    "ece": ErrorPanel,
    "loss": LossPanel,
    "temperature": TemperaturePanel,
}


class Scene:
    """Draws shots of one reel.

    Args:
        subject: what the picture is about.
        reel: the values to come.
        picture: size, theme and panels.

    Attributes:
        figure: the matplotlib figure.
        artists: those that move, in drawing order, but for the numbers in the header.

    Raises:
        SettingError: more panels than the picture has room for.
    """

    def __init__(self, subject: Subject, reel: Reel, picture: Picture):
        warn_of_missing(
            "".join((subject.title, subject.caption, subject.score_label, *subject.names))
        )
        self._theme = THEMES[picture.theme or "light"]
        self._runs = len(reel.lanes)
        width, height = picture.size
        self._unit = _unit(picture.size)
        self._steps_per_unit = subject.steps_per_unit
        with style():
            self.figure = Figure(
                figsize=(width / REFERENCE_DPI, height / REFERENCE_DPI),
                dpi=REFERENCE_DPI * picture.scale,
                facecolor=self._theme.background,
            )
            self._canvas = FigureCanvasAgg(self.figure)
            stage = Stage(
                figure=self.figure,
                theme=self._theme,
                unit=self._unit,
                reel=reel,
                names=subject.names,
                view=subject.view,
                curve=picture.curve,
                score_label=subject.score_label,
                steps_per_unit=subject.steps_per_unit,
                unit_name=subject.unit_name,
            )
            places = _places(picture, self._runs)
            self._panels = [place.kind(stage, place) for place in places]
            self.artists = [artist for panel in self._panels for artist in panel.artists]
            self._now, self._numbers = self._header(stage, subject, places)
            self._canvas.draw()
            self._still = self._canvas.copy_from_bbox(self.figure.bbox)
            self._renderer = self._canvas.get_renderer()
            for readout in self._readouts():
                readout.prepare(self._canvas)

    def _readouts(self) -> Iterator[Readout]:
        yield self._now
        yield from self._numbers.values()

    def update(self, shot: Shot) -> None:
        """Moves every artist to where it is in the shot."""
        for panel in self._panels:
            panel.update(shot)
        self._now.text.set_text(f"{int(shot.moment.step / self._steps_per_unit + 1e-9)}")
        for (rank, name), readout in self._numbers.items():
            readout.text.set_text(_number(name, shot.frames[rank].series[name]))

    def draw(self, shot: Shot) -> np.ndarray:
        """The shot as RGBA [H, W, 4] uint8: a view that the next call overwrites."""
        self.update(shot)
        self._canvas.restore_region(self._still)
        for artist in self.artists:
            artist.draw(self._renderer)
        pixels = np.asarray(self._canvas.buffer_rgba())
        for readout in self._readouts():
            readout.paint(pixels)
        return pixels

    def save(self, stream, form: str, shot: Shot, comment: str = "") -> None:
        """Writes the shot as ``svg`` or ``pdf``, the same bytes for the same shot."""
        self.update(shot)
        date, description = {
            "svg": ("Date", "Description"),
            "pdf": ("CreationDate", "Subject"),
        }[form]
        metadata = {date: None, **({description: comment} if comment else {})}
        with style(), self._readouts_as_text():
            self.figure.savefig(stream, format=form, metadata=metadata)

    @contextmanager
    def _readouts_as_text(self):
        """Matplotlib leaves out a figure's animated texts, even where it saves animated bars."""
        texts = [readout.text for readout in self._readouts()]
        for text in texts:
            text.set_animated(False)
        try:
            yield
        finally:
            for text in texts:
                text.set_animated(True)

    def flat_colours(self) -> np.ndarray:
        """[C, 3] uint8 colours of areas, which a palette should hold exactly."""
        return self._theme.flat_colours(self._runs)

    def _text(self, x: float, y: float, text: str, size: float, colour: str, **style) -> Text:
        """A text at a place of the reference design; x < 0 counts from the right."""
        width, height = self.figure.get_size_inches() * REFERENCE_DPI
        x = x * self._unit + (width if x < 0 else 0)
        return self.figure.text(
            x / width,
            1 - y * self._unit / height,
            text,
            fontsize=size * self._unit * 0.75,
            color=colour,
            parse_math=False,
            **style,
        )

    @property
    def _pixel(self) -> float:
        """Pixels of the file for one of the reference design."""
        return self._unit * self.figure.dpi / REFERENCE_DPI

    def _header(self, stage: Stage, subject: Subject, places: list[Place]):
        """Writes what stands over the panels; returns the readouts of the clock and of the runs."""
        theme, clock = self._theme, stage.reel.clock
        bold = {"fontweight": "bold"}
        longest = f"{int(clock.steps[-1] / self._steps_per_unit + 1e-9)}"
        now, edge = self._readout(
            -layout.RIGHT, 30, subject.unit_name, longest, 18, theme.text, **bold
        )
        title = self._text(layout.LEFT, 30, subject.title, 18, theme.text, **bold)
        self._fit(title, edge)
        numbers: dict[tuple[int, str], Readout | Words] = {}
        edge = self.figure.bbox.width
        if stage.is_one_run:
            edge = self._shown_at_right(numbers)
        else:
            self._key(stage, places)
            for place in places:
                named = {rank for rank, _ in numbers}
                if place.rank is not None and place.rank not in named:
                    self._cell_header(stage, place, numbers)
        caption = self._text(layout.LEFT, 54, subject.caption, 12.5, theme.muted)
        self._fit(caption, edge)
        return now, numbers

    def _fit(self, text: Text, edge: float) -> None:
        """Shortens a text of the header that would come near an edge, in pixels."""
        shorten(text, edge - (18 + layout.LEFT) * self._pixel)

    def _shown_at_right(self, numbers: dict) -> float:
        """Accuracy and error of the only run; returns their left end in pixels."""
        muted, width = self._theme.muted, self.figure.bbox.width
        numbers[0, "ece"], edge = self._readout(
            -layout.RIGHT, 54, "calibration error", "0.000", 12.5, muted
        )
        offset = (edge - width) / self._pixel - 16
        numbers[0, "accuracy"], edge = self._readout(offset, 54, "accuracy", "0.000", 12.5, muted)
        return edge

    def _key(self, stage: Stage, places: list[Place]) -> None:
        """The legend that all cells share, or that of the lines."""
        cell = next((place for place in places if place.rank is not None), None)
        if cell is not None:
            handles = cell.kind.key(stage)
        else:
            room = self.figure.bbox.width / self._pixel - layout.LEFT - layout.RIGHT
            longest = int((room / self._runs - 40) / 7.5)
            handles = [
                Patch(color=self._theme.of_run(rank).accuracy, label=_cut(name, longest))
                for rank, name in enumerate(stage.names)
            ]
        width, height = self.figure.get_size_inches() * REFERENCE_DPI
        corner = (layout.LEFT * self._unit / width, 1 - 74 * self._unit / height)
        edge = self.figure.bbox.width - layout.RIGHT * self._pixel
        stage.row(self.figure, handles, edge, loc="center left", bbox_to_anchor=corner)

    def _cell_header(self, stage: Stage, place: Place, numbers: dict) -> None:
        """The name of a run, its accuracy, its error and its temperature, over its cell."""
        height = self.figure.get_size_inches()[1] * REFERENCE_DPI
        top = (height - place.bottom - place.height) / self._unit
        left, colour = place.left / self._unit, self._theme.of_run(place.rank).accuracy
        # The name itself in a colour of text: not every bar's colour has the contrast for that.
        self._text(left, top - 27, "\N{BLACK SQUARE}", 13, colour)
        name = stage.names[place.rank]
        text = self._text(left + 15, top - 27, name, 13, self._theme.text, fontweight="bold")
        shorten(text, (place.width / self._unit - 15) * self._pixel)
        track = stage.reel.tracks[place.rank]
        shown = [("accuracy", "accuracy"), ("ece", "error")]
        if track.is_cured and TEMPERATURE in track.series:
            shown.append((TEMPERATURE, "T"))
        # Where there is no room for all, the last ones: what a cure is about.
        while len(shown) > 1 and self._width_of(shown) > place.width / self._unit:
            shown = shown[1:]
        for key, label in shown:
            name = self._text(left, top - 9, label, _SMALL, self._theme.muted)
            left = name.get_window_extent().x1 / self._pixel + _NEXT_TO
            number = self._text(left, top - 9, "0.000", _SMALL, self._theme.muted)
            left = number.get_window_extent().x1 / self._pixel + _APART
            number.set_animated(True)
            numbers[place.rank, key] = (Words if key == TEMPERATURE else Readout)(number)

    def _width_of(self, shown: list[tuple[str, str]]) -> float:
        """How wide names and their numbers are, in pixels of the reference design."""
        text = self._text(0, 0, "".join(f"{label}0.000" for _, label in shown), _SMALL, "k")
        width = text.get_window_extent().width / self._pixel
        text.remove()
        return width + _NEXT_TO * len(shown) + _APART * (len(shown) - 1)

    def _readout(self, x, y, name, widest, size, colour, **style) -> tuple[Readout, float]:
        """A name that stands and a number that changes; returns it and the left end in pixels."""
        width = self.figure.bbox.width
        number = self._text(x, y, widest, size, colour, ha="right", **style)
        start = (number.get_window_extent().x0 - width) / self._pixel
        label = self._text(start - size * 0.35, y, name, size, colour, ha="right", **style)
        # It grows to the right of a fixed place, so that nothing beside it ever moves.
        number.set(x=1 + start * self._pixel / width, ha="left", animated=True)
        return Readout(number), label.get_window_extent().x0


def check_room(picture: Picture, runs: int) -> None:
    """Raise `SettingError` unless the picture has room for so many runs, and their cures."""
    _places(picture, runs if picture.calibrate is None else 2 * runs)


def _places(picture: Picture, runs: int) -> list[Place]:
    size = picture.size
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


def _places_of(picture: Picture, runs: int, size: tuple[int, int]) -> list[Place]:
    kinds = [_panel(name) for name in picture.shown_panels]
    together = 1 if picture.calibrate is None else 2
    return layout.places(kinds, runs, size, _unit(size), picture.size_text, together)


def _unit(size: tuple[int, int]) -> float:
    """Pixels of the picture for one of the reference design."""
    width, height = size
    return max(min(width / _REFERENCE[0], height / _REFERENCE[1]), _SMALLEST_UNIT)


def _panel(name: str) -> type:
    return metric_panel(name.removeprefix(METRIC)) if name.startswith(METRIC) else _PANELS[name]


def _number(name: str, value: float) -> str:
    """A number of the header; nothing where there is none."""
    if not np.isfinite(value):
        return ""
    return f"{value:.3g}" if name == TEMPERATURE else f"{value:.3f}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"

"""The whole picture: a header and panels, with what never moves drawn once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from anim.compose.subject import Subject
from anim.errors import SettingError
from anim.scene import header, layout
from anim.scene.counts import CountsPanel
from anim.scene.fonts import style, warn_of_missing
from anim.scene.header import Header
from anim.scene.layout import LEFT, Place, Room
from anim.scene.reliability import ReliabilityPanel
from anim.scene.stage import REFERENCE_DPI, Stage
from anim.scene.strips import AccuracyPanel, ErrorPanel, LossPanel, TemperaturePanel, metric_panel
from anim.scene.theme import Measures, measures_of, theme_of
from anim.settings import MAX_SIDE, METRIC, Picture
from anim.timeline import Reel, Shot

# The design was drawn at this size; all its lengths grow with the picture, and shrink with it as
# long as text can be read.
_REFERENCE = (768, 600)
_SMALLEST_UNIT = 0.65
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
        SettingError: more panels than the picture has room for, or a style sheet that is none.
    """

    def __init__(self, subject: Subject, reel: Reel, picture: Picture):
        self._theme = theme_of(picture)
        if not _has_title(picture):
            subject = replace(subject, title="")
        warn_of_missing(
            "".join((subject.title, subject.caption, subject.score_label, *subject.names)),
            self._theme.fonts,
        )
        self._runs = len(reel.lanes)
        with self._style():
            self.figure = Figure(
                figsize=[side / REFERENCE_DPI for side in picture.canvas],
                dpi=REFERENCE_DPI * picture.scale,
                facecolor=self._theme.behind[0],
            )
            self._canvas = FigureCanvasAgg(self.figure)
            stage = Stage(
                figure=self.figure,
                theme=self._theme,
                unit=_unit(picture.canvas, self._theme.measures),
                reel=reel,
                names=subject.names,
                view=subject.view,
                curve=picture.curve,
                score_label=subject.score_label,
                steps_per_unit=subject.steps_per_unit,
                unit_name=subject.unit_name,
            )
            places, key = _arranged(stage, picture)
            self._panels = [place.kind(stage, place) for place in places]
            self.artists = [artist for panel in self._panels for artist in panel.artists]
            self._header = Header(stage, subject, places, key)
            self._canvas.draw()
            self._still = self._canvas.copy_from_bbox(self.figure.bbox)
            self._renderer = self._canvas.get_renderer()
            for readout in self._readouts():
                readout.prepare(self._canvas)

    def _style(self):
        truetype = self._theme.measures.embeds_truetype
        return style(self._theme.fonts, embeds_truetype=truetype)

    def _readouts(self):
        return self._header.readouts()

    def update(self, shot: Shot) -> None:
        """Moves every artist to where it is in the shot."""
        for panel in self._panels:
            panel.update(shot)
        self._header.update(shot)

    def draw(self, shot: Shot) -> np.ndarray:
        """The shot as RGBA [H, W, 4] uint8: a view that the next call overwrites.

        Colours are not multiplied by alpha, which is below 255 only where the picture is
        transparent.
        """
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
        with self._style(), self._readouts_as_text():
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


def check_room(picture: Picture, runs: int) -> None:
    """Raise `SettingError` unless the picture has room for all runs and recalibrated runs."""
    _places(picture, runs if picture.calibrate is None else 2 * runs)


def panel(name: str) -> type:
    """The class of a panel: what it shows, and how."""
    return metric_panel(name.removeprefix(METRIC)) if name.startswith(METRIC) else _PANELS[name]


def _has_title(picture: Picture) -> bool:
    return picture.title is not None or not measures_of(picture).is_plain


def _arranged(stage: Stage, picture: Picture) -> tuple[list[Place], list[list]]:
    """Places of the panels, and rows of the key: as many as explain all, if there is room."""
    kinds = [panel(name) for name in picture.shown_panels]
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
    """With a row a legend; an error names a size that has room for that."""
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
    kinds = [panel(name) for name in picture.shown_panels]
    together = 1 if picture.calibrate is None else 2
    measures = measures_of(picture)
    room = Room(
        size=size,
        size_text=picture.size_text,
        unit=_unit(size, measures),
        header=header.height(
            measures, has_title=_has_title(picture), key_rows=key_rows if runs > 1 else 0
        ),
        row=measures.small * layout.ROW,
    )
    return layout.places(kinds, runs, room, together, rows)


def _unit(size: tuple[int, int], measures: Measures) -> float:
    """Pixels of the picture for one of the reference design."""
    if measures.unit is not None:
        return measures.unit
    width, height = size
    return max(min(width / _REFERENCE[0], height / _REFERENCE[1]), _SMALLEST_UNIT)

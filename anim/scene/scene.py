"""The whole picture: a header and panels, with what never moves drawn once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from anim.scene.fonts import style, warn_of_missing
from anim.scene.marks import Readout, shorten
from anim.scene.panels import PANELS, Stage
from anim.scene.theme import THEMES
from anim.settings import Picture, SettingError
from anim.timeline import Frame, Timeline, Track

# The design was drawn at this size; all its lengths grow with the picture, and shrink with it as
# long as text can be read.
_REFERENCE = (768, 600)
_SMALLEST_UNIT = 0.65
_DPI = 96
_LEFT, _RIGHT, _HEADER, _FOOTER = 62, 24, 66, 34
_LEAST_PANEL = 36


@dataclass(frozen=True)
class Subject:
    """What the picture is about.

    Attributes:
        title: the headline.
        caption: what was trained.
        view: the view of the bins.
        score_label: what the x axis of the bins is.
        steps_per_epoch: makes time count in epochs; None counts steps.
    """

    title: str
    caption: str
    view: str
    score_label: str
    steps_per_epoch: int | None = None


class Scene:
    """Draws frames of one track.

    Args:
        subject: what the picture is about.
        track: the values to come.
        timeline: when they come.
        picture: size, theme and panels.

    Attributes:
        figure: the matplotlib figure.
        artists: those that move, in drawing order, but for the numbers in the header.

    Raises:
        SettingError: more panels than the picture has room for.
    """

    def __init__(self, subject: Subject, track: Track, timeline: Timeline, picture: Picture):
        warn_of_missing(subject.title + subject.caption + subject.score_label)
        self._theme = THEMES[picture.theme]
        width, height = picture.size
        self._unit = max(min(width / _REFERENCE[0], height / _REFERENCE[1]), _SMALLEST_UNIT)
        in_epochs = subject.steps_per_epoch and track.steps[-1] >= 2 * subject.steps_per_epoch
        self._steps_per_unit = subject.steps_per_epoch if in_epochs else 1
        self._unit_name = "epoch" if in_epochs else "step"
        with style():
            self.figure = Figure(
                figsize=(width / _DPI, height / _DPI),
                dpi=_DPI * picture.scale,
                facecolor=self._theme.background,
            )
            self._canvas = FigureCanvasAgg(self.figure)
            stage = Stage(
                figure=self.figure,
                theme=self._theme,
                unit=self._unit,
                track=track,
                timeline=timeline,
                view=subject.view,
                score_label=subject.score_label,
                steps_per_unit=self._steps_per_unit,
                unit_name=self._unit_name,
            )
            self._readouts = self._header(subject, track)
            self._panels = self._lay_out(stage, picture)
            self.artists = [artist for panel in self._panels for artist in panel.artists]
            self._canvas.draw()
            self._still = self._canvas.copy_from_bbox(self.figure.bbox)
            self._renderer = self._canvas.get_renderer()
            for readout in self._readouts.values():
                readout.prepare(self._canvas)

    def update(self, frame: Frame) -> None:
        """Moves every artist to where it is in the frame."""
        for panel in self._panels:
            panel.update(frame)
        self._readouts["now"].text.set_text(
            f"{int(frame.moment.step / self._steps_per_unit + 1e-9)}"
        )
        for name in ("accuracy", "ece"):
            self._readouts[name].text.set_text(f"{frame.series[name]:.3f}")

    def draw(self, frame: Frame) -> np.ndarray:
        """The frame as RGBA [H, W, 4] uint8: a view that the next call overwrites."""
        self.update(frame)
        self._canvas.restore_region(self._still)
        for artist in self.artists:
            artist.draw(self._renderer)
        pixels = np.asarray(self._canvas.buffer_rgba())
        for readout in self._readouts.values():
            readout.paint(pixels)
        return pixels

    def save(self, stream, form: str, frame: Frame) -> None:
        """Writes the frame as ``svg`` or ``pdf``, the same bytes for the same frame."""
        self.update(frame)
        undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}[form]
        with style(), self._readouts_as_text():
            self.figure.savefig(stream, format=form, metadata=undated)

    @contextmanager
    def _readouts_as_text(self):
        """Matplotlib leaves out a figure's animated texts, even where it saves animated bars."""
        texts = [readout.text for readout in self._readouts.values()]
        for text in texts:
            text.set_animated(False)
        try:
            yield
        finally:
            for text in texts:
                text.set_animated(True)

    def flat_colours(self) -> np.ndarray:
        """[C, 3] uint8 colours of areas, which a palette should hold exactly."""
        return self._theme.flat_colours()

    def _text(self, x: float, y: float, text: str, size: float, colour: str, **style) -> Text:
        """A text at a place of the reference design; x < 0 counts from the right."""
        width, height = self.figure.get_size_inches() * _DPI
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

    def _header(self, subject: Subject, track: Track) -> dict[str, Readout]:
        """Writes the header; returns what changes in it: the time, accuracy and error."""
        theme, scale = self._theme, self.figure.dpi / _DPI
        pixel = self._unit * scale
        right = self.figure.bbox.width - _RIGHT * pixel
        bold = {"fontweight": "bold"}
        longest = f"{int(track.steps[-1] / self._steps_per_unit + 1e-9)}"
        now, edge = self._readout(-_RIGHT, 30, self._unit_name, longest, 18, theme.text, **bold)
        title = self._text(_LEFT, 30, subject.title, 18, theme.text, **bold)
        shorten(title, edge - 18 * pixel - _LEFT * pixel)
        ece, edge = self._readout(-_RIGHT, 54, "calibration error", "0.000", 12.5, theme.muted)
        offset = -(right - edge) / pixel - _RIGHT - 16
        accuracy, edge = self._readout(offset, 54, "accuracy", "0.000", 12.5, theme.muted)
        caption = self._text(_LEFT, 54, subject.caption, 12.5, theme.muted)
        shorten(caption, edge - 18 * pixel - _LEFT * pixel)
        return {"now": now, "accuracy": accuracy, "ece": ece}

    def _readout(self, x, y, name, widest, size, colour, **style) -> tuple[Readout, float]:
        """A name that stands and a number that changes; returns it and the left end in pixels."""
        width = self.figure.bbox.width
        pixel = self._unit * self.figure.dpi / _DPI
        number = self._text(x, y, widest, size, colour, ha="right", **style)
        start = (number.get_window_extent().x0 - width) / pixel
        label = self._text(start - size * 0.35, y, name, size, colour, ha="right", **style)
        # It grows to the right of a fixed place, so that nothing beside it ever moves.
        number.set(x=1 + start * pixel / width, ha="left", animated=True)
        return Readout(number), label.get_window_extent().x0

    def _lay_out(self, stage: Stage, picture: Picture) -> list:
        """Stacks the panels: fixed room for their labels, the rest by their weights."""
        width, height = picture.size
        unit = self._unit
        kinds = [PANELS[name] for name in picture.panels]
        # A strip needs its own time labels unless the next panel down is a strip too.
        labelled = [
            kind.shows_time and not (after is not None and after.shows_time)
            for kind, after in zip(kinds, [*kinds[1:], None], strict=True)
        ]
        below = [
            kind.below + (_FOOTER if with_labels else 0)
            for kind, with_labels in zip(kinds, labelled, strict=True)
        ]
        fixed = _HEADER + sum(kind.above for kind in kinds) + sum(below)
        room = (height - fixed * unit) / sum(kind.weight for kind in kinds)
        if room * min(kind.weight for kind in kinds) < _LEAST_PANEL * unit:
            raise SettingError(
                "panels",
                f"{len(kinds)} panels need a taller picture than {picture.size_text}",
            )
        panels, top = [], height - _HEADER * unit
        for kind, with_labels, under in zip(kinds, labelled, below, strict=True):
            tall = round(room * kind.weight)
            bottom = round(top - kind.above * unit - tall)
            left, right = round(_LEFT * unit), round(width - _RIGHT * unit)
            box = (left / width, bottom / height, (right - left) / width, tall / height)
            extra = {"with_labels": with_labels} if kind.shows_time else {}
            panels.append(kind(stage, box, **extra))
            top = bottom - under * unit
        return panels

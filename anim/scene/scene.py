"""The whole picture: a header and panels. What never moves is drawn once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from anim.panels.contents import Cell, Header, contents_of, key_of, words_for
from anim.panels.counts import CountsPanel
from anim.panels.layout import has_title, unit_of
from anim.panels.overlay import OverlayPanel
from anim.panels.reliability import ReliabilityPanel
from anim.panels.subject import Subject
from anim.scene.columns import CountColumns
from anim.scene.diagram import Diagram
from anim.scene.fonts import style, warn_of_missing
from anim.scene.header import HeaderChart, title_of
from anim.scene.key import rows_of
from anim.scene.overlay import Overlay
from anim.scene.ramps import flat_colours
from anim.scene.stage import REFERENCE_DPI, Stage
from anim.scene.strips import StripChart
from anim.scene.theme import theme_of
from anim.settings import Picture
from anim.settings.themes import run_colours
from anim.timeline import Reel, Shot


class Scene:
    """Draws shots of one reel.

    Args:
        subject: what the picture is about.
        reel: the values to come.
        picture: size, theme and panels.
        is_vector: whether letters are set as vector drawings set them: pixels give them whole
            widths, which would leave gaps beside them there.

    Attributes:
        figure: the matplotlib figure.
        artists: those that move, in drawing order, without the texts of the header.
        contents: what is painted.

    Raises:
        SettingError: more panels than the picture has room for, a series that no run has, or
            something that is not a style sheet.
    """

    def __init__(self, subject: Subject, reel: Reel, picture: Picture, *, is_vector: bool = False):
        picture = picture.for_runs(len(reel.lanes), len(reel.clock.steps))
        self._theme = theme_of(picture)
        if not has_title(picture):
            subject = replace(subject, title="")
        warn_of_missing(
            "".join(
                (
                    subject.title,
                    *subject.names,
                    *subject.headings,
                    *(subject.sides or ()),
                    subject.class_name,
                )
            ),
            self._theme.fonts,
        )
        # The classes of a run have its colours.
        self._runs, self._is_sweep = 1 if subject.classes else len(reel.lanes), subject.is_sweep
        self._is_vector = is_vector
        width, height = picture.canvas
        with self._style():
            self.figure = Figure(
                figsize=(width / REFERENCE_DPI, height / REFERENCE_DPI),
                dpi=REFERENCE_DPI * picture.scale,
                facecolor=self._theme.behind[0],
            )
            self._canvas = FigureCanvasAgg(self.figure)
            runs = run_colours(self._theme, self._runs, is_sweep=self._is_sweep)
            runs *= len(reel.lanes) // self._runs
            stage = Stage(self.figure, self._theme, unit_of(picture), runs)
            self._build(stage, subject, reel, picture)
            self._canvas.draw()
            self._still = self._canvas.copy_from_bbox(self.figure.bbox)
            self._renderer = self._canvas.get_renderer()
            for text in self._header.changing_texts():
                text.prepare(self._canvas)

    def _build(self, stage: Stage, subject: Subject, reel: Reel, picture: Picture) -> None:
        """Draw what never moves, and make what does."""
        words = words_for(reel, subject, picture)
        rows = rows_of(stage, key_of(reel, words, picture))
        clock = Header(reel, subject, words).whole_clock(-1)
        lines = title_of(stage, subject.title, clock)[1] if subject.title else 0
        names = subject.names if len(reel.lanes) > 1 else ()
        # Without a headline a sentence stands beside the clock; names stand below it.
        taken = max(lines, 1) if names else lines
        of_lines = () if subject.classes else names
        contents = contents_of(reel, subject, picture, title_lines=taken, key_rows=len(rows))
        self.contents = contents
        self._charts = [
            *(_painted(stage, cell) for cell in contents.cells),
            *(StripChart(stage, place, panel, of_lines) for place, panel in contents.strips),
        ]
        headings = (subject.headings or names) if names else ()
        self._header = HeaderChart(stage, contents, reel, rows, lines, headings)
        self.artists: list[Artist] = [one for chart in self._charts for one in chart.artists]

    def _style(self):
        truetype = self._theme.measures.embeds_truetype
        return style(self._theme.fonts, embeds_truetype=truetype, is_vector=self._is_vector)

    def update(self, shot: Shot) -> None:
        """Move every artist to where it is in a shot."""
        for chart in self._charts:
            chart.update(shot)
        self._header.update(shot)

    def draw(self, shot: Shot) -> np.ndarray:
        """Return a shot as RGBA [H, W, 4] uint8: a view that the next call overwrites.

        Colours are not multiplied by alpha, which is below 255 only if the picture is transparent.
        """
        self.update(shot)
        self._canvas.restore_region(self._still)
        for artist in self.artists:
            artist.draw(self._renderer)
        pixels = np.asarray(self._canvas.buffer_rgba())
        for text in self._header.changing_texts():
            text.paint(pixels)
        return pixels

    def save(self, stream: IO[bytes], form: str, shot: Shot, comment: str = "") -> None:
        """Write a shot as a vector drawing: the same bytes for the same shot.

        Args:
            stream: where to.
            form: ``svg`` or ``pdf``.
            shot: what is shown.
            comment: metadata that describes the picture.
        """
        self.update(shot)
        date, description = {
            "svg": ("Date", "Description"),
            "pdf": ("CreationDate", "Subject"),
        }[form]
        metadata = {date: None, **({description: comment} if comment else {})}
        with self._style(), self._changing_texts_shown():
            self.figure.savefig(stream, format=form, metadata=metadata)

    @contextmanager
    def _changing_texts_shown(self) -> Iterator[None]:
        """Matplotlib leaves out a figure's animated texts, although it saves animated bars."""
        texts = [changing.text for changing in self._header.changing_texts()]
        for text in texts:
            text.set_animated(False)
        try:
            yield
        finally:
            for text in texts:
                text.set_animated(True)

    def flat_colours(self) -> np.ndarray:
        """Return the colours of areas, uint8 [C, 3]: a palette should hold them exactly."""
        return flat_colours(self._theme, self._runs, is_sweep=self._is_sweep)


def _painted(stage: Stage, cell: Cell) -> Diagram | CountColumns | Overlay:
    kinds = {CountsPanel: CountColumns, OverlayPanel: Overlay, ReliabilityPanel: Diagram}
    return kinds[type(cell.panel)](stage, cell)

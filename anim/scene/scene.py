"""The whole picture: a header and panels. What never moves is drawn once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from anim.panels.subject import Subject
from anim.scene.arrangement import arrange, has_title, unit
from anim.scene.fonts import style, warn_of_missing
from anim.scene.header import Header
from anim.scene.ramps import flat_colours
from anim.scene.stage import REFERENCE_DPI, Stage
from anim.scene.theme import theme_of
from anim.settings import Picture
from anim.timeline import Reel, Shot


class Scene:
    """Draws shots of one reel.

    Args:
        subject: what the picture is about.
        reel: the values to come.
        picture: size, theme and panels.

    Attributes:
        figure: the matplotlib figure.
        artists: those that move, in drawing order, without the numbers in the header.

    Raises:
        SettingError: more panels than the picture has room for, a series that no run has, or
            something that is not a style sheet.
    """

    def __init__(self, subject: Subject, reel: Reel, picture: Picture):
        self._theme = theme_of(picture)
        if not has_title(picture):
            subject = replace(subject, title="")
        warn_of_missing(
            "".join((subject.title, subject.caption, subject.score_label, *subject.names)),
            self._theme.fonts,
        )
        self._runs = len(reel.lanes)
        width, height = picture.canvas
        with self._style():
            self.figure = Figure(
                figsize=(width / REFERENCE_DPI, height / REFERENCE_DPI),
                dpi=REFERENCE_DPI * picture.scale,
                facecolor=self._theme.behind[0],
            )
            self._canvas = FigureCanvasAgg(self.figure)
            stage = Stage(
                figure=self.figure,
                theme=self._theme,
                unit=unit(picture.canvas, self._theme.measures),
                reel=reel,
                subject=subject,
                picture=picture,
            )
            places, key = arrange(stage)
            self._panels = [place.kind.build(stage, place) for place in places]
            self.artists = [artist for panel in self._panels for artist in panel.artists]
            self._header = Header(stage, places, key)
            self._canvas.draw()
            self._still = self._canvas.copy_from_bbox(self.figure.bbox)
            self._renderer = self._canvas.get_renderer()
            for text in self._header.changing_texts():
                text.prepare(self._canvas)

    def _style(self):
        truetype = self._theme.measures.embeds_truetype
        return style(self._theme.fonts, embeds_truetype=truetype)

    def update(self, shot: Shot) -> None:
        """Move every artist to where it is in a shot."""
        for panel in self._panels:
            panel.update(shot)
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
        return flat_colours(self._theme, self._runs)

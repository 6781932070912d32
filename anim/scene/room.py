"""Whether a picture has room, before there is anything to show."""

from __future__ import annotations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from anim.panels.contents import key_to_come
from anim.panels.layout import has_title, places, unit_of
from anim.panels.words import PLAIN_TITLE
from anim.scene.fonts import style
from anim.scene.header import title_of
from anim.scene.key import rows_of
from anim.scene.stage import REFERENCE_DPI, Stage
from anim.scene.theme import theme_of
from anim.settings import Picture, one_line

# About the longest clock there will be.
_CLOCK = "epoch 1000"


def check_room(picture: Picture, runs: int, replicas: int | None = None) -> None:
    """Raise `SettingError` unless a picture has room for runs and their recalibrations.

    Args:
        picture: its size and panels.
        runs: how many there will be.
        replicas: how many each of them consists of; None for runs.
    """
    count = picture.shown_runs(runs)
    picture, theme = picture.for_runs(count), theme_of(picture)
    with style(theme.fonts, embeds_truetype=theme.measures.embeds_truetype):
        width, height = picture.canvas
        size = (width / REFERENCE_DPI, height / REFERENCE_DPI)
        figure = Figure(figsize=size, dpi=REFERENCE_DPI)
        FigureCanvasAgg(figure)
        stage = Stage(figure, theme, unit_of(picture), (theme.cap,) * count)
        title = "" if not has_title(picture) else one_line(picture.title or PLAIN_TITLE)
        lines = title_of(stage, title, _CLOCK)[1] if title else 0
        rows = len(rows_of(stage, key_to_come(picture, replicas)))
    # Names of runs stand below the clock, with a headline or without.
    places(picture, count, title_lines=max(lines, 1) if count > 1 else lines, key_rows=rows)

"""The theme of a picture: an entry of the table, or one with the colours of a style sheet."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from anim.scene import sheet_colours, style_sheet
from anim.scene.contrast import READABLE, VISIBLE, contrast, luminance, mix, readable
from anim.settings import Picture
from anim.settings.themes import DEFAULT_THEME, THEMES, Theme

# The luminance below which white is easier to read than black.
_DARK = 0.179


def theme_of(picture: Picture) -> Theme:
    """Return how a picture looks: its theme, with the colours and fonts of its style sheet.

    Text in a colour of the sheet that is hard to read keeps that colour, with a warning that names
    the key.

    Raises:
        SettingError: there is no such style sheet.
    """
    if picture.style is None:
        theme = THEMES[picture.theme or DEFAULT_THEME]
    else:
        keys = style_sheet.read(picture.style)
        behind = style_sheet.colour(keys, "figure.facecolor", "axes.facecolor")
        is_dark = behind is not None and luminance(behind[1]) < _DARK
        theme = _styled(THEMES[picture.theme or ("dark" if is_dark else DEFAULT_THEME)], keys)
    return replace(theme, is_transparent=picture.transparent)


def _styled(base: Theme, keys: Mapping) -> Theme:
    """Return a theme with the colours and fonts of a style sheet, and what follows from them."""
    background = _said(keys, base.background, "figure.facecolor", "axes.facecolor")
    panel = _said(keys, background, "axes.facecolor", "figure.facecolor")
    text = _said(keys, readable(base.text, background), "text.color")
    muted = _said(
        keys,
        base.muted if contrast(base.muted, background) >= READABLE else text,
        "xtick.labelcolor", "xtick.color", "axes.labelcolor",
    )  # fmt: skip
    _warn_of_faint(keys, background)
    fonts = (*style_sheet.fonts(keys, base.fonts[-1]), *base.fonts)
    grid = _grid(keys, base, panel, readable(text, panel, VISIBLE))
    plain = replace(
        base,
        background=background,
        panel=panel,
        text=text,
        muted=muted,
        grid=grid,
        fonts=tuple(dict.fromkeys(fonts)),
    )
    edge = style_sheet.colour(keys, "axes.edgecolor")
    return sheet_colours.fitted(plain, base, edge and edge[1], style_sheet.cycle(keys))


def _said(keys: Mapping, otherwise: str, *names: str) -> str:
    found = style_sheet.colour(keys, *names)
    return otherwise if found is None else found[1]


def _warn_of_faint(keys: Mapping, background: str) -> None:
    for names in (("text.color",), ("xtick.labelcolor", "xtick.color", "axes.labelcolor")):
        found = style_sheet.colour(keys, *names)
        if found is not None and contrast(found[1], background) < READABLE:
            name, colour = found
            warnings.warn(
                f"style: {name} {colour} is hard to read on {background}: its contrast is "
                f"{contrast(colour, background):.1f}:1, text needs {READABLE:g}:1",
                stacklevel=2,
            )


def _grid(keys: Mapping, base: Theme, panel: str, text: str) -> str:
    """Return the colour of the grid.

    A sheet without a grid may have a grid colour as strong as its text: that one is not used.
    """
    found = style_sheet.colour(keys, "grid.color", over=panel)
    if found is not None and (keys.get("axes.grid") or contrast(found[1], panel) < READABLE):
        return mix(panel, found[1], float(np.clip(keys.get("grid.alpha", 1.0), 0, 1)))
    return base.grid if panel == base.panel else mix(panel, text, 0.12)

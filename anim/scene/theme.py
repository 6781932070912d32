"""The theme of a picture: an entry of the table, or one with the colours of a style sheet."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from matplotlib.colors import to_rgb

from anim.scene import style_sheet
from anim.scene.contrast import READABLE, apart, contrast, luminance, mix, readable
from anim.settings import Picture
from anim.settings.themes import DEFAULT_THEME, THEMES, Measures, Theme

# In lightness L*: two colours that differ by less look alike to many readers.
_APART = 9
# The luminance below which white is easier to read than black.
_DARK = 0.179
# Shares of the second colour in mixtures to choose from.
_TINTS = np.linspace(0.2, 0.8, 13)


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


def measures_of(picture: Picture) -> Measures:
    """Return the sizes of a picture, which a style sheet does not change."""
    return THEMES[picture.theme or DEFAULT_THEME].measures


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
    on_panel = readable(text, panel, 3)
    colours = style_sheet.cycle(keys)
    accuracy, over = [*colours[:2], *(base.accuracy, base.over)[len(colours[:2]) :]]
    ideal = _said(keys, on_panel, "axes.edgecolor")
    ideal = ideal if contrast(ideal, panel) >= 3 else on_panel
    if apart(ideal, [accuracy]) < _APART:
        ideal = _between(on_panel, panel, [accuracy, over, panel])
    kept = base.under if accuracy == base.accuracy else None
    runs = [(one, _tint(one, panel, over)) for one in colours[2:]]
    return replace(
        base,
        background=background,
        panel=panel,
        text=text,
        muted=muted,
        grid=_grid(keys, base, panel, on_panel),
        accuracy=accuracy,
        under=_tint(accuracy, panel, over, kept),
        over=over,
        points=_points(base, panel, over, on_panel),
        ideal=ideal,
        runs=_filled(runs, base, [accuracy, over]) if colours else base.runs,
        fonts=tuple(dict.fromkeys([*style_sheet.fonts(keys, base.fonts[-1]), *base.fonts])),
    )


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


def _tint(accuracy: str, panel: str, over: str, kept: str | None = None) -> str:
    """Return a colour for the gap beside a bar: ``kept`` if it differs from all around it.

    Otherwise a tint of the bar's own colour towards the panel or, if bar and panel are alike, away
    from it.
    """
    around = [accuracy, panel, over]
    if kept is not None and apart(kept, around) >= _APART:
        return kept
    best = _between(accuracy, panel, around)
    if apart(best, around[:2]) >= _APART:
        return best
    return _between(accuracy, readable(accuracy, panel, 21), around)


def _between(start: str, end: str, others: list[str]) -> str:
    """Return the mixture of two colours that differs most from others in grey."""
    mixtures = (mix(start, end, share) for share in _TINTS)
    return max(mixtures, key=lambda mixture: apart(mixture, others))


def _points(base: Theme, panel: str, over: str, text: str) -> str:
    """Return a grey between panel and text that differs from the colour of wrong predictions."""
    if apart(base.points, [panel, over]) >= _APART:
        return base.points
    return _between(text, panel, [panel, over])


def _filled(
    runs: list[tuple[str, str]], base: Theme, taken: list[str]
) -> tuple[tuple[str, str], ...]:
    """Return colours for all further runs.

    If the sheet has too few, those of the theme follow that are the least similar to them.
    """
    found, left = runs[: len(base.runs)], list(base.runs)
    while len(found) < len(base.runs):
        known = [np.array(to_rgb(colour)) for colour in (*taken, *(one for one, _ in found))]
        best = max(left, key=lambda run: min(np.abs(to_rgb(run[0]) - one).sum() for one in known))
        found.append(best)
        left.remove(best)
    return tuple(found)

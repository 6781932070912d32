"""Colours of areas by strength: bars of few examples are faint, and fade where they end."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from anim.settings.themes import Theme

# Strengths of a bar's colour between 0 (background) and 1; few enough for a GIF's palette.
LEVELS = 16
# How much of the ideal line's colour fills what chance reaches.
VEIL = 2 / 15
# A bin of this many examples has a standard error of at most 0.05 and is drawn in full colour.
_FULL_COUNT = 100
_FAINTEST = 0.3


def ramp(theme: Theme, colour: str) -> np.ndarray:
    """Return the colours [LEVELS, 4], RGBA in [0, 1], from the theme's panel to a colour.

    They are whole 8-bit steps, and opaque except for the first, which is fully transparent.
    """
    start, end = np.array(to_rgb(theme.panel)), np.array(to_rgb(colour))
    mixed = start + np.linspace(0, 1, LEVELS)[:, None] * (end - start)
    found = np.append(np.round(mixed * 255) / 255, np.ones((LEVELS, 1)), axis=1)
    found[0, 3] = 0
    return found


def veil_of(theme: Theme) -> str:
    """Return the colour of what chance reaches, as a hex string."""
    red, green, blue = map(float, ramp(theme, theme.ideal)[int(level_of(VEIL)), :3])
    return to_hex((red, green, blue))


def strength(counts: np.ndarray, presence: np.ndarray) -> np.ndarray:
    """Return the level of each bar: lower with few examples, and while it fades.

    Args:
        counts: [B] examples.
        presence: [B] in [0, 1].

    Returns:
        [B] integers in [0, LEVELS).
    """
    sure = np.sqrt(np.clip(counts / _FULL_COUNT, 0, 1))
    return level_of((_FAINTEST + (1 - _FAINTEST) * sure) * presence)


def level_of(strength: np.ndarray | float) -> np.ndarray:
    """Return the level of strengths in [0, 1]: integers in [0, LEVELS) of the same shape."""
    return np.round(np.multiply(strength, LEVELS - 1)).astype(int)


def flat_colours(theme: Theme, runs: int) -> np.ndarray:
    """Return every colour that fills an area of a picture of ``runs`` runs, uint8 [C, 3]."""
    names = ("background", "panel", "text", "muted", "grid", "ideal")
    plain = [getattr(theme, name) for name in names]
    filled = [theme.over, theme.points]
    for rank in range(runs):
        filled += [theme.of_run(rank).accuracy, theme.of_run(rank).under]
    colours = [np.array([to_rgb(colour) for colour in plain])]
    colours.append(ramp(theme, theme.ideal)[: level_of(VEIL) + 1, :3])
    colours += [ramp(theme, colour)[:, :3] for colour in filled]
    return np.unique(np.round(np.concatenate(colours) * 255).astype(np.uint8), axis=0)

"""Colours of bodies that come and go: few levels between the panel and a colour."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb

from anim.settings.themes import Theme, run_colours

# Levels of presence between 0 (nothing) and 1: few, so that they fit into a GIF's palette.
LEVELS = 8
# Colours of areas and lines that never fade, and of those that do.
_STEADY = (
    "background", "panel", "text", "muted", "grid", "ideal", "cap", "ghost",
    "under_text", "over_text",
)  # fmt: skip
_FADING = ("bar", "under", "over", "under_pale", "over_pale", "dot", "wrong")


def ramp(theme: Theme, colour: str) -> np.ndarray:
    """Return the colours [LEVELS, 4], RGBA in [0, 1], from the theme's panel to a colour.

    They are whole 8-bit steps, and opaque except for the first, which is fully transparent.
    """
    start, end = np.array(to_rgb(theme.panel)), np.array(to_rgb(colour))
    mixed = start + np.linspace(0, 1, LEVELS)[:, None] * (end - start)
    found = np.append(np.round(mixed * 255) / 255, np.ones((LEVELS, 1)), axis=1)
    found[0, 3] = 0
    return found


def level_of(presence: np.ndarray | float) -> np.ndarray:
    """Return the level of presences in [0, 1]: integers in [0, LEVELS) of the same shape."""
    return np.round(np.multiply(presence, LEVELS - 1)).astype(int)


def flat_colours(theme: Theme, runs: int, *, is_sweep: bool = False) -> np.ndarray:
    """Return every colour that fills an area of a picture of ``runs`` runs, uint8 [C, 3]."""
    plain = [getattr(theme, name) for name in _STEADY] + list(
        run_colours(theme, runs, is_sweep=is_sweep)
    )
    colours = [np.array([to_rgb(colour) for colour in plain])]
    colours += [ramp(theme, getattr(theme, name))[:, :3] for name in _FADING]
    return np.unique(np.round(np.concatenate(colours) * 255).astype(np.uint8), axis=0)

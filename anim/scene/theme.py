"""Colours and measures of the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.colors import to_rgb

# Strengths of a bar's colour between 0 (background) and 1; few enough for a GIF's palette.
LEVELS = 16
# A bin of this many examples has a standard error of at most 0.05 and is drawn in full colour.
FULL_COUNT = 100
_FAINTEST = 0.3
# How much of the ideal line's colour fills what chance reaches.
VEIL = 2 / 15


@dataclass(frozen=True)
class Theme:
    """Colours as hex strings.

    Attributes:
        background, text, muted, grid: of the page.
        accuracy: bars, and lines over time.
        under: the gap to the ideal where the model is under-confident.
        over: the gap where it is over-confident; wrong predictions too.
        points: counts.
        ideal: the line of perfect calibration.
        runs: accuracy and under of the second run of a picture, the third, ...
    """

    background: str
    text: str
    muted: str
    grid: str
    accuracy: str
    under: str
    over: str
    points: str
    ideal: str
    runs: tuple[tuple[str, str], ...]

    def of_run(self, rank: int) -> Theme:
        """The theme in the colours of a run."""
        accuracy, under = ((self.accuracy, self.under), *self.runs)[rank]
        return replace(self, accuracy=accuracy, under=under)

    def ramp(self, colour: str) -> np.ndarray:
        """[LEVELS, 4] RGBA from the background to the colour, opaque, on whole 8-bit steps."""
        start, end = np.array(to_rgb(self.background)), np.array(to_rgb(colour))
        mixed = start + np.linspace(0, 1, LEVELS)[:, None] * (end - start)
        return np.append(np.round(mixed * 255) / 255, np.ones((LEVELS, 1)), axis=1)

    def flat_colours(self, runs: int = 1) -> np.ndarray:
        """[C, 3] uint8: every colour that fills an area of a picture of so many runs."""
        plain = [getattr(self, name) for name in ("background", "text", "muted", "grid", "ideal")]
        filled = [self.over, self.points]
        for theme in map(self.of_run, range(runs)):
            filled += [theme.accuracy, theme.under]
        colours = [np.array([to_rgb(colour) for colour in plain])]
        colours.append(self.ramp(self.ideal)[: level_of(VEIL) + 1, :3])
        colours += [self.ramp(colour)[:, :3] for colour in filled]
        return np.unique(np.round(np.concatenate(colours) * 255).astype(np.uint8), axis=0)


LIGHT = Theme(
    background="#ffffff",
    text="#1b1f24",
    muted="#57606a",
    grid="#e4e7eb",
    accuracy="#1f6feb",
    under="#a8d1ff",
    over="#f08a3c",
    points="#c4cad1",
    ideal="#1b1f24",
    runs=(
        ("#039358", "#8acdb2"),
        ("#62388a", "#c7b8d6"),
        ("#6d1837", "#d1b7c0"),
        ("#584700", "#c4bea4"),
        ("#6c7781", "#b9bfc3"),
    ),
)
DARK = Theme(
    background="#0d1117",
    text="#e6edf3",
    muted="#9198a1",
    grid="#262c34",
    accuracy="#2a70e0",
    under="#b9d8fb",
    over="#e0813a",
    points="#59626d",
    ideal="#f0f6fc",
    runs=(
        ("#128a4a", "#bad8c8"),
        ("#884bb7", "#decdeb"),
        ("#ed1855", "#fabdcf"),
        ("#746406", "#d8d3b9"),
        ("#60656a", "#d2d4d5"),
    ),
)
THEMES = {"light": LIGHT, "dark": DARK}


def strength(counts: np.ndarray, presence: np.ndarray) -> np.ndarray:
    """Which of the `LEVELS` a bar is drawn in: fainter with few examples, fading as it goes.

    Args:
        counts: [B] examples.
        presence: [B] in [0, 1].

    Returns:
        [B] integers in [0, LEVELS).
    """
    sure = np.sqrt(np.clip(counts / FULL_COUNT, 0, 1))
    solid = (_FAINTEST + (1 - _FAINTEST) * sure) * presence
    return level_of(solid)


def level_of(strength):
    """Which of the `LEVELS` a strength in [0, 1] is, integers of its shape."""
    return np.round(np.multiply(strength, LEVELS - 1)).astype(int)

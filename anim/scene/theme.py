"""Colours, fonts and measures of the picture."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.colors import to_rgb

from anim.scene import sheet
from anim.scene.colours import READABLE, apart, contrast, luminance, mix, readable
from anim.settings import Picture

# Strengths of a bar's colour between 0 (background) and 1; few enough for a GIF's palette.
LEVELS = 16
# A bin of this many examples has a standard error of at most 0.05 and is drawn in full colour.
FULL_COUNT = 100
_FAINTEST = 0.3
# How much of the ideal line's colour fills what chance reaches.
VEIL = 2 / 15
# In lightness L*: what differs by less is one shade of grey to many readers.
_APART = 9
# On the way from a colour to that of what is under it.
_TINTS = np.linspace(0.2, 0.8, 13)


@dataclass(frozen=True)
class Measures:
    """Sizes, in pixels of the reference design unless said otherwise.

    Attributes:
        unit: pixels of a picture for one of the reference design; None lets them grow with it.
        title: of the headline's letters; so ``name`` of those over a cell, ``label`` of axes'
            names, ``small`` of legends and numbers on axes, and ``caption``.
        title_at: from the top to the headline's baseline; so ``caption_at`` and ``header``, to
            the panels.
        beside: from a y axis to its name.
        stroke: how thick lines are, as a multiple of the reference design's.
        is_plain: whether a caption stands below the picture: it needs neither a default headline
            nor what was trained.
        embeds_truetype: whether fonts in a PDF are TrueType, which publishers ask for. Those of
            other scripts often are none, so it is not for all.
    """

    unit: float | None = None
    title: float = 18
    name: float = 13
    caption: float = 12.5
    label: float = 12
    small: float = 11.5
    title_at: float = 30
    caption_at: float = 54
    header: float = 66
    beside: float = 44
    stroke: float = 1
    is_plain: bool = False
    embeds_truetype: bool = False


# Letters of 8 points in axes' names, of 7.5 in numbers, however large the picture is.
_PRINT = Measures(
    unit=0.75,
    title=16,
    name=8 / 0.5625,
    caption=8 / 0.5625,
    label=8 / 0.5625,
    small=7.5 / 0.5625,
    title_at=17,
    caption_at=37,
    header=43,
    beside=42,
    stroke=0.7,
    is_plain=True,
    embeds_truetype=True,
)


@dataclass(frozen=True)
class Theme:
    """Colours as hex strings, and fonts.

    Attributes:
        background, text, muted, grid: of the page.
        panel: what panels stand on, the background as a rule.
        accuracy: bars, and lines over time.
        under: the gap to the ideal where the model is under-confident.
        over: the gap where it is over-confident; wrong predictions too.
        points: counts.
        ideal: the line of perfect calibration.
        runs: accuracy and under of the second run of a picture, the third, ...
        fonts: names of families, of which the first one that is installed counts, and a generic
            one (``serif``, ``sans-serif``) at the end.
        measures: sizes.
        is_transparent: whether there is no background.
    """

    background: str
    panel: str
    text: str
    muted: str
    grid: str
    accuracy: str
    under: str
    over: str
    points: str
    ideal: str
    runs: tuple[tuple[str, str], ...]
    fonts: tuple[str, ...] = ("DejaVu Sans", "sans-serif")
    measures: Measures = Measures()
    is_transparent: bool = False

    @property
    def behind(self) -> tuple[str, str]:
        """What figure and panels are filled with, as matplotlib says it."""
        return ("none", "none") if self.is_transparent else (self.background, self.panel)

    def of_run(self, rank: int) -> Theme:
        """The theme in the colours of a run."""
        accuracy, under = ((self.accuracy, self.under), *self.runs)[rank]
        return replace(self, accuracy=accuracy, under=under)

    def ramp(self, colour: str) -> np.ndarray:
        """[LEVELS, 4] RGBA from the panel to the colour, on whole 8-bit steps.

        They are opaque, but for the first one, which is nothing.
        """
        start, end = np.array(to_rgb(self.panel)), np.array(to_rgb(colour))
        mixed = start + np.linspace(0, 1, LEVELS)[:, None] * (end - start)
        ramp = np.append(np.round(mixed * 255) / 255, np.ones((LEVELS, 1)), axis=1)
        ramp[0, 3] = 0
        return ramp

    def flat_colours(self, runs: int = 1) -> np.ndarray:
        """[C, 3] uint8: every colour that fills an area of a picture of so many runs."""
        names = ("background", "panel", "text", "muted", "grid", "ideal")
        plain = [getattr(self, name) for name in names]
        filled = [self.over, self.points]
        for theme in map(self.of_run, range(runs)):
            filled += [theme.accuracy, theme.under]
        colours = [np.array([to_rgb(colour) for colour in plain])]
        colours.append(self.ramp(self.ideal)[: level_of(VEIL) + 1, :3])
        colours += [self.ramp(colour)[:, :3] for colour in filled]
        return np.unique(np.round(np.concatenate(colours) * 255).astype(np.uint8), axis=0)


LIGHT = Theme(
    background="#ffffff",
    panel="#ffffff",
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
    panel="#0d1117",
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
PAPER = Theme(
    background="#ffffff",
    panel="#ffffff",
    text="#000000",
    muted="#303030",
    grid="#e2e2e2",
    accuracy="#3a6db4",
    under="#bcd3ee",
    over="#e08a45",
    points="#c6c6c6",
    ideal="#000000",
    runs=LIGHT.runs,
    fonts=("STIXGeneral", "STIX Two Text", "Times New Roman", "serif"),
    measures=_PRINT,
)
THEMES = {"light": LIGHT, "dark": DARK, "paper": PAPER}


def theme_of(picture: Picture) -> Theme:
    """How a picture looks: its theme, with what its style sheet says instead.

    A text of the sheet that is hard to read is drawn as it is, with a warning that names its key.

    Raises:
        SettingError: there is no such style sheet.
    """
    if picture.style is None:
        theme = THEMES[picture.theme or "light"]
    else:
        keys = sheet.read(picture.style)
        behind = sheet.colour(keys, "figure.facecolor", "axes.facecolor")
        is_dark = behind is not None and luminance(behind[1]) < _DARK
        theme = _styled(THEMES[picture.theme or ("dark" if is_dark else "light")], keys)
    return replace(theme, is_transparent=picture.transparent)


def measures_of(picture: Picture) -> Measures:
    """The sizes of a picture, which no style sheet changes."""
    return THEMES[picture.theme or "light"].measures


# The luminance on which black and white are equally well read.
_DARK = 0.179


def _styled(base: Theme, keys: Mapping) -> Theme:
    """A theme with the colours and fonts of a style sheet, and what follows from them."""
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
    colours = sheet.cycle(keys)
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
        fonts=tuple(dict.fromkeys([*sheet.fonts(keys, base.fonts[-1]), *base.fonts])),
    )


def _said(keys: Mapping, otherwise: str, *names: str) -> str:
    found = sheet.colour(keys, *names)
    return otherwise if found is None else found[1]


def _warn_of_faint(keys: Mapping, background: str) -> None:
    for names in (("text.color",), ("xtick.labelcolor", "xtick.color", "axes.labelcolor")):
        found = sheet.colour(keys, *names)
        if found is not None and contrast(found[1], background) < READABLE:
            name, colour = found
            warnings.warn(
                f"style: {name} {colour} is hard to read on {background}: its contrast is "
                f"{contrast(colour, background):.1f}:1, a text needs {READABLE:g}:1",
                stacklevel=2,
            )


def _grid(keys: Mapping, base: Theme, panel: str, text: str) -> str:
    """That of the sheet, unless it has no grid and means a line as strong as its text."""
    found = sheet.colour(keys, "grid.color", over=panel)
    if found is not None and (keys.get("axes.grid") or contrast(found[1], panel) < READABLE):
        return mix(panel, found[1], float(np.clip(keys.get("grid.alpha", 1.0), 0, 1)))
    return base.grid if panel == base.panel else mix(panel, text, 0.12)


def _tint(accuracy: str, panel: str, over: str, kept: str | None = None) -> str:
    """A colour for the gap beside a bar: ``kept``, where that stands apart from all around it.

    Otherwise a tint of the bar's own colour towards the panel or, where bar and panel are alike,
    away from it.
    """
    around = [accuracy, panel, over]
    if kept is not None and apart(kept, around) >= _APART:
        return kept
    away = readable(accuracy, panel, 21)
    for end in (panel, away):
        best = _between(accuracy, end, around)
        if apart(best, around[:2]) >= _APART:
            return best
    return best


def _between(start: str, end: str, others: list[str]) -> str:
    """The mixture of two colours that is farthest from others in grey."""
    mixtures = (mix(start, end, share) for share in _TINTS)
    return max(mixtures, key=lambda mixture: apart(mixture, others))


def _points(base: Theme, panel: str, over: str, text: str) -> str:
    """A grey between panel and text that stands apart from what is wrong among the points."""
    if apart(base.points, [panel, over]) >= _APART:
        return base.points
    return _between(text, panel, [panel, over])


def _filled(runs: list[tuple[str, str]], base: Theme, taken: list[str]) -> tuple:
    """Colours of further runs: where the sheet has too few, those of the theme least like them."""
    found, left = runs[: len(base.runs)], list(base.runs)
    while len(found) < len(base.runs):
        known = [np.array(to_rgb(colour)) for colour in (*taken, *(one for one, _ in found))]
        best = max(left, key=lambda run: min(np.abs(to_rgb(run[0]) - one).sum() for one in known))
        found.append(best)
        left.remove(best)
    return tuple(found)


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

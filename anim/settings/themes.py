"""The table of themes: colours, fonts and sizes. Another theme is another entry of `THEMES`."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Sizes, in pixels of the reference design unless said otherwise.

    Attributes:
        size: width and height of a picture with two panels, in pixels of the picture.
        panel_height: what each further panel adds to the height.
        names_height: what names above a run and its recalibration add to the height.
        unit: pixels of a picture per pixel of the reference design; None scales with the picture.
        title, name, caption, label, small: sizes of letters: of the headline, of names above cells,
            of the caption, of names of axes, of legends and numbers on axes.
        title_at, caption_at: from the top to the baselines of headline and caption.
        header: from the top to the panels.
        beside: from a y axis to its name.
        stroke: width of lines, relative to the reference design.
        is_plain: whether the picture gets a caption where it is printed: it then has no default
            headline and no caption of its own.
        embeds_truetype: whether fonts in a PDF are TrueType, as publishers require. Not for every
            theme, since fonts of other scripts often cannot be embedded like that.
    """

    size: tuple[int, int] = (768, 600)
    panel_height: int = 0
    names_height: int = 0
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


@dataclass(frozen=True, kw_only=True)
class Theme:
    """How a picture looks. Colours are hex strings.

    Attributes:
        background: of the picture.
        panel: behind the bars and lines; usually the background.
        text, muted: of the headline, and of other text.
        grid: of lines at ticks.
        accuracy: of bars, and of lines over time.
        under: of the gap to the ideal if the model is under-confident.
        over: of the gap to the ideal if the model is over-confident, and of wrong predictions.
        points: of counts.
        ideal: of the line of perfect calibration.
        runs: ``accuracy`` and ``under`` of the second run, the third, ...
        fonts: names of families, the first installed one counts; at the end a generic family
            (``serif``, ``sans-serif``).
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
        """Face colours of figure and panels, as matplotlib takes them."""
        return ("none", "none") if self.is_transparent else (self.background, self.panel)

    def of_run(self, rank: int) -> Theme:
        """Return the theme in the colours of a run, 0 for the first."""
        accuracy, under = ((self.accuracy, self.under), *self.runs)[rank]
        return replace(self, accuracy=accuracy, under=under)


_RUNS_ON_WHITE = (
    ("#039358", "#8acdb2"),
    ("#62388a", "#c7b8d6"),
    ("#6d1837", "#d1b7c0"),
    ("#584700", "#c4bea4"),
    ("#6c7781", "#b9bfc3"),
)

THEMES: dict[str, Theme] = {
    "light": Theme(
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
        runs=_RUNS_ON_WHITE,
    ),
    "dark": Theme(
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
    ),
    "paper": Theme(
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
        runs=_RUNS_ON_WHITE,
        fonts=("STIXGeneral", "STIX Two Text", "Times New Roman", "serif"),
        # As wide as a column of a printed page, with letters of 8 points for names of axes and of
        # 7.5 for numbers, at any size of picture.
        measures=Measures(
            size=(328, 300),
            panel_height=66,
            names_height=32,
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
        ),
    ),
}

# Without a choice. The page of a reader who prefers dark pages has the dark theme.
DEFAULT_THEME = "light"


def sizes_in_words() -> str:
    """Return the sizes of pictures, e.g. ``768x600; 328x300 or taller for paper``."""
    default = THEMES[DEFAULT_THEME].measures
    sizes = ["{}x{}".format(*default.size)]
    for name, theme in THEMES.items():
        if theme.measures.size != default.size:
            taller = " or taller" if theme.measures.panel_height else ""
            sizes.append("{}x{}".format(*theme.measures.size) + f"{taller} for {name}")
    return "; ".join(sizes)

"""The table of themes: colours, fonts and sizes. Another theme is another entry of `THEMES`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Sizes, in pixels of the reference design unless said otherwise.

    Attributes:
        size: width and height of a picture with a diagram and strips, in pixels of the picture.
        strips: how many of them.
        panel_height: what each further strip adds to the height. Columns of counts add as much as
            two, a picture of strips alone has room for one more.
        beside_height: what a picture lacks whose strips are beside the diagrams of runs; 0 if there
            is no room for strips beside them.
        names_height: what names above several runs add to the height.
        row_height: what each further row of runs adds to the height.
        labels_height: what a row adds that has labels of its own since the last one is not full.
        class_columns: how many panels of classes stand side by side at most.
        class_rows: rows of panels of classes that a picture has room for.
        class_height: what each further row of them adds to the height.
        unit: pixels of a picture per pixel of the reference design; None scales with the picture.
        title, name, caption, label, small: sizes of letters: of the headline, of names above cells,
            of the caption, of names of axes, of keys and numbers on axes.
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
    strips: int = 2
    panel_height: int = 96
    beside_height: int = 138
    names_height: int = 0
    row_height: int = 370
    labels_height: int = 36
    class_columns: int = 4
    class_rows: int = 2
    class_height: int = 184
    unit: float | None = None
    title: float = 18
    name: float = 13
    caption: float = 12.5
    label: float = 12
    small: float = 11.5
    title_at: float = 32
    caption_at: float = 58
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
        bar: of the body of bars, which says nothing.
        cap: of the line on top of a bar, and of the line over time of the only run.
        under: of the gap to the ideal if the model is under-confident.
        over: of the gap to the ideal if the model is over-confident.
        under_pale, over_pale: of the part of the gap that chance may make.
        under_text, over_text: of words that are in the colour of a gap.
        ideal: of the line of perfect calibration.
        dot, wrong: of a right and of a wrong one among a hundred predictions.
        ghost: of lines of what is to come.
        runs: of the name and the line of each of several runs.
        sweep: from the first to the last run of an ordered sweep, see `sweep_colours`.
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
    bar: str
    cap: str
    under: str
    over: str
    under_pale: str
    over_pale: str
    under_text: str
    over_text: str
    ideal: str
    dot: str
    wrong: str
    ghost: str
    runs: tuple[str, ...]
    sweep: tuple[str, ...]
    fonts: tuple[str, ...] = ("DejaVu Sans", "sans-serif")
    measures: Measures = Measures()
    is_transparent: bool = False

    @property
    def behind(self) -> tuple[str, str]:
        """Face colours of figure and panels, as matplotlib takes them."""
        return ("none", "none") if self.is_transparent else (self.background, self.panel)


_RUNS_ON_WHITE = ("#480050", "#227788", "#003300", "#bb5555", "#665500", "#664455")
_SWEEP_ON_WHITE = ("#4d8060", "#1d5a55", "#12203a")

THEMES: dict[str, Theme] = {
    "light": Theme(
        background="#ffffff",
        panel="#ffffff",
        text="#1b1f24",
        muted="#57606a",
        grid="#e9ecef",
        bar="#dde2e8",
        cap="#3d444d",
        under="#1a66e0",
        over="#e8640f",
        under_pale="#9cc3fb",
        over_pale="#ffc29a",
        under_text="#1a66e0",
        over_text="#b84a00",
        ideal="#1b1f24",
        dot="#8b949e",
        wrong="#000000",
        ghost="#c4cbd3",
        runs=_RUNS_ON_WHITE,
        sweep=_SWEEP_ON_WHITE,
    ),
    "dark": Theme(
        background="#0d1117",
        panel="#0d1117",
        text="#e6edf3",
        muted="#9198a1",
        grid="#1f252d",
        bar="#262d36",
        cap="#d0d7de",
        under="#4a98f7",
        over="#ff9a4d",
        under_pale="#1f4a7d",
        over_pale="#7a4420",
        under_text="#58a6ff",
        over_text="#ff9a4d",
        ideal="#f0f6fc",
        dot="#6e7781",
        wrong="#ffffff",
        ghost="#3d444d",
        runs=("#bbddaa", "#448899", "#eeccff", "#997711", "#11bbaa", "#778866"),
        sweep=("#58876c", "#7fc0b0", "#e6f2c8"),
    ),
    "paper": Theme(
        background="#ffffff",
        panel="#ffffff",
        text="#000000",
        muted="#303030",
        grid="#e6e6e6",
        bar="#e4e4e4",
        cap="#303030",
        under="#1248a0",
        over="#e2701c",
        under_pale="#8cacdf",
        over_pale="#f2c19a",
        under_text="#1248a0",
        over_text="#b84a00",
        ideal="#000000",
        dot="#8f8f8f",
        wrong="#000000",
        ghost="#c2c2c2",
        runs=_RUNS_ON_WHITE,
        sweep=_SWEEP_ON_WHITE,
        fonts=("STIXGeneral", "STIX Two Text", "Times New Roman", "serif"),
        # As wide as a column of a printed page, with letters of 8 points for names of axes and of
        # 7.5 for numbers, at any size of picture.
        measures=Measures(
            size=(328, 300),
            strips=1,
            panel_height=74,
            beside_height=0,
            names_height=32,
            row_height=200,
            labels_height=28,
            class_columns=2,
            class_rows=1,
            class_height=112,
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
    """Return the sizes of pictures, such as ``768x600, 328x300 for paper``."""
    default = THEMES[DEFAULT_THEME].measures
    sizes = ["{}x{}".format(*default.size)]
    for name, theme in THEMES.items():
        if theme.measures.size != default.size:
            sizes.append("{}x{}".format(*theme.measures.size) + f" for {name}")
    return f"{', '.join(sizes)}; taller for many panels or runs"


def run_colours(
    theme: Theme, count: int, *, is_sweep: bool = False, is_one: bool = False
) -> tuple[str, ...]:
    """Return the colours of names and lines of ``count`` runs.

    Args:
        theme: how the picture looks.
        count: 1 to 6. The only run has the colour of caps.
        is_sweep: whether the runs are in an order, of which a ramp of colours tells.
        is_one: whether they are parts of one run, any number of them.
    """
    if count == 1 or is_one:
        return (theme.cap,) * count
    return sweep_colours(theme, count) if is_sweep else theme.runs[:count]


def sweep_colours(theme: Theme, count: int) -> tuple[str, ...]:
    """Return ``count`` colours, hex strings, of an ordered sweep: ever farther from the background.

    They are evenly spaced between the colours of ``theme.sweep``, mixed in sRGB; the last one is
    the last of these, and so is the only one.
    """
    stops = [[int(one[at : at + 2], 16) for at in (1, 3, 5)] for one in theme.sweep]
    found = []
    for rank in range(count):
        at = (len(stops) - 1) * (rank / (count - 1) if count > 1 else 1)
        start = min(int(at), len(stops) - 2)
        mixed = zip(stops[start], stops[start + 1], strict=True)
        parts = [round(one + (at - start) * (other - one)) for one, other in mixed]
        found.append("#{:02x}{:02x}{:02x}".format(*parts))
    return tuple(found)

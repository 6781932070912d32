"""The table of panels: names, what they show, and the series that a strip draws.

Another strip is another entry of `PANELS`: settings, pictures, pages and help read this table. A
strip can draw whatever was recorded, and every metric of `anim.metrics`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from anim.metrics import CHANCE

# Before the name of a recorded scalar, as the name of a panel.
METRIC = "metric:"

# Scales of a strip's y axis: up to 1, with the values in view; linear and including 0; logarithmic
# to base 2, with a line at 1.
UNIT, ZERO_BASED, LOG2 = "unit", "zero-based", "log2"


@dataclass(frozen=True, kw_only=True)
class Strip:
    """What a panel draws over time.

    Attributes:
        series: names of series and, for a key, what each of them is in the field's terms. Of
            several runs only the first one is drawn.
        title: name of the y axis.
        scale: `UNIT`, `ZERO_BASED` or `LOG2`.
        hint: end of the error message if no run has any of the series: how to get one.
        needs_recalibration: whether only recalibrated runs have the series. A series that somebody
            recorded under the same name is something else.
        is_gap: whether the area between the first two lines is filled: where the first one is
            higher the model is under-confident.
    """

    series: Mapping[str, str]
    title: str
    scale: str = ZERO_BASED
    hint: str = ""
    needs_recalibration: bool = False
    is_gap: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """An entry of the table.

    Attributes:
        name: as a user writes it.
        shows: what it shows, as a phrase for tables of help.
        strip: what it draws over time; None for a panel that shows a moment, which
            `anim.panels.layout` and both painters know by its name.
    """

    name: str
    shows: str
    strip: Strip | None = None

    @property
    def shows_time(self) -> bool:
        return self.strip is not None


PANELS: dict[str, Panel] = {
    panel.name: panel
    for panel in (
        Panel(
            name="reliability",
            shows="how often the model is right at each score, its gap to the ideal line, and a "
            "hundred dots for all examples",
        ),
        Panel(
            name="counts",
            shows="right and wrong predictions by score, stacked",
        ),
        Panel(
            name="accuracy",
            shows="accuracy and mean confidence over time: how often the model is right, and how "
            "sure it says it is",
            strip=Strip(
                series={"accuracy": "accuracy", "confidence": "mean confidence"},
                title="accuracy",
                scale=UNIT,
                is_gap=True,
            ),
        ),
        Panel(
            name="ece",
            shows="expected calibration error (ECE) over time, and that of chance",
            strip=Strip(
                series={
                    "ece": "measured",
                    CHANCE: "of a calibrated model, by chance",
                },
                title="ECE",
            ),
        ),
        Panel(
            name="loss",
            shows="validation and training loss over time",
            strip=Strip(
                series={"nll": "validation", "train_loss": "training", "loss": "recorded"},
                title="loss",
            ),
        ),
        Panel(
            name="temperature",
            shows="the temperature over time, beside `--calibrate temperature`",
            strip=Strip(
                series={"temperature": "temperature"},
                title="temperature",
                scale=LOG2,
                hint="; use --calibrate temperature",
                needs_recalibration=True,
            ),
        ),
    )
}


def panel_of(name: str) -> Panel:
    """Return the panel of a name.

    Args:
        name: a key of `PANELS`, or ``metric:NAME`` for a strip of a recorded scalar.
    """
    if not name.startswith(METRIC):
        return PANELS[name]
    series = name.removeprefix(METRIC)
    strip = Strip(series={series: _meaning_of(series)}, title=series)
    return Panel(name=name, shows=f"{series} over time", strip=strip)


def series_of(panels: Iterable[str]) -> set[str]:
    """Return the names of all series that panels draw over time."""
    strips = (panel_of(name).strip for name in panels)
    return {series for strip in strips if strip is not None for series in strip.series}


def _meaning_of(series: str) -> str:
    strips = [panel.strip for panel in PANELS.values() if panel.strip is not None]
    return next((strip.series[series] for strip in strips if series in strip.series), series)

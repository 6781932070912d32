"""What is computed from predictions: views, bins, curves, bands and recalibrations."""

from __future__ import annotations

from dataclasses import dataclass

from anim.settings.curves import BARS, CURVES, curves_in_words
from anim.settings.fields import Settings, require, setting
from anim.settings.limits import Custom, OneOf, Share, Whole, one_of
from anim.settings.parsing import BANDS, band_of, names_of, several_of
from anim.settings.text import value_text
from anim.settings.views import BINS_IN_WORDS, CLASSES, EXAMPLES_A_BIN, views_in_words

BINNINGS = ("width", "mass")
# Methods of recalibration, and what each calls a run.
RECALIBRATIONS = {
    "temperature": "temperature-scaled",
    "vector": "vector-scaled",
    "isotonic": "isotonic regression",
}
# This method adds a series of that name, which a panel of that name draws.
TEMPERATURE = "temperature"
HELD_OUT = 0.5
MAX_BINS = 256


def _check_curve(name: str, value: object) -> None:
    one_of(name, value, CURVES)


def _check_band(name: str, value: object) -> None:
    one_of(name, value, BANDS)


def _check_names(name: str, value: object) -> None:
    names = value if isinstance(value, tuple) else (value,)
    is_some = bool(names) and all(isinstance(one, str) for one in names)
    is_once = len(set(names)) == len(names)
    require(is_some and is_once, name, f"expected names, each once, got {value_text(value)}")


@dataclass(frozen=True, kw_only=True)
class Statistics(Settings):
    """What is computed from the predictions."""

    view: str | None = setting(
        None,
        f"the scores on the x axis: {views_in_words()}",
        instead_of_none="score for two classes, else confidence",
    )
    calibrate: str | None = setting(
        None,
        "recalibrate each run and show it beside the original, by scaling of logits or by "
        "regression of scores",
        OneOf(tuple(RECALIBRATIONS)),
        metavar="METHOD",
        instead_of_none="no recalibration",
    )
    held_out: float | None = setting(
        None,
        "share of the examples to fit the recalibration on; the others are shown",
        Share(),
        metavar="SHARE",
        instead_of_none=f"{HELD_OUT:g}",
    )
    by: tuple[str, ...] | None = setting(
        None,
        "show groups of the examples side by side: those of a grouping that was recorded, or of "
        "several that are crossed",
        Custom(_check_names),
        metavar="NAME,...",
        instead_of_none="all examples together",
        parse=names_of,
        convert=names_of,
        accepts="Sequence[str] | str",
    )
    only: tuple[str, ...] | None = setting(
        None,
        "the groups to show, in this order",
        Custom(_check_names),
        metavar="GROUP",
        instead_of_none="all, the largest first, up to six",
        convert=several_of,
        accepts="Sequence[str] | str",
    )
    curve: str = setting(
        BARS,
        f"{BARS}, or a curve without bins: {curves_in_words()}",
        Custom(_check_curve),
        metavar="KIND",
    )
    band: str | None = setting(
        BANDS[0],
        "how much of a gap chance may make, which is faint: no bar of 95 % of calibrated models "
        "goes beyond (simultaneous), or 95 % of their single bars do not (pointwise)",
        Custom(_check_band),
        metavar="KIND",
        convert=band_of,
        accepts="str | bool | None",
        for_commands="--no-band paints every gap full",
        can_be_off=True,
    )
    intervals: bool = setting(
        False, "show 95 % intervals of each bar and of the ECE, for independent examples"
    )
    bins: int | None = setting(
        None,
        "number of bins",
        Whole(1, MAX_BINS),
        instead_of_none=f"one for each {EXAMPLES_A_BIN} examples, if there is room: "
        + BINS_IN_WORDS,
    )
    binning: str = setting(
        "width", "bins of equal width, or of equal mass (quantiles)", OneOf(BINNINGS)
    )

    @property
    def held_out_share(self) -> float:
        """The share of the examples that a recalibration is fitted on."""
        return HELD_OUT if self.held_out is None else self.held_out

    @property
    def is_by_class(self) -> bool:
        """Whether panels of the classes of one run are asked for."""
        return self.view == CLASSES

    def check_together(self) -> None:
        super().check_together()
        problem = f"cannot be used with the view {CLASSES}; the view class:NAME shows one of them"
        for name in ("calibrate", "by"):
            require(not self.is_by_class or getattr(self, name) is None, name, problem)
        has_method = self.held_out is None or self.calibrate is not None
        require(has_method, "held_out", "requires `calibrate`")
        require(self.only is None or self.by is not None, "only", "requires `by`")

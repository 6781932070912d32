"""The table of curves: how the share of hits is drawn over the scores, in bars or as a curve.

Another curve is another entry of `CURVES`, and the functions that it names: settings, statistics,
pictures and pages read this table.
"""

from __future__ import annotations

from dataclasses import dataclass

# The name of the entry that is no curve: bars of bins.
BARS = "bars"
# With fewer examples there is no bar, and no curve.
FEWEST = 5


@dataclass(frozen=True, kw_only=True)
class CurveKind:
    """An entry of the table.

    Attributes:
        name: as a user writes it.
        shows: what a curve is, as a phrase for help.
        function: ``module:NAME`` of a function of scores [N] in [0, 1], hits [N] and a number P of
            places, evenly from 0 to 1. It returns an `anim.calibration.smooth.Curve` [P]. "" for
            bars.
        band: ``module:NAME`` of a function of the same arguments and a keyword ``band``, one of
            `anim.settings.BANDS`. It returns where the curve of a calibrated model lies by chance,
            an `anim.calibration.Interval` [P]. "" for bars, and for a curve without a band.
    """

    name: str
    shows: str = ""
    function: str = ""
    band: str = ""

    @property
    def is_bars(self) -> bool:
        return not self.function

    @property
    def has_band(self) -> bool:
        """Whether there is a band; that of bars follows from their counts."""
        return self.is_bars or bool(self.band)


CURVES: dict[str, CurveKind] = {
    curve.name: curve
    for curve in (
        CurveKind(name=BARS),
        CurveKind(
            name="smooth",
            shows="kernel regression",
            function="anim.calibration.smooth:kernel_curve",
            band="anim.calibration.curve_bands:kernel_band",
        ),
        CurveKind(
            name="isotonic",
            shows="CORP",
            function="anim.calibration.smooth:isotonic_curve",
            band="anim.calibration.curve_bands:isotonic_band",
        ),
    )
}


def curves_in_words() -> str:
    """Return the names of the curves and what they are, without bars, for help."""
    curves = [curve for curve in CURVES.values() if not curve.is_bars]
    *first, last = (f"{curve.name} ({curve.shows})" for curve in curves)
    return f"{', '.join(first)} or {last}"

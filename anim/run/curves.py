"""Curves of a run without bins, where chance may make them lie, and how far off they are."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from anim.calibration.views import View
from anim.errors import SettingError
from anim.run import summaries
from anim.run.labels import of_view
from anim.run.passes import Passes
from anim.run.statistics import CurveBand, ReliabilityCurve
from anim.settings import BANDS, CURVES, one_of, whole

CURVE_POINTS = 401


class RunCurves(ABC):
    """The methods of `anim.Run` that return curves."""

    _passes: Passes

    @abstractmethod
    def _view(self, name: str | None) -> View:
        """Return a view of this run, the default one without a name."""

    @of_view
    def curve(
        self, view: str | None = None, kind: str = "smooth", points: int = CURVE_POINTS
    ) -> np.ndarray:
        """Return the reliability of every snapshot as a curve without bins.

        Args:
            view: as for `reliability`.
            kind: a curve of `anim.settings.CURVES`: ``smooth`` (kernel regression) or ``isotonic``
                (CORP).
            points: P places, evenly from 0 to 1.

        Returns:
            [S, P], the share at each place: see `anim.calibration.kernel_curve` and
            `isotonic_curve`. NaN where there are too few examples: where no 5 that are at most
            0.1 apart are around a score; where the kernel reaches fewer than 5; and below the
            first and above the last step of an isotonic curve that has 5.

        Raises:
            SettingError: an unknown view, class or kind, or less than two points.
        """
        key = self._curve(view, kind, points)
        return self._passes.compute([key, *summaries.FOR_METRICS])[key].values.share

    @of_view
    def curve_distance(self, view: str | None = None, kind: str = "smooth") -> np.ndarray:
        """Return how far the curve of every snapshot is from a calibrated one, [S].

        It is the mean over all N examples, each of the same weight, of |c(s) - s|, where s is the
        score of an example and c(s) the curve there, from 0 to 1; also where `curve` is NaN, as
        there are few. In the view ``score`` this equals the mean distance of the shares of right
        predictions from max(s, 1 - s).

        Args:
            view, kind: as for `curve`.

        Raises:
            SettingError: an unknown view, class or kind.
        """
        key = self._curve(view, kind)
        found = self._passes.compute([key, *summaries.FOR_METRICS])[key].values.distance
        return np.asarray(found, np.float64)

    @of_view
    def curve_band(
        self,
        view: str | None = None,
        kind: str = "smooth",
        points: int = CURVE_POINTS,
        band: str = BANDS[0],
    ) -> np.ndarray:
        """Return where the `curve` of a calibrated model lies by chance, as [S, 2, P].

        Args:
            view, kind, points: as for `curve`.
            band: ``simultaneous``: 95 % of the curves of calibrated models lie inside at every
                place; or ``pointwise``: 95 % do at each place.

        Raises:
            SettingError: as for `curve`, an unknown band, or a curve without a band.
        """
        one_of("band", band, BANDS)
        key = CurveBand(self._curve(view, kind, points), band)
        if not CURVES[kind].has_band:
            raise SettingError("kind", f"expected a curve with a band, got {kind!r}")
        return self._passes.compute([key])[key].values

    def _curve(self, view: str | None, kind: str, points: int = CURVE_POINTS) -> ReliabilityCurve:
        one_of("kind", kind, [name for name, entry in CURVES.items() if not entry.is_bars])
        whole("points", points, 2)
        return ReliabilityCurve(self._view(view), kind, points)

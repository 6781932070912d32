"""What a training run left behind: its validation predictions over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from anim import calibration
from anim.run.display import renderers
from anim.run.passes import Chosen, Passes
from anim.run.snapshots import SnapshotSequence
from anim.run.statistics import (
    Bins,
    Curve,
    CurveBand,
    ErrorCells,
    Errors,
    Predictions,
    ProperScores,
)
from anim.settings import BINNINGS, CURVES, one_of, whole

CURVE_POINTS = 401


@dataclass(frozen=True)
class About:
    """What a caption says of a run.

    Attributes:
        caption: what was trained, on what.
        steps_per_epoch: optimizer steps in one pass over the training data, if known.
    """

    caption: str = ""
    steps_per_epoch: int | None = None


NOTHING_KNOWN = About()


@dataclass(frozen=True, eq=False)
class Reliability:
    """The bins of every snapshot in one view.

    Attributes:
        view: ``score``, ``confidence`` or ``class:NAME``.
        edges: [B + 1] float32; [S, B + 1] for quantile bins, which differ between snapshots.
        counts: [S, B] int64.
        hits: [S, B] int64, the examples that count towards ``accuracy``.
        accuracy: [S, B] float64, the share of hits; NaN where the bin is empty.
        confidence: [S, B] float64, the mean score in the bin; NaN where it is empty.
        ideal: [S, B] float64, the share of hits that a calibrated model has there: the mean score
            or, in the score view, that of the predicted class.
    """

    view: str
    edges: np.ndarray
    counts: np.ndarray
    hits: np.ndarray
    accuracy: np.ndarray
    confidence: np.ndarray
    ideal: np.ndarray


class Run:
    """Validation predictions of a model at S steps of its training.

    Args:
        steps: S increasing step numbers.
        labels: [N] integers in [0, K).
        snapshots: S mappings, read one at a time: ``logits`` [N, K], or ``probs`` [N, K], or
            ``confidence`` [N] and ``correct`` [N].
        kind: which of these: the first of their names.
        classes: K names.
        series: recorded scalars, [S] each; the attribute ``recorded``.
        about: what a caption says of the run.
        name: what a picture of several runs calls it.
        is_recalibrated: whether `anim.calibrate` made it.
    """

    def __init__(
        self,
        steps: Sequence[int],
        labels: np.ndarray,
        snapshots: SnapshotSequence,
        *,
        kind: str,
        classes: Sequence[str],
        series: Mapping[str, np.ndarray] | None = None,
        about: About = NOTHING_KNOWN,
        name: str = "",
        is_recalibrated: bool = False,
    ):
        self.steps = np.asarray(steps, np.int64)
        self.labels = np.asarray(labels, np.int32)
        self.classes = tuple(classes)
        self.about = about
        self.name = name
        self.is_recalibrated = is_recalibrated
        self.snapshots = snapshots
        self.kind = kind
        self.recorded = dict(series or {})
        self._passes = Passes(snapshots, self.labels)

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        first, last = (self.steps[0], self.steps[-1]) if len(self) else ("-", "-")
        return (
            f"Run({len(self)} snapshots of {len(self.labels)} predictions, "
            f"{len(self.classes)} classes, steps {first} to {last})"
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """Return what a notebook shows."""
        return renderers.bundle_of(self)

    @property
    def has_scores(self) -> bool:
        """Whether the score of every class is there, or that of the predicted class alone."""
        return self.kind != "confidence"

    @property
    def members(self) -> tuple[Run, ...]:
        """The runs that are shown as one: this one."""
        return (self,)

    @property
    def lacks_recalibration(self) -> np.ndarray:
        """[S] bool, known once they are read: snapshots that `anim.calibrate` left empty."""
        return self._passes.lacks_recalibration

    def logits(self, i: int) -> np.ndarray:
        """Logits [N, K] float32 of snapshot i (log-probabilities where probs were recorded)."""
        return np.asarray(Predictions({self.kind: self._scores(i)}).as_logits)

    def probs(self, i: int) -> np.ndarray:
        """Probabilities [N, K] float32 of snapshot i: the very numbers that are binned."""
        return np.asarray(Predictions({self.kind: self._scores(i)}).probs)

    def _scores(self, i: int) -> np.ndarray:
        if not self.has_scores:
            raise ValueError("this run keeps the predicted class's confidence, and no other score")
        return np.asarray(self.snapshots[i][self.kind])

    def only(self, snapshots: Sequence[int]) -> Run:
        """The run of some of its snapshots.

        Args:
            snapshots: indices that increase, or [S] bool.

        Raises:
            IndexError: no index, or some that are out of range or do not increase.
        """
        picked = np.arange(len(self))[np.asarray(snapshots)]
        if picked.ndim != 1 or not picked.size or np.any(np.diff(picked) <= 0):
            raise IndexError(f"snapshots: expected indices that increase, got {snapshots!r}")
        return Run(
            self.steps[picked],
            self.labels,
            Chosen(self.snapshots, picked),
            kind=self.kind,
            classes=self.classes,
            series={name: values[picked] for name, values in self.recorded.items()},
            about=self.about,
            name=self.name,
            is_recalibrated=self.is_recalibrated,
        )

    def default_view(self) -> str:
        return calibration.default_view(self.classes, self.has_scores)

    def _view(self, name: str | None) -> calibration.View:
        name = self.default_view() if name is None else name
        return calibration.view_of(name, self.classes, self.has_scores)

    def reliability(
        self, view: str | None = None, bins: int | None = None, binning: str = "width"
    ) -> Reliability:
        """Bins of every snapshot.

        Args:
            view: ``score`` (two classes), ``confidence`` or ``class:NAME``; None takes ``score``
                for two classes, else ``confidence``.
            bins: number of bins; None takes 50 for ``score`` and 15 for the others.
            binning: ``width``, equal widths on [0, 1], or ``mass``, quantile bins.

        Raises:
            SettingError: an unknown view, class or binning, or less than one bin.
        """
        view = self.default_view() if view is None else view
        key = self._bins(view, bins, binning)
        edges, sums, lifts = self._passes.compute([key, *_METRICS])[key]
        if binning == "width":
            edges = calibration.width_edges(key.bins)
        accuracy, confidence = calibration.shares(sums, edges)
        return Reliability(
            view,
            edges,
            sums.counts.astype(np.int64),
            sums.hits.astype(np.int64),
            accuracy,
            confidence,
            confidence if lifts is None else confidence + lifts / np.maximum(sums.counts, 1),
        )

    def _bins(self, view: str, bins: int | None, binning: str) -> Bins:
        one_of("binning", binning, BINNINGS)
        found = self._view(view)
        bins = found.bins if bins is None else bins
        whole("bins", bins, 1)
        return Bins(found, bins, binning)

    def curve(
        self, view: str | None = None, kind: str = "smooth", points: int = CURVE_POINTS
    ) -> np.ndarray:
        """The reliability of every snapshot as a curve without bins.

        Args:
            view: as for `reliability`.
            kind: ``smooth`` (kernel regression) or ``isotonic`` (CORP).
            points: P places, evenly from 0 to 1.

        Returns:
            [S, P], the share at each place: see `anim.calibration.kernel_curve` and
            `isotonic_curve`. NaN where there is nothing to tell it from.

        Raises:
            SettingError: an unknown view, class or kind, or less than two points.
        """
        view = self.default_view() if view is None else view
        key = self._curve(view, kind, points)
        return self._passes.compute([key, *_METRICS])[key]

    def curve_band(
        self, view: str | None = None, kind: str = "smooth", points: int = CURVE_POINTS
    ) -> np.ndarray:
        """[S, 2, P]: where the `curve` of a calibrated model lies by chance, 95 %."""
        view = self.default_view() if view is None else view
        key = CurveBand(self._curve(view, kind, points))
        return self._passes.compute([key])[key]

    def _curve(self, view: str, kind: str, points: int = CURVE_POINTS) -> Curve:
        one_of("kind", kind, CURVES[1:])
        whole("points", points, 2)
        return Curve(self._view(view), kind, points)

    def prepare(
        self,
        views: Sequence[str],
        bins: int | None = None,
        binning: str = "width",
        *,
        curve: str = CURVES[0],
        band: bool = False,
        intervals: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Computes in one pass over the snapshots what is going to be asked for.

        Args:
            views: of `reliability`.
            bins, binning: of `reliability`.
            curve: ``bars``, or the kind of a `curve`.
            band: whether its `curve_band` is.
            intervals: whether `error_interval` is.
            progress: called with (snapshots read, snapshots in all).
        """
        wanted: list[Callable] = [self._bins(view, bins, binning) for view in views]
        if curve != CURVES[0]:
            keys = [self._curve(view, curve) for view in views]
            wanted += [*keys, *(CurveBand(key) for key in keys if band)]
        if intervals:
            wanted.append(_ERROR_CELLS)
        self._passes.compute([*wanted, *_METRICS], progress)

    def metrics(self) -> dict[str, np.ndarray]:
        """Arrays [S]: accuracy, ece, mce, nll, brier, and the series that were recorded.

        ECE and MCE: top-label confidence, 15 equal-width bins, all N examples. NLL and Brier score
        need the scores of all classes, and are not there without. A snapshot that cannot be read is
        NaN.
        """
        found = self._passes.compute(_METRICS)
        bins, sums = self._error_bins(), found[_ERROR_BINS].sums
        summary = {
            "accuracy": np.where(self._passes.is_read, sums.hits.sum(1) / len(self.labels), np.nan),
            "ece": calibration.expected_calibration_error(*bins),
            "mce": calibration.maximum_calibration_error(*bins),
        }
        scores = (np.asarray(values, np.float64) for values in found[_PROPER_SCORES])
        summary.update(zip(("nll", "brier"), scores, strict=False))
        return {**self.recorded, **summary}

    def errors(self) -> dict[str, np.ndarray]:
        """Arrays [S]: what `metrics` computes, and the errors that take longer.

        - ``gap``: mean confidence less accuracy;
        - ``ece_low``, ``ece_high``: a bootstrap interval of the ECE, 95 %;
        - ``ece_if_calibrated``: the mean ECE of a calibrated model with these confidences;
        - ``ece_mass``, ``debiased_l2``: of 15 equal-mass bins;
        - ``smooth_ece``;
        - ``classwise_ece``, and ``brier_reliability``, ``brier_resolution``,
          ``brier_uncertainty``, ``brier_within``, where the scores of all classes are there.

        Each is a function of `anim.calibration`.
        """
        found = self._passes.compute([_ERRORS, _ERROR_CELLS, *_METRICS])[_ERRORS]
        counts, accuracy, confidence = self._error_bins()
        low, high = self.error_interval()
        weights = counts / len(self.labels)
        gap = np.sum(weights * np.nan_to_num(confidence - accuracy), axis=1)
        return {
            **self.metrics(),
            "gap": np.where(self._passes.is_read, gap, np.nan),
            "ece_low": low,
            "ece_high": high,
            "ece_if_calibrated": self.chance(),
            **{name: np.asarray(values, np.float64) for name, values in found.items()},
        }

    def chance(self) -> np.ndarray:
        """[S]: the ECE that a calibrated model with these confidences has, on average."""
        counts, _, confidence = self._error_bins()
        return calibration.expected_error_if_calibrated(counts, confidence)

    def error_interval(self) -> calibration.Interval:
        """[S] each: a bootstrap interval, 95 %, of the ECE."""
        edges, cells, _ = self._passes.compute([_ERROR_CELLS])[_ERROR_CELLS]
        intervals = [
            calibration.error_interval(
                calibration.BinSums(*(part[i] for part in cells)), edges[i], calibration.ERROR_BINS
            )
            if self._passes.is_read[i]
            else (np.nan, np.nan)
            for i in range(len(self))
        ]
        return calibration.Interval(*np.array(intervals).T)

    def _error_bins(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        edges, sums, _ = self._passes.compute(_METRICS)[_ERROR_BINS]
        return sums.counts, *calibration.shares(sums, edges)


_ERROR_BINS = Bins(calibration.CONFIDENCE, calibration.ERROR_BINS)
_PROPER_SCORES, _ERRORS, _ERROR_CELLS = ProperScores(), Errors(), ErrorCells()
_METRICS = (_ERROR_BINS, _PROPER_SCORES)


def class_names(classes, form: Mapping[str, tuple], labels: np.ndarray) -> tuple[str, ...]:
    """The names given, or "0", "1", ... for as many classes as the snapshots have.

    Args:
        classes: K names, or None.
        form: shape and dtype of each array of a snapshot.
        labels: [N], which tell K where a snapshot does not.
    """
    if classes is not None:
        return tuple(classes)
    shape, _ = next(iter(form.values()))
    count = shape[1] if len(shape) == 2 else max(int(labels.max()) + 1, 2)
    return tuple(map(str, range(count)))

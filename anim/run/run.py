"""What a training run left behind: its validation predictions over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from anim import calibration
from anim.checks.rounding import with_classes_of
from anim.run import summaries
from anim.run.about import NOTHING_KNOWN, About
from anim.run.curves import RunCurves
from anim.run.display import renderers
from anim.run.errors import RunErrors
from anim.run.examples import Examples, Groups
from anim.run.labels import RunLabels, of_view
from anim.run.passes import Passes, Progress
from anim.run.predictions import Statistic
from anim.run.reliability import Dotted, Reliability
from anim.run.rows import logits_of, probs_of
from anim.run.snapshots import SnapshotSequence
from anim.run.statistics import CLASS_ERRORS, Bins, CurveBand, Dots
from anim.settings import BARS, BINNINGS, CURVES, one_of, whole


class Run(RunLabels, RunErrors, RunCurves):
    """Validation predictions of a model at S steps of its training.

    A statistic that cannot be computed, as a snapshot is damaged, is NaN for that snapshot, and a
    warning names it.

    Args:
        steps: S increasing step numbers.
        labels: [N] integers in [0, K).
        snapshots: S mappings, read one at a time: ``logits`` [N, K], or ``probs`` [N, K], or
            ``confidence`` [N] and ``correct`` [N]; with these there may be ``nll`` and ``brier``
            [N], the proper scores of each example.
        kind: which of these: the first of their names.
        classes: K names.
        series: recorded scalars, [S] each.
        about: what a caption says about the run.
        name: what a picture of several runs calls it.
        lacks_recalibration: [S] bool, the snapshots without a recalibration, if
            `anim.calibrate` made the run; else None.
        weights: [N] float64 above 0, or None.
        groups: the groups that each example is in, by the name of the grouping.
        is_multilabel: whether the N examples are whether each of others has each of several labels;
            which of these is the grouping ``label``.

    Attributes:
        steps: [S] int64.
        examples: their labels, weights and groups.
        classes: K names.
        snapshots, kind, about, name: as given.
        recorded: the recorded scalars, [S] each.
        is_recalibrated: whether `anim.calibrate` made the run.
        lacks_recalibration: [S] bool, the snapshots that `anim.calibrate` left empty.
    """

    def __init__(
        self,
        steps: ArrayLike,
        labels: ArrayLike,
        snapshots: SnapshotSequence,
        *,
        kind: str,
        classes: Sequence[str],
        series: Mapping[str, np.ndarray] | None = None,
        about: About = NOTHING_KNOWN,
        name: str = "",
        lacks_recalibration: np.ndarray | None = None,
        weights: np.ndarray | None = None,
        groups: Mapping[str, Groups] | None = None,
        is_multilabel: bool = False,
    ):
        self.steps = np.asarray(steps, np.int64)
        labels = np.asarray(labels, np.int32)
        self.examples = Examples(labels, weights, dict(groups or {}), is_multilabel)
        self.classes = tuple(classes)
        self.snapshots = snapshots
        self.kind = kind
        self.recorded = dict(series or {})
        self.about = about
        self.name = name
        self.is_recalibrated = lacks_recalibration is not None
        lacks_none = np.zeros(len(self.steps), bool)
        self.lacks_recalibration = (
            lacks_none if lacks_recalibration is None else lacks_recalibration
        )
        self._passes = Passes(snapshots, self.labels, self.weights)

    @property
    def labels(self) -> np.ndarray:
        """The labels [N] int32 of the examples."""
        return self.examples.labels

    @property
    def weights(self) -> np.ndarray | None:
        """The weights [N] float64 of the examples; None if each counts the same."""
        return self.examples.weights

    @property
    def groups(self) -> Mapping[str, Groups]:
        """The groups of the examples, by the name of each grouping."""
        return self.examples.groups

    @property
    def effective_examples(self) -> float:
        """The effective number of examples: N without weights, see `anim.calibration`."""
        if self.weights is None:
            return len(self.labels)
        return float(calibration.effective_number(self.weights))

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
        """Whether the scores of all classes are there, not only that of the predicted class."""
        return self.kind != "confidence"

    @property
    def members(self) -> tuple[Run, ...]:
        """The runs that are shown as one: this one."""
        return (self,)

    def logits(self, i: int) -> np.ndarray:
        """Return the logits [N, K] float32 of snapshot i, or log-probabilities of recorded probs.

        Raises:
            ValueError: the run has only the confidence of the predicted class.
        """
        return np.asarray(logits_of({self.kind: self._scores(i)}))

    def probs(self, i: int) -> np.ndarray:
        """Return the probabilities [N, K] float32 of snapshot i, the very numbers that are binned.

        Only where a softmax makes a tie of the largest logit and an earlier one, the probability
        of the largest is the next number above, so that the arg max is the predicted class.

        Raises:
            ValueError: the run has only the confidence of the predicted class.
        """
        scores = self._scores(i)
        probs = np.asarray(probs_of({self.kind: scores}))
        return with_classes_of(np.asarray(scores), probs) if self.kind == "logits" else probs

    def _check_scores(self) -> None:
        if not self.has_scores:
            raise ValueError("this run holds only the confidence of the predicted class")

    def _scores(self, i: int) -> np.ndarray:
        self._check_scores()
        return self.snapshots[i][self.kind]

    def replaced(self, examples: Examples | None = None, **changes) -> Run:
        """Return the run with other examples, or other arguments of `Run`."""
        examples = self.examples if examples is None else examples
        arguments = {
            "steps": self.steps,
            "labels": examples.labels,
            "snapshots": self.snapshots,
            "kind": self.kind,
            "classes": self.classes,
            "series": self.recorded,
            "about": self.about,
            "name": self.name,
            "lacks_recalibration": self.lacks_recalibration if self.is_recalibrated else None,
            "weights": examples.weights,
            "groups": examples.groups,
            "is_multilabel": examples.is_multilabel,
        }
        return Run(**{**arguments, **changes})

    def default_view(self) -> str:
        """Return ``score`` for two classes, ``pooled`` for several labels, else ``confidence``."""
        if self.examples.is_multilabel and self.has_scores:
            return calibration.POOLED.name
        return calibration.default_view(self.classes, self.has_scores)

    @of_view
    def default_bins(self, view: str | None = None, most: int | None = None) -> int:
        """Return how many bins a view of these examples has, if there is room for ``most``."""
        return self._view(view).bins_for(int(self.effective_examples), most)

    @of_view
    def reliability(
        self, view: str | None = None, bins: int | None = None, binning: str = "width"
    ) -> Reliability:
        """Return the bins of every snapshot.

        Args:
            view: ``score`` (two classes), ``confidence``, ``top:k`` or ``class:NAME``; None takes
                the default.
            bins: number of bins, at least 1; None takes one for each 25 examples, but an even
                number from 6 to 40 for ``score``, and 5 to 20 for the others. Numbers have no upper
                limit: only pictures do, where bars become too narrow.
            binning: ``width``, equal widths on [0, 1], or ``mass``, quantile bins.

        Raises:
            SettingError: an unknown view, class or binning, or less than one bin.
        """
        key = self._bins(view, bins, binning)
        binned = self._passes.compute([key, *summaries.FOR_METRICS])[key].values
        edges = calibration.width_edges(key.bins) if binning == "width" else binned.edges
        return Reliability.of(key.view.name, edges, binned)

    @of_view
    def dots(self, view: str | None = None) -> Dotted:
        """Return dots that stand for equal parts of the examples of every snapshot.

        Args:
            view: as for `reliability`.

        Raises:
            SettingError: an unknown view or class.
        """
        key = Dots(self._view(view))
        total = len(self.labels) if self.weights is None else float(self.weights.sum())
        return Dotted.of(key.view, self._passes.compute([key])[key].values, total)

    def prepare(
        self,
        views: Sequence[str],
        bins: int | None = None,
        binning: str = "width",
        *,
        most_bins: int | None = None,
        curve: str = BARS,
        band: str | None = None,
        errors: bool = False,
        class_errors: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Compute what is going to be asked for, in one pass over the snapshots.

        Args:
            views, bins, binning: of `reliability`, and the views of `dots`.
            most_bins: the limit of `default_bins` if no number of bins is given.
            curve: ``bars``, or the kind of a `curve`.
            band: the kind of its `curve_band`, if that is wanted.
            errors, class_errors: whether `errors` and `class_errors` are wanted.
            progress: called with (snapshots read, snapshots to read).
        """

        def wanted(run: Run) -> list[Statistic]:
            number = run.default_bins
            found: list[Statistic] = [
                run._bins(view, number(view, most_bins) if bins is None else bins, binning)
                for view in views
            ]
            if curve != BARS:
                keys = [run._curve(view, curve) for view in views]
                found += keys
                if band is not None and CURVES[curve].has_band:
                    found += [CurveBand(key, band) for key in keys]
            if errors:
                found += summaries.for_errors(run._has_score_view)
            found += [CLASS_ERRORS] if class_errors else []
            # Dots wait for scores: last, when all else is under way.
            dots = [Dots(run._view(view)) for view in views]
            return [*found, *summaries.FOR_METRICS, *dots]

        self._passes.prepare(self, wanted, progress)

    @property
    def _has_score_view(self) -> bool:
        return self.default_view() == calibration.SCORE.name

    def _view(self, name: str | None) -> calibration.View:
        name = self.default_view() if name is None else name
        view = calibration.view_of(name, self.classes, self.has_scores)
        self._check_kind(view)
        return view

    def _bins(self, view: str | None, bins: int | None, binning: str) -> Bins:
        one_of("binning", binning, BINNINGS)
        bins = self.default_bins(view) if bins is None else bins
        whole("bins", bins, 1)
        return Bins(self._view(view), bins, binning)

"""What a training run left behind: its validation predictions over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jax
import numpy as np

from anim import calibration
from anim.settings import BINNINGS, SettingError, one_of, whole

DEFAULT_BINS = {calibration.SCORE: 50}


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
    """

    view: str
    edges: np.ndarray
    counts: np.ndarray
    hits: np.ndarray
    accuracy: np.ndarray
    confidence: np.ndarray


class Run:
    """Validation predictions of a model at S steps of its training.

    Args:
        steps: S increasing step numbers.
        labels: [N] integers in [0, K).
        snapshots: S arrays [N, K], logits or probabilities, read one at a time.
        kind: ``"logits"`` or ``"probs"``: what the snapshots hold.
        classes: K names; None names them "0", "1", ...
        series: recorded scalars, [S] each.
        about: what a caption says of the run.
    """

    def __init__(
        self,
        steps: Sequence[int],
        labels: np.ndarray,
        snapshots: Sequence[np.ndarray],
        *,
        kind: str = "logits",
        classes: Sequence[str] | None = None,
        series: Mapping[str, np.ndarray] | None = None,
        about: About = NOTHING_KNOWN,
    ):
        self.steps = np.asarray(steps, np.int64)
        self.labels = np.asarray(labels, np.int32)
        self.about = about
        self._snapshots = snapshots
        self._kind = kind
        self._series = dict(series or {})
        if classes is None:
            classes = map(str, range(snapshots[0].shape[1]))
        self.classes = tuple(classes)
        self._computed: dict = {}

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        first, last = (self.steps[0], self.steps[-1]) if len(self) else ("-", "-")
        return (
            f"Run({len(self)} snapshots of {len(self.labels)} predictions, "
            f"{len(self.classes)} classes, steps {first} to {last})"
        )

    def logits(self, i: int) -> np.ndarray:
        """Logits [N, K] float32 of snapshot i (log-probabilities where those were recorded)."""
        values = np.asarray(self._snapshots[i])
        if self._kind == "logits":
            return values
        return np.log(np.maximum(values, np.finfo(np.float32).tiny))

    def probs(self, i: int) -> np.ndarray:
        """Probabilities [N, K] float32 of snapshot i: the very numbers that are binned."""
        return np.asarray(self._probs(i))

    def _probs(self, i: int) -> jax.Array:
        values = jax.numpy.asarray(self._snapshots[i])
        return calibration.probabilities(values) if self._kind == "logits" else values

    def default_view(self) -> str:
        return calibration.SCORE if len(self.classes) == 2 else calibration.CONFIDENCE

    def _view_key(self, view: str) -> str | int:
        """The view as `calibration.scores_and_hits` takes it."""
        if view.startswith("class:"):
            name = view.removeprefix("class:")
            one_of("view", name, self.classes)
            return self.classes.index(name)
        one_of("view", view, (calibration.SCORE, calibration.CONFIDENCE, "class:NAME"))
        if view == calibration.SCORE and len(self.classes) != 2:
            raise SettingError(
                "view",
                f"the score view is for two classes, this run has {len(self.classes)}; "
                "try confidence or class:NAME",
            )
        return view

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
        bins = DEFAULT_BINS.get(view, calibration.ERROR_BINS) if bins is None else bins
        one_of("binning", binning, BINNINGS)
        whole("bins", bins, 1)
        key = (self._view_key(view), bins, binning)
        if key not in self._computed:
            self._compute([key])
        edges, sums = self._computed[key]
        accuracy, confidence = calibration.shares(sums, edges)
        return Reliability(
            view,
            edges,
            sums.counts.astype(np.int64),
            sums.hits.astype(np.int64),
            accuracy,
            confidence,
        )

    def metrics(self) -> dict[str, np.ndarray]:
        """Arrays [S]: accuracy, ece, mce, nll, brier, and the series that were recorded.

        ECE and MCE: top-label confidence, 15 equal-width bins, all N examples.
        """
        if "metrics" not in self._computed:
            self._compute([])
        return {**self._series, **self._computed["metrics"]}

    def _compute(self, keys: list[tuple]) -> None:
        """Reads each snapshot once, for the bins asked for and for the metrics if still unknown."""
        error_key = (calibration.CONFIDENCE, calibration.ERROR_BINS, "width")
        with_metrics = "metrics" not in self._computed
        keys = list(dict.fromkeys([*keys, error_key] if with_metrics else keys))
        labels = jax.numpy.asarray(self.labels)
        rows, scalars = [], []
        for i in range(len(self)):
            probs = self._probs(i)
            rows.append([_binned(probs, labels, key) for key in keys])
            if with_metrics:
                scalars.append(
                    (self._nll(i, probs, labels), calibration.brier_score(probs, labels))
                )
        for key, column in zip(keys, zip(*rows, strict=True), strict=True):
            edges = np.stack([edges for edges, _ in column])
            sums = calibration.BinSums(
                *(np.stack(part) for part in zip(*(sums for _, sums in column), strict=True))
            )
            self._computed[key] = (edges[0] if key[2] == "width" else edges), sums
        if with_metrics:
            self._computed["metrics"] = self._summary(*self._computed[error_key], scalars)

    def _nll(self, i: int, probs: jax.Array, labels: jax.Array) -> jax.Array:
        if self._kind == "logits":
            return calibration.negative_log_likelihood_of_logits(self._snapshots[i], labels)
        return calibration.negative_log_likelihood(probs, labels)

    def _summary(self, edges, sums, scalars) -> dict[str, np.ndarray]:
        bins = (sums.counts, *calibration.shares(sums, edges))
        nll, brier = np.asarray(scalars, np.float64).T
        return {
            "accuracy": sums.hits.sum(1) / len(self.labels),
            "ece": calibration.expected_calibration_error(*bins),
            "mce": calibration.maximum_calibration_error(*bins),
            "nll": nll,
            "brier": brier,
        }


def _binned(probs: jax.Array, labels: jax.Array, key: tuple) -> tuple:
    view, bins, binning = key
    scores, hits = calibration.scores_and_hits(probs, labels, view)
    if binning == "width":
        edges = calibration.width_edges(bins)
        return edges, calibration.width_sums(scores, hits, edges)
    edges = calibration.mass_edges(scores, bins)
    return edges, calibration.edge_sums(scores, hits, edges)

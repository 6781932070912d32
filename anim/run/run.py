"""What a training run left behind: its validation predictions over time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
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


class RecordingError(RuntimeError):
    """A folder that holds no recording, or one that can't be read or written."""


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
        snapshots: S mappings, read one at a time: ``logits`` [N, K], or ``probs`` [N, K], or
            ``confidence`` [N] and ``correct`` [N].
        kind: which of these: the first of their names.
        classes: K names.
        series: recorded scalars, [S] each.
        about: what a caption says of the run.
        name: what a picture of several runs calls it.
    """

    def __init__(
        self,
        steps: Sequence[int],
        labels: np.ndarray,
        snapshots: Sequence[Mapping[str, np.ndarray]],
        *,
        kind: str,
        classes: Sequence[str],
        series: Mapping[str, np.ndarray] | None = None,
        about: About = NOTHING_KNOWN,
        name: str = "",
    ):
        self.steps = np.asarray(steps, np.int64)
        self.labels = np.asarray(labels, np.int32)
        self.classes = tuple(classes)
        self.about = about
        self.name = name
        self._snapshots = snapshots
        self.kind = kind
        self._series = dict(series or {})
        self._computed: dict = {}

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        first, last = (self.steps[0], self.steps[-1]) if len(self) else ("-", "-")
        return (
            f"Run({len(self)} snapshots of {len(self.labels)} predictions, "
            f"{len(self.classes)} classes, steps {first} to {last})"
        )

    @property
    def has_scores(self) -> bool:
        """Whether the score of every class is there, or that of the predicted class alone."""
        return self.kind != "confidence"

    def logits(self, i: int) -> np.ndarray:
        """Logits [N, K] float32 of snapshot i (log-probabilities where probs were recorded)."""
        values = self._scores(i)
        if self.kind == "logits":
            return values.astype(np.float32, copy=False)
        return np.log(np.maximum(values, np.finfo(np.float32).tiny, dtype=np.float32))

    def probs(self, i: int) -> np.ndarray:
        """Probabilities [N, K] float32 of snapshot i: the very numbers that are binned."""
        return np.asarray(self._probs(jax.numpy.asarray(self._scores(i))))

    def _scores(self, i: int) -> np.ndarray:
        if not self.has_scores:
            raise ValueError("this run keeps the predicted class's confidence, and no other score")
        return np.asarray(self._snapshots[i][self.kind])

    def _probs(self, values: jax.Array) -> jax.Array:
        if self.kind == "logits":
            return calibration.probabilities(values)
        return values.astype(np.float32)

    def default_view(self) -> str:
        has_two = len(self.classes) == 2 and self.has_scores
        return calibration.SCORE if has_two else calibration.CONFIDENCE

    def _view_key(self, view: str) -> str | int:
        """The view as `calibration.scores_and_hits` takes it."""
        is_of_class = view.startswith("class:")
        if not is_of_class:
            one_of("view", view, (calibration.SCORE, calibration.CONFIDENCE, "class:NAME"))
        if view != calibration.CONFIDENCE and not self.has_scores:
            raise SettingError(
                "view",
                "this run keeps the predicted class's confidence, and no other score: "
                f"it has the confidence view only, got {view!r}",
            )
        if is_of_class:
            name = view.removeprefix("class:")
            one_of("view", name, self.classes)
            return self.classes.index(name)
        if view == calibration.SCORE and len(self.classes) != 2:
            raise SettingError(
                "view",
                f"the score view is for two classes, this run has {len(self.classes)}; "
                "try confidence or class:NAME",
            )
        return view

    def reliability(
        self,
        view: str | None = None,
        bins: int | None = None,
        binning: str = "width",
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Reliability:
        """Bins of every snapshot.

        Args:
            view: ``score`` (two classes), ``confidence`` or ``class:NAME``; None takes ``score``
                for two classes, else ``confidence``.
            bins: number of bins; None takes 50 for ``score`` and 15 for the others.
            binning: ``width``, equal widths on [0, 1], or ``mass``, quantile bins.
            progress: called with (snapshots read, snapshots in all), where they are read for it.

        Raises:
            SettingError: an unknown view, class or binning, or less than one bin.
        """
        view = self.default_view() if view is None else view
        bins = DEFAULT_BINS.get(view, calibration.ERROR_BINS) if bins is None else bins
        one_of("binning", binning, BINNINGS)
        whole("bins", bins, 1)
        key = (self._view_key(view), bins, binning)
        if key not in self._computed:
            self._compute([key], progress)
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

        ECE and MCE: top-label confidence, 15 equal-width bins, all N examples. NLL and Brier score
        need the scores of all classes, and are not there without. A snapshot that cannot be read is
        NaN.
        """
        if "metrics" not in self._computed:
            self._compute([])
        return {**self._series, **self._computed["metrics"]}

    def _compute(self, keys: list[tuple], progress=None) -> None:
        """Reads each snapshot once, for the bins asked for and for the metrics if still unknown.

        One that cannot be read has no example in its bins; a warning names it.
        """
        with_metrics = "metrics" not in self._computed
        keys = list(dict.fromkeys([*keys, _ERROR_KEY] if with_metrics else keys))
        labels = jax.numpy.asarray(self.labels)
        rows: list[tuple[list, tuple] | None] = []
        for i in range(len(self)):
            if progress is not None:
                progress(i, len(self))
            try:
                snapshot = self._snapshots[i]
            except RecordingError as error:
                warnings.warn(f"{error}; it is left out", stacklevel=3)
                rows.append(None)
                continue
            row = self._statistics(snapshot, labels, keys, with_metrics)
            # The last one is waited for while this one is computed: no queue of arrays in memory.
            if rows and rows[-1] is not None:
                rows[-1] = jax.device_get(rows[-1])
            rows.append(row)
        rows = jax.device_get(rows)
        if all(row is None for row in rows):
            raise RecordingError("no snapshot can be read")
        for rank, key in enumerate(keys):
            self._computed[key] = _stacked([row and row[0][rank] for row in rows], key)
        if with_metrics:
            self._computed["metrics"] = self._summary([row and row[1] for row in rows])

    def _statistics(self, snapshot, labels, keys, with_metrics: bool) -> tuple[list, tuple]:
        """What is computed of one snapshot: edges and sums for each key; NLL and Brier score."""
        if not self.has_scores:
            pair = tuple(map(jax.numpy.asarray, (snapshot["confidence"], snapshot["correct"])))
            return [_binned(*pair, bins, binning) for _, bins, binning in keys], ()
        values = jax.numpy.asarray(snapshot[self.kind])
        probs = self._probs(values)
        sums = [
            _binned(*calibration.scores_and_hits(probs, labels, view), bins, binning)
            for view, bins, binning in keys
        ]
        if not with_metrics:
            return sums, ()
        if self.kind == "logits":
            nll = calibration.negative_log_likelihood_of_logits(values, labels)
        else:
            nll = calibration.negative_log_likelihood(probs, labels)
        return sums, (nll, calibration.brier_score(probs, labels))

    def _summary(self, scalars: list[tuple | None]) -> dict[str, np.ndarray]:
        edges, sums = self._computed[_ERROR_KEY]
        bins = (sums.counts, *calibration.shares(sums, edges))
        is_read = np.array([row is not None for row in scalars])
        summary = {
            "accuracy": np.where(is_read, sums.hits.sum(1) / len(self.labels), np.nan),
            "ece": calibration.expected_calibration_error(*bins),
            "mce": calibration.maximum_calibration_error(*bins),
        }
        if self.has_scores:
            unknown = (np.nan, np.nan)
            rows = [unknown if row is None else row for row in scalars]
            summary["nll"], summary["brier"] = np.asarray(rows, np.float64).T
        return summary


_ERROR_KEY = (calibration.CONFIDENCE, calibration.ERROR_BINS, "width")


def _binned(scores: jax.Array, hits: jax.Array, bins: int, binning: str) -> tuple:
    if binning == "width":
        edges = calibration.width_edges(bins)
        return edges, calibration.width_sums(scores, hits, edges)
    edges = calibration.mass_edges(scores, bins)
    return edges, calibration.edge_sums(scores, hits, edges)


def _stacked(column: list[tuple | None], key: tuple) -> tuple[np.ndarray, calibration.BinSums]:
    """Edges and sums of all snapshots; zeros where one could not be read."""
    some_edges, some_sums = next(cell for cell in column if cell is not None)
    empty = (some_edges, calibration.BinSums(*map(np.zeros_like, some_sums)))
    edges, sums = zip(*(empty if cell is None else cell for cell in column), strict=True)
    stacked = calibration.BinSums(*(np.stack(part) for part in zip(*sums, strict=True)))
    return (some_edges if key[2] == "width" else np.stack(edges)), stacked


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

"""Recalibrations of a run: fitted on one part of its examples, shown on the other."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import numpy as np

from anim import calibration
from anim.errors import NoRecalibrationError, RecordingError, SettingError
from anim.run.protocol import RunLike
from anim.run.replicas import Replicas
from anim.run.run import About, Run
from anim.run.snapshots import SnapshotSequence
from anim.run.statistics import Predictions
from anim.settings import RECALIBRATIONS, TEMPERATURE, one_of, share

# A temperature whose 95 % interval spans more than a factor of 4 is not told.
_LARGEST_LOG_ERROR = np.log(4) / (2 * 1.96)


@dataclass(frozen=True)
class _Method:
    """A kind of recalibration.

    Attributes:
        kind: what its snapshots hold.
        fit: predictions to a scale; None, or one that is not finite, where they tell none.
        apply: predictions and a scale to the arrays of a snapshot.
    """

    kind: str
    fit: Callable
    apply: Callable


def _fit_temperature(predictions: Predictions):
    found = calibration.fit_temperature(predictions.as_logits, predictions.labels)
    return found if float(found.log_error) < _LARGEST_LOG_ERROR else None


def _fit_isotonic(predictions: Predictions):
    probs, labels = np.asarray(predictions.probs), np.asarray(predictions.labels)
    if len(np.unique(labels)) < probs.shape[1]:
        return None
    # No probability of 0 or 1, which so many examples cannot tell, and whose likelihood is none.
    least = 0.5 / len(labels)
    knots = calibration.fit_isotonic(probs, labels).knots
    return calibration.IsotonicScale(
        tuple((scores, np.clip(shares, least, 1 - least)) for scores, shares in knots)
    )


_METHODS = {
    "temperature": _Method(
        "logits",
        _fit_temperature,
        # Rounding makes two scores equal now and then: the class stays the one it was.
        lambda of, scale: {
            "logits": of.as_logits / scale.temperature,
            "predicted": of.probs.argmax(1),
        },
    ),
    "vector": _Method(
        "logits",
        lambda of: calibration.fit_vector_scale(of.as_logits, of.labels),
        lambda of, scale: {"logits": calibration.apply_vector_scale(of.as_logits, scale)},
    ),
    "isotonic": _Method(
        "probs",
        _fit_isotonic,
        lambda of, scale: {"probs": calibration.apply_isotonic(of.probs, scale)},
    ),
}


def calibrate(
    run: Run | Replicas,
    method: str = "temperature",
    held_out: float = 0.5,
    *,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Run, Run] | tuple[Replicas, Replicas]:
    """A run as it is, and recalibrated: both on the examples that the recalibration has not seen.

    Args:
        run: what is recalibrated, each snapshot for itself.
        method: ``temperature`` or ``vector`` (scaling of logits), ``isotonic`` (of scores).
        held_out: share of the examples, drawn at random, to fit on, in (0, 1).
        seed: seeds the draw.
        progress: called with (snapshots fitted, snapshots in all).

    Returns:
        Two runs of the other examples. A snapshot that has no recalibration is empty in the
        second: no count in any bin, NaN for metrics; a warning names it. With temperatures the
        second has them as the series ``temperature`` [S], and predicts the very same classes.

    Raises:
        TypeError: something else than a run.
        SettingError: an unknown method, a run without the scores of all classes, or a share that
            leaves no example to fit or to show.

    References:
        Guo et al. 2017, On calibration of modern neural networks (arXiv 1706.04599), section 4.
    """
    if not isinstance(run, Run | Replicas):
        raise TypeError(f"run: expected an anim.Run, got {type(run).__name__}")
    one_of("calibrate", method, RECALIBRATIONS)
    share("held_out", held_out)
    runs, count = run.members, len(run.labels)
    if not run.has_scores:
        raise SettingError(
            "calibrate", "this run keeps the predicted class's confidence, and no other score"
        )
    fitting = round(held_out * count)
    if not 0 < fitting < count:
        problem = f"{held_out:g} of {count} examples leaves none to fit or none to show"
        raise SettingError("held_out", problem)
    order = np.random.default_rng(seed).permutation(count)
    seen, shown = np.sort(order[:fitting]), np.sort(order[fitting:])
    scales = _fit(runs, method, seen, progress)
    _tell_of_none(runs, scales, fitting)
    pairs = [
        _pair(one, method, shown, its, _caption(one, method, held_out))
        for one, its in zip(runs, scales, strict=True)
    ]
    if isinstance(run, Run):
        return pairs[0]
    raw, recalibrated = zip(*pairs, strict=True)
    return Replicas(raw, run.name), Replicas(recalibrated, _recalibrated_name(run, method))


class _Part:
    """Some of the examples of each snapshot."""

    def __init__(self, snapshots: SnapshotSequence, index: np.ndarray):
        self._snapshots, self._index = snapshots, index

    def __len__(self) -> int:
        return len(self._snapshots)

    def __getitem__(self, i: int) -> dict[str, np.ndarray]:
        return {name: np.asarray(array)[self._index] for name, array in self._snapshots[i].items()}


class _Recalibrated:
    """Snapshots under their scales; one without raises `NoRecalibrationError`."""

    def __init__(self, snapshots: SnapshotSequence, scales: Sequence, apply: Callable):
        self._snapshots, self._scales, self._apply = snapshots, scales, apply

    def __len__(self) -> int:
        return len(self._snapshots)

    def __getitem__(self, i: int) -> dict[str, np.ndarray]:
        snapshot = self._snapshots[i]
        if self._scales[i] is None:
            raise NoRecalibrationError(snapshot)
        return self._apply(Predictions(snapshot), self._scales[i])


def _fit(runs: Sequence[Run], method: str, index: np.ndarray, progress) -> list[list]:
    """A scale for each snapshot of each run: None where there is none, NaN for one unread."""
    labels = jax.numpy.asarray(runs[0].labels[index])
    done, total = 0, sum(map(len, runs))
    found = []
    for run in runs:
        part, scales = _Part(run.snapshots, index), []
        for i in range(len(run)):
            if progress is not None:
                progress(done, total)
            scales.append(_scale(method, part, i, labels))
            done += 1
        found.append(scales)
    return found


def _scale(method: str, part: _Part, i: int, labels: jax.Array):
    try:
        scale = _METHODS[method].fit(Predictions(part[i], labels))
    except RecordingError:
        # Who shows it will say so.
        return np.nan
    is_found = all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(scale))
    return jax.device_get(scale) if is_found else None


def _pair(run: Run, method: str, shown: np.ndarray, scales: list, caption: str) -> tuple[Run, Run]:
    part, recalibration = _Part(run.snapshots, shown), _METHODS[method]
    series = {name: values for name, values in run.recorded.items() if name != TEMPERATURE}
    if method == TEMPERATURE:
        series[TEMPERATURE] = np.array(
            [getattr(scale, "temperature", np.nan) for scale in scales], np.float64
        )
    common = {"classes": run.classes, "about": About(caption, run.about.steps_per_epoch)}
    labels = run.labels[shown]
    return (
        Run(run.steps, labels, part, kind=run.kind, series=run.recorded, name=run.name, **common),
        Run(
            run.steps,
            labels,
            _Recalibrated(part, scales, recalibration.apply),
            kind=recalibration.kind,
            series=series,
            name=_recalibrated_name(run, method),
            is_recalibrated=True,
            **common,
        ),
    )


def _recalibrated_name(run: RunLike, method: str) -> str:
    return ", ".join(filter(None, (run.name, RECALIBRATIONS[method])))


def _caption(run: Run, method: str, held_out: float) -> str:
    some = "half" if held_out == 0.5 else f"{100 * held_out:.3g} %"
    caption = run.about.caption or f"{len(run.labels):,} validation points".replace(",", "\u2009")
    return f"{caption}, {some} of the points to fit the {_WHAT[method]}"


_WHAT = {"temperature": "temperature", "vector": "scales", "isotonic": "regression"}


def _tell_of_none(runs: Sequence[Run], scales: Sequence[list], fitting: int) -> None:
    """A warning that names the snapshots without a recalibration."""
    without = [[scale is None for scale in its] for its in scales]
    count, total = sum(map(sum, without)), sum(map(len, without))
    if not count:
        return
    steps = [run.steps[np.flatnonzero(its)] for run, its in zip(runs, without, strict=True)]
    steps = np.unique(np.concatenate(steps))
    named = ", ".join(map(str, steps[:5])) + (", ..." if len(steps) > 5 else "")
    warnings.warn(
        f"{count} of {total} snapshots (step {named}) have no recalibration and are left empty: "
        f"the {fitting} examples to fit it are too few, or the scores separate their classes or "
        "say nothing about them",
        stacklevel=3,
    )

"""Recalibrate a run: fit on one part of its examples, show the other part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

import jax
import numpy as np

from anim.calibration.isotonic import IsotonicScale, apply_isotonic, fit_isotonic
from anim.calibration.scaling import apply_vector_scale, fit_temperature, fit_vector_scale
from anim.calibration.weights import effective_number
from anim.errors import NoRecalibrationError, RecordingError, SettingError
from anim.run.blocks import Block, aligned, blocks_of, joined
from anim.run.caller import warn_caller
from anim.run.examples import LABEL, Examples
from anim.run.missing import NoScale, absent_classes, cause_of, sentence
from anim.run.passes import Progress
from anim.run.points import noun_of, points_of
from anim.run.protocol import RunLike
from anim.run.replicas import Replicas
from anim.run.rows import divided, logits_of, predicted_of, probs_of
from anim.run.run import Run
from anim.run.snapshots import Snapshot, SnapshotSequence
from anim.run.subsets import SomeExamples
from anim.settings import RECALIBRATIONS, TEMPERATURE, one_of, share
from anim.settings.statistics import HELD_OUT

# What goes in comes out twice: a `Run`, or `Replicas`.
AnyRun = TypeVar("AnyRun", bound=RunLike)

# A temperature is not used if its 95 % interval spans more than a factor of 4.
_LARGEST_LOG_ERROR = np.log(4) / (2 * 1.96)


@dataclass(frozen=True)
class _Method:
    """A kind of recalibration.

    Attributes:
        kind: what its snapshots hold.
        needs: a snapshot to what is fitted to: logits or probabilities, [N, K] float32.
        fit: these, labels and weights to a scale; None, or one that is not finite, if they do not
            determine one.
        apply: rows of a snapshot and a scale to rows of a recalibrated one.
        fitted: what is fitted, for captions.
        needs_all_classes: whether an example of each class is needed.
    """

    kind: str
    needs: Callable[[Snapshot], jax.Array]
    fit: Callable[[jax.Array, np.ndarray, np.ndarray | None], Any]
    apply: Callable[[Snapshot, Any], dict]
    fitted: str
    needs_all_classes: bool = True


def _fit_temperature(logits: jax.Array, labels: np.ndarray, weights: np.ndarray | None):
    found = fit_temperature(logits, labels, weights=weights)
    return found if float(found.log_error) < _LARGEST_LOG_ERROR else None


def _fit_isotonic(probs: jax.Array, labels: np.ndarray, weights: np.ndarray | None):
    # No probability is 0 or 1: this number of examples cannot show it, and the likelihood is 0.
    minimum = 0.5 / (len(labels) if weights is None else float(effective_number(weights)))
    knots = fit_isotonic(probs, labels, weights=weights).knots
    return IsotonicScale(
        tuple((scores, np.clip(shares, minimum, 1 - minimum)) for scores, shares in knots)
    )


def _apply_temperature(rows: Snapshot, scale) -> dict:
    # Rounding can make two scores equal: the predicted class stays the one it was.
    return {
        "logits": divided(rows, scale.temperature),
        "predicted": predicted_of(next(iter(rows.values()))),
    }


_METHODS = {
    TEMPERATURE: _Method(
        "logits",
        logits_of,
        _fit_temperature,
        _apply_temperature,
        "temperature",
        needs_all_classes=False,
    ),
    "vector": _Method(
        "logits",
        logits_of,
        lambda logits, labels, weights: fit_vector_scale(logits, labels, weights=weights),
        lambda of, scale: {"logits": apply_vector_scale(logits_of(of), scale)},
        "scales",
    ),
    "isotonic": _Method(
        "probs",
        probs_of,
        _fit_isotonic,
        lambda of, scale: {"probs": apply_isotonic(probs_of(of), scale)},
        "regression",
    ),
}


def calibrate(
    run: AnyRun,
    calibrate: str = TEMPERATURE,
    held_out: float = HELD_OUT,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[AnyRun, AnyRun]:
    """Return a run as it is, and recalibrated, on the examples that were not used to fit.

    Args:
        run: a run, or replicas; each snapshot is recalibrated on its own.
        calibrate: ``temperature`` or ``vector`` (scaling of logits), ``isotonic`` (of scores).
        held_out: share of the examples, drawn at random, to fit on, in (0, 1).
        seed: seeds the draw.
        progress: called with (snapshots fitted, snapshots in all).

    Returns:
        Two runs of the other examples. A snapshot that has no recalibration is empty in the
        second: no counts, NaN for metrics; a warning names it. With temperatures the second run
        has them as the series ``temperature`` [S], and predicts the same classes. Of several
        labels each has its own: ``temperature:NAME``.

    Raises:
        TypeError: not a run.
        SettingError: an unknown method, a run without the scores of all classes, or a share that
            leaves no example to fit or to show.

    References:
        Guo et al. 2017, On calibration of modern neural networks (arXiv 1706.04599), section 4.
    """
    if not isinstance(run, Run | Replicas):
        raise TypeError(f"run: expected an anim.Run, got {type(run).__name__}")
    one_of("calibrate", calibrate, RECALIBRATIONS)
    share("held_out", held_out)
    _check_method(run, calibrate)
    seen, shown = _split(len(run.labels), held_out, seed)
    scales = _fit(run.members, calibrate, seen, progress)
    _warn_of_missing(run.members, scales)
    pairs = [
        _pair(one, calibrate, shown, its, _caption(one, calibrate, held_out))
        for one, its in zip(run.members, scales, strict=True)
    ]
    if isinstance(run, Run):
        return cast("tuple[AnyRun, AnyRun]", pairs[0])
    raw, recalibrated = zip(*pairs, strict=True)
    name = _recalibrated_name(run, calibrate)
    both = Replicas(raw, run.name), Replicas(recalibrated, name)
    return cast("tuple[AnyRun, AnyRun]", both)


def _check_method(run: RunLike, method: str) -> None:
    """Raise SettingError if a run cannot be recalibrated in this way."""
    if not run.has_scores:
        problem = "this run holds only the confidence of the predicted class"
        raise SettingError("calibrate", problem)
    if run.members[0].examples.is_multilabel and method == "vector":
        problem = "expected 'temperature' or 'isotonic' for several labels, got 'vector'"
        raise SettingError("calibrate", problem)


class _Recalibrated:
    """Snapshots under their scales.

    Args:
        snapshots: S of them.
        scales: one each; `NoScale` if there is none, the error if the snapshot could not be read.
        apply: of a `_Method`.
        codes: [N] the label that each example is about, if there is a scale for each label.
    """

    def __init__(
        self,
        snapshots: SnapshotSequence,
        scales: Sequence,
        apply: Callable,
        codes: np.ndarray | None = None,
    ):
        self._snapshots, self._scales, self._apply = snapshots, scales, apply
        self._codes = codes

    def __len__(self) -> int:
        return len(self._snapshots)

    def __getitem__(self, i: int, /) -> dict[str, np.ndarray]:
        blocks = list(self.blocks(i))
        return joined(blocks, sum(block.examples for block in blocks))

    def blocks(self, i: int) -> Iterator[Block]:
        """Yield snapshot i in blocks; see `anim.run.blocks.blocks_of`."""
        scale = self._scales[i]
        if isinstance(scale, RecordingError):
            raise RecordingError(str(scale))
        if isinstance(scale, NoScale):
            raise NoRecalibrationError
        for rows, arrays in blocks_of(self._snapshots, i):
            if self._codes is None:
                yield Block(rows, self._apply(arrays, scale))
            else:
                yield Block(rows, _applied(self._apply, arrays, scale, self._codes[rows]))


def _applied(apply: Callable, arrays: Snapshot, scales: Mapping, codes: np.ndarray) -> dict:
    """Return rows under the scale of the label that each of them is about."""
    found: dict[str, np.ndarray] = {}
    for code in np.unique(codes).tolist():
        own = codes == code
        part = apply({name: np.asarray(one)[own] for name, one in arrays.items()}, scales[code])
        for name, values in part.items():
            values = np.asarray(values)
            whole = found.setdefault(name, np.empty((len(codes), *values.shape[1:]), values.dtype))
            whole[own] = values
    return found


def _split(count: int, held_out: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of the examples to fit on, and of those to show, in order."""
    fitting = round(held_out * count)
    if not 0 < fitting < count:
        problem = f"{held_out:g} of {count} examples leaves none to fit or none to show"
        raise SettingError("held_out", problem)
    order = np.random.default_rng(seed).permutation(count)
    return np.sort(order[:fitting]), np.sort(order[fitting:])


def _fit(
    runs: Sequence[Run], method: str, index: np.ndarray, progress: Progress | None
) -> list[list]:
    """Return a scale for each snapshot of each run; see `_Recalibrated`."""
    examples = runs[0].examples.take(index)
    done, total = 0, sum(map(len, runs))
    found = []
    for run in runs:
        part, scales = SomeExamples(run.snapshots, index), []
        for i in range(len(run)):
            if progress is not None:
                progress(done, total)
            scales.append(_scale(_METHODS[method], part, i, examples, run.classes))
            done += 1
        found.append(scales)
    return found


def _scale(
    method: _Method, part: SomeExamples, i: int, examples: Examples, classes: Sequence[str]
) -> Any:
    labels = examples.labels
    needs_all = method.needs_all_classes and not examples.is_multilabel
    absent = absent_classes(labels, classes) if needs_all else ""
    try:
        if absent:
            # Whether it can be read is to be known nevertheless.
            all(part.blocks(i))
            return NoScale(absent)
        values = aligned(part.blocks(i), len(labels), method.needs)
    except RecordingError as error:
        return error
    if examples.is_multilabel:
        return _scales_of_labels(method, values, examples, classes)
    scale = method.fit(jax.device_put(values), labels, examples.weights)
    leaves = jax.tree.leaves(scale)
    if leaves and all(np.isfinite(leaf).all() for leaf in leaves):
        return jax.device_get(scale)
    return NoScale(cause_of(values, labels, classes, method.needs_all_classes))


def _scales_of_labels(
    method: _Method, values: np.ndarray, examples: Examples, classes: Sequence[str]
) -> Any:
    """Return a scale for each of several labels, by its index; or why one has none."""
    groups = examples.groups[LABEL]
    most, scales = int(np.bincount(groups.codes).max()), {}
    for code in np.unique(groups.codes).tolist():
        rows = np.flatnonzero(groups.codes == code)
        # Rows of weight 0 count nowhere: a program is compiled for each number of rows.
        weights = np.zeros(most)
        weights[: len(rows)] = 1 if examples.weights is None else examples.weights[rows]
        padded = np.r_[rows, np.repeat(rows[:1], most - len(rows))]
        labels, name = examples.labels[rows], f"label {groups.names[code]}"
        if method.needs_all_classes and (absent := absent_classes(labels, classes)):
            return NoScale(f"{name}: {absent}")
        scale = method.fit(jax.device_put(values[padded]), examples.labels[padded], weights)
        leaves = jax.tree.leaves(scale)
        if not leaves or not all(np.isfinite(leaf).all() for leaf in leaves):
            cause = cause_of(values[rows], labels, classes, method.needs_all_classes)
            return NoScale(f"{name}: {cause}")
        scales[code] = jax.device_get(scale)
    return scales


def _temperatures(scales: Sequence, examples: Examples) -> dict[str, np.ndarray]:
    """Return the temperatures [S], by name: of several labels a series for each."""
    if not examples.is_multilabel:
        found = [getattr(scale, TEMPERATURE, np.nan) for scale in scales]
        return {TEMPERATURE: np.array(found, np.float64)}
    groups, series = examples.groups[LABEL], {}
    for code in np.unique(groups.codes).tolist():
        own = [one.get(code) if isinstance(one, dict) else None for one in scales]
        found = [getattr(scale, TEMPERATURE, np.nan) for scale in own]
        series[f"{TEMPERATURE}:{groups.names[code]}"] = np.array(found, np.float64)
    return series


def _pair(run: Run, method: str, shown: np.ndarray, scales: list, caption: str) -> tuple[Run, Run]:
    part, recalibration = SomeExamples(run.snapshots, shown), _METHODS[method]
    series = {name: values for name, values in run.recorded.items() if name != TEMPERATURE}
    if method == TEMPERATURE:
        series |= _temperatures(scales, run.examples)
    about, examples = replace(run.about, caption=caption), run.examples.take(shown)
    codes = examples.groups[LABEL].codes if examples.is_multilabel else None
    raw = run.replaced(examples, snapshots=part, about=about)
    recalibrated = raw.replaced(
        snapshots=_Recalibrated(part, scales, recalibration.apply, codes),
        kind=recalibration.kind,
        series=series,
        name=_recalibrated_name(run, method),
        lacks_recalibration=np.array([isinstance(scale, NoScale) for scale in scales]),
    )
    return raw, recalibrated


def _recalibrated_name(run: RunLike, method: str) -> str:
    return ", ".join(filter(None, (run.name, RECALIBRATIONS[method])))


def _caption(run: Run, method: str, held_out: float) -> str:
    some = "half" if held_out == 0.5 else f"{100 * held_out:.3g} %"
    caption = run.about.caption or points_of(run.examples)
    fitted = f"the {_METHODS[method].fitted}"
    if run.examples.is_multilabel:
        fitted = f"a {_METHODS[method].fitted} for each label"
    return f"{caption}, {some} of the {noun_of(run.examples)} to fit {fitted}"


def _warn_of_missing(runs: Sequence[Run], scales: Sequence[list]) -> None:
    """Warn of snapshots without a recalibration."""
    causes = [[getattr(scale, "cause", None) for scale in its] for its in scales]
    if words := sentence([run.steps for run in runs], causes):
        warn_caller(words)

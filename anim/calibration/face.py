"""Public functions check their arguments, each by its name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

import jax
import numpy as np
from jax.core import Tracer

from anim.calibration.bins import BinSums
from anim.calibration.inputs import (
    checked_example_weights,
    checked_hits,
    checked_label_indices,
    checked_predictions,
)
from anim.calibration.isotonic import IsotonicScale
from anim.calibration.placing import placed
from anim.calibration.scaling import VectorScale
from anim.calibration.views import ClassView, TopView, View
from anim.checks.arrays import as_array, raise_first
from anim.errors import SettingError
from anim.settings import BINNINGS, one_of, share, whole

Function = TypeVar("Function", bound=Callable[..., Any])

_NOTE = """

    Predictions and outcomes are checked as by `anim.Recorder`. Under ``jax.jit``, ``vmap`` and
    ``grad``, where only shapes are known, their values are not checked.
    """
# How far rounding may move a share beyond 0 or 1.
_SLACK = 1e-6


def publish(names: dict[str, Any]) -> None:
    """Replace the functions of the modules of this package by those that check their arguments."""
    for name, one in list(names.items()):
        is_ours = str(getattr(one, "__module__", "")).startswith("anim.calibration.")
        if is_ours and callable(one) and not isinstance(one, type) and not name.startswith("_"):
            names[name] = checked(one)


def checked(function: Function) -> Function:
    """Return a function that checks its arguments, and converts predictions and outcomes.

    Args:
        function: its parameters have names of `PREDICTIONS`, `RULES` or `FREE`.
    """
    signature = inspect.signature(function)
    if not {*PREDICTIONS, *RULES} & {*signature.parameters}:
        return function
    takes_many = any("*snapshots" in str(one.annotation) for one in signature.parameters.values())

    @wraps(function)
    def call(*args, **options):
        bound = signature.bind(*args, **options)
        given = bound.arguments

        def check_and_call():
            _check(given, takes_many)
            return function(*bound.args, **bound.kwargs)

        return placed(given, check_and_call)

    call.__module__ = "anim.calibration"
    call.__doc__ = f"{(function.__doc__ or '').rstrip()}{_NOTE}"
    return cast(Function, call)


def _check(given: dict[str, Any], takes_many: bool) -> None:
    """Check arguments by their names, and replace them by what functions compute with."""
    for name in PREDICTIONS:
        if name in given:
            # Chunks, whose sums are added, may be empty.
            least = 0 if "edges" in given else 1
            given[name] = checked_predictions(name, given[name], takes_many, least)
            _check_outcomes(given, np.shape(given[name]), has_classes=name != "scores")
    for name, rule in RULES.items():
        if name in given:
            given[name] = rule(name, given)


def _check_outcomes(given: dict[str, Any], shape: tuple[int, ...], has_classes: bool) -> None:
    """Check and convert labels and hits of predictions of a shape."""
    lead = shape[:-1] if has_classes else shape
    for name in ("labels", "predicted"):
        is_left_out = name == "predicted" and given.get(name) is None
        if name in given and not is_left_out:
            given[name] = checked_label_indices(given[name], lead, shape[-1], name)
    if "hits" in given:
        given["hits"] = checked_hits(given["hits"], lead)


def _values(name: str, given) -> np.ndarray | None:
    """Return numbers as float64; None under a transformation of JAX."""
    if isinstance(given, Tracer):
        return None
    values = as_array(name, given)
    if values.dtype.kind not in "biuf":
        raise SettingError(name, f"expected numbers, got {values.dtype}")
    return values.astype(np.float64)


def _as_it_was(given) -> Any:
    return given if isinstance(given, jax.Array | np.ndarray) else np.asarray(given)


def _counts(name: str, given: Mapping[str, Any]) -> Any:
    values = _values(name, given[name])
    if values is None:
        return given[name]
    if not values.ndim or not values.shape[-1]:
        raise SettingError(name, f"expected shape [B] or [S, B], got {list(values.shape)}")
    wrong = ~((values >= 0) & np.isfinite(values))
    if wrong.any():
        raise_first(name, "numbers of examples", values, wrong)
    return _as_it_was(given[name])


def _weights(name: str, given: Mapping[str, Any]) -> Any:
    weights = given[name]
    if weights is None:
        return None
    predictions = next((one for one in PREDICTIONS if one in given), None)
    if predictions is None:
        shape = np.shape(weights)
    else:
        shape = np.shape(given[predictions])[: None if predictions == "scores" else -1]
    if not shape:
        raise SettingError(name, "expected shape [N] or [S, N], got a number")
    # Chunks, whose sums are added, may be empty.
    return checked_example_weights(weights, shape, least=0 if "edges" in given else 1)


def _effective(name: str, given: Mapping[str, Any]) -> Any:
    if given[name] is None:
        return None
    values, counts = _values(name, given[name]), _values("counts", given["counts"])
    if values is None or counts is None:
        return given[name]
    values, counts = _alike(name, values, counts)
    wrong = ~(np.where(counts > 0, values >= 1 - _SLACK, values >= 0) & np.isfinite(values))
    if wrong.any():
        raise_first(name, "numbers of examples, at least 1 where a bin is filled", values, wrong)
    return _as_it_was(given[name])


def _shares(name: str, given: Mapping[str, Any]) -> Any:
    """Check shares of bins, NaN where these are empty."""
    values, counts = _values(name, given[name]), _values("counts", given["counts"])
    if values is None or counts is None:
        return given[name]
    values, counts = _alike(name, values, counts)
    wrong = ~((values >= -_SLACK) & (values <= 1 + _SLACK)) & ~((counts == 0) & np.isnan(values))
    if wrong.any():
        raise_first(name, "numbers in [0, 1], or NaN where a bin is empty", values, wrong)
    return _as_it_was(given[name])


def _alike(name: str, values: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    is_like = values.ndim and values.shape[-1] == counts.shape[-1]
    try:
        if is_like:
            values, counts = np.broadcast_arrays(values, counts)
    except ValueError:
        is_like = False
    if not is_like:
        found = f"{list(values.shape)} for counts {list(counts.shape)}"
        raise SettingError(name, f"expected the shape of the counts, got {found}")
    return values, counts


def _hits_of_bins(name: str, given: Mapping[str, Any]) -> Any:
    if "counts" not in given:
        return given[name]
    values, counts = _values(name, given[name]), _values("counts", given["counts"])
    if values is None or counts is None:
        return given[name]
    values, counts = _alike(name, values, counts)
    wrong = ~((values >= 0) & (values <= counts))
    if wrong.any():
        raise_first(name, "numbers from 0 to the counts", values, wrong)
    return _as_it_was(given[name])


def _sums(name: str, given: Mapping[str, Any]) -> BinSums:
    sums = given[name]
    if not isinstance(sums, BinSums):
        raise SettingError(name, f"expected BinSums, got {type(sums).__name__}")
    _hits_of_bins("hits", {"counts": _counts("counts", sums._asdict()), "hits": sums.hits})
    return sums


def _edges(name: str, given: Mapping[str, Any]) -> Any:
    edges = _values(name, given[name])
    if edges is None:
        return given[name]
    if not edges.ndim or edges.shape[-1] < 2:
        raise SettingError(name, f"expected shape [B + 1] with B >= 1, got {list(edges.shape)}")
    wrong = ~np.isfinite(edges) | (np.diff(edges, prepend=-np.inf) < 0)
    # Empty snapshots have no edges.
    if (wrong & ~np.isnan(edges).all(-1, keepdims=True)).any():
        raise_first(name, "numbers that do not decrease", edges, wrong)
    bins = np.shape(given["sums"].counts)[-1] if "sums" in given else edges.shape[-1] - 1
    if bins != edges.shape[-1] - 1:
        raise SettingError(name, f"expected {bins + 1} for {bins} bins, got {edges.shape[-1]}")
    scores = given.get("scores")
    if scores is not None and not isinstance(scores, Tracer) and np.size(scores):
        low, high = float(scores.min()), float(scores.max())
        if low < edges.min() - _SLACK or high > edges.max() + _SLACK:
            problem = f"expected edges around the scores {low:g} to {high:g}"
            raise SettingError(name, f"{problem}, got {edges.min():g} to {edges.max():g}")
    return _as_it_was(given[name])


def _view(name: str, given: Mapping[str, Any]) -> View:
    view, classes = given[name], np.shape(given["probs"])[-1]
    if not isinstance(view, View):
        example = "anim.calibration.CONFIDENCE or view_of(name, classes)"
        raise SettingError(name, f"expected a View, such as {example}, got {view!r}")
    if isinstance(view, ClassView) and not 0 <= view.index < classes:
        raise SettingError(name, f"expected a class in [0, {classes}), got {view.index}")
    if isinstance(view, TopView) and not 1 <= view.k < classes:
        raise SettingError(name, f"expected k in [1, {classes}), got {view.k}")
    if view.is_folded and classes != 2:
        raise SettingError(name, f"expected a view of {classes} classes, got {view.name!r}")
    return view


def _scale(name: str, given: Mapping[str, Any]) -> Any:
    scale = given[name]
    kind, predictions = (VectorScale, "logits") if "logits" in given else (IsotonicScale, "probs")
    if not isinstance(scale, kind):
        raise SettingError(name, f"expected {kind.__name__}, got {type(scale).__name__}")
    classes = np.shape(given[predictions])[-1]
    known = np.shape(scale[0])[-1] if kind is VectorScale else len(scale[0])
    if known != (classes if kind is VectorScale or classes > 2 else 1):
        raise SettingError(name, f"expected one fitted on {classes} classes, got {known}")
    return scale


def _level(name: str, given: Mapping[str, Any]) -> Any:
    share(name, given[name])
    return given[name]


def _at_least(low: int) -> Callable[[str, Mapping[str, Any]], Any]:
    def rule(name: str, given: Mapping[str, Any]) -> Any:
        whole(name, given[name], low)
        return given[name]

    return rule


def _binning(name: str, given: Mapping[str, Any]) -> Any:
    one_of(name, given[name], BINNINGS)
    return given[name]


def _in_range(low: float, high: float, *, allows_nan: bool) -> Callable[[str, Mapping], Any]:
    def rule(name: str, given: Mapping[str, Any]) -> Any:
        values = _values(name, given[name])
        if values is None:
            return given[name]
        wrong = ~((values >= low) & (values <= high)) & ~(np.isnan(values) & allows_nan)
        if wrong.any():
            first = np.atleast_1d(values)[np.atleast_1d(wrong)][0]
            raise SettingError(name, f"expected numbers in [{low:g}, {high:g}], got {first:g}")
        return given[name]

    return rule


PREDICTIONS = ("probs", "logits", "scores")
RULES: dict[str, Callable[[str, Mapping[str, Any]], Any]] = {
    "weights": _weights,
    "counts": _counts,
    "effective": _effective,
    "hits": _hits_of_bins,
    "accuracy": _shares,
    "confidence": _shares,
    "ideal": _shares,
    "sums": _sums,
    "edges": _edges,
    "view": _view,
    "scale": _scale,
    "level": _level,
    "bins": _at_least(1),
    "points": _at_least(1),
    "seed": _at_least(0),
    "binning": _binning,
    "q": _in_range(0.0, 1.0, allows_nan=False),
    "n": _in_range(0.0, np.inf, allows_nan=True),
    "p": _in_range(0.0, 1.0, allows_nan=True),
}
# Checked with the predictions, by the function itself, or free.
FREE = ("labels", "predicted", "norm", "debias", "classwise", "dtype", "band", "score")

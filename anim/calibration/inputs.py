"""Predictions and outcomes as people have them, checked where they lie.

Arrays on a device are checked by a compiled reduction, of which three numbers are fetched, and
others by NumPy. Under a transformation of JAX there are no values to check, only shapes.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from anim.calibration.bins import Array
from anim.checks.arrays import as_array, raise_first, widened
from anim.checks.labels import checked_labels
from anim.checks.predictions import check_finite, check_scores, checked_probs
from anim.checks.rounding import FLOAT32_SUM, narrowed, score_tolerance, sum_tolerance
from anim.checks.weights import checked_weights
from anim.errors import SettingError

_LOGARITHMS = "pass their exponentials"


def checked_predictions(name: str, given, takes_many: bool, least: int = 1) -> Array:
    """Return probs or logits [..., N, K], or scores [..., N].

    Args:
        name: ``probs``, ``logits`` or ``scores``.
        given: an array of any library; probs and logits may be [N] or [N, 1], of class 1 of two.
        takes_many: whether leading axes are snapshots.
        least: number of examples.

    Raises:
        ValueError: a shape or values that are not what the name says.
        NotFiniteError: NaN or infinity.
    """
    values = given if isinstance(given, jax.Array) else as_array(name, given)
    dtype, values = values.dtype, values if isinstance(values, jax.Array) else widened(values)
    if values.dtype.kind not in "biuf" and not jnp.issubdtype(values.dtype, jnp.floating):
        raise SettingError(name, f"expected numbers, got {dtype}")
    if name != "scores" and values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    _check_shape(name, values.shape, takes_many, least)
    if values.size and not isinstance(values, Tracer):
        if isinstance(values, jax.Array):
            values = _on_device(name, values, dtype)
        else:
            values = _on_host(name, values, dtype)
    # Bins and sums of narrower numbers would be too coarse.
    values = values.astype(jnp.promote_types(values.dtype, jnp.float32))
    return values if name == "scores" or values.ndim > 1 else _two_columns(name, values)


def _check_shape(name: str, shape: tuple[int, ...], takes_many: bool, least: int) -> None:
    axes = 1 if name == "scores" or len(shape) == 1 else 2
    is_known = len(shape) == axes or (takes_many and len(shape) > axes)
    if not is_known or shape[-axes] < least or (axes == 2 and shape[-1] < 2):
        form = "N]" if name == "scores" else "N, K] with K >= 2, or [N] for class 1 of two"
        more = f" or [S, {form.partition(']')[0]}]" if takes_many else ""
        raise SettingError(name, f"expected shape [{form}{more}, N >= 1, got {list(shape)}")


def _two_columns(name: str, of_class_1: Array) -> Array:
    xp: Any = jnp if isinstance(of_class_1, jax.Array) else np
    of_class_0 = 1 - of_class_1 if name == "probs" else xp.zeros_like(of_class_1)
    return xp.stack([of_class_0, of_class_1], axis=-1)


def _on_host(name: str, values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    kind = np.promote_types(values.dtype, np.float32)
    # As wide as JAX computes: a larger number would become infinite there.
    computed = np.promote_types(np.float32, jax.dtypes.canonicalize_dtype(kind))
    is_one_output = name != "scores" and values.ndim == 1
    middle = (0.5 if name == "probs" else 0.0) if is_one_output else None
    with np.errstate(over="ignore"):
        floats = values.astype(kind)
        if name == "logits":
            floats = narrowed(values, computed, middle)
        elif name == "probs" and kind != computed:
            # SciPy computes with all digits; those that JAX drops may not change the class.
            narrow = narrowed(values, computed, middle)
            floats = np.where(narrow == values.astype(computed), floats, narrow)
    check_finite(name, floats, values)
    if name == "logits":
        return floats
    if name == "scores":
        return check_scores(name, floats, dtype)
    return checked_probs(floats, dtype, _LOGARITHMS)


def _known(function: Callable[[jax.Array], jax.Array], values: jax.Array) -> jax.Array:
    """Return what a compiled function returns for values, also inside of another function."""
    found = function(values)
    if not isinstance(found, Tracer):
        return found
    # Constants of a function that is compiled are known.
    with jax.ensure_compile_time_eval():
        return function(values)


@jax.jit
def _reduced(values: jax.Array) -> jax.Array:
    """Return the minimum, the maximum and how far sums over the last axis are from 1.

    They are NaN if there is one, which the reductions of XLA leave out on some CPUs.
    """
    real = values.astype(jnp.promote_types(values.dtype, jnp.float32))
    off = jnp.abs(real.sum(-1) - 1).max() if real.ndim > 1 else jnp.zeros((), real.dtype)
    return jnp.where(jnp.isnan(real).any(), jnp.nan, jnp.stack([real.min(), real.max(), off]))


def _on_device(name: str, values: jax.Array, dtype: np.dtype) -> jax.Array:
    low, high, off = map(float, np.asarray(_known(_reduced, values)))
    is_finite = np.isfinite(low) and np.isfinite(high)
    if is_finite and name == "logits":
        return values
    slack = score_tolerance(dtype)
    off = 0.0 if name == "scores" or values.ndim == 1 else off
    limit = sum_tolerance(dtype, values.shape[-1])
    if not is_finite or low < -slack or high > 1 + slack or off > limit:
        # Here the error is raised, and values that were widened before are read.
        return jnp.asarray(_on_host(name, widened(np.asarray(values)), dtype))
    if low < 0 or high > 1 or off > FLOAT32_SUM:
        values = jnp.clip(values.astype(jnp.promote_types(dtype, jnp.float32)), 0, 1)
        values = values / values.sum(-1, keepdims=True) if off > FLOAT32_SUM else values
    return values


def checked_label_indices(
    given, lead: tuple[int, ...], classes: int, name: str = "labels"
) -> Array:
    """Return labels in [0, K), [N] or of each snapshot [..., N].

    Args:
        given: integers, also as floats or one-hot [N, K].
        lead: shape of the predictions without their classes.
        classes: K.
        name: of the argument.

    Raises:
        ValueError: another shape, or values that are no labels.
    """
    if isinstance(given, jax.Array) and given.shape in (lead, lead[-1:]):
        is_whole = jnp.issubdtype(given.dtype, jnp.integer)
        if isinstance(given, Tracer) or not given.size or (is_whole and _is_below(given, classes)):
            return given
    if isinstance(given, Tracer):
        raise SettingError(name, f"expected shape {[*lead[-1:]]}, got {[*given.shape]}")
    values = widened(as_array(name, given))
    if values.dtype.kind == "O" and all(map(_is_small_integer, values.flat)):
        values = values.astype(np.int64)
    if values.dtype.kind not in "biuf":
        found = repr(str(values.flat[0])) if values.size else values.dtype
        raise SettingError(name, f"expected integers in [0, {classes}), got {found}")
    if values.shape not in (lead, lead[-1:]):
        is_row_each = values.shape in ((lead[-1], 1), (lead[-1], classes))
        if not is_row_each:
            problem = f"expected shape [{lead[-1]}], as the predictions have, got "
            raise SettingError(name, f"{problem}{list(values.shape)}")
        values = checked_labels(values)
    with np.errstate(invalid="ignore"):
        is_label = (values >= 0) & (values < classes) & (values == np.floor(values))
    if not is_label.all():
        raise_first(name, f"integers in [0, {classes})", values, ~is_label)
    return values.astype(np.int32, copy=False)


def _is_small_integer(value: Any) -> bool:
    return isinstance(value, Integral) and abs(int(value)) < 2**31


def _is_below(labels: jax.Array, classes: int) -> bool:
    # As one array: each that is fetched costs more than this comparison.
    low, high = np.asarray(_known(_ends, labels)).tolist()
    return low >= 0 and high < classes


@jax.jit
def _ends(values: jax.Array) -> jax.Array:
    return jnp.stack([values.min(), values.max()])


def checked_hits(given, lead: tuple[int, ...]) -> Array:
    """Return which examples are hits, bool [N] or of each snapshot [..., N].

    Args:
        given: true or false, also as 0 and 1.
        lead: shape of the scores.

    Raises:
        ValueError: another shape, or other values.
    """
    values = given if isinstance(given, jax.Array) else widened(as_array("hits", given))
    if values.shape not in (lead, lead[-1:]):
        problem = f"expected shape [{lead[-1]}], as the scores have, got {list(values.shape)}"
        raise SettingError("hits", problem)
    if isinstance(values, Tracer) or values.dtype == bool:
        return values.astype(bool)
    values = widened(np.asarray(values))
    other = ~np.isin(values, (0, 1))
    if other.any():
        raise_first("hits", "true or false", values, other)
    return values.astype(bool)


def checked_example_weights(given, lead: tuple[int, ...], least: int = 1) -> Array:
    """Return weights, [N] or of each snapshot [..., N]: float64, or as they are on the device.

    Args:
        given: numbers, at least 0.
        lead: shape of the predictions without their classes.
        least: number of examples with a weight.

    Raises:
        ValueError: another shape, or values that are no weights.
    """
    if isinstance(given, jax.Array):
        shape = given.shape
        if shape not in (lead, lead[-1:]):
            problem = f"expected shape [{lead[-1]}], as the predictions have, got {[*shape]}"
            raise SettingError("weights", problem)
        floats = given.astype(jnp.promote_types(given.dtype, jnp.float32))
        if isinstance(given, Tracer) or not given.size:
            return floats
        low, high, highest = np.asarray(_known(_weight_ends, floats)).tolist()
        # Else the error is raised below.
        if low >= 0 and np.isfinite(highest) and (high > 0 or not least):
            return floats
        given = np.asarray(given)
    values = checked_weights(given, lead)
    if least and not (values.max(-1, initial=0) > 0).all():
        raise SettingError("weights", "expected a weight above 0, got none")
    return values


@jax.jit
def _weight_ends(values: jax.Array) -> jax.Array:
    """Return the minimum, the smallest maximum of a snapshot and the maximum; NaN if one is."""
    ends = jnp.stack([values.min(), values.max(-1).min(), values.max()])
    return jnp.where(jnp.isnan(values).any(), jnp.nan, ends)

"""Recalibration of scores: temperatures, vector scales and isotonic functions, and their fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Float32, Integer

from anim.calibration.bins import Array
from anim.calibration.placing import in_memory
from anim.calibration.proper_scores import nll_of_logits
from anim.calibration.scores import check_shapes, mean, over_snapshots, real
from anim.calibration.smooth import isotonic_steps
from anim.calibration.tiles import in_tiles, mean_in_tiles, over_classes

__all__ = [
    "IsotonicScale",
    "Temperature",
    "VectorScale",
    "apply_isotonic",
    "apply_vector_scale",
    "fit_isotonic",
    "fit_temperature",
    "fit_vector_scale",
]

# The factor by which a temperature may differ from the unit of the logits, either way.
_MOST_FROM_UNIT = 1e6
# Scaled logits of a class that cannot be, whose squares float32 still holds.
_RULED_OUT = -1e12
_MAX_STEPS = 60
_MAX_QUASI_NEWTON_STEPS = 500
# The largest standard deviation of scaled logits of a class: beyond, each probability is 0 or 1.
_MAX_SPREAD = 100.0


class Temperature(NamedTuple):
    """A temperature; NaN if the predictions do not determine one.

    Attributes:
        temperature: above 0.
        nll: the negative log-likelihood at this temperature, in nats.
        log_error: the standard error of the logarithm of the temperature.
    """

    temperature: Float[jax.Array, "*snapshots"]
    nll: Float[jax.Array, "*snapshots"]
    log_error: Float[jax.Array, "*snapshots"]


@over_snapshots(2)
def fit_temperature(
    logits: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
) -> Temperature:
    """Return the T > 0 that minimizes the negative log-likelihood of softmax(logits / T).

    The loss is convex in 1 / T, which `_root` finds.

    Args:
        logits: of the classes; snapshots on the device are fitted in one compiled call.
        labels: in [0, classes).

    Returns:
        `Temperature` of each snapshot. NaN if the loss has no minimum: the logits separate the
        classes, and the loss falls with T; or they say nothing about the classes or the
        opposite, and it falls as T grows. NaN also if T differs by a factor of 1e6 from the mean
        distance between the largest logit and that of the label where these differ. Logits times c
        have c times the temperature, and the same probabilities.

    References:
        Guo et al. 2017, On calibration of modern neural networks (arXiv 1706.04599), section 4.2;
        the standard error follows from the curvature of the likelihood at its maximum.
    """
    unit, of_label, sums = _in_units(jnp.asarray(logits), labels)

    def moments(inverse):
        """Return sums of weights, and means of logits, their squares and, unweighted, of logits."""

        def of_each(scaled, inverse):
            weights = jnp.exp(inverse * scaled)
            return weights, weights * scaled, weights * scaled**2, scaled

        total, first, second, plain = sums(of_each, inverse)
        return total, first / total, second / total, plain / logits.shape[1]

    def slopes(inverse):
        """Return the first and second derivative of the loss with respect to 1 / T."""
        _, first, second, _ = moments(inverse)
        return mean(first - of_label), mean(second - first**2)

    least, most = 1 / _MOST_FROM_UNIT, _MOST_FROM_UNIT
    inverse = _root(slopes, *(jnp.asarray(value, of_label.dtype) for value in (least, 1, most)))
    total, first, second, middle = moments(inverse)
    # The slopes at 0 and in the limit: a convex loss has its minimum between them, or none.
    has_minimum = (mean(middle - of_label) < 0) & (mean(of_label) < 0)
    nll = mean(jnp.log(total) - inverse * of_label)
    is_sound = has_minimum & (inverse > 2 * least) & (inverse < most / 2)
    log_error = 1 / (inverse * jnp.sqrt(mean(second - first**2) * logits.shape[0]))
    found = (unit / inverse, nll, log_error)
    return Temperature(*(jnp.where(is_sound, value, jnp.nan) for value in found))


def _in_units(logits: jax.Array, labels: Array) -> tuple[jax.Array, jax.Array, Callable]:
    """Return logits in units of the mean distance of wrong predictions, with 0 as the largest.

    The fit does not depend on the units of the logits, no exponential overflows, and sums keep
    their digits.

    Returns:
        The unit; the logit of the label [N] in it; and a function that takes another and 1 / T,
        and returns the sums over the classes [N] of what that makes of logits in these units and
        of 1 / T, see `over_classes`.
    """
    top = over_classes(real, jnp.maximum, logits)
    of_label = real(jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]) - top
    wrong = jnp.maximum((of_label < 0).sum(), 1)
    unit = jnp.maximum(-of_label.sum() / wrong, jnp.finfo(of_label.dtype).tiny)
    # Multiplication is faster than division, and the inverse of the unit may be no normal number.
    factor = 1 / jnp.sqrt(unit)

    def sums(function, inverse):
        def of_scaled(values, top):
            scaled = (real(values) - top) * factor * factor
            return function(jnp.maximum(scaled, _RULED_OUT), inverse)

        # Else the compiler keeps scaled logits of all examples from one step for the next.
        inverse, *arrays = jax.lax.optimization_barrier((inverse, logits, top))
        return over_classes(of_scaled, jnp.add, *arrays)

    # As the others are, to the last digit: what differs in all examples moves the temperature.
    return unit, of_label * factor * factor, sums


def _root(
    slopes,
    low: Float[jax.Array, ""],
    start: Float[jax.Array, ""],
    high: Float[jax.Array, ""],
) -> Float[jax.Array, ""]:
    """Return where a rising function is 0 between ``low`` > 0 and ``high``, or a place near an end.

    Newton's method in a bracket. A step that would leave the bracket halves it instead, by ratio,
    so the method always converges.

    Args:
        slopes: returns value and derivative of the function at a number.
        low, start, high: the bracket, and where to start in it.
    """

    def step(state):
        low, high, at, _, count = state
        slope, curvature = slopes(at)
        low, high = jnp.where(slope < 0, at, low), jnp.where(slope < 0, high, at)
        newton = at - slope / curvature
        is_inside = (newton >= low) & (newton <= high)
        following = jnp.where(is_inside, newton, jnp.sqrt(low) * jnp.sqrt(high))
        moved = jnp.where(is_inside, jnp.abs(following / at - 1), 1)
        return low, high, following, moved, count + 1

    # The error after a step is about the square of the error before.
    tolerance = 0.1 * np.sqrt(jnp.finfo(start.dtype).eps)

    def goes_on(state):
        return (state[3] > tolerance) & (state[4] < _MAX_STEPS)

    first = (low, high, start, jnp.ones_like(start), 0)
    return jax.lax.while_loop(goes_on, step, first)[2]


class VectorScale(NamedTuple):
    """Attributes: ``weights`` and ``biases`` of the classes; NaN if not determined."""

    weights: Float[Array, "*snapshots classes"]
    biases: Float[Array, "*snapshots classes"]


@over_snapshots(2)
def fit_vector_scale(
    logits: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
) -> VectorScale:
    """Return the w and b that minimize the negative log-likelihood of softmax(w * logits + b).

    Args:
        logits: of the classes; snapshots on the device are fitted in one compiled call.
        labels: in [0, classes).

    Returns:
        `VectorScale` of each snapshot, whose biases have the mean 0; NaN if L-BFGS finds no
        minimum, e.g. if the logits separate the classes or a class is not among the labels, and
        if the scaled logits of a class have a standard deviation above 100. The weight of a class
        whose logits are all equal is 0. Logits times c have weights divided by c, and the same
        probabilities.

    References:
        Guo et al. 2017 (arXiv 1706.04599), section 4.2; L-BFGS: Liu and Nocedal 1989, by Optax.
    """
    classes = logits.shape[1]
    # The minimum does not depend on the units of the logits, and neither does the way there.
    centre, spread = _centre_and_spread(real(logits))

    def predicted(scale, rows):
        return (real(rows) - centre) / spread * scale.weights + scale.biases

    start = jnp.where(jnp.isfinite(spread), spread, 0)
    start = start / jnp.maximum(start.max(), jnp.finfo(start.dtype).tiny)
    # Without an example of a class there is no minimum to look for.
    present = jnp.zeros(classes, bool).at[labels].set(True).all()
    loss = mean_in_tiles(
        lambda scale, rows, labels: nll_of_logits(predicted(scale, rows), labels), logits, labels
    )
    scale, slope = _descend(loss, VectorScale(start, jnp.zeros(classes, start.dtype)), present)

    def is_largest(rows, labels):
        rows = predicted(scale, rows)
        # Compilers round the two sums differently.
        return jnp.take_along_axis(rows, labels[:, None], axis=1)[:, 0] >= rows.max(1) - 1e-4

    is_separated = in_tiles(is_largest, logits, labels).all()
    is_small = (jnp.abs(scale.weights) < _MAX_SPREAD).all()
    is_sound = present & ~is_separated & is_small & (slope < 1e-3)
    weights = scale.weights / spread
    biases = scale.biases - weights * centre
    found = (weights, biases - biases.mean())
    return VectorScale(*(jnp.where(is_sound, part, jnp.nan) for part in found))


def _centre_and_spread(
    logits: Float[jax.Array, "examples classes"],
) -> tuple[Float[jax.Array, "classes"], Float[jax.Array, "classes"]]:
    """Return means and standard deviations of classes.

    These are infinite where all logits are equal, and NaN where they are too large or too small.
    """
    peak = jnp.abs(logits).max(0)
    # A power of two changes no digit; squares of very large or small logits are no numbers.
    unit = jnp.ldexp(jnp.ones_like(peak), jnp.clip(jnp.frexp(peak)[1], -125, 125))
    logits = logits / unit
    spread = logits.std(0)
    is_constant = spread <= 16 * jnp.finfo(logits.dtype).eps * peak / unit
    centre, spread = logits.mean(0) * unit, spread * unit
    # Beyond these limits the inverse, or digits of the logits, are no normal numbers.
    least = 64 * jnp.finfo(spread.dtype).tiny
    spread = jnp.where((spread > least) & (spread < 1 / least), spread, jnp.nan)
    return centre, jnp.where(is_constant, jnp.inf, spread)


def _descend(
    loss, start: VectorScale, has_minimum: Bool[jax.Array, ""]
) -> tuple[VectorScale, Float[jax.Array, ""]]:
    """Return where L-BFGS ends, and the norm of the slope there.

    Without a minimum it ends where it starts, with a slope of infinity.
    """
    # Imported here, as everything else about a recorded run does without it.
    import optax

    solver = optax.lbfgs()
    value_and_grad = optax.value_and_grad_from_state(loss)
    dtype = start.weights.dtype
    tolerance = 30 * jnp.finfo(dtype).eps

    def step(carry: tuple[Any, ...]) -> tuple[Any, ...]:
        scale, state, _, count = carry
        value, grad = value_and_grad(scale, state=state)
        updates, state = solver.update(grad, state, scale, value=value, grad=grad, value_fn=loss)
        slope = optax.tree.norm(optax.tree.get(state, "grad"))
        return optax.apply_updates(scale, updates), state, slope, count + 1

    def goes_on(carry):
        return has_minimum & (carry[2] > tolerance) & (carry[3] < _MAX_QUASI_NEWTON_STEPS)

    first: tuple[Any, ...] = (start, solver.init(start), jnp.asarray(jnp.inf, dtype), 0)
    found = jax.lax.while_loop(goes_on, step, first)
    return found[0], found[2]


@jax.jit
def apply_vector_scale(
    logits: Float[Array, "examples classes"], scale: VectorScale
) -> Float[jax.Array, "examples classes"]:
    """Return logits times weights plus biases."""
    return real(logits) * scale.weights + scale.biases


class IsotonicScale(NamedTuple):
    """Attributes: ``knots``, for each class (of two, the second only) scores and shares."""

    knots: tuple[tuple[Float[np.ndarray, "knots"], Float[np.ndarray, "knots"]], ...]


def fit_isotonic(
    probs: Float[Array, "examples classes"], labels: Integer[Array, "examples"]
) -> IsotonicScale:
    """Return, for each class, the non-decreasing function of its score nearest to the labels.

    Args:
        probs: probabilities.
        labels: in [0, classes).

    References:
        Zadrozny and Elkan 2002, Transforming classifier scores into accurate multiclass
        probability estimates.
    """
    probs, labels = in_memory(probs), in_memory(labels)
    check_shapes(probs.shape, labels.shape)
    classes = (1,) if probs.shape[1] == 2 else range(probs.shape[1])
    knots = []
    for k in classes:
        ends, values, _ = isotonic_steps(probs[:, k], labels == k)
        knots.append((ends.T.ravel(), np.repeat(values, 2)))
    return IsotonicScale(tuple(knots))


def apply_isotonic(
    probs: Float[Array, "examples classes"], scale: IsotonicScale
) -> Float32[np.ndarray, "examples classes"]:
    """Return probabilities: the functions of all classes, made to sum to 1.

    Where the functions of all classes are 0, the probabilities stay as they were.
    """
    probs = in_memory(probs)
    if probs.shape[1] == 2:
        score = np.interp(probs[:, 1], *scale.knots[0])
        return np.stack([1 - score, score], axis=1).astype(np.float32)
    found = np.stack(
        [np.interp(column, *pair) for column, pair in zip(probs.T, scale.knots, strict=True)], 1
    )
    total = found.sum(1, keepdims=True)
    whole = np.divide(found, total, out=probs.astype(np.float64), where=total > 0)
    return whole.astype(np.float32)

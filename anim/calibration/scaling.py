"""Recalibration of logits: temperatures and vector scales, and their fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Integer

from anim.calibration.bins import Array
from anim.calibration.proper_scores import nll_of_logits
from anim.calibration.scores import mean, over_snapshots, real, total
from anim.calibration.tiles import in_tiles, mean_in_tiles, over_classes
from anim.calibration.weights import effective_number

__all__ = [
    "Temperature",
    "VectorScale",
    "apply_vector_scale",
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
        log_error: the standard error of the logarithm of the temperature; with weights, that of
            the effective number of examples.
    """

    temperature: Float[jax.Array, "*snapshots"]
    nll: Float[jax.Array, "*snapshots"]
    log_error: Float[jax.Array, "*snapshots"]


@over_snapshots(2)
def fit_temperature(
    logits: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Temperature:
    """Return the T > 0 that minimizes the negative log-likelihood of softmax(logits / T).

    The loss is convex in 1 / T, which `_root` finds.

    Args:
        logits: of the classes; snapshots on the device are fitted in one compiled call.
        labels: in [0, classes).
        weights: of the examples, at least 0; None counts each the same.

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
    unit, of_label, sums = _in_units(jnp.asarray(logits), labels, weights)

    def moments(inverse):
        """Return sums of weights, and means of logits, their squares and, unweighted, of logits."""
        whole, first, second, plain = sums(_moments, inverse)
        return whole, first / whole, second / whole, plain / logits.shape[1]

    def slopes(inverse):
        """Return the first and second derivative of the loss with respect to 1 / T."""
        _, first, second, _ = moments(inverse)
        return mean(first - of_label, weights), mean(second - first**2, weights)

    least, most = 1 / _MOST_FROM_UNIT, _MOST_FROM_UNIT
    inverse = _root(slopes, *(jnp.asarray(value, of_label.dtype) for value in (least, 1, most)))
    whole, first, second, middle = moments(inverse)
    # The slopes at 0 and in the limit: a convex loss has its minimum between them, or none.
    has_minimum = (mean(middle - of_label, weights) < 0) & (mean(of_label, weights) < 0)
    nll = mean(jnp.log(whole) - inverse * of_label, weights)
    is_sound = has_minimum & (inverse > 2 * least) & (inverse < most / 2)
    count = logits.shape[0] if weights is None else effective_number(weights)
    log_error = 1 / (inverse * jnp.sqrt(mean(second - first**2, weights) * count))
    found = (unit / inverse, nll, log_error)
    return Temperature(*(jnp.where(is_sound, value, jnp.nan) for value in found))


def _moments(scaled, inverse):
    likely = jnp.exp(inverse * scaled)
    return likely, likely * scaled, likely * scaled**2, scaled


def _in_units(
    logits: jax.Array, labels: Array, weights: Array | None
) -> tuple[jax.Array, jax.Array, Callable]:
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
    if weights is None:
        distance = -of_label.sum() / jnp.maximum((of_label < 0).sum(), 1)
    else:
        wrong = total(weights * (of_label < 0))
        distance = -total(weights * of_label) / jnp.where(wrong > 0, wrong, 1)
    unit = jnp.maximum(distance, jnp.finfo(of_label.dtype).tiny)
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
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> VectorScale:
    """Return the w and b that minimize the negative log-likelihood of softmax(w * logits + b).

    Args:
        logits: of the classes; snapshots on the device are fitted in one compiled call.
        labels: in [0, classes).
        weights: of the examples, at least 0.

    Returns:
        `VectorScale` of each snapshot, whose biases have the mean 0; NaN if L-BFGS finds no
        minimum, e.g. if the logits separate the classes or a class is not among the labels, and
        if the scaled logits of a class have a standard deviation above 100. The weight of a class
        of equal logits is 0. Logits times c have weights divided by c, and the same probabilities.

    References:
        Guo et al. 2017 (arXiv 1706.04599), section 4.2; L-BFGS: Liu and Nocedal 1989, by Optax.
    """
    # The minimum does not depend on the units of the logits, and neither does the way there.
    centre, spread = _centre_and_spread(real(logits), weights)

    def predicted(scale, rows):
        return (real(rows) - centre) / spread * scale.weights + scale.biases

    # Without an example of a class there is no minimum to look for.
    start, present = _start(spread), _are_present(logits.shape[1], labels, weights)

    def losses(scale, rows, labels):
        return nll_of_logits(predicted(scale, rows), labels)

    loss = mean_in_tiles(losses, logits, labels, weights)
    scale, slope = _descend(loss, VectorScale(start, jnp.zeros_like(start)), present)

    def is_largest(rows, labels):
        rows = predicted(scale, rows)
        # Compilers round the two sums differently.
        return jnp.take_along_axis(rows, labels[:, None], axis=1)[:, 0] >= rows.max(1) - 1e-4

    is_right = in_tiles(is_largest, logits, labels)
    is_separated = (is_right if weights is None else is_right | (weights == 0)).all()
    is_small = (jnp.abs(scale.weights) < _MAX_SPREAD).all()
    is_sound = present & ~is_separated & is_small & (slope < 1e-3)
    factors = scale.weights / spread
    biases = scale.biases - factors * centre
    found = (factors, biases - biases.mean())
    return VectorScale(*(jnp.where(is_sound, part, jnp.nan) for part in found))


def _start(spread: jax.Array) -> jax.Array:
    start = jnp.where(jnp.isfinite(spread), spread, 0)
    return start / jnp.maximum(start.max(), jnp.finfo(start.dtype).tiny)


def _are_present(classes: int, labels: Array, weights: Array | None) -> Bool[jax.Array, ""]:
    none = jnp.zeros(classes, bool).at[labels]
    return (none.set(True) if weights is None else none.max(weights > 0)).all()


def _centre_and_spread(
    logits: Float[jax.Array, "examples classes"],
    weights: Float[Array, "examples"] | None,
) -> tuple[Float[jax.Array, "classes"], Float[jax.Array, "classes"]]:
    """Return means and standard deviations of classes.

    These are infinite where all logits are equal, and NaN where they are too large or too small.
    """
    sizes = jnp.abs(logits)
    # Those without a weight are nowhere.
    peak = (sizes if weights is None else jnp.where(weights[:, None] > 0, sizes, 0)).max(0)
    # A power of two changes no digit; squares of very large or small logits are no numbers.
    unit = jnp.ldexp(jnp.ones_like(peak), jnp.clip(jnp.frexp(peak)[1], -125, 125))
    logits = logits / unit
    if weights is None:
        spread, middle = logits.std(0), logits.mean(0)
    else:
        shares = (weights / total(weights))[:, None]
        logits = jnp.where(shares > 0, logits, 0)
        middle = (shares * logits).sum(0)
        spread = jnp.sqrt((shares * (logits - middle) ** 2).sum(0))
    is_constant = spread <= 16 * jnp.finfo(logits.dtype).eps * peak / unit
    centre, spread = middle * unit, spread * unit
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

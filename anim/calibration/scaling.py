"""Cures: what turns scores into ones that can be believed, fitted on held-out examples."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from anim.calibration.scores import check_classes, mean, over_snapshots, real
from anim.calibration.smooth import isotonic_steps

COOLEST, HOTTEST = 0.01, 100.0
_MOST_STEPS = 60
_MOST_QUASI_NEWTON_STEPS = 500


class Temperature(NamedTuple):
    """Attributes: ``temperature`` [...], NaN where there is none, and ``nll`` [...] at it, nats."""

    temperature: jax.Array
    nll: jax.Array


@over_snapshots(2)
@jax.jit
def fit_temperature(logits: jax.Array, labels: jax.Array) -> Temperature:
    """The T > 0 for which softmax(logits / T) has the least negative log-likelihood.

    The loss is convex in 1 / T: Newton's method on its slope, kept inside of a bracket that halves
    where a step would leave it, and so converges always.

    Args:
        logits: [..., N, K]; leading axes are snapshots, fitted in one compiled call.
        labels: [N] integers in [0, K).

    Returns:
        `Temperature` of [...]. There is none, NaN, where the least lies at or beyond the bounds of
        0.01 and 100: classes that the logits separate (the colder the better), or logits that tell
        nothing or the opposite (the hotter the better).

    References:
        Guo et al. 2017, On calibration of modern neural networks (arXiv 1706.04599), section 4.2.
    """
    check_classes(logits)
    logits = real(logits)
    # The greatest logit is 0: no exponential overflows, and sums keep their digits.
    logits = logits - logits.max(1, keepdims=True)
    of_label = jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]

    def slopes(inverse):
        """First and second derivative of the loss by 1 / T."""
        weights = jnp.exp(inverse * logits)
        total = weights.sum(1)
        first = (weights * logits).sum(1) / total
        second = (weights * logits**2).sum(1) / total
        return mean(first - of_label), mean(second - first**2)

    def step(state):
        low, high, inverse, _, count = state
        slope, curvature = slopes(inverse)
        low, high = jnp.where(slope < 0, inverse, low), jnp.where(slope < 0, high, inverse)
        newton = inverse - slope / curvature
        is_inside = (newton > low) & (newton < high)
        following = jnp.where(is_inside, newton, jnp.sqrt(low * high))
        return low, high, following, jnp.abs(following / inverse - 1), count + 1

    def goes_on(state):
        return (state[3] > 4 * jnp.finfo(logits.dtype).eps) & (state[4] < _MOST_STEPS)

    ends = [jnp.asarray(end, logits.dtype) for end in (1 / HOTTEST, 1 / COOLEST)]
    one = jnp.ones((), logits.dtype)
    *_, inverse, _, _ = jax.lax.while_loop(goes_on, step, (*ends, one, one, 0))
    # At the bounds the least of a convex loss is inside where the slope changes its sign.
    is_inside = (slopes(ends[0])[0] < 0) & (slopes(ends[1])[0] > 0)
    nll = mean(jnp.log(jnp.exp(inverse * logits).sum(1)) - inverse * of_label)
    return Temperature(*(jnp.where(is_inside, value, jnp.nan) for value in (1 / inverse, nll)))


class VectorScale(NamedTuple):
    """Attributes: ``weights`` [..., K] and ``biases`` [..., K]; NaN where there are none."""

    weights: jax.Array
    biases: jax.Array


@over_snapshots(2)
@jax.jit
def fit_vector_scale(logits: jax.Array, labels: jax.Array) -> VectorScale:
    """The w and b for which softmax(w * logits + b) has the least negative log-likelihood.

    Args:
        logits: [..., N, K]; leading axes are snapshots, fitted in one compiled call.
        labels: [N] integers in [0, K).

    Returns:
        `VectorScale` of [..., K]; NaN where L-BFGS finds no least, as where the logits separate the
        classes or a class is not among the labels.

    References:
        Guo et al. 2017 (arXiv 1706.04599), section 4.2; L-BFGS: Liu and Nocedal 1989, by Optax.
    """
    # Here, since all other work on a recorded run does without it.
    import optax

    check_classes(logits)
    logits = real(logits)
    classes = logits.shape[1]
    unit = jnp.maximum(jnp.std(logits), jnp.finfo(logits.dtype).tiny)
    scaled = logits / unit

    def loss(scale: VectorScale):
        found = scaled * scale.weights + scale.biases
        return mean(optax.softmax_cross_entropy_with_integer_labels(found, labels))

    solver = optax.lbfgs()
    value_and_grad = optax.value_and_grad_from_state(loss)
    tolerance = 30 * jnp.finfo(logits.dtype).eps

    def step(carry):
        scale, state, _, count = carry
        value, grad = value_and_grad(scale, state=state)
        updates, state = solver.update(grad, state, scale, value=value, grad=grad, value_fn=loss)
        slope = optax.tree.norm(optax.tree.get(state, "grad"))
        return optax.apply_updates(scale, updates), state, slope, count + 1

    def goes_on(carry):
        return (carry[2] > tolerance) & (carry[3] < _MOST_QUASI_NEWTON_STEPS)

    start = VectorScale(jnp.full(classes, unit), jnp.zeros(classes, logits.dtype))
    first = (start, solver.init(start), jnp.asarray(jnp.inf, logits.dtype), 0)
    scale, _, slope, _ = jax.lax.while_loop(goes_on, step, first)
    present = jnp.zeros(classes, bool).at[labels].set(True).all()
    is_sound = present & (slope < 1e-3) & (jnp.abs(scale.weights) < HOTTEST * unit).all()
    weights, biases = scale.weights / unit, scale.biases - scale.biases.mean()
    return VectorScale(*(jnp.where(is_sound, part, jnp.nan) for part in (weights, biases)))


@jax.jit
def apply_vector_scale(logits: jax.Array, scale: VectorScale) -> jax.Array:
    """Logits [N, K] under weights and biases [K]."""
    return real(logits) * scale.weights + scale.biases


class IsotonicScale(NamedTuple):
    """For each class of K (the second alone, of two): scores [M] and the shares [M] at them."""

    knots: tuple[tuple[np.ndarray, np.ndarray], ...]


def fit_isotonic(probs, labels) -> IsotonicScale:
    """For each class, the non-decreasing function of its score nearest to the labels.

    Args:
        probs: [N, K] probabilities.
        labels: [N] integers in [0, K).

    References:
        Zadrozny and Elkan 2002, Transforming classifier scores into accurate multiclass
        probability estimates.
    """
    probs, labels = np.asarray(probs), np.asarray(labels)
    classes = (1,) if probs.shape[1] == 2 else range(probs.shape[1])
    knots = []
    for k in classes:
        ends, values, _ = isotonic_steps(probs[:, k], labels == k)
        knots.append((ends.T.ravel(), np.repeat(values, 2)))
    return IsotonicScale(tuple(knots))


def apply_isotonic(probs, scale: IsotonicScale) -> np.ndarray:
    """Probabilities [N, K] float32 of probs [N, K]: each class's function, made to sum to 1.

    Where all classes' functions are 0, the probabilities stay what they were.
    """
    probs = np.asarray(probs)
    if probs.shape[1] == 2:
        score = np.interp(probs[:, 1], *scale.knots[0])
        return np.stack([1 - score, score], axis=1).astype(np.float32)
    found = np.stack(
        [np.interp(column, *pair) for column, pair in zip(probs.T, scale.knots, strict=True)], 1
    )
    total = found.sum(1, keepdims=True)
    whole = np.divide(found, total, out=probs.astype(np.float64), where=total > 0)
    return whole.astype(np.float32)

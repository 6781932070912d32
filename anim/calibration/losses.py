"""What each example contributes to proper scores, computed where its probabilities are."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float, Integer

from anim.calibration.bins import Array
from anim.calibration.scores import probabilities

# The package offers nothing of it.
__all__: list[str] = []


class Losses(NamedTuple):
    """Probabilities of N examples, and what follows from them.

    Attributes:
        probs: of the classes.
        nll: -log(probability of the label), in nats; finite.
        brier: the squared distance between probabilities and the one-hot label; of two classes
            half of it, see `anim.calibration.brier_score`.
    """

    probs: Float[jax.Array, "examples classes"]
    nll: Float[jax.Array, "examples"]
    brier: Float[jax.Array, "examples"]


def losses_of_logits(
    logits: Float[jax.Array, "examples classes"], labels: Integer[Array, "examples"]
) -> Losses:
    """Return the losses of logits; they keep their digits near 0.

    Sums leave the label's own class out, and both losses come from the same exponentials.

    Args:
        logits: of the classes, float32 or float64.
        labels: in [0, classes).
    """
    if logits.shape[1] == 2:
        margin = logits[:, 1] - logits[:, 0]
        against = jnp.where(labels == 1, -margin, margin)
        nll, brier = jax.nn.softplus(against), jnp.square(jax.nn.sigmoid(against))
        return Losses(probabilities(logits), _finite(nll), brier)
    # Barriers, as the compiler would share sums and add up their terms in another order, and
    # compute the exponentials again for each of them.
    barrier = jax.lax.optimization_barrier
    probs = barrier(probabilities(barrier(logits)))
    high = logits.max(1)
    of_label = jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    classes = jax.lax.broadcasted_iota(labels.dtype, probs.shape, 1)
    others = jnp.where(classes == labels[:, None], 0, probs)
    rest, squares = others.sum(1), jnp.square(others).sum(1)
    nll = (high - of_label) - jnp.log(probs.max(1))
    nll = jnp.where((of_label == high) & (rest < 0.5), -jnp.log1p(-rest), nll)
    return Losses(probs, _finite(nll), jnp.clip(squares + jnp.square(rest), 0, 2))


def _finite(nll: jax.Array) -> jax.Array:
    return jnp.clip(nll, 0, jnp.finfo(nll.dtype).max)

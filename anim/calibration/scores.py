"""From logits to probabilities, and from these to what a reliability curve is drawn from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps

import jax
import jax.numpy as jnp

SCORE = "score"
CONFIDENCE = "confidence"


def real(values: jax.Array) -> jax.Array:
    """As float32, or as float64 where they are."""
    values = jnp.asarray(values)
    return values.astype(jnp.promote_types(values.dtype, jnp.float32))


def mean(values: jax.Array) -> jax.Array:
    """Mean over [N], by way of partial sums: float32 keeps its digits for any N."""
    rows = jnp.pad(values, (0, -values.shape[0] % 1024)).reshape(-1, 1024)
    return rows.sum(1).sum() / values.shape[0]


def over_snapshots(axes: int) -> Callable:
    """Lets a function of one snapshot take many: leading axes are mapped, one after another.

    Args:
        axes: of the first argument, for one snapshot; the others are the same for all.
    """

    def decorate(function: Callable) -> Callable:
        @wraps(function)
        def mapped(values, *others, **options):
            values = jnp.asarray(values)
            if values.ndim < axes:
                raise ValueError(f"expected {axes} axes or more, got shape {values.shape}")
            if values.ndim == axes:
                return function(values, *others, **options)
            lead, one = values.shape[:-axes], values.shape[-axes:]
            found = jax.lax.map(
                lambda part: function(part, *others, **options), values.reshape(-1, *one)
            )
            return jax.tree.map(lambda part: part.reshape(lead + part.shape[1:]), found)

        return mapped

    return decorate


def check_classes(values: jax.Array) -> None:
    """Raise ValueError unless ``values`` [..., N, K] has two classes and an example."""
    if values.shape[-1] < 2:
        raise ValueError(f"expected 2 classes or more in the last axis, got shape {values.shape}")
    if values.shape[-2] < 1:
        raise ValueError(f"expected 1 example or more, got shape {values.shape}")


@jax.jit
def probabilities(logits: jax.Array) -> jax.Array:
    """Softmax of logits [N, K] over the classes, [N, K] float32 (float64 of float64)."""
    logits = real(logits)
    if logits.shape[1] == 2:
        margin = logits[:, 1] - logits[:, 0]
        return jnp.stack([jax.nn.sigmoid(-margin), jax.nn.sigmoid(margin)], axis=1)
    return jax.nn.softmax(logits, axis=1)


@partial(jax.jit, static_argnames="view")
def scores_and_hits(
    probs: jax.Array, labels: jax.Array, view: str | int
) -> tuple[jax.Array, jax.Array]:
    """What a view puts on the x axis, and which examples count towards y.

    Args:
        probs: [N, K] probabilities.
        labels: [N] integers in [0, K).
        view: ``"score"`` (x the score of class 1, hit where the arg max is the label),
            ``"confidence"`` (x the largest probability, hit likewise), or a class index
            (x that class's probability, hit where the label is that class).

    Returns:
        Scores [N] and hits [N] bool. Among equal scores the first class is the arg max.
    """
    if view == SCORE:
        return probs[:, 1], probs.argmax(1) == labels
    if view == CONFIDENCE:
        return probs.max(1), probs.argmax(1) == labels
    return probs[:, view], labels == view

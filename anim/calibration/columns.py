"""One pass over predictions: what each example contributes to statistics, in columns [N]."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Integer, Num

from anim.calibration.bins import Array
from anim.calibration.losses import Losses, losses_of_logits
from anim.calibration.proper_scores import brier_of_examples, nll_of_probs
from anim.calibration.scores import real
from anim.calibration.tiles import in_tiles, largest
from anim.calibration.views import View

# The package offers nothing of it.
__all__: list[str] = []


class Columns(NamedTuple):
    """What N examples contribute.

    Attributes:
        nll: -log(probability of the label), in nats.
        brier: the squared distance between probabilities and the one-hot label; of two classes
            half of it, see `anim.calibration.brier_score`.
        scores, hits: of each view, see `anim.calibration.scores_and_hits`.
    """

    nll: Float[jax.Array, "examples"]
    brier: Float[jax.Array, "examples"]
    scores: Sequence[Float[jax.Array, "examples"]]
    hits: Sequence[Bool[jax.Array, "examples"]]


@partial(jax.jit, static_argnames=("views", "of_logits"))
def columns_of(
    values: Num[Array, "examples classes"],
    labels: Integer[Array, "examples"],
    predicted: Integer[Array, "examples"] | None = None,
    *,
    views: tuple[View, ...],
    of_logits: bool,
) -> Columns:
    """Return the columns of predictions.

    Args:
        values: logits or probabilities.
        labels: in [0, classes).
        predicted: the predicted classes, if these are not those of the largest values, the first
            ones among equals.
        views: whose scores and hits are wanted.
        of_logits: whether the values are logits.
    """

    def of_rows(values, labels, predicted):
        values = real(values)
        probs, nll, brier = (losses_of_logits if of_logits else _of_probs)(values, labels)
        predicted = largest(values) if predicted is None else predicted
        return Columns(
            nll,
            brier,
            [view.scores(probs) for view in views],
            [view.hits(values, predicted, labels) for view in views],
        )

    return in_tiles(of_rows, values, jnp.asarray(labels), predicted)


def _of_probs(probs: jax.Array, labels: jax.Array) -> Losses:
    return Losses(probs, nll_of_probs(probs, labels), _brier(probs, labels))


def _brier(probs: jax.Array, labels: jax.Array) -> jax.Array:
    """Return `brier_of_examples`, without an array of one-hot labels."""
    if probs.shape[1] == 2:
        return brier_of_examples(probs, labels)
    of_label = jnp.take_along_axis(probs, labels[:, None], axis=1)[:, 0]
    distances = probs.at[jnp.arange(probs.shape[0]), labels].set(1 - of_label)
    return jnp.square(distances).sum(1)

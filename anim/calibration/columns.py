"""One pass over predictions: what each example contributes to statistics, in columns [N]."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Integer, Num

from anim.calibration.bins import Array
from anim.calibration.proper_scores import brier_of_examples, nll_of_logits, nll_of_probs
from anim.calibration.scores import probabilities, real
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
        probs = probabilities(values) if of_logits else values
        predicted = largest(values) if predicted is None else predicted
        return Columns(
            nll_of_logits(values, labels) if of_logits else nll_of_probs(values, labels),
            brier_of_examples(probs, labels),
            [view.scores(probs) for view in views],
            [view.hits(probs, predicted, labels) for view in views],
        )

    return in_tiles(of_rows, values, jnp.asarray(labels), predicted)

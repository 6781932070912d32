"""Proper scores: the negative log-likelihood, and the Brier score with its parts."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float, Integer

from anim.calibration.bins import ERROR_BINS, Array, binned, shares
from anim.calibration.scores import mean, over_snapshots, real
from anim.calibration.views import ClassView, scores_and_hits

__all__ = [
    "BrierParts",
    "brier_decomposition",
    "brier_score",
    "negative_log_likelihood",
    "negative_log_likelihood_of_logits",
]


@over_snapshots(2)
def negative_log_likelihood(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
) -> Float[jax.Array, "*snapshots"]:
    """Return the mean of -log(probability of the label), in nats.

    A probability of 0 counts as the smallest normal number of its dtype, which keeps the mean
    finite.

    Args:
        probs: probabilities.
        labels: in [0, classes).

    Returns:
        The mean, of the dtype of the probabilities.

    References:
        The logarithmic score: Good 1952; Gneiting and Raftery 2007, section 4.1.
    """
    probs = real(probs)
    of_label = jnp.take_along_axis(probs, labels[:, None], axis=1)[:, 0]
    return mean(-jnp.log(jnp.maximum(of_label, jnp.finfo(probs.dtype).tiny)))


@over_snapshots(2)
def negative_log_likelihood_of_logits(
    logits: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
) -> Float[jax.Array, "*snapshots"]:
    """Return the `negative_log_likelihood` of softmax(logits), without losing digits near 0.

    Args:
        logits: of the classes.
        labels: in [0, classes).

    Returns:
        The mean, of the dtype of the logits.
    """
    logits = real(logits)
    if logits.shape[1] == 2:
        margin = logits[:, 1] - logits[:, 0]
        return mean(jax.nn.softplus(jnp.where(labels == 1, -margin, margin)))
    log_probs = jax.nn.log_softmax(logits, axis=1)
    return mean(-jnp.take_along_axis(log_probs, labels[:, None], axis=1)[:, 0])


@over_snapshots(2)
def brier_score(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
) -> Float[jax.Array, "*snapshots"]:
    """Return the mean squared distance between probabilities and one-hot labels.

    It is the sum over classes for K > 2, and (p - y)^2 for K = 2, half of that sum, as in
    scikit-learn.

    Args:
        probs: probabilities.
        labels: in [0, classes).

    Returns:
        The mean, of the dtype of the probabilities.

    References:
        Brier 1950, Verification of forecasts expressed in terms of probability.
    """
    probs = real(probs)
    target = jax.nn.one_hot(labels, probs.shape[1], dtype=probs.dtype)
    return mean(jnp.square(probs - target).sum(1)) * _brier_unit(probs)


def _brier_unit(probs: Float[Array, "examples classes"]) -> float:
    return 0.5 if probs.shape[1] == 2 else 1.0


class BrierParts(NamedTuple):
    """The Brier score is reliability - resolution + uncertainty + within.

    Attributes:
        reliability: distance of the shares of bins from their mean scores; 0 is best.
        resolution: distance of the shares of bins from the overall share; large is good.
        uncertainty: the score of always predicting the overall share.
        within: the variation of scores and outcomes inside the bins; small.
    """

    reliability: Float[jax.Array, "*snapshots"]
    resolution: Float[jax.Array, "*snapshots"]
    uncertainty: Float[jax.Array, "*snapshots"]
    within: Float[jax.Array, "*snapshots"]


@over_snapshots(2, static=("bins",))
def brier_decomposition(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    bins: int = ERROR_BINS,
) -> BrierParts:
    """Return the parts of the `brier_score`, summed over classes as the score is.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        bins: number of equal-width bins for the score of each class.

    Returns:
        `BrierParts` of each snapshot.

    References:
        Murphy 1973, A new vector partition of the probability score; within: Stephenson, Coelho
        and Jolliffe 2008, Two extra components in the Brier score decomposition.
    """
    probs = real(probs)

    def of_class(k: int) -> Float[jax.Array, "3"]:
        scores, hits = scores_and_hits(probs, labels, ClassView(k))
        edges, sums = binned(scores, hits, bins, "width")
        share, score = map(jnp.nan_to_num, shares(sums, edges))
        weights = sums.counts / probs.shape[0]
        base = sums.hits.sum() / probs.shape[0]
        return jnp.stack(
            [
                jnp.sum(weights * (share - score) ** 2),
                jnp.sum(weights * (share - base) ** 2),
                base * (1 - base),
            ]
        )

    # Two classes have the same parts, and the score counts one of them.
    classes = (1,) if probs.shape[1] == 2 else range(probs.shape[1])
    reliability, resolution, uncertainty = sum(map(of_class, classes), jnp.zeros(3, probs.dtype))
    rest = reliability - resolution + uncertainty
    return BrierParts(reliability, resolution, uncertainty, brier_score(probs, labels) - rest)

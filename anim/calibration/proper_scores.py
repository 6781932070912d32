"""Proper scores: the negative log-likelihood, and the Brier score with its parts."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Integer

from anim.calibration.bins import ERROR_BINS, Array, BinSums, shares, width_edges
from anim.calibration.class_bins import class_bins
from anim.calibration.scores import mean, over_snapshots, real, total

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
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return the mean of -log(probability of the label), in nats.

    A probability of 0 counts as the smallest normal number of its dtype, which keeps the mean
    finite.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        The mean, of the dtype of the probabilities.

    References:
        The logarithmic score: Good 1952; Gneiting and Raftery 2007, section 4.1.
    """
    return mean(nll_of_probs(real(probs), labels), weights)


def nll_of_probs(
    probs: Float[jax.Array, "examples classes"], labels: Integer[Array, "examples"]
) -> Float[jax.Array, "examples"]:
    """Return the negative log-likelihood of each example; see `negative_log_likelihood`."""
    of_label = jnp.take_along_axis(probs, labels[:, None], axis=1)[:, 0]
    return -jnp.log(jnp.maximum(of_label, jnp.finfo(probs.dtype).tiny))


@over_snapshots(2)
def negative_log_likelihood_of_logits(
    logits: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return the `negative_log_likelihood` of softmax(logits), without losing digits near 0.

    Args:
        logits: of the classes.
        labels: in [0, classes).
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        The mean, of the dtype of the logits.
    """
    return mean(nll_of_logits(real(logits), labels), weights)


def nll_of_logits(
    logits: Float[jax.Array, "examples classes"], labels: Integer[Array, "examples"]
) -> Float[jax.Array, "examples"]:
    """Return the negative log-likelihood of each example; see `negative_log_likelihood`."""
    if logits.shape[1] == 2:
        margin = logits[:, 1] - logits[:, 0]
        return jax.nn.softplus(jnp.where(labels == 1, -margin, margin))
    log_probs = jax.nn.log_softmax(logits, axis=1)
    return -jnp.take_along_axis(log_probs, labels[:, None], axis=1)[:, 0]


@over_snapshots(2)
def brier_score(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> Float[jax.Array, "*snapshots"]:
    """Return the mean squared distance between probabilities and one-hot labels.

    It is the sum over classes for K > 2, and (p - y)^2 for K = 2, half of that sum, as in
    scikit-learn.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        The mean, of the dtype of the probabilities.

    References:
        Brier 1950, Verification of forecasts expressed in terms of probability.
    """
    return mean(brier_of_examples(real(probs), labels), weights)


def brier_of_examples(
    probs: Float[jax.Array, "examples classes"], labels: Integer[Array, "examples"]
) -> Float[jax.Array, "examples"]:
    """Return the Brier score of each example; see `brier_score`."""
    if probs.shape[1] == 2:
        # Sums over an axis of 2 are slow.
        is_one = jnp.asarray(labels == 1, probs.dtype)
        return 0.5 * (jnp.square(probs[:, 0] - (1 - is_one)) + jnp.square(probs[:, 1] - is_one))
    target = jax.nn.one_hot(labels, probs.shape[1], dtype=probs.dtype)
    return jnp.square(probs - target).sum(1)


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
    *,
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> BrierParts:
    """Return the parts of the `brier_score`, summed over classes as the score is.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        bins: number of equal-width bins for the score of each class.
        weights: of the examples, at least 0; None counts each the same.

    Returns:
        `BrierParts` of each snapshot.

    References:
        Murphy 1973, A new vector partition of the probability score; within: Stephenson, Coelho
        and Jolliffe 2008, Two extra components in the Brier score decomposition.
    """
    probs = real(probs)
    score = brier_score(probs, labels, weights=weights)
    examples = probs.shape[0] if weights is None else total(weights)
    return brier_parts(class_bins(probs, labels, bins, weights), examples, score)


def brier_parts(sums: BinSums, examples: Any, score) -> BrierParts:
    """Return the parts of a Brier score.

    Args:
        sums: of the equal-width bins of each class, [K, B].
        examples: N, or the sum of their weights.
        score: the `brier_score`.
    """
    # Two classes have the same parts, and the score counts one of them.
    if sums.counts.shape[0] == 2:
        sums = jax.tree.map(lambda part: part[1:], sums)
    xp = jnp if isinstance(sums.counts, jax.Array) else np
    edges = width_edges(sums.counts.shape[1], sums.offsets.dtype)
    share, mean_score = map(xp.nan_to_num, shares(sums, edges))
    counts, hits = (part.astype(sums.offsets.dtype) for part in sums[:2])
    weights, base = counts / examples, hits.sum(1, keepdims=True) / examples
    reliability = xp.sum(weights * (share - mean_score) ** 2)
    resolution = xp.sum(weights * (share - base) ** 2)
    uncertainty = xp.sum(base * (1 - base))
    rest = reliability - resolution + uncertainty
    return BrierParts(reliability, resolution, uncertainty, score - rest)

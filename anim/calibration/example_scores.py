"""Proper scores of each example, of which `proper_scores` has the means."""

from __future__ import annotations

import jax
from jaxtyping import Float, Integer

from anim.calibration.bins import Array
from anim.calibration.losses import losses_of_logits
from anim.calibration.proper_scores import brier_of_examples, nll_of_probs
from anim.calibration.scores import over_snapshots, real
from anim.calibration.tiles import in_tiles

__all__ = [
    "brier_score_by_example",
    "brier_score_of_logits_by_example",
    "negative_log_likelihood_by_example",
    "negative_log_likelihood_of_logits_by_example",
]


@over_snapshots(2)
def brier_score_by_example(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
) -> Float[jax.Array, "*snapshots examples"]:
    """Return the squared distance between probabilities and the one-hot label of each example.

    It is the sum over classes for K > 2, and (p - y)^2 for K = 2, half of that sum; its mean is the
    `brier_score`.

    Args:
        probs: probabilities.
        labels: in [0, classes).

    Returns:
        The scores, of the dtype of the probabilities.

    References:
        Brier 1950, Verification of forecasts expressed in terms of probability.
    """
    return brier_of_examples(real(probs), labels)


@over_snapshots(2)
def brier_score_of_logits_by_example(
    logits: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
) -> Float[jax.Array, "*snapshots examples"]:
    """Return the `brier_score_by_example` of softmax(logits), without losing digits near 0.

    Args:
        logits: of the classes.
        labels: in [0, classes).

    Returns:
        The scores, of the dtype of the logits.
    """
    return in_tiles(lambda *rows: losses_of_logits(real(rows[0]), rows[1]).brier, logits, labels)


@over_snapshots(2)
def negative_log_likelihood_by_example(
    probs: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
) -> Float[jax.Array, "*snapshots examples"]:
    """Return -log(probability of the label) of each example, in nats.

    A probability of 0 counts as the smallest normal number of its dtype. The mean is the
    `negative_log_likelihood`.

    Args:
        probs: probabilities.
        labels: in [0, classes).

    Returns:
        The scores, of the dtype of the probabilities.

    References:
        The logarithmic score: Good 1952; Gneiting and Raftery 2007, section 4.1.
    """
    return nll_of_probs(real(probs), labels)


@over_snapshots(2)
def negative_log_likelihood_of_logits_by_example(
    logits: Float[Array, "*snapshots examples classes"],
    labels: Integer[Array, "*#snapshots examples"],
) -> Float[jax.Array, "*snapshots examples"]:
    """Return the `negative_log_likelihood_by_example` of softmax(logits), with all digits near 0.

    Args:
        logits: of the classes.
        labels: in [0, classes).

    Returns:
        The scores, of the dtype of the logits.
    """
    return in_tiles(lambda *rows: losses_of_logits(real(rows[0]), rows[1]).nll, logits, labels)

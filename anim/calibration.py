"""From predictions to bins and errors: pure functions on arrays, compiled where the arrays are.

What a snapshot's statistics need are sums over examples, `BinSums`, which add up over chunks,
devices and hosts.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

ERROR_BINS = 15
SCORE = "score"
CONFIDENCE = "confidence"


class BinSums(NamedTuple):
    """Sums over the examples of each bin; the sums of two sets of examples are added by ``+``.

    Attributes:
        counts: [B] int32, examples in the bin.
        hits: [B] int32, those that count as a hit in the view.
        offsets: [B] float32, sum of (score - lower edge of the bin). Being small numbers they lose
            nothing in float32, unlike a sum of scores.
    """

    counts: np.ndarray
    hits: np.ndarray
    offsets: np.ndarray

    def __add__(self, other: BinSums) -> BinSums:
        return BinSums(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@jax.jit
def probabilities(logits: jax.Array) -> jax.Array:
    """Softmax of logits [N, K] over the classes, float32 [N, K]."""
    logits = logits.astype(jnp.float32)
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
        Scores [N] float32 and hits [N] bool. Among equal scores the first class is the arg max.
    """
    if view == SCORE:
        return probs[:, 1], probs.argmax(1) == labels
    if view == CONFIDENCE:
        return probs.max(1), probs.argmax(1) == labels
    return probs[:, view], labels == view


def width_edges(bins: int) -> np.ndarray:
    """Edges [B + 1] of equal-width bins on [0, 1], float32: those numpy.histogram uses."""
    return np.linspace(0, 1, bins + 1, dtype=np.float32)


def mass_edges(scores: jax.Array, bins: int) -> np.ndarray:
    """Edges [B + 1] of quantile bins, from the least score to the greatest, float32.

    Equal scores always share a bin, so that ties leave bins empty.
    """
    return np.quantile(np.asarray(scores), np.linspace(0, 1, bins + 1)).astype(np.float32)


@jax.jit
def width_sums(scores: jax.Array, hits: jax.Array, edges: jax.Array) -> BinSums:
    """Sums over equal-width bins [k/B, (k+1)/B), the last one closed.

    The bin of a score is decided by comparing it with the edges, as numpy.histogram does, so that
    no rounding of ``score * B`` moves a score over an edge.

    Args:
        scores: [N] float32 in [0, 1].
        hits: [N] bool.
        edges: [B + 1] from `width_edges`.
    """
    last = edges.shape[0] - 2
    index = jnp.clip((scores * (last + 1)).astype(jnp.int32), 0, last)
    index = index - (scores < edges[index])
    index = index + ((scores >= edges[index + 1]) & (index < last))
    return _sums(index, scores, hits, edges)


@jax.jit
def edge_sums(scores: jax.Array, hits: jax.Array, edges: jax.Array) -> BinSums:
    """Sums over bins of any width, [edge, next edge), the last one closed; see `width_sums`."""
    index = jnp.searchsorted(edges, scores, side="right") - 1
    return _sums(jnp.clip(index, 0, edges.shape[0] - 2), scores, hits, edges)


def _sums(index, scores, hits, edges) -> BinSums:
    bins = edges.shape[0] - 1
    by_hit = jnp.zeros(2 * bins, jnp.int32).at[2 * index + hits].add(1).reshape(bins, 2)
    offsets = jnp.zeros(bins, jnp.float32).at[index].add(scores - edges[index])
    return BinSums(by_hit.sum(1), by_hit[:, 1], offsets)


def shares(sums: BinSums, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of hits and mean score of each bin, float64 [..., B], NaN where a bin is empty."""
    counts, hits, offsets = (np.asarray(part, np.float64) for part in sums)
    filled = np.where(counts > 0, counts, np.nan)
    return hits / filled, np.asarray(edges, np.float64)[..., :-1] + offsets / filled


def expected_calibration_error(counts, accuracy, confidence) -> np.ndarray:
    """ECE (L1): the mean over examples of a bin's |accuracy - confidence|.

    Args:
        counts, accuracy, confidence: [..., B]; empty bins have no share in it.

    Returns:
        [...] float64; NaN where there is no example.

    References:
        Naeini et al. 2015; Guo et al. 2017 (arXiv 1706.04599), equation 3.
    """
    gaps = np.where(counts > 0, np.abs(accuracy - confidence), 0.0)
    total = np.sum(counts, axis=-1)
    return np.sum(gaps * counts, axis=-1) / np.where(total > 0, total, np.nan)


def maximum_calibration_error(counts, accuracy, confidence) -> np.ndarray:
    """MCE: the largest |accuracy - confidence| of a filled bin.

    Args and Returns as for `expected_calibration_error`.

    References:
        Naeini et al. 2015; Guo et al. 2017 (arXiv 1706.04599), equation 5.
    """
    gaps = np.where(counts > 0, np.abs(accuracy - confidence), -np.inf)
    largest = gaps.max(axis=-1)
    return np.where(np.isfinite(largest), largest, np.nan)


@jax.jit
def negative_log_likelihood(probs: jax.Array, labels: jax.Array) -> jax.Array:
    """Mean of -log(probability of the label), in nats; probs [N, K], labels [N].

    A probability of 0 counts as the smallest normal float32, so that the mean stays finite.
    """
    of_label = jnp.take_along_axis(probs, labels[:, None], axis=1)[:, 0]
    return _mean(-jnp.log(jnp.maximum(of_label, jnp.finfo(jnp.float32).tiny)))


@jax.jit
def negative_log_likelihood_of_logits(logits: jax.Array, labels: jax.Array) -> jax.Array:
    """`negative_log_likelihood` of softmax(logits), without the loss of digits near 0."""
    logits = logits.astype(jnp.float32)
    if logits.shape[1] == 2:
        margin = logits[:, 1] - logits[:, 0]
        return _mean(jax.nn.softplus(jnp.where(labels == 1, -margin, margin)))
    log_probs = jax.nn.log_softmax(logits, axis=1)
    return _mean(-jnp.take_along_axis(log_probs, labels[:, None], axis=1)[:, 0])


@jax.jit
def brier_score(probs: jax.Array, labels: jax.Array) -> jax.Array:
    """Mean squared distance of probs [N, K] from the one-hot labels [N].

    The sum over classes for K > 2, and (p - y)^2 for K = 2, which is half that sum: the convention
    of scikit-learn.

    References:
        Brier 1950, Verification of forecasts expressed in terms of probability.
    """
    target = jax.nn.one_hot(labels, probs.shape[1], dtype=probs.dtype)
    distance = jnp.square(probs - target).sum(1)
    return _mean(distance) * (0.5 if probs.shape[1] == 2 else 1.0)


def _mean(values: jax.Array) -> jax.Array:
    """Mean over [N], by way of partial sums: float32 keeps its digits for any N."""
    rows = jnp.pad(values, (0, -values.shape[0] % 1024)).reshape(-1, 1024)
    return rows.sum(1).sum() / values.shape[0]

"""The CORP decomposition of proper scores: what recalibration by isotonic regression changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Integer
from scipy.special import xlogy

from anim.calibration.bins import Array
from anim.calibration.placing import in_memory
from anim.calibration.ranked import Ranked, of_each_snapshot, ranked
from anim.calibration.scores import check_shapes
from anim.settings import one_of

__all__ = ["CorpParts", "classwise_corp_decomposition", "corp_decomposition"]

# The number of scores that are added up before their sums are.
_BLOCK = 1 << 14


class CorpParts(NamedTuple):
    """The mean score is miscalibration - discrimination + uncertainty.

    Attributes:
        miscalibration: MCB, by how much isotonic recalibration lowers the score; >= 0, 0 is best.
        discrimination: DSC, by how much the recalibrated scores are better than always the overall
            share; >= 0, large is good.
        uncertainty: UNC, the score of always predicting the overall share.
    """

    miscalibration: Float[Any, "*snapshots"]
    discrimination: Float[Any, "*snapshots"]
    uncertainty: Float[Any, "*snapshots"]


def corp_decomposition(
    scores: Float[Array, "*snapshots examples"],
    hits: Bool[Array, "*#snapshots examples"],
    *,
    score: str = "brier",
    weights: Float[Array, "*#snapshots examples"] | None = None,
) -> CorpParts:
    """Return the parts of the mean score of predictions of a binary outcome.

    There are no bins: recalibrated are the scores by isotonic regression, which lowers every proper
    score as much as a non-decreasing function can. Of two classes, pass the score of class 1, and
    of more the confidence, see `scores_and_hits`. Chance keeps the miscalibration above 0.

    Args:
        scores: in [0, 1].
        hits: of each snapshot, or of all.
        score: ``brier``, the mean of (score - hit)^2, or ``log``, that of -log(probability of the
            outcome), in nats, where a probability of 0 counts as the smallest normal number of the
            dtype of the scores, as in `negative_log_likelihood`.
        weights: of the examples, >= 0; None counts each once. Weights of integers are repetitions.

    Returns:
        `CorpParts` of each snapshot, float64.

    References:
        Dimitriadis, Gneiting and Jordan 2021, Stable reliability diagrams for probabilistic
        classifiers (PNAS 118, e2016191118); their package is reliabilitydiag.
    """
    one_of("score", score, _SCORES)
    least = np.finfo(np.promote_types(np.float32, scores.dtype)).tiny
    return of_each_snapshot(lambda one: corp_parts(one, score, least), scores, hits, weights)


def classwise_corp_decomposition(
    probs: Float[Array, "examples classes"],
    labels: Integer[Array, "examples"],
    *,
    score: str = "brier",
    weights: Float[Array, "examples"] | None = None,
) -> CorpParts:
    """Return the mean over classes of the parts of the score of each against the rest.

    The mean score is the `brier_score` divided by the number of classes, and of two classes the
    `brier_score` itself.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        score, weights: as for `corp_decomposition`.

    Returns:
        `CorpParts`, float64.

    References:
        See `corp_decomposition`; one class against the rest: Kull et al. 2019 (arXiv 1910.12656).
    """
    one_of("score", score, _SCORES)
    probs, labels = in_memory(probs), in_memory(labels)
    check_shapes(probs.shape, labels.shape)
    least = np.finfo(np.promote_types(np.float32, probs.dtype)).tiny
    each = [
        corp_parts(ranked(np.ascontiguousarray(column), labels == k, weights), score, least)
        for k, column in enumerate(probs.T)
    ]
    return CorpParts(*np.mean(each, axis=0))


def corp_parts(outcomes: Ranked, score: str = "brier", least: float | np.floating = 0) -> CorpParts:
    """Return the parts of a mean score; see `corp_decomposition`.

    Args:
        outcomes: by score.
        score: ``brier`` or ``log``.
        least: the probability that one of 0 counts as, in the ``log`` score.
    """
    # Here, as the import takes long.
    from scipy.optimize import isotonic_regression

    of_one, at_best = _SCORES[score]
    scores, weights, hits, _ = outcomes
    total = outcomes.total
    fit = isotonic_regression(hits / weights, weights=weights)
    # By parts that stay in the cache.
    found = 0.0
    for start in range(0, len(scores), _BLOCK):
        p, w, h = (values[start : start + _BLOCK] for values in (scores, weights, hits))
        found += (h * of_one(p, least) + (w - h) * of_one(1 - p, least)).sum()
    # Of each block of equal value.
    recalibrated = (fit.weights * at_best(fit.x[fit.blocks[:-1]])).sum()
    uncertainty = at_best(hits.sum() / total)
    # What rounding leaves of 0 may be below.
    return CorpParts(
        np.maximum(found - recalibrated, 0) / total,
        np.maximum(uncertainty - recalibrated / total, 0),
        uncertainty,
    )


# Of each score: that of an outcome with a probability, and its mean for a share that is right.
_Function = Callable[..., Any]
_SCORES: dict[str, tuple[_Function, _Function]] = {
    "brier": (lambda p, _: (1 - p) ** 2, lambda p: p * (1 - p)),
    "log": (
        lambda p, least: -np.log(np.maximum(p, least)),
        lambda p: -xlogy(p, p) - xlogy(1 - p, 1 - p),
    ),
}

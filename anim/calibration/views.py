"""Views: what a reliability curve is drawn from.

A new view is one class of `anim.calibration.view_kinds`, its name in `VIEWS`, and the phrase of its
help in `anim.settings.views`.

A view says which score of an example is on the x axis, and which examples are hits: their share is
on the y axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Integer

from anim.calibration.bins import Array
from anim.calibration.tiles import largest
from anim.calibration.view_kinds import (
    ClassView,
    ConfidenceView,
    LabelView,
    PooledView,
    ScoreView,
    TopView,
    View,
)
from anim.errors import SettingError
from anim.settings import one_of

__all__ = [
    "CONFIDENCE",
    "POOLED",
    "SCORE",
    "VIEWS",
    "ClassView",
    "TopView",
    "View",
    "default_view",
    "scores_and_hits",
    "view_of",
    "views_offered",
]

VIEWS: tuple[type[View], ...] = (
    ScoreView,
    ConfidenceView,
    TopView,
    ClassView,
    PooledView,
    LabelView,
)

SCORE = ScoreView()
CONFIDENCE = ConfidenceView()
POOLED = PooledView()


def view_of(name: str, classes: Sequence[str], has_scores: bool = True) -> View:
    """Return the view with a name.

    Args:
        name: such as ``confidence`` or ``class:cat``.
        classes: K names.
        has_scores: whether the scores of all classes are there.

    Raises:
        SettingError: an unknown view or class, or a view that these data do not have.
    """
    prefix, colon, argument = name.partition(":")
    kinds = {kind.pattern.partition(":")[:2]: kind for kind in VIEWS}
    if (prefix, colon) not in kinds:
        one_of("view", name, [kind.pattern for kind in VIEWS])
    kind = kinds[prefix, colon]
    if kind.needs_scores:
        check_scores(name, has_scores)
    return kind.parsed(argument, classes)


def check_scores(name: str, has_scores: bool) -> None:
    """Raise `SettingError` for a view that needs the scores of all classes, where there are none.

    Args:
        name: of the view.
        has_scores: whether the scores of all classes are there.
    """
    if not has_scores:
        raise SettingError(
            "view",
            "this run holds only the confidence of the predicted class: it has the confidence "
            f"view only, got {name!r}",
        )


def default_view(classes: Sequence[str], has_scores: bool = True) -> str:
    """Return the name of the view to show unless another one is asked for."""
    has_two = len(classes) == 2 and has_scores
    return (ScoreView if has_two else ConfidenceView).pattern


def views_offered(classes: Sequence[Sequence[str]], has_scores: bool = True) -> list[str]:
    """Return the names of the views that a page offers to its reader.

    Args:
        classes: names of the classes of each run.
        has_scores: whether the scores of all classes are there, in all runs.
    """
    kinds = [kind for kind in VIEWS if has_scores or not kind.needs_scores]
    return [name for kind in kinds for name in kind.offered(classes)]


@partial(jax.jit, static_argnames="view")
def scores_and_hits(
    probs: Float[Array, "examples classes"],
    labels: Integer[Array, "examples"],
    view: View,
    predicted: Integer[jax.Array, "examples"] | None = None,
) -> tuple[Float[jax.Array, "examples"], Bool[jax.Array, "examples"]]:
    """Return what a view puts on the x axis, and which examples count towards y.

    Args:
        probs: probabilities.
        labels: in [0, classes).
        view: such as `CONFIDENCE` or ``ClassView(2)``.
        predicted: the predicted classes; by default those of the largest probability, the first
            one among equals.

    Returns:
        Scores and hits.
    """
    probs, labels = jnp.asarray(probs), jnp.asarray(labels)
    predicted = largest(probs) if predicted is None else predicted
    return view.scores(probs), view.hits(probs, predicted, labels)

"""Views: what a reliability curve is drawn from.

A new view is one class in `VIEWS`, and the phrase of its help in `anim.settings.views`.

A view says which score of an example is on the x axis, and which examples are hits: their share is
on the y axis.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Integer

from anim.calibration.bins import Array
from anim.calibration.tiles import largest
from anim.errors import SettingError
from anim.settings import one_of
from anim.settings.views import EXAMPLES_A_BIN

__all__ = [
    "CONFIDENCE",
    "SCORE",
    "VIEWS",
    "ClassView",
    "View",
    "default_view",
    "scores_and_hits",
    "view_of",
    "views_offered",
]

# With more classes than this, no reader looks through a view of each.
_MAX_CLASS_VIEWS = 12


@dataclass(frozen=True)
class View(ABC):
    """A way to look at predictions; the defaults suit views of the predicted class.

    Views are compared by what they compute, and are static arguments of compiled functions.

    Attributes:
        pattern: the names that ask for it; what follows a colon stands for any text.
        fewest, most: how many bins by default, for few examples and for many.
        has_even_bins: whether their number is even, so that an edge is at 0.5.
        is_folded: whether a calibrated model with score s is right with probability max(s, 1 - s),
            as it predicts the other one of two classes below 0.5; else with probability s.
        counts_labels: whether hits are the examples of a class, instead of right predictions.
        needs_scores: whether the scores of all classes are needed, or only that of the predicted
            class.
    """

    pattern: ClassVar[str]
    fewest: ClassVar[int] = 5
    most: ClassVar[int] = 20
    has_even_bins: ClassVar[bool] = False
    is_folded: ClassVar[bool] = False
    counts_labels: ClassVar[bool] = False
    needs_scores: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The name that asks for this view."""
        return self.pattern

    @classmethod
    def bins_for(cls, examples: int, most: int | None = None) -> int:
        """Return how many bins suit a number of examples: one for each 25, within limits.

        Args:
            examples: N.
            most: that there is room for; the fewest that a view has are returned nevertheless.
        """
        limit = cls.most if most is None else min(most, cls.most)
        bins = max(min(examples // EXAMPLES_A_BIN, limit), cls.fewest)
        return bins - bins % 2 if cls.has_even_bins else bins

    @classmethod
    def parsed(cls, argument: str, classes: Sequence[str]) -> View:
        """Return the view for what follows the colon of its name, for a run of these classes.

        Raises:
            SettingError: an argument or a number of classes that the view cannot have.
        """
        return cls()

    @classmethod
    def offered(cls, classes: Sequence[Sequence[str]]) -> Sequence[str]:
        """Return the names that a page offers to its reader, for runs of these classes."""
        return ()

    @abstractmethod
    def scores(self, probs: Float[jax.Array, "examples classes"]) -> Float[jax.Array, "examples"]:
        """Return the scores on the x axis, from probabilities."""

    def hits(
        self,
        probs: Float[jax.Array, "examples classes"],
        predicted: Integer[jax.Array, "examples"],
        labels: Integer[jax.Array, "examples"],
    ) -> Bool[jax.Array, "examples"]:
        """Return the hits, from probabilities, predicted classes and labels."""
        return predicted == labels

    @abstractmethod
    def label(self, classes: Sequence[Sequence[str]]) -> str:
        """Return what the x axis shows, given the class names of each run in the picture."""

    def sides(self, classes: Sequence[Sequence[str]]) -> tuple[str, str] | None:
        """Return the classes that scores of 0 and of 1 stand for; None if there are none."""
        return None

    def floor(self, classes: Sequence[Sequence[str]]) -> float:
        """Return the lowest score that there can be."""
        return 0.0


@dataclass(frozen=True)
class ScoreView(View):
    """The score of class 1 of two, and how often the predicted class is right."""

    pattern = "score"
    fewest = 6
    most = 40
    has_even_bins = True
    is_folded = True

    @classmethod
    def parsed(cls, argument: str, classes: Sequence[str]) -> View:
        if len(classes) != 2:
            raise SettingError(
                "view",
                f"the score view is for two classes, this run has {len(classes)}; "
                "try confidence or class:NAME",
            )
        return cls()

    @classmethod
    def offered(cls, classes: Sequence[Sequence[str]]) -> Sequence[str]:
        return (cls.pattern,) if all(len(of_run) == 2 for of_run in classes) else ()

    def scores(self, probs: Float[jax.Array, "examples 2"]) -> Float[jax.Array, "examples"]:
        return probs[:, 1]

    def label(self, classes: Sequence[Sequence[str]]) -> str:
        names = {of_run[1] for of_run in classes}
        return f"predicted score of {names.pop() if len(names) == 1 else 'class 1'}"

    def sides(self, classes: Sequence[Sequence[str]]) -> tuple[str, str] | None:
        low, high = (
            names.pop() if len(names) == 1 else f"class {index}"
            for index, names in enumerate(map(set, zip(*classes, strict=True)))
        )
        return low, high


@dataclass(frozen=True)
class ConfidenceView(View):
    """The largest score, and how often the predicted class is right."""

    pattern = "confidence"
    needs_scores = False

    @classmethod
    def offered(cls, classes: Sequence[Sequence[str]]) -> Sequence[str]:
        return (cls.pattern,)

    def scores(self, probs: Float[jax.Array, "examples classes"]) -> Float[jax.Array, "examples"]:
        return probs.max(1)

    def label(self, classes: Sequence[Sequence[str]]) -> str:
        return "confidence" + (": score of the predicted class" if len(classes) == 1 else "")

    def floor(self, classes: Sequence[Sequence[str]]) -> float:
        return 1 / max(map(len, classes))


@dataclass(frozen=True)
class ClassView(View):
    """The score of a class, and the share of its examples: one class against the rest.

    Attributes:
        index: of the class.
        class_name: its name; only the index is compared.
    """

    index: int
    class_name: str = field(default="", compare=False)

    pattern = "class:NAME"
    counts_labels = True

    @property
    def name(self) -> str:
        return f"class:{self.class_name or self.index}"

    @classmethod
    def parsed(cls, argument: str, classes: Sequence[str]) -> View:
        one_of("view", argument, classes)
        return cls(list(classes).index(argument), argument)

    @classmethod
    def offered(cls, classes: Sequence[Sequence[str]]) -> Sequence[str]:
        first, *others = classes
        shared = set(first).intersection(*others)
        if len(first) == 2 or len(shared) > _MAX_CLASS_VIEWS:
            return ()
        return [cls(k, name).name for k, name in enumerate(first) if name in shared]

    def scores(self, probs: Float[jax.Array, "examples classes"]) -> Float[jax.Array, "examples"]:
        return probs[:, self.index]

    def hits(
        self,
        probs: Float[jax.Array, "examples classes"],
        predicted: Integer[jax.Array, "examples"],
        labels: Integer[jax.Array, "examples"],
    ) -> Bool[jax.Array, "examples"]:
        return labels == self.index

    def label(self, classes: Sequence[Sequence[str]]) -> str:
        return f"predicted score of {self.class_name}"


VIEWS: tuple[type[View], ...] = (ScoreView, ConfidenceView, ClassView)

SCORE = ScoreView()
CONFIDENCE = ConfidenceView()


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
    if kind.needs_scores and not has_scores:
        raise SettingError(
            "view",
            "this run holds only the confidence of the predicted class: it has the confidence "
            f"view only, got {name!r}",
        )
    return kind.parsed(argument, classes)


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

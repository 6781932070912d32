"""The kinds of views: which score of an example is on the x axis, and which examples are hits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Integer, Num

from anim.calibration.tiles import rank_of_label, sum_of_largest
from anim.errors import SettingError
from anim.settings import one_of
from anim.settings.text import value_text
from anim.settings.views import EXAMPLES_A_BIN, MOST_CLASSES, SEVERAL

# Those of its names that `anim.calibration.views` offers.
__all__ = ["ClassView", "TopView", "View"]


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
    def answers(self) -> int:
        """How many classes are its answer: hits are examples whose label is among them."""
        return 1

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
        values: Num[jax.Array, "examples classes"],
        predicted: Integer[jax.Array, "examples"],
        labels: Integer[jax.Array, "examples"],
    ) -> Bool[jax.Array, "examples"]:
        """Return the hits.

        Args:
            values: probabilities, or the logits that they are of, which have fewer ties.
            predicted: the predicted classes.
            labels: in [0, classes).
        """
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
        if len(first) == 2 or len(shared) > MOST_CLASSES:
            return ()
        return [cls(k, name).name for k, name in enumerate(first) if name in shared]

    def scores(self, probs: Float[jax.Array, "examples classes"]) -> Float[jax.Array, "examples"]:
        return probs[:, self.index]

    def hits(
        self,
        values: Num[jax.Array, "examples classes"],
        predicted: Integer[jax.Array, "examples"],
        labels: Integer[jax.Array, "examples"],
    ) -> Bool[jax.Array, "examples"]:
        return labels == self.index

    def label(self, classes: Sequence[Sequence[str]]) -> str:
        return f"predicted score of {self.class_name}"


@dataclass(frozen=True)
class PooledView(View):
    """The scores of all labels that examples may have, and the share of those that they have."""

    pattern = "pooled"
    counts_labels = True

    @classmethod
    def parsed(cls, argument: str, classes: Sequence[str]) -> View:
        if tuple(classes) != SEVERAL:
            problem = "expected recordings with multilabel=True; this one has a label each"
            raise SettingError("view", f"{cls.pattern} is for several labels: {problem}")
        return cls()

    def scores(self, probs: Float[jax.Array, "examples 2"]) -> Float[jax.Array, "examples"]:
        return probs[:, 1]

    def hits(
        self,
        values: Num[jax.Array, "examples 2"],
        predicted: Integer[jax.Array, "examples"],
        labels: Integer[jax.Array, "examples"],
    ) -> Bool[jax.Array, "examples"]:
        return labels == 1

    def label(self, classes: Sequence[Sequence[str]]) -> str:
        return "predicted score of a label"


@dataclass(frozen=True)
class LabelView(PooledView):
    """The score of one of several labels, and the share of the examples that have it.

    The examples are those of `anim.Run.of_view`: of this label alone.

    Attributes:
        label_name: of the label; it is not compared.
    """

    label_name: str = field(default="", compare=False)

    pattern = "label:NAME"

    @property
    def name(self) -> str:
        return f"label:{self.label_name}"

    @classmethod
    def parsed(cls, argument: str, classes: Sequence[str]) -> View:
        PooledView.parsed(argument, classes)
        return cls(argument)

    def label(self, classes: Sequence[Sequence[str]]) -> str:
        return f"predicted score of {self.label_name}"


@dataclass(frozen=True)
class TopView(View):
    """The sum of the k largest scores, and how often the label is of one of these classes.

    The first of them is the predicted class; among equals the classes come in their order, as they
    do for the predicted class. ``top:1`` is the confidence view.

    Attributes:
        k: from 1 to K - 1: all K classes together have a score of 1, and are right.
    """

    k: int

    pattern = "top:k"

    @property
    def answers(self) -> int:
        return self.k

    @property
    def name(self) -> str:
        return f"top:{self.k}"

    @classmethod
    def parsed(cls, argument: str, classes: Sequence[str]) -> View:
        most = len(classes) - 1
        is_whole = argument.isascii() and argument.isdigit() and len(argument) <= len(str(most))
        if not is_whole or not 1 <= int(argument) <= most:
            raise SettingError(
                "view",
                f"expected top:1 to top:{most} for {most + 1} classes, got {value_text(argument)}",
            )
        return ConfidenceView() if int(argument) == 1 else cls(int(argument))

    def scores(self, probs: Float[jax.Array, "examples classes"]) -> Float[jax.Array, "examples"]:
        return jnp.minimum(sum_of_largest(probs, self.k), 1)

    def hits(
        self,
        values: Num[jax.Array, "examples classes"],
        predicted: Integer[jax.Array, "examples"],
        labels: Integer[jax.Array, "examples"],
    ) -> Bool[jax.Array, "examples"]:
        return rank_of_label(values, predicted, labels) < self.k

    def label(self, classes: Sequence[Sequence[str]]) -> str:
        return f"sum of the {self.k} largest scores"

    def floor(self, classes: Sequence[Sequence[str]]) -> float:
        return self.k / max(map(len, classes))

"""Predictions for tokens and pixels, as rows of examples, before anything is made of them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import numpy as np

from anim.checks.layout import Layout
from anim.checks.shapes import flat_labels, flattened, shape_of
from anim.errors import ElementError, SettingError
from anim.integrations.beside import Beside
from anim.integrations.streaming import Stream

# What of the examples may be given with labels of their shape.
_ALIKE = ("weights", "mask")


class Flattening:
    """Makes one axis of examples out of those of predictions and labels.

    Args:
        labels: that a callback was given, of any shape; None if they come with the batches.
        options: of `anim.Recorder`, and ``class_axis``, that of the classes in predictions.

    Attributes:
        labels: with one axis of examples, or None.
        options: of `anim.Recorder`.
        beside: what they say of examples whose labels come with the batches.
        is_multilabel: whether an example may have several labels.

    Raises:
        SettingError: one-hot labels along two axes.
    """

    def __init__(self, labels, options: Mapping[str, Any]):
        self.options = dict(options)
        self._axis: int | None = self.options.pop("class_axis", None)
        self._shape: tuple[int, ...] | None = None
        self._layouts: dict[tuple[int, ...], Layout] = {}
        # The recorder makes the rows of several labels itself: examples go on as they are.
        self.is_multilabel = bool(self.options.get("multilabel", False))
        if labels is not None and not self.is_multilabel:
            labels, self._shape = flat_labels(labels)
            # Of labels [N] or [N, K], N examples.
            self._shape = self._shape or shape_of("labels", labels)[:1]
            for name in _ALIKE:
                given = self.options.get(name)
                if given is not None and shape_of(name, given) == self._shape:
                    self.options[name] = Layout(self._shape, None).flat(name, given)
        self.labels = labels
        given = self.options if labels is None else {}
        self.beside = Beside(given, is_flat=not self.is_multilabel)

    def batch(self, predictions, labels, *, has_positions: bool = False) -> tuple[Any, Any]:
        """Return the predictions and labels of a batch with one axis of examples.

        Args:
            predictions: [n, K], [n]; or [..., K] or [n, K, ...] of tokens and pixels.
            labels: of the same examples; None if they are known.
            has_positions: whether each row has a position among those of other processes.

        Raises:
            SettingError: shapes that do not fit, or that fit in two ways.
        """
        if self.is_multilabel:
            return predictions, labels
        flat, own, layout = flattened(
            {"logits": predictions}, labels, class_axis=self._axis, label_shape=self._shape
        )
        if layout is None:
            return predictions, labels
        if has_positions:
            problem = "expected one label for each example in several processes, got labels of "
            problem += f"shape {list(layout.shape)}; record in one, with process_count=1"
            raise SettingError("labels", problem)
        self._layouts[layout.shape[1:]] = layout
        return flat["logits"], own

    def stream(self, found: Stream, index: np.ndarray | None = None) -> Stream:
        """Return a stream of batches with one axis of examples, and what is known beside labels.

        Args:
            found: batches as a callback has them.
            index: [n] positions of the examples of this process; None if it has all, in order.
        """

        def flat() -> Generator[tuple]:
            with closing(found()) as batches:
                for predictions, labels, declared in batches:
                    one = self.batch(predictions, labels, has_positions=index is not None)
                    yield (*one, declared)

        return self.beside.stream(flat, index)

    @contextmanager
    def places(self) -> Iterator[None]:
        """Let errors about an element name its place in what was given, if batches are alike."""
        try:
            yield
        except ElementError as error:
            if len(self._layouts) != 1:
                raise
            (layout,) = self._layouts.values()
            raise layout.of_given(error, error.problem.partition(":")[0]) from error

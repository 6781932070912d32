"""Runs of examples with several labels, each of which is looked at on its own, or all together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from anim import calibration
from anim.calibration.view_kinds import LabelView, PooledView
from anim.run.examples import LABEL
from anim.run.selection import RunSelection
from anim.run.statistics import Bins
from anim.settings import one_of
from anim.settings.fields import require

if TYPE_CHECKING:
    from anim.run.run import Run

Method = TypeVar("Method", bound=Callable[..., Any])


def of_view(method: Method) -> Method:
    """Let a method of a run whose first argument is a view use the examples of that view."""

    @functools.wraps(method)
    def found(self, view: str | None = None, *args, **options):
        return method(self.of_view(view), view, *args, **options)

    return cast("Method", found)


def label_in(view: str | None) -> str | None:
    """Return the label that a view is of; None for other views."""
    kind, colon, name = (view or "").partition(":")
    return name if (kind, colon) == LabelView.pattern.partition(":")[:2] else None


class RunLabels(RunSelection):
    """The methods of `anim.Run` that look at one label at a time."""

    def _check_kind(self, view: calibration.View) -> None:
        """Raise SettingError for a view of several labels if each example has one."""
        is_for_several = isinstance(view, PooledView)
        problem = f"{view.name} is for several labels: expected recordings with multilabel=True; "
        problem += "this one has a label each"
        require(self.examples.is_multilabel or not is_for_several, "view", problem)

    def of_view(self, view: str | None) -> Run:
        """Return the run whose examples a view shows: of ``label:NAME``, those of this label.

        Raises:
            SettingError: no such label, or each example has one label.
        """
        name = label_in(view)
        if name is None:
            return self._itself()
        require(
            self.examples.is_multilabel, "view", f"expected a run of several labels for {view!r}"
        )
        labels = self.examples.groups[LABEL]
        one_of("view", name, labels.names)
        is_whole = bool((labels.codes == labels.names.index(name)).all())
        if is_whole:
            return self._itself()
        part = self.by_group(LABEL, [name])[name]
        # These are all of its examples.
        part.about = self.about
        return part

    def _itself(self) -> Run:
        return cast("Run", self)

    def label_errors(self) -> dict[str, np.ndarray]:
        """Return the ECE [S] of the score of each of several labels; ``macro_ece`` is their mean.

        Raises:
            ValueError: each example has one label.
        """
        require(self.examples.is_multilabel, "labels", "expected a run of several labels")
        key = Bins(calibration.POOLED, calibration.ERROR_BINS)
        errors = {}
        for name, part in self.by_group(LABEL).items():
            edges, sums, _ = part._passes.compute([key])[key].values
            errors[name] = np.asarray(
                calibration.expected_error_of_bins(sums.counts, *calibration.shares(sums, edges))
            )
        return errors

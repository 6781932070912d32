"""What a picture is about, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """What the picture is about.

    Attributes:
        title: the headline.
        caption: what was trained.
        view: the view of the bins.
        score_label: what the x axis of the bins is.
        is_folded: whether the ideal share for score s is max(s, 1 - s), instead of s.
        counts_labels: whether shares are those of the labels of a class, instead of accuracies.
        names: of the runs; one run needs none.
        unit_name: what time counts.
        steps_per_unit: steps of the clock in one of these.
    """

    title: str
    caption: str
    view: str
    score_label: str
    is_folded: bool = False
    counts_labels: bool = False
    names: tuple[str, ...] = ("",)
    unit_name: str = "step"
    steps_per_unit: int = 1

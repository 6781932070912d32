"""What a picture is about, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from anim.settings.views import HitWords


@dataclass(frozen=True)
class Subject:
    """What a picture is about.

    Attributes:
        title: the headline.
        caption: what was trained.
        view: name of the view.
        score_label: name of the x axis of bins.
        words: what hits are called.
        is_folded: whether the ideal share for score s is max(s, 1 - s), instead of s.
        counts_labels: whether shares are those of the labels of a class, instead of accuracies.
        names: of the runs; not drawn if there is only one.
        unit_name: what the clock counts, e.g. ``epoch``.
        steps_per_unit: steps of the clock per unit.
    """

    title: str
    caption: str
    view: str
    score_label: str
    words: HitWords
    is_folded: bool = False
    counts_labels: bool = False
    names: tuple[str, ...] = ("",)
    unit_name: str = "step"
    steps_per_unit: int = 1

    @property
    def score_name(self) -> str:
        """The label of the x axis in a few words, to choose a view by."""
        return self.score_label.removeprefix("predicted ").partition(":")[0]

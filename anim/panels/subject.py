"""What a picture is about, as plain data."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from anim.panels.axes import NO_BREAK_SPACE


@dataclass(frozen=True)
class Subject:
    """What a picture is about.

    Attributes:
        title: the headline.
        caption: what was trained.
        view: name of the view.
        score_label: what the scores are, in the field's terms.
        sides: names of the classes that scores of 0 and 1 stand for, in a folded view.
        class_name: the class whose examples are counted; "" if right predictions are.
        answers: how many of its likeliest classes count as its answer.
        floor: the lowest score that can be: of the predicted one among K classes 1 / K.
        is_folded: whether the ideal share for score s is max(s, 1 - s), instead of s.
        names: of the runs; not drawn if there is only one.
        headings: of their diagrams, if these are not the names.
        classes: which classes of one run its panels show, in longer and shorter words; () if its
            panels are of runs.
        unit_name: what the clock counts, e.g. ``epoch``.
        steps_per_unit: steps of the clock per unit.
    """

    title: str
    caption: str
    view: str
    score_label: str
    sides: tuple[str, str] | None = None
    class_name: str = ""
    answers: int = 1
    floor: float = 0.0
    is_folded: bool = False
    names: tuple[str, ...] = ("",)
    headings: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    unit_name: str = "step"
    steps_per_unit: int = 1

    @property
    def score_name(self) -> str:
        """The label of the x axis in a few words, to choose a view by."""
        return self.score_label.removeprefix("predicted ").partition(":")[0]

    def named(self, step: int) -> str:
        """Return a step in words, with what the clock shows, such as ``step 630 (epoch 10)``."""
        if self.unit_name == "percent":
            return f"{step} %"
        shown = "" if self.unit_name == "step" else f" ({self.unit_name} {self.count(step)})"
        return f"step {step}{shown}"

    @property
    def is_sweep(self) -> bool:
        """Whether runs are in the order of a number that their names hold, as in "hidden=16"."""
        parts = [name.rpartition("=") for name in self.names]
        settings = {setting for setting, _, _ in parts}
        try:
            numbers = [float(number) for _, _, number in parts]
        except ValueError:
            return False
        # Seeds are numbers without an order.
        if len(numbers) < 2 or len(settings) > 1 or settings.pop().endswith("seed"):
            return False
        pairs = list(itertools.pairwise(numbers))
        return all(one < other for one, other in pairs) or all(one > other for one, other in pairs)

    @property
    def around(self) -> tuple[str, str]:
        """What stands before and after a number of the clock: ``epoch``, or a percent sign."""
        return ("", f"{NO_BREAK_SPACE}%") if self.unit_name == "percent" else (self.unit_name, "")

    def counted(self, number: str) -> str:
        """Return a number of the clock with its unit."""
        before, after = self.around
        return f"{before} {number}{after}".lstrip()

    def count(self, step: float) -> int:
        """Return how many units the clock shows at a step."""
        return int(step / self.steps_per_unit + 1e-9)

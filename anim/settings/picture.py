"""How a run is shown: statistics, time, look and files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

from anim.settings.clock import Clock
from anim.settings.fields import PAGE, STILL, require, settings_of
from anim.settings.limits import whole
from anim.settings.look import Look, Output
from anim.settings.panels import panel_of
from anim.settings.statistics import TEMPERATURE, Statistics
from anim.settings.themes import DEFAULT_THEME, THEMES, Measures
from anim.settings.views import CLASSES

MAX_RUNS = 6
SMALLEST, MAX_SIDE = (320, 240), 4096
# Narrower pictures show a diagram and two numbers, if no panels are asked for.
NARROW = 480
# Runs side by side in a picture of the default size.
COLUMNS = 2
# The fewest rows of panels of classes in a picture of the default size.
_CLASS_ROWS = 2
# How many strips have room in the cell that runs leave free.
_MOST_BESIDE = 2
# How many more strips a picture of the default size has room for with no panel of a moment, with
# one, and with two of them.
_BESIDE_MOMENTS = (1, 0, -2)


@dataclass(frozen=True, kw_only=True)
class Picture(Output, Look, Clock, Statistics):
    """How a run is shown.

    Attributes:
        runs: how many are shown, recalibrations included; no setting, see `for_runs`.
        snapshots: how many the longest of them has; None if that is unknown.
    """

    runs: int = field(default=1, repr=False)
    snapshots: int | None = field(default=None, repr=False)

    def shown_runs(self, count: int) -> int:
        """Return how many of ``count`` runs and of their recalibrations are shown."""
        return count if self.calibrate is None else 2 * count

    def for_runs(self, count: int, snapshots: int | None = None) -> Self:
        """Return the picture of ``count`` runs, recalibrations included: its size and panels.

        Args:
            count: of runs.
            snapshots: how many the longest of them has; None keeps the number.
        """
        snapshots = self.snapshots if snapshots is None else snapshots
        is_known = (count, snapshots) == (self.runs, self.snapshots)
        return self if is_known else replace(self, runs=count, snapshots=snapshots)

    def check_together(self) -> None:
        super().check_together()
        problem = "cannot be used with the panel counts, which shows one run"
        require(not self.overlay or "counts" not in self.shown_panels, "overlay", problem)
        problem = f"cannot be used with the view {CLASSES}, a panel for each class of one run"
        require(not (self.overlay and self.is_by_class), "overlay", problem)
        for side, low in zip(self.canvas, SMALLEST, strict=True):
            whole("size", side, 2)
            if side > MAX_SIDE * MAX_SIDE:
                # Python may refuse to write it in the messages below.
                whole("size", side, 2, MAX_SIDE)
            problem = f"expected even numbers (H.264 needs them), got {side}; try {side + 1}"
            require(side % 2 == 0, "size", problem)
            problem = f"expected at least {'x'.join(map(str, SMALLEST))}, got {self.size_text}"
            require(side >= low, "size", problem)
            require(side * self.scale <= MAX_SIDE, *self._too_large)
        width, height = self.pixels
        is_even = width % 2 == height % 2 == 0
        require(is_even, "scale", f"expected an even picture, got {width}x{height} pixels")

    def check_runs(self, count: int) -> None:
        """Raise `SettingError` unless this number of runs can be shown."""
        require(1 <= count <= MAX_RUNS, "runs", f"expected 1 to {MAX_RUNS} runs, got {count}")
        problem = f"{CLASSES} shows one run, got {count}; class:NAME shows a class of several"
        require(count == 1 or not self.is_by_class, "view", problem)
        has_room = self.calibrate is None or 2 * count <= MAX_RUNS
        problem = f"expected at most {MAX_RUNS // 2} runs with a recalibration each, got {count}"
        require(has_room, "calibrate", problem)
        problem = f"shows groups of one run, got {count} runs"
        require(self.by is None or count == 1, "by", problem)
        if self.label is not None:
            problem = f"expected {count} names, one per run, got {len(self.label)}"
            require(len(self.label) == count, "label", problem)

    def check_page(self, has_page: bool, example: str) -> None:
        """Raise `SettingError` if something applies only to pages, and no output is one.

        Args:
            has_page: whether an output is a page.
            example: one of the outputs, for the message.
        """
        for one in settings_of(Output):
            is_given = getattr(self, one.name) != one.default
            problem = f"applies only to .html outputs, got {example!r}"
            require(has_page or not is_given or one.applies_to != {PAGE}, one.name, problem)

    def check_still(self, has_still: bool, example: str) -> None:
        """Raise `SettingError` if something applies only to a still, and no output is one."""
        for one in settings_of(Output):
            is_given = getattr(self, one.name) != one.default
            problem = f"applies only to stills (.png, .svg, .pdf), got {example!r}"
            require(has_still or not is_given or one.applies_to != {STILL}, one.name, problem)

    @property
    def shown_panels(self) -> tuple[str, ...]:
        """The panels that were asked for, or those that suit the recalibration."""
        if self.panels is not None:
            return self.panels
        # A single snapshot has no course.
        if self.snapshots == 1 or (self.calibrate is None and self._is_small):
            return ("reliability",)
        of_method = {TEMPERATURE: ("ece", TEMPERATURE), None: ("accuracy",)}
        return ("reliability", *of_method.get(self.calibrate, ("ece",)))

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height before the scale: `size`, or that of the theme."""
        if self.size is not None:
            return self.size
        measures, moments = self._measures, self._moments
        width, height = measures.size
        if self.shows_classes:
            more = max(len(self.shown_panels) - moments - 1, 0) * measures.panel_height
            height += (self.rows * moments - measures.class_rows) * measures.class_height + more
            return width, height + (measures.labels_height if self.runs % self.columns else 0)
        if self.has_strips_beside:
            height -= measures.beside_height
        else:
            room = measures.strips + _BESIDE_MOMENTS[moments]
            height += measures.panel_height * max(len(self.shown_panels) - moments - room, 0)
        height += 0 if self.runs == 1 or self.is_overlaid else measures.names_height
        rows = measures.row_height * (self.rows - 1)
        rows += measures.labels_height if self.rows > 1 and self.runs % self.columns else 0
        return width, height + rows * moments

    @property
    def _moments(self) -> int:
        """How many panels show a moment, for each run."""
        return sum(not panel_of(name).shows_time for name in self.shown_panels)

    def can_have_strips_beside(self, columns: int) -> bool:
        """Return whether runs leave one cell to the strips in a grid of so many columns."""
        strips = len(self.shown_panels) - 1
        is_first = self._moments == 1 and not panel_of(self.shown_panels[0]).shows_time
        has_free = self.runs > columns > 1 and -self.runs % columns == 1
        is_stacked = self.is_overlaid or self.shows_classes
        return has_free and is_first and 1 <= strips <= _MOST_BESIDE and not is_stacked

    @property
    def has_strips_beside(self) -> bool:
        """Whether the strips of a picture of the default size are in the grid of its runs."""
        has_room = self.size is None and self._measures.beside_height > 0
        return has_room and self.can_have_strips_beside(self.columns)

    @property
    def shows_classes(self) -> bool:
        """Whether what counts as a run here is a class: a panel for each of one run."""
        return self.is_by_class and self.runs > 1

    @property
    def columns(self) -> int:
        """How many runs stand side by side, at most, in a picture of the default size."""
        if self.is_overlaid:
            return self.runs
        if not self.shows_classes:
            return min(self.runs, COLUMNS)
        # As few rows as have room, two at least, filled evenly.
        rows = max(-(-self.runs // self._measures.class_columns), _CLASS_ROWS)
        return -(-self.runs // rows)

    @property
    def rows(self) -> int:
        """Rows of runs in a picture of the default size."""
        return -(-self.runs // self.columns)

    @property
    def is_overlaid(self) -> bool:
        """Whether there is one diagram for several runs."""
        return self.overlay and self.runs > 1

    @property
    def _is_small(self) -> bool:
        """Whether an asked-for size has no room for a strip; a theme for print is narrow anyway."""
        (width, height), measures = self.size or (NARROW, 0), self._measures
        return width < NARROW and not (measures.is_plain and height >= measures.size[1])

    @property
    def _measures(self) -> Measures:
        return THEMES[self.theme or DEFAULT_THEME].measures

    @property
    def _too_large(self) -> tuple[str, str]:
        """The setting that makes a side too long, and what to do about it."""
        limit, longest = f"at most {MAX_SIDE} pixels a side", max(self.canvas)
        if self.size is not None:
            return "size", f"expected {limit}, got {self.size_text}"
        count = len(self.shown_panels)
        shown = f"{count} panel{'' if count == 1 else 's'}"
        shown += f" of {self.runs} runs" if self.runs > 1 else ""
        width, height = self.canvas
        if longest > MAX_SIDE:
            fewer = "fewer runs or panels" if self.runs > 1 else "fewer panels"
            problem = f"{shown} need {width}x{height} pixels, and there are {limit}; show {fewer}"
            return "panels", f"{problem}, or set `size`"
        # A scale in quarters that makes even sides, as that of 1 does.
        most = next(
            part / 4
            for part in range(int(4 * MAX_SIDE / longest), 0, -1)
            if part == 4 or all(round(side * part / 4) % 2 == 0 for side in self.canvas)
        )
        problem = f"expected at most {most:g} for {shown} ({width}x{height}, {limit})"
        return "scale", f"{problem}, got {self.scale:g}"

    @property
    def size_text(self) -> str:
        """The canvas and the scale in words."""
        width, height = self.canvas
        return f"{width}x{height}" + ("" if self.scale == 1 else f" at scale {self.scale:g}")

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the files."""
        width, height = self.canvas
        return round(width * self.scale), round(height * self.scale)

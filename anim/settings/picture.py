"""Every number of an experiment and of a picture, with its default and its limits.

Light on purpose: the command line checks a call against these dataclasses before it imports JAX
or matplotlib.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from anim.errors import SettingError
from anim.settings.limits import one_of, real, share, whole

PANELS = ("reliability", "counts", "accuracy", "ece", "loss", "temperature")
THEMES = ("light", "dark", "paper")
SIZE = (768, 600)
# One column of a printed page is so wide; with so much more height for each panel beyond two, and
# for the names over a run and its recalibration.
COLUMN, _PANEL_OF_PAPER, _NAMES_OF_PAPER = (328, 300), 66, 32
BINNINGS = ("width", "mass")
# A recalibration, the series that comes of it, and the panel that draws that.
TEMPERATURE = "temperature"
CURVES = ("bars", "smooth", "isotonic")
# What a run is under each of them.
RECALIBRATIONS = {
    "temperature": "temperature-scaled",
    "vector": "vector-scaled",
    "isotonic": "isotonic regression",
}
PACES = ("step", "log")
ALIGNMENTS = ("step", "fraction")
MAX_RUNS = 6

METRIC = "metric:"
MAX_BINS = 256
SMALLEST, MAX_SIDE = (320, 240), 4096


@dataclass(frozen=True, kw_only=True)
class Picture:
    """How a run is shown. Times are in seconds, sizes in pixels.

    Attributes:
        view: ``score``, ``confidence`` or ``class:NAME``; None takes ``score`` for two classes.
        panels: names out of `PANELS`, or ``metric:NAME`` for a recorded scalar, top to bottom; None
            takes `shown_panels`.
        calibrate: one of `RECALIBRATIONS`, to show beside each run; None shows none.
        held_out: share of the examples that the recalibration is fitted on, and that are not shown.
        curve: ``bars``, or a curve without bins: ``smooth`` (kernel regression), ``isotonic``.
        band: whether it is shown what chance alone does to a calibrated model.
        intervals: whether it is shown how well the examples tell the shares and the ECE.
        bins: number of bins; None takes 50 for the score view and 15 for the others.
        binning: ``width`` (equal width) or ``mass`` (quantile bins).
        fps: frames a second.
        seconds: length of the moving part.
        hold: length of the still at the end.
        tween: whether frames between two snapshots are interpolated.
        pace: ``step`` spends equal time on equal steps, ``log`` on equal ratios of steps.
        size: width and height; None takes `SIZE`, or of paper a `COLUMN` with room for the panels.
        scale: pixels per unit of ``size``; 2 suits sharp screens.
        theme: one of `THEMES`; None takes light, and in a page what its reader prefers.
        style: a matplotlib style sheet, by its path or its name, whose colours and fonts replace
            those of the theme; None takes none.
        transparent: whether there is no background.
        max_bytes: how large a file may be; None sets no limit.
        embed: whether a page is written as a snippet, to paste into another page.
        nonce: of the Content-Security-Policy of a page; None lets its hash do.
        title: the headline; None takes a default.
        at: the step a still shows; None takes the last.
        align: how several runs share one clock: by ``step``, or by the ``fraction`` of each.
        label: a name for each of several runs; None takes those of their folders.
    """

    view: str | None = None
    panels: tuple[str, ...] | None = None
    calibrate: str | None = None
    held_out: float = 0.5
    curve: str = "bars"
    band: bool = True
    intervals: bool = False
    bins: int | None = None
    binning: str = "width"
    fps: float = 25
    seconds: float = 10
    hold: float = 2
    tween: bool = True
    pace: str = "step"
    size: tuple[int, int] | None = None
    scale: float = 1
    theme: str | None = None
    style: str | None = None
    transparent: bool = False
    max_bytes: int | None = None
    embed: bool = False
    nonce: str | None = None
    title: str | None = None
    at: float | None = None
    align: str = "step"
    label: tuple[str, ...] | None = None

    def __post_init__(self):
        if self.calibrate is not None:
            one_of("calibrate", self.calibrate, tuple(RECALIBRATIONS))
        self._check_panels()
        share("held_out", self.held_out)
        one_of("curve", self.curve, CURVES)
        if self.bins is not None:
            whole("bins", self.bins, 1, MAX_BINS)
        one_of("binning", self.binning, BINNINGS)
        real("fps", self.fps, 0.1, 240.0)
        real("seconds", self.seconds, 0.0, 3600.0, above=True)
        real("hold", self.hold, 0.0, 600.0)
        if self.seconds * self.fps < 2:
            raise SettingError(
                "seconds",
                f"expected time for at least 2 frames, got {self.seconds} at {self.fps} fps",
            )
        one_of("pace", self.pace, PACES)
        one_of("align", self.align, ALIGNMENTS)
        if self.theme is not None:
            one_of("theme", self.theme, THEMES)
        self._check_size()
        if self.max_bytes is not None:
            whole("max_bytes", self.max_bytes, 1)
        # As the policy's grammar has it.
        if self.nonce is not None and not re.fullmatch(r"[\w+/-]+={0,2}", self.nonce, re.ASCII):
            raise SettingError("nonce", f"expected letters, digits, + and /, got {self.nonce!r}")
        if self.at is not None:
            real("at", self.at, 0.0)

    def check_runs(self, count: int) -> None:
        """Raise `SettingError` unless so many runs can be shown."""
        if not 1 <= count <= MAX_RUNS:
            raise SettingError("runs", f"expected 1 to {MAX_RUNS} of them, got {count}")
        if self.calibrate is not None and 2 * count > MAX_RUNS:
            problem = (
                f"expected at most {MAX_RUNS // 2} runs beside their recalibrations, got {count}"
            )
            raise SettingError("calibrate", problem)
        if self.label is not None and len(self.label) != count:
            problem = f"expected {count} names, one a run, got {len(self.label)}"
            raise SettingError("label", problem)

    @property
    def shown_panels(self) -> tuple[str, ...]:
        """Those that were asked for, or those that tell the story."""
        if self.panels is not None:
            return self.panels
        of_recalibration = {"temperature": ("ece", "temperature"), None: ("accuracy",)}
        return ("reliability", *of_recalibration.get(self.calibrate, ("ece",)))

    def _check_panels(self):
        panels = self.shown_panels
        if not panels:
            raise SettingError("panels", f"expected at least one of {', '.join(PANELS)}, got none")
        for panel in panels:
            if not panel.startswith(METRIC):
                one_of("panels", panel, (*PANELS, "metric:NAME"))
        if len(set(panels)) < len(panels):
            raise SettingError("panels", f"expected each once, got {','.join(panels)}")

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height before the scale: `size`, or that of the theme."""
        if self.size is not None:
            return self.size
        if self.theme != "paper":
            return SIZE
        width, height = COLUMN
        height += _PANEL_OF_PAPER * max(len(self.shown_panels) - 2, 0)
        return width, height + (0 if self.calibrate is None else _NAMES_OF_PAPER)

    def _check_size(self):
        if not isinstance(self.canvas, Sequence) or len(self.canvas) != 2:
            raise SettingError("size", f"expected a width and a height, got {self.size!r}")
        real("scale", self.scale, 0.25, 8.0)
        for side, low in zip(self.canvas, SMALLEST, strict=True):
            whole("size", side, 2)
            if side % 2:
                raise SettingError(
                    "size",
                    f"expected even numbers (H.264 needs them), got {side}; try {side + 1}",
                )
            if side < low:
                least = "x".join(map(str, SMALLEST))
                raise SettingError("size", f"expected at least {least}, got {self.size_text}")
            if side * self.scale > MAX_SIDE:
                raise SettingError(
                    "size", f"expected at most {MAX_SIDE} pixels a side, got {self.size_text}"
                )
        if any(pixels % 2 for pixels in self.pixels):
            width, height = self.pixels
            raise SettingError("scale", f"expected an even picture, got {width}x{height} pixels")

    @property
    def size_text(self) -> str:
        scale = "" if self.scale == 1 else f" at scale {self.scale:g}"
        return f"{self.canvas[0]}x{self.canvas[1]}{scale}"

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the files."""
        return round(self.canvas[0] * self.scale), round(self.canvas[1] * self.scale)

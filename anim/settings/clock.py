"""When a run is shown: the settings of its time."""

from __future__ import annotations

from dataclasses import dataclass

from anim.settings.fields import ANIMATION, FILES, MOVING, Settings, require, setting
from anim.settings.limits import OneOf, Real

PACES = ("change", "step", "log")
# The moving part lasts from so many seconds to so many, if nobody says how long.
SECONDS = (6.0, 12.0)
ALIGNMENTS = ("step", "fraction")


@dataclass(frozen=True, kw_only=True)
class Clock(Settings):
    """When it is shown. Times are in seconds."""

    fps: float = setting(
        25, "frames per second", Real(0.1, 240), applies_to=frozenset((ANIMATION,))
    )
    seconds: float | None = setting(
        None,
        "length of the moving part",
        Real(0, 3600, above=True),
        instead_of_none="{:g} to {:g}, by the number of snapshots".format(*SECONDS),
        applies_to=MOVING,
    )
    hold: float = setting(
        2,
        "length of the still at the end; images that loop begin with up to 0.6 s of it",
        Real(0, 600),
        applies_to=MOVING,
    )
    tween: bool = setting(True, "let shapes move from snapshot to snapshot", applies_to=MOVING)
    pace: str = setting(
        "change",
        "spend time where much changes, or equal time on equal steps, or on equal ratios of steps",
        OneOf(PACES),
        applies_to=MOVING,
    )
    align: str = setting(
        "step",
        "how several runs share a clock: a shorter one ends earlier, or all end together",
        OneOf(ALIGNMENTS),
        applies_to=FILES,
    )

    def check_together(self) -> None:
        super().check_together()
        seconds = SECONDS[0] if self.seconds is None else self.seconds
        problem = f"expected time for at least 2 frames, got {seconds:g} at {self.fps:g} fps"
        require(seconds * self.fps >= 2, "seconds", problem)

"""What a caption says about a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """What a caption says about a run.

    Attributes:
        caption: what was trained, on what.
        steps_per_epoch: optimizer steps in one pass over the training data, if known.
        title: the headline of pictures; "" for the name of the run.
    """

    caption: str = ""
    steps_per_epoch: int | None = None
    title: str = ""


NOTHING_KNOWN = About()

"""What a caption says about a run."""

from __future__ import annotations

from dataclasses import dataclass

from anim.errors import SettingError
from anim.settings import value_text, whole


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


def check_about(about: About) -> None:
    """Raise SettingError unless a caption can be written, and read again."""
    is_text = isinstance(about, About) and isinstance(about.caption, str)
    if not is_text or not isinstance(about.title, str):
        raise SettingError("about", f"expected About(caption), got {value_text(about)}")
    if about.steps_per_epoch is not None:
        whole("steps_per_epoch", about.steps_per_epoch, 1)

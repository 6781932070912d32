"""The protocol of animation writers, and how one is made for a path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from anim.encode.formats import format_of

if TYPE_CHECKING:
    import numpy as np

    from anim.timeline import Timeline

# Frames that wait in the queue of an encoder.
AHEAD = 4
# With the frame that is being taken and the one that is being encoded.
IN_FLIGHT = AHEAD + 2


@dataclass(frozen=True)
class Clip:
    """The content of an animation.

    Attributes:
        size: width and height in pixels.
        timeline: the frames to come.
        comment: a text to store in the file.
        has_alpha: whether transparent pixels of the frames stay transparent.
        quality: index into `quality_levels`; each step trades quality for a smaller file.
        lead: how many ticks of the last frame stand at the beginning of a file that loops, instead
            of at its end; see `anim.timeline.Timeline.lead`.
    """

    size: tuple[int, int]
    timeline: Timeline
    comment: str = ""
    has_alpha: bool = False
    quality: int = 0
    lead: int = 0


class WholeFile(Protocol):
    """A complete file that is not in its place yet."""

    @property
    def path(self) -> Path:
        """Where the file goes."""
        ...

    @property
    def bytes(self) -> int:
        """The length so far."""
        ...

    def commit(self) -> None:
        """Move the file to its place."""
        ...

    def discard(self) -> None:
        """Delete the file; do nothing after `commit`."""
        ...


class Writer(WholeFile, Protocol):
    """Encodes the frames of an animation into a pending file.

    `take` is called on the thread that draws, `write` and `end` on a thread that encodes. Up to
    `IN_FLIGHT` results of `take` are alive at once, so a writer may reuse that number of buffers.
    """

    def __init__(
        self, path: Path, clip: Clip, samples: Sequence[np.ndarray], exact: np.ndarray
    ) -> None:
        """Open a pending file; for the arguments see `animation_writer`."""
        ...

    @staticmethod
    def levels(has_alpha: bool) -> tuple[str, ...]:
        """Return the names of what `Clip.quality` can be, from the best to the smallest file."""
        ...

    def take(self, rgba: np.ndarray, /) -> Any:
        """Convert a frame to what `write` needs, without keeping the caller's buffer.

        Args:
            rgba: [H, W, 4] uint8, the next frame.

        Returns:
            An object for `write`; None if the frame equals the one before and adds nothing.
        """
        ...

    def write(self, taken: Any, ticks: int, /) -> None:
        """Encode a frame that is shown for a number of ticks of the timeline.

        Args:
            taken: a result of `take`, in the same order.
            ticks: duration, in units of ``1 / timeline.fps`` seconds.
        """
        ...

    def end(self) -> None:
        """Complete the file after the last frame."""
        ...


def animation_writer(
    path: Path, clip: Clip, samples: Sequence[np.ndarray], exact: np.ndarray
) -> Writer:
    """Return the writer of an animation, by the format of its path.

    Args:
        path: a file, or a pattern of numbered frames.
        clip: the content.
        samples: some of the frames, [H, W, 4] uint8 each, to choose a palette from.
        exact: [C, 3] uint8, colours that a palette must contain.
    """
    return format_of(path).load_writer()(path, clip, samples, exact)


def quality_levels(path: Path, has_alpha: bool = False) -> tuple[str, ...]:
    """Return the names of what `Clip.quality` can be, from the best to the smallest file."""
    return format_of(path).load_writer().levels(has_alpha)

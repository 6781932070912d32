"""Files that were written, and what there is to say about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from anim.encode import WholeFile, format_of
from anim.settings import Picture
from anim.timeline import Timeline


@dataclass(frozen=True)
class Output:
    """A file that was written.

    Attributes:
        path: the file, or the pattern of numbered frames.
        size: width and height in pixels.
        frames: the number of frames, in which the still at the end counts as often as it is
            repeated; for a page, the number of snapshots.
        seconds: the duration; 0 for a still.
        bytes: the length of the file, or of all frames in a folder together.
        gave_up: what was reduced to stay within ``max_bytes``.
        shows: the step that a still shows, in words.
    """

    path: Path
    size: tuple[int, int]
    frames: int
    seconds: float
    bytes: int
    gave_up: tuple[str, ...] = ()
    shows: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.facts()}"

    def facts(self) -> str:
        """Return size, length in frames and seconds (the step of a still), and bytes in words."""
        width, height = self.size
        is_page = format_of(self.path).is_page
        noun = "snapshot" if is_page else "frame"
        facts = [
            *([] if is_page else [f"{width}x{height} pixels"]),
            *([self.shows] if self.shows else self._length(noun)),
            f"{self.bytes:,} bytes",
            *([f"gave up: {', '.join(self.gave_up)}"] if self.gave_up else []),
        ]
        return ", ".join(facts)

    def _length(self, noun: str) -> list[str]:
        return [f"{self.frames} {noun}{'' if self.frames == 1 else 's'}", f"{self.seconds:g} s"]


@dataclass(frozen=True)
class PendingOutput:
    """A complete file that is not in its place yet, and what it shows.

    Attributes:
        file: the file.
        picture: the settings it was drawn with.
        clock: the timeline; None for a still.
        gave_up: what was reduced to stay within ``max_bytes``.
        shows: the step that a still shows, in words.
    """

    file: WholeFile
    picture: Picture
    clock: Timeline | None = None
    gave_up: tuple[str, ...] = ()
    shows: str = ""

    def describe(self) -> Output:
        """Return what will have been written once the file is committed."""
        path, form = self.file.path, format_of(self.file.path)
        frames, seconds = 1, 0.0
        if self.clock is not None:
            frames, seconds = self.clock.ticks, self.clock.total_seconds
            if form.constant_rate:
                seconds = round(frames / self.clock.fps, 3)
            if form.is_page:
                frames = len(self.clock.steps)
        size, length = self.picture.pixels, self.file.bytes
        return Output(path, size, frames, seconds, length, self.gave_up, self.shows)

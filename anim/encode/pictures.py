"""What animated images share: pictures with a duration each, of which only what is new is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from anim.encode.palette import SIZES, Indexer, choose_palette, palette_name
from anim.encode.pending import PendingFile, naming

if TYPE_CHECKING:
    from anim.encode import Clip
    from anim.timeline import Timeline

# Browsers show what is to be seen for less than that, in milliseconds, for 100.
_SHORTEST_DURATION = 11
_OPAQUE = np.uint32(0xFF000000)


class PictureWriter(ABC):
    """A pending file of pictures; a format adds ``take``, `_add` and `_finish`.

    A picture like the one before only lengthens that one's duration.

    Args:
        path: where the file goes once it is whole.
        clip: what it holds.
    """

    def __init__(self, path: Path, clip: Clip):
        self.path = path
        self._timeline = clip.timeline
        self._file = PendingFile(path)
        self._stream = self._file.open()
        self._held = None
        self._since = self._tick = 0

    @property
    def bytes(self) -> int:
        return self._file.size

    def write(self, taken, ticks: int) -> None:
        if taken is not None:
            self._flush()
            self._held, self._since = taken, self._tick
        self._tick += ticks

    def _flush(self) -> None:
        if self._held is not None:
            begin, end = (milliseconds(self._timeline, tick) for tick in (self._since, self._tick))
            self._add(self._held, end - begin)

    @abstractmethod
    def _add(self, taken, duration: int) -> None:
        """Encodes a picture that is shown for so many milliseconds."""

    @abstractmethod
    def _finish(self) -> None:
        """Writes what stands at the end, or what was not known at the beginning."""

    def end(self) -> None:
        self._flush()
        self._finish()
        self._stream.close()

    def commit(self) -> None:
        with naming(self.path):
            self._file.commit()

    def discard(self) -> None:
        self._stream.close()
        self._file.discard()


def milliseconds(timeline: Timeline, tick: int) -> int:
    """When a tick begins; the one after the last is the end, which may lie between two."""
    if tick == timeline.ticks:
        last = milliseconds(timeline, timeline.moving)
        return max(round(1000 * timeline.total_seconds), last + _SHORTEST_DURATION)
    return round(1000 * tick / timeline.fps)


class Patch(NamedTuple):
    """What is new in a picture.

    Attributes:
        x, y: its left upper corner.
        pixels: [h, w] packed RGBA, or indices of a palette.
        is_over: whether it has a hole where nothing is new, and is laid over the picture before;
            else it takes the place of what was there.
    """

    x: int
    y: int
    pixels: np.ndarray
    is_over: bool


class PatchWriter(PictureWriter):
    """A pending file of patches, in all colours or in those of one palette.

    A hole for each pixel that did not change makes a patch several times smaller than the pixels
    that are there: what is left are few, and alike.

    Args:
        path: where the file goes once it is whole.
        clip: what it holds; its quality chooses the palette.
        samples, exact: for the palette.
        grid: corners of patches are multiples of it.

    Attributes:
        palette: [P, 3] uint8, or None.
        hole: the value of a pixel that did not change.
    """

    def __init__(self, path: Path, clip: Clip, samples, exact, grid: int = 1):
        super().__init__(path, clip)
        width, height = clip.size
        self._has_alpha, self._grid = clip.has_alpha, grid
        self.palette, self.hole = None, 0
        self._last: np.ndarray | None = None
        if clip.quality:
            self.palette = choose_palette(samples, exact, SIZES[clip.quality - 1])
            self.hole = len(self.palette)
            self._indexer = Indexer(self.palette, height, width)

    @staticmethod
    def levels(has_alpha: bool) -> tuple[str, ...]:
        # A palette holds no shades of alpha.
        return ("all colours", *map(palette_name, () if has_alpha else SIZES))

    def take(self, rgba: np.ndarray) -> Patch | None:
        pixels = self._pixels(rgba)
        if self._last is None:
            self._last = pixels.copy()
            self._differs = np.empty(pixels.shape, bool)
            return Patch(0, 0, pixels.copy(), False)
        np.not_equal(pixels, self._last, out=self._differs)
        rows, columns = (np.flatnonzero(self._differs.any(axis)) for axis in (1, 0))
        if not rows.size:
            return None
        y, x = (int(places[0]) // self._grid * self._grid for places in (rows, columns))
        box = np.s_[y : rows[-1] + 1, x : columns[-1] + 1]
        patch, is_new = pixels[box].copy(), self._differs[box]
        self._last[box] = patch
        # What becomes transparent cannot be laid over anything.
        is_over = not self._has_alpha or bool((patch[is_new] >= _OPAQUE).all())
        if is_over:
            patch[~is_new] = self.hole
        return Patch(x, y, patch, is_over)

    def _pixels(self, rgba: np.ndarray) -> np.ndarray:
        """A frame in the form of patches, [H, W]."""
        if self.palette is not None:
            self._indexer.update(rgba)
            return self._indexer.indices
        pixels = rgba.view("<u4")[..., 0]
        return pixels if self._has_alpha else pixels | _OPAQUE

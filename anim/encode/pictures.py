"""Base classes for animated images: pictures with a duration each, reduced to what changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from anim.encode.formats import format_of
from anim.encode.palette import SIZES, Indexer, choose_palette, palette_name
from anim.encode.pending import PendingFile, naming

if TYPE_CHECKING:
    from anim.encode.animation import Clip
    from anim.timeline import Timeline

_OPAQUE = np.uint32(0xFF000000)


class PictureWriter(ABC):
    """A pending file of pictures; a format adds `take`, `_add` and `_finish`.

    A picture that equals the one before only extends its duration.

    Args:
        path: where the file goes.
        clip: the content.
    """

    def __init__(self, path: Path, clip: Clip):
        self.path = path
        self._timeline = clip.timeline
        self._shortest = format_of(path).shortest_delay
        self._file = PendingFile(path)
        self._stream = self._file.open()
        self._held: Any = None
        self._since = self._tick = 0

    @property
    def bytes(self) -> int:
        return self._file.size

    @abstractmethod
    def take(self, rgba: np.ndarray) -> Any:
        """Return a picture for `_add`; None if the frame equals the one before."""

    def write(self, taken: Any, ticks: int) -> None:
        if taken is not None:
            self._flush()
            self._held, self._since = taken, self._tick
        self._tick += ticks

    def _flush(self) -> None:
        if self._held is not None:
            begin = milliseconds(self._timeline, self._since)
            end = milliseconds(self._timeline, self._tick)
            if self._tick == self._timeline.ticks:
                end = max(end, begin + self._shortest)
            self._add(self._held, end - begin)

    @abstractmethod
    def _add(self, taken: Any, duration: int, /) -> None:
        """Encode a picture that is shown for a duration in milliseconds."""

    @abstractmethod
    def _finish(self) -> None:
        """Write the end of the file, and what was not known at its beginning."""

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
    """Return the time in milliseconds at which a tick begins.

    Args:
        timeline: the frames.
        tick: an index; the one after the last is the end, which may lie between two ticks.
    """
    if tick == timeline.ticks:
        return round(1000 * timeline.total_seconds)
    return round(1000 * tick / timeline.fps)


class Patch(NamedTuple):
    """The rectangle of a picture that changed.

    Attributes:
        x, y: the top left corner.
        pixels: [h, w] packed RGBA uint32, or palette indices uint8.
        is_over: whether unchanged pixels are holes and the patch is blended over the picture
            before; else it replaces the rectangle.
    """

    x: int
    y: int
    pixels: np.ndarray
    is_over: bool


class PatchWriter(PictureWriter):
    """A pending file of patches, in all colours or in those of one palette.

    Holes for unchanged pixels make a patch several times smaller: the pixels that remain are few
    and similar.

    Args:
        path: where the file goes.
        clip: the content; its quality selects the size of the palette.
        samples, exact: see `anim.encode.animation_writer`.
        grid: corners of patches are multiples of it.

    Attributes:
        palette: [P, 3] uint8; None if all colours are kept.
        hole: the value of a pixel that did not change.
    """

    palette: np.ndarray | None

    def __init__(
        self,
        path: Path,
        clip: Clip,
        samples: Sequence[np.ndarray],
        exact: np.ndarray,
        grid: int = 1,
    ):
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
        # Blending cannot make a pixel transparent.
        is_over = not self._has_alpha or bool((patch[is_new] >= _OPAQUE).all())
        if is_over:
            patch[~is_new] = self.hole
        return Patch(x, y, patch, is_over)

    def _pixels(self, rgba: np.ndarray) -> np.ndarray:
        """Return a frame as the pixels of a patch, [H, W]."""
        if self.palette is not None:
            self._indexer.update(rgba)
            return self._indexer.indices
        pixels = rgba.view("<u4")[..., 0]
        return pixels if self._has_alpha else pixels | _OPAQUE
